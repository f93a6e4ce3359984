"""What is fetched, how large it is, and whose it is."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "site"
VENDOR = SITE / "vendor"
TOOLS = ROOT / "scripts" / "page" / "vendor"
MAX_BYTES_BEFORE_DECODERS = 40 * 1024
MAX_LINES = 300
FOLDERS = sorted(path.name for path in VENDOR.iterdir())
IMPORT = re.compile(r"""^(?:import|export)\b[^"']*?from\s+["'](\.[^"']+)["']""", re.MULTILINE)


def fetched_with(module: Path) -> set[Path]:
    """A module and all that it imports at once."""
    found: set[Path] = set()
    waiting = [module.resolve()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += [(path.parent / name).resolve() for name in IMPORT.findall(path.read_text())]
    return found


def transferred_bytes(paths: set[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_parser_and_deidentifier_are_within_their_budget() -> None:
    paths = fetched_with(SITE / "js/dicom/index.js")
    names = {path.name for path in paths}
    assert {"parse.js", "deidentify.js", "restore.js", "fflate.js"} <= names
    assert not names & {"picture.js", "codecs.js", "openjpeg.js", "charls.js"}
    assert transferred_bytes(paths) < MAX_BYTES_BEFORE_DECODERS


def test_the_worker_fetches_no_decoder_before_it_needs_one() -> None:
    names = {path.name for path in fetched_with(SITE / "js/dicom/worker.js")}
    assert "codecs.js" in names
    decoders = {"openjpeg", "charls", "libjpeg-turbo", "jpeg-lossless", "jpeg-12bit", "fast-png"}
    assert not names & {f"{name}.js" for name in decoders}
    assert decoders <= set(FOLDERS)


def test_modules_are_short() -> None:
    lengths = {
        path.name: len(path.read_text().splitlines()) for path in (SITE / "js/dicom").iterdir()
    }
    assert lengths
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_LINES}


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_package_is_there_with_its_licence_and_runs_without_eval(folder: str) -> None:
    notice = (VENDOR / folder / "NOTICE").read_text()
    assert re.search(r"\b(MIT|ISC|BSD|Apache)", notice)
    assert "opyright" in notice
    code = (VENDOR / folder / f"{folder}.js").read_text()
    assert not re.search(r"\beval\(|new Function\(", code)
    wasm = VENDOR / folder / f"{folder}.wasm"
    if wasm.exists():
        assert wasm.read_bytes().startswith(b"\0asm")


def test_what_is_vendored_is_pinned_and_names_no_registry() -> None:
    wanted = json.loads((TOOLS / "package.json").read_text())["devDependencies"]
    locked = json.loads((TOOLS / "package-lock.json").read_text())["packages"]
    notices = "".join((VENDOR / folder / "NOTICE").read_text() for folder in FOLDERS)
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
        if name != "esbuild":
            assert f"{name} {version}, " in notices
    assert '"resolved"' not in (TOOLS / "package-lock.json").read_text()
