"""A model of four nodes that finds what is bright, and generated slices small enough for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from multifidus.image_io import ImageSlice
from multifidus.inference import Segmenter
from multifidus.manifest import (
    READY_SLICE,
    SPEC_HASH_KEY,
    ModelManifest,
    PreprocessSpec,
    file_sha256,
)
from training.segmentation.evaluation.cases import Case

GRID_PX = 64
GAIN = 40.0


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """Right in the left half, left in the other, where the picture is brighter than 3/4."""
    folder = tmp_path / "model"
    folder.mkdir()
    spec = PreprocessSpec(height_px=GRID_PX, width_px=GRID_PX)
    halves = np.zeros((1, 2, GRID_PX, GRID_PX), dtype=np.float32)
    halves[0, 0, :, GRID_PX // 2 :] = halves[0, 1, :, : GRID_PX // 2] = -60.0
    size = [1, 1, GRID_PX, GRID_PX]
    graph = helper.make_graph(
        [
            helper.make_node("Sub", ["image", "cut"], ["centred"]),
            helper.make_node("Mul", ["centred", "gain"], ["scaled"]),
            helper.make_node("Add", ["scaled", "halves"], ["logits"]),
        ],
        "bright_halves",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, size)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 2, *size[2:]])],
        [
            numpy_helper.from_array(np.float32(0.75).reshape(1), "cut"),
            numpy_helper.from_array(np.float32(GAIN).reshape(1), "gain"),
            numpy_helper.from_array(halves, "halves"),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(made, {SPEC_HASH_KEY: spec.sha256()})
    onnx.save(made, folder / "model.onnx")
    ModelManifest(
        name="bright-halves",
        version="0.0.1",
        model_file="model.onnx",
        sha256=file_sha256(folder / "model.onnx"),
        input_name="image",
        output_name="logits",
        output_channels=("right", "left"),
        preprocess=spec,
        threshold=0.5,
        precision="fp32",
        provenance={"subjects": ["TUM01"], "steps": 0, "git_commit": "none"},
    ).save(folder)
    shipped = Path(__file__).parents[4] / "layers" / "model" / READY_SLICE
    (folder / READY_SLICE).write_bytes(shipped.read_bytes())
    return folder


@pytest.fixture
def segmenter(model_folder: Path) -> Segmenter:
    return Segmenter(model_folder, threads=1)


@pytest.fixture
def two_squares() -> Case:
    """A picture in which the model finds exactly the reference."""
    reference = np.zeros((GRID_PX, GRID_PX), dtype=np.uint8)
    reference[30:46, 10:26], reference[30:46, 40:52] = 1, 2
    pixels = np.where(reference > 0, 255, 40).astype(np.float32)
    return Case(
        name="two squares",
        image=ImageSlice(pixels=pixels, media="png"),
        reference=reference,
        spacing_mm=(2.0, 2.0),
        facts={"slice": 1},
    )
