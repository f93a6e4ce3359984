"""The page's DICOM modules called in the browser, with bytes that go in and come out."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page

# Bytes and numbers cross as base64: as lists they would be ten times longer.
_BRIDGE = """
async ({ name, files, keep = true }) => {
  const dicom = await import("/js/dicom/index.js");
  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const textOf = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) {
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    }
    return btoa(text);
  };
  const began = performance.now();
  try {
    const made = await dicom[name](...files.map(bytesOf));
    const ms = performance.now() - began;
    if (!keep) return { ms };
    if (made instanceof Uint8Array) return { ms, bytes: textOf(made) };
    if (made?.bytes) return { ms, ...made, bytes: textOf(made.bytes) };
    if (made?.values instanceof Object && "window" in made) {
      return { ms, ...made, values: textOf(made.values), kind: made.values.constructor.name };
    }
    return { ms, made: made instanceof Object ? {} : made };
  } catch (error) {
    const ms = performance.now() - began;
    return { ms, name: error.name, code: error.code, text: String(error) };
  }
}
"""
_DTYPES = {
    "Int8Array": "i1",
    "Uint8Array": "u1",
    "Int16Array": "<i2",
    "Uint16Array": "<u2",
    "Int32Array": "<i4",
    "Uint32Array": "<u4",
    "Float32Array": "<f4",
    "Float64Array": "<f8",
}


class DicomProblem(Exception):
    """What the modules refuse a file with."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded picture, as `decodePicture` gives it."""

    pixels: npt.NDArray[Any]
    window: dict[str, float]
    spacing_mm: list[float] | None
    right_side: str | None
    plane: str | None
    unit: str
    ms: float


@dataclass(frozen=True, kw_only=True)
class Deidentified:
    """What `deidentify` gives."""

    data: bytes
    removed: list[dict[str, str]]
    kept: list[dict[str, str]]
    burnt_in: str

    def actions(self) -> dict[str, str]:
        return {entry["tag"]: entry["action"] for entry in self.removed}


class DicomPage:
    """Calls what `site/js/dicom/index.js` exports, in a browser under the page's policy."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def is_dicom(self, data: bytes) -> bool:
        return bool(self._call("isDicom", data)["made"])

    def read(self, data: bytes) -> None:
        self._call("readDicom", data)

    def decode(self, data: bytes) -> Picture:
        made = self._call("decodePicture", data)
        pixels = np.frombuffer(base64.b64decode(made["values"]), dtype=_DTYPES[made["kind"]])
        return Picture(
            pixels=pixels.reshape(made["height"], made["width"]),
            window=made["window"],
            spacing_mm=made["spacingMm"],
            right_side=made["rightSide"],
            plane=made["plane"],
            unit=made["valueUnit"],
            ms=made["ms"],
        )

    def deidentify(self, data: bytes) -> Deidentified:
        made = self._call("deidentify", data)
        return Deidentified(
            data=base64.b64decode(made["bytes"]),
            removed=made["removed"],
            kept=made["kept"],
            burnt_in=made["burntInAnnotation"],
        )

    def restore(self, made: bytes, original: bytes) -> bytes:
        return base64.b64decode(self._call("restoreIdentity", made, original)["bytes"])

    def outcome(self, name: str, data: bytes) -> tuple[str, float]:
        """`ok` or the code of the problem, and how many seconds it took in the page."""
        made = self._evaluate(name, data, keep=False)
        return str(made.get("code", "ok")), made["ms"] / 1000

    def _call(self, name: str, *files: bytes) -> dict[str, Any]:
        made = self._evaluate(name, *files)
        if "code" in made:
            raise DicomProblem(made["code"])
        return made

    def _evaluate(self, name: str, *files: bytes, keep: bool = True) -> dict[str, Any]:
        texts = [base64.b64encode(file).decode() for file in files]
        made: dict[str, Any] = self.page.evaluate(
            _BRIDGE, {"name": name, "files": texts, "keep": keep}
        )
        # Anything that is thrown is one of ours.
        assert "name" not in made or made["name"] == "DicomProblem", made["text"]
        return made
