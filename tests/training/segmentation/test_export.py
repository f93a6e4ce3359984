from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from multifidus.errors import ModelUnavailable
from multifidus.image_io import read_image
from multifidus.inference import Segmenter
from multifidus.manifest import READY_MASK, READY_SLICE, ModelManifest, file_sha256
from training.segmentation import export as export_module
from training.segmentation.checkpoints import averaged_model, load_init
from training.segmentation.config import TrainConfig
from training.segmentation.evaluation.scoring import segment_slice
from training.segmentation.examples import MadeUpSource
from training.segmentation.export import ExportError, export
from training.segmentation.export_sources import ExportSources

LENIENT, STRICT = 1.0, -1.0


def exported(
    checkpoint: Path, out: Path, *, precision: str = "fp32", tolerance: float = LENIENT
) -> ModelManifest:
    config = TrainConfig.from_dict(load_init(checkpoint)["config"])
    return export(
        checkpoint,
        out,
        version="0.0.1",
        precision=precision,
        sources=ExportSources(examples=MadeUpSource(config=config), real=(), generated=2),
        calibration_count=4,
        tolerance=tolerance,
    )


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_the_exported_model_runs_in_the_serving_package_and_agrees_with_torch(
    untrained: Path, tmp_path: Path, precision: str
) -> None:
    out = tmp_path / "model"
    manifest = exported(untrained, out, precision=precision)
    assert manifest.precision == precision
    stored = ModelManifest.load(out)
    # The configuration's tuples come back from JSON as lists.
    assert json.dumps(dataclasses.asdict(stored)) == json.dumps(dataclasses.asdict(manifest))
    segmenter = Segmenter(out, threads=1)
    tensor = np.random.default_rng(0).random((1, 1, 64, 64), dtype=np.float32)
    served = segmenter.probabilities(tensor)
    model, _, _ = averaged_model(untrained)
    with torch.no_grad():
        expected = torch.sigmoid(model(torch.from_numpy(tensor)))[0, :2].numpy()
    assert served.shape == (2, 64, 64)
    difference = np.abs(served - expected)
    if precision == "fp32":
        assert difference.max() < 1e-4
    else:  # noise through random weights, calibrated on four slices: close on the whole
        assert difference.mean() < 0.05
    stored_mask = read_image((out / READY_MASK).read_bytes()).pixels
    ready_slice = read_image((out / READY_SLICE).read_bytes())
    assert np.array_equal(stored_mask, segment_slice(segmenter, ready_slice).mask)
    card = (out / "MODEL_CARD.md").read_text()
    assert manifest.sha256 in card
    assert "Not a medical device" in card

    weights = manifest.provenance["weights"]
    path = tmp_path / "weights" / weights["file"]
    assert weights == {
        "file": "multifidus-0.0.1.safetensors",
        "sha256": file_sha256(path),
        "bytes": path.stat().st_size,
    }
    if precision == "int8":
        record = manifest.metrics["parity"]
        assert set(record["forms"]) == {
            f"{form}, generated" for form in ("torch", "onnx_fp32", "int8")
        }
        assert record["forms"]["onnx_fp32, generated"]["largest_difference"] < 1e-4
        assert record["int8_holds"] is True
        assert "int8, generated" in card


def test_int8_weights_have_seven_bits_so_that_16_bit_sums_do_not_saturate(
    untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "model"
    manifest = exported(untrained, out, precision="int8")
    graph = onnx.load(str(out / manifest.model_file)).graph
    weights = [
        onnx.numpy_helper.to_array(tensor)
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 4
    ]
    assert len(weights) > 30
    assert max(int(np.abs(values.astype(int)).max()) for values in weights) == 64
    # Two products of the largest uint8 activation fit into 16 bits, as they are added without VNNI.
    assert 2 * 255 * 64 < 2**15


def test_int8_that_is_not_as_good_is_not_served(untrained: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    out.mkdir()
    (out / "multifidus_int8.onnx").write_bytes(b"of an earlier export")
    manifest = exported(untrained, out, precision="int8", tolerance=STRICT)
    assert (manifest.precision, manifest.model_file) == ("fp32", "multifidus_fp32.onnx")
    assert manifest.metrics["parity"]["int8_holds"] is False
    assert [path.name for path in out.glob("*.onnx")] == ["multifidus_fp32.onnx"]
    assert Segmenter(out, threads=1).manifest.precision == "fp32"


def test_weights_that_are_exported_once_more_stay_what_they_are(
    untrained: Path, tmp_path: Path
) -> None:
    first = exported(untrained, tmp_path / "model").provenance["weights"]
    file = tmp_path / "weights" / first["file"]
    again = exported(file, tmp_path / "elsewhere" / "model")
    assert again.provenance["weights"] == first
    assert not (tmp_path / "elsewhere" / "weights").exists()


def test_a_file_too_large_for_the_repository_is_not_put_there(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "SHIPPED_MODEL", tmp_path / "layers" / "model")
    with pytest.raises(ExportError, match="30 MB at most"):
        exported(untrained, tmp_path / "layers" / "model")
    assert not (tmp_path / "layers").exists()


def test_a_tampered_export_does_not_load(untrained: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    manifest = exported(untrained, out)
    with (out / manifest.model_file).open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(ModelUnavailable):
        Segmenter(out, threads=1)
