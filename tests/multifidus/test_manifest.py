"""The manifest refuses whatever was tampered with."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from multifidus.errors import ModelUnavailable
from multifidus.manifest import ModelManifest, PreprocessSpec

MODEL_BYTES = b"pretends to be a model"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.onnx").write_bytes(MODEL_BYTES)
    ModelManifest(
        name="test",
        version="1.2.3",
        model_file="model.onnx",
        sha256=hashlib.sha256(MODEL_BYTES).hexdigest(),
        input_name="image",
        output_name="logits",
        output_channels=("right", "left"),
        preprocess=PreprocessSpec(max_field_of_view_mm=300.0),
        threshold=0.4,
        temperature=1.3,
        metrics={"dice": 0.9},
        training_data=[{"name": "a", "licence": "b"}],
    ).save(tmp_path)
    return tmp_path


def edit(folder: Path, **fields: Any) -> None:
    path = folder / "manifest.json"
    raw = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({key: value for key, value in raw.items() if value is not None}))


def test_what_was_saved_is_loaded(folder: Path) -> None:
    manifest = ModelManifest.load(folder)
    assert manifest.preprocess == PreprocessSpec(max_field_of_view_mm=300.0)
    assert (manifest.version, manifest.threshold, manifest.temperature) == ("1.2.3", 0.4, 1.3)
    assert manifest.output_channels == ("right", "left")
    assert manifest.metrics == {"dice": 0.9}
    assert manifest.verified_model_path(folder) == folder / "model.onnx"


def test_a_model_file_with_other_bytes_is_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(MODEL_BYTES + b"!")
    with pytest.raises(ModelUnavailable):
        ModelManifest.load(folder).verified_model_path(folder)


def test_a_missing_model_file_is_refused(folder: Path) -> None:
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelUnavailable):
        ModelManifest.load(folder).verified_model_path(folder)


def test_a_changed_preprocessing_is_refused(folder: Path) -> None:
    changed = dataclasses.asdict(PreprocessSpec(max_field_of_view_mm=310.0))
    edit(folder, preprocess=changed)
    with pytest.raises(ModelUnavailable):
        ModelManifest.load(folder)


@pytest.mark.parametrize(
    "fields",
    [
        {"sha256": None},
        {"preprocess": None},
        {"preprocess_sha256": None},
        {"preprocess_sha256": "0" * 64},
        {"output_channels": None},
        {"unknown": 1},
        {"preprocess": {"unknown": 1}},
        {"preprocess": 7},
    ],
)
def test_a_manifest_with_other_fields_is_refused(folder: Path, fields: dict[str, Any]) -> None:
    edit(folder, **fields)
    with pytest.raises(ModelUnavailable):
        ModelManifest.load(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\udcff"])
def test_a_manifest_that_is_no_object_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, errors="surrogateescape")
    with pytest.raises(ModelUnavailable):
        ModelManifest.load(folder)


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        ModelManifest.load(tmp_path)


def test_the_hash_of_a_spec_depends_on_every_field() -> None:
    standard = PreprocessSpec()
    for field in dataclasses.fields(PreprocessSpec):
        changed = dataclasses.replace(standard, **{field.name: getattr(standard, field.name) + 1})
        assert changed.sha256() != standard.sha256()
    assert PreprocessSpec().sha256() == standard.sha256()
