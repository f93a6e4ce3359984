"""The network as ONNX: FP32, and static INT8 made from it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

from multifidus.manifest import SPEC_HASH_KEY, PreprocessSpec
from training.segmentation.network import EXPORTED_CHANNELS

INPUT_NAME, OUTPUT_NAME = "image", "logits"
OPSET = 17


class _Exported(nn.Module):
    """The network without its auxiliary channels."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(image)
        return logits[:, : len(EXPORTED_CHANNELS)]


class _Calibration(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime ships no types
    """Inputs for the ranges of the activations."""

    def __init__(self, inputs: list[npt.NDArray[np.float32]]) -> None:
        self._inputs: Iterator[npt.NDArray[np.float32]] = iter(inputs)

    def get_next(self) -> dict[str, npt.NDArray[np.float32]] | None:
        tensor = next(self._inputs, None)
        return None if tensor is None else {INPUT_NAME: tensor}


def export_fp32(model: nn.Module, spec: PreprocessSpec, path: Path) -> None:
    """Write the network as ONNX with the preprocessing's hash in its metadata."""
    example = torch.zeros(1, 1, spec.height_px, spec.width_px)
    with warnings.catch_warnings():
        # Deprecated, but its graphs quantise well and it needs no onnxscript.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            _Exported(model).eval(),
            (example,),
            str(path),
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            opset_version=OPSET,
            dynamo=False,
        )
    _stamp(path, spec)


def export_int8(
    fp32: Path, spec: PreprocessSpec, inputs: list[npt.NDArray[np.float32]], path: Path
) -> None:
    """Quantise statically: QDQ, uint8 activations, weights of seven bits in int8 per channel.

    Seven bits, because processors without VNNI add two products of uint8 and int8 in 16 bits, which
    saturate with weights of eight; with VNNI nothing saturates and the eighth bit is hardly missed.

    Parameters
    ----------
    fp32 : Path
        The exported ONNX file.
    spec : PreprocessSpec
        For the metadata.
    inputs : list of ndarray, each (1, 1, H, W)
        Calibration inputs.
    path : Path
        Where the result goes.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(path),
            _Calibration(inputs),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"CalibMovingAverage": True},
        )
    _stamp(path, spec)


def _stamp(path: Path, spec: PreprocessSpec) -> None:
    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, {SPEC_HASH_KEY: spec.sha256()})
    onnx.save(model, str(path))
