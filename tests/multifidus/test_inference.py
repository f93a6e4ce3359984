"""The segmenter on a tiny graph made here."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper

from multifidus.errors import ModelUnavailable
from multifidus.inference import Segmenter
from multifidus.manifest import SPEC_HASH_KEY, ModelManifest, PreprocessSpec, file_sha256

SPEC = PreprocessSpec(height_px=32, width_px=32)


def write_model(
    folder: Path,
    *,
    size: int = 32,
    channels: int = 2,
    recorded: str | None = None,
    input_name: str = "image",
    temperature: float = 1.0,
) -> None:
    """A graph whose first output channel is 8 x - 4 and whose others are its negative."""
    nodes = [
        helper.make_node("Mul", [input_name, "eight"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "four"], ["right"]),
        helper.make_node("Neg", ["right"], ["left"]),
        helper.make_node("Concat", ["right", *["left"] * (channels - 1)], ["logits"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, [1, 1, size, size])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, channels, size, size])],
        [
            helper.make_tensor("eight", TensorProto.FLOAT, [1], [8.0]),
            helper.make_tensor("four", TensorProto.FLOAT, [1], [4.0]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {SPEC_HASH_KEY: recorded or SPEC.sha256()})
    onnx.save(model, folder / "tiny.onnx")
    ModelManifest(
        name="tiny",
        version="0",
        model_file="tiny.onnx",
        sha256=file_sha256(folder / "tiny.onnx"),
        input_name="image",
        output_name="logits",
        output_channels=("right", "left"),
        preprocess=SPEC,
        threshold=0.5,
        temperature=temperature,
    ).save(folder)


def ramp() -> npt.NDArray[np.float32]:
    return np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(1, 1, 32, 32)


def test_probabilities_are_the_sigmoid_of_the_logits(tmp_path: Path) -> None:
    write_model(tmp_path)
    probabilities = Segmenter(tmp_path, threads=1).probabilities(ramp())
    expected = 1.0 / (1.0 + np.exp(-(8.0 * ramp()[0, 0] - 4.0)))
    assert probabilities.shape == (2, 32, 32)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities[0], expected, atol=1e-6)
    np.testing.assert_allclose(probabilities.sum(axis=0), 1.0, atol=1e-6)


def test_the_temperature_divides_the_logits(tmp_path: Path) -> None:
    write_model(tmp_path, temperature=4.0)
    probabilities = Segmenter(tmp_path, threads=1).probabilities(ramp())
    np.testing.assert_allclose(probabilities[0, -1, -1], 1.0 / (1.0 + np.exp(-1.0)), atol=1e-6)


def test_huge_logits_stay_finite(tmp_path: Path) -> None:
    write_model(tmp_path)
    probabilities = Segmenter(tmp_path, threads=1).probabilities(ramp() * np.float32(1e6))
    assert np.isfinite(probabilities).all()


@pytest.mark.parametrize(
    "wrong",
    [{"size": 64}, {"channels": 3}, {"recorded": "0" * 64}, {"input_name": "picture"}],
)
def test_a_graph_that_does_not_fit_its_manifest_is_refused(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    write_model(tmp_path, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ModelUnavailable):
        Segmenter(tmp_path, threads=1)


def test_a_file_of_another_hash_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    path = tmp_path / "tiny.onnx"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelUnavailable):
        Segmenter(tmp_path, threads=1)


def test_a_file_that_is_no_model_is_refused_without_library_text(tmp_path: Path) -> None:
    write_model(tmp_path)
    path = tmp_path / "tiny.onnx"
    path.write_bytes(b"no protobuf at all")
    manifest = ModelManifest.load(tmp_path)
    dataclasses.replace(manifest, sha256=file_sha256(path)).save(tmp_path)
    with pytest.raises(ModelUnavailable) as caught:
        Segmenter(tmp_path, threads=1)
    assert str(tmp_path) not in caught.value.detail
    assert "onnx" not in caught.value.detail.lower()


def test_nothing_is_reported_home() -> None:
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
