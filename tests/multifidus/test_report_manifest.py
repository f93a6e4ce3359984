"""The report model's manifest refuses whatever was tampered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from multifidus.errors import ModelUnavailable
from multifidus.report_manifest import MAX_TOKENS, ReportManifest
from tests.conftest import RunPython

FIELDS: dict[str, Any] = {
    "name": "test",
    "version": "1.2.3",
    "max_input_tokens": 256,
    "max_output_tokens": 200,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("model.bin", "spiece.model", "config.json", "shared_vocabulary.json"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "MODEL_CARD.md").write_text("no file that is loaded")
    ReportManifest.describing(tmp_path, **FIELDS, metrics={"agreement": 1.0}).save(tmp_path)
    return tmp_path


def edit(folder: Path, **fields: Any) -> None:
    path = folder / "manifest.json"
    raw = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({key: value for key, value in raw.items() if value is not None}))


def test_what_was_saved_is_loaded(folder: Path) -> None:
    manifest = ReportManifest.load(folder)
    assert (manifest.name, manifest.version) == ("test", "1.2.3")
    assert (manifest.max_input_tokens, manifest.max_output_tokens) == (256, 200)
    assert manifest.metrics == {"agreement": 1.0}
    assert set(manifest.files) == {
        "model.bin",
        "spiece.model",
        "config.json",
        "shared_vocabulary.json",
    }
    assert manifest.sha256 == manifest.files["model.bin"]
    manifest.verify(folder)


def test_a_manifest_that_is_described_anew_does_not_list_itself(folder: Path) -> None:
    again = ReportManifest.describing(folder, **FIELDS)
    assert again.files == ReportManifest.load(folder).files


@pytest.mark.parametrize("name", ["model.bin", "spiece.model", "config.json"])
def test_a_file_with_other_bytes_is_refused(folder: Path, name: str) -> None:
    manifest = ReportManifest.load(folder)
    with (folder / name).open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelUnavailable, match="does not match its manifest"):
        manifest.verify(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "model.bin").unlink()
    with pytest.raises(ModelUnavailable, match="missing"):
        ReportManifest.load(folder).verify(folder)


@pytest.mark.parametrize("text", ["", "[]", "no json", '{"name": "a"}', "null"])
def test_what_is_no_manifest_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ModelUnavailable):
        ReportManifest.load(folder)


@pytest.mark.parametrize(
    "fields",
    [
        {"files": {"model.bin": "0" * 64}},
        {"files": {"model.bin": "0" * 64, "spiece.model": "short"}},
        {"files": {"model.bin": "0" * 64, "spiece.model": 7}},
        {"files": {"model.bin": "0" * 64, "spiece.model": "0" * 64, "../x": "0" * 64}},
        {"weights_file": "other.bin"},
        {"max_input_tokens": 0},
        {"max_output_tokens": MAX_TOKENS + 1},
        {"max_output_tokens": 1.5},
        {"version": None},
        {"surprise": 1},
    ],
)
def test_fields_that_cannot_be_are_refused(folder: Path, fields: dict[str, Any]) -> None:
    edit(folder, **fields)
    with pytest.raises(ModelUnavailable):
        ReportManifest.load(folder)


def test_it_needs_the_standard_library_alone(run_python: RunPython) -> None:
    code = """
import sys
import multifidus.report_manifest
print([name for name in ("numpy", "pydantic", "ctranslate2") if name in sys.modules])
"""
    assert run_python(code).stdout.strip() == "[]"
