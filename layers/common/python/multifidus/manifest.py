"""The model's manifest: what the served ONNX file is, and how an image becomes its input.

Training writes the manifest, serving reads it. Both build their preprocessing from the same
`PreprocessSpec`, whose hash also stands in the ONNX file's metadata.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from multifidus.errors import ModelUnavailable

SPEC_HASH_KEY = "multifidus_preprocess_sha256"
"""Name of the entry in the ONNX file's metadata that holds `PreprocessSpec.sha256`."""

READY_SLICE, READY_MASK = "ready_slice.png", "ready_mask.png"
"""In the model's folder: a slice, and the mask that the model made of it where it was exported."""


@dataclass(frozen=True, kw_only=True)
class PreprocessSpec:
    """How an `ImageSlice` becomes the model's input; see `multifidus.preprocess`.

    Attributes
    ----------
    height_px, width_px : int
        Size of the model's input.
    lower_percentile, upper_percentile : float
        Intensities at these percentiles of the resampled slice map to 0 and 1.
    min_field_of_view_mm, max_field_of_view_mm : float
        Where spacing is known, the longer side of the slice is padded up to the one and
        cropped about its centre down to the other.
    """

    height_px: int = 256
    width_px: int = 256
    lower_percentile: float = 0.5
    upper_percentile: float = 99.5
    min_field_of_view_mm: float = 160.0
    max_field_of_view_mm: float = 220.0

    def sha256(self) -> str:
        """Hash of the fields, independent of their order."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class ModelManifest:
    """What the file `model_file` beside the manifest is, and how to run it.

    Attributes
    ----------
    name, version : str
        Name and version of the model, as they stand in every response.
    model_file : str
        Name of the ONNX file, beside the manifest.
    sha256 : str
        Hash of that file.
    input_name, output_name : str
        Names of the graph's input, `(1, 1, H, W)` float32, and output, `(1, 2, H, W)` float32
        logits.
    output_channels : tuple of str
        What the output's channels stand for, in image terms: the side whose muscle usually lies
        in the image's left half comes first (`right`, radiological convention).
    preprocess : PreprocessSpec
        How an image becomes the input.
    threshold : float
        Probability from which a pixel counts as muscle.
    temperature : float
        Logits are divided by this before the sigmoid; calibrated on held-out subjects.
    precision : str
        `int8` or `fp32`.
    metrics, training_data, provenance : dict
        Figures, sources with licences, and run details for the model card.
    """

    name: str
    version: str
    model_file: str
    sha256: str
    input_name: str
    output_name: str
    output_channels: tuple[str, ...]
    preprocess: PreprocessSpec
    threshold: float
    temperature: float = 1.0
    precision: str = "int8"
    metrics: dict[str, Any] = field(default_factory=dict)
    training_data: list[dict[str, Any]] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> ModelManifest:
        """Read `manifest.json` of a model folder.

        Raises
        ------
        ModelUnavailable
            The file is missing, is no JSON or does not have the manifest's fields.
        """
        try:
            raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            spec_sha256 = raw.pop("preprocess_sha256")
            spec = PreprocessSpec(**raw.pop("preprocess"))
            manifest = cls(
                preprocess=spec, output_channels=tuple(raw.pop("output_channels")), **raw
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelUnavailable("The model's manifest is missing or not readable.") from error
        if spec.sha256() != spec_sha256:
            raise ModelUnavailable("The model's preprocessing does not match its recorded hash.")
        return manifest

    def save(self, folder: Path) -> None:
        """Write `manifest.json` into a model folder."""
        raw = dataclasses.asdict(self)
        raw["preprocess_sha256"] = self.preprocess.sha256()
        text = json.dumps(raw, indent=2, ensure_ascii=False) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")

    def verified_model_path(self, folder: Path) -> Path:
        """Path of the ONNX file after its hash was checked.

        Raises
        ------
        ModelUnavailable
            The file is missing or its hash differs from the manifest's.
        """
        path = folder / self.model_file
        try:
            digest = file_sha256(path)
        except OSError as error:
            raise ModelUnavailable("The model file is missing.") from error
        if digest != self.sha256:
            raise ModelUnavailable("The model file does not match its manifest.")
        return path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as lower-case hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
