"""Export a checkpoint: ONNX in FP32 and static INT8, its manifest and its model card.

python -m training.segmentation.export --checkpoint runs/shipped/last.pt --out layers/model \
        --version 0.1.0

What was measured comes into the manifest and the card afterwards, by the commands of
`training.segmentation.evaluation`; `--records` carries over records that were made before.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

from multifidus.manifest import (
    READY_SLICE,
    SPEC_HASH_KEY,
    ModelManifest,
    PreprocessSpec,
    file_sha256,
)
from training.segmentation.checkpoints import averaged_model
from training.segmentation.config import TrainConfig
from training.segmentation.evaluation.records import figures_of
from training.segmentation.examples import build_engine
from training.segmentation.model_card import TRAINING_DATA, write_model_card
from training.segmentation.network import EXPORTED_CHANNELS
from training.segmentation.self_test import write_ready_mask

SHIPPED_MODEL = Path(__file__).parents[2] / "layers" / "model"
MODEL_NAME = "multifidus-unet-resnet34"
INPUT_NAME, OUTPUT_NAME = "image", "logits"
OPSET = 17


class _Exported(nn.Module):
    """The network without its auxiliary channel."""

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
    """Quantise statically: QDQ, uint8 activations, int8 weights per channel.

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
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"CalibMovingAverage": True},
        )
    _stamp(path, spec)


def calibration_inputs(config: TrainConfig, count: int) -> list[npt.NDArray[np.float32]]:
    """Inputs drawn by the data engine, with a seed of their own."""
    engine = build_engine(config)
    rng = np.random.default_rng([config.seed, 20_000])
    return [engine.draw(rng)[0][None] for _ in range(count)]


def _stamp(path: Path, spec: PreprocessSpec) -> None:
    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, {SPEC_HASH_KEY: spec.sha256()})
    onnx.save(model, str(path))


def _git_commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - git is found on the developer's PATH
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def export(
    checkpoint: Path,
    out: Path,
    *,
    version: str,
    threshold: float,
    precision: str,
    metrics: dict[str, Any],
    calibration_count: int,
    ready_slice: Path,
) -> ModelManifest:
    """Write the model folder: ONNX, manifest, model card and self-test."""
    model, config, notes = averaged_model(checkpoint)
    spec = config.preprocess
    out.mkdir(parents=True, exist_ok=True)
    model_file = f"multifidus_{precision}.onnx"
    if precision == "fp32":
        export_fp32(model, spec, out / model_file)
    else:
        with tempfile.TemporaryDirectory() as folder:
            fp32 = Path(folder) / "fp32.onnx"
            export_fp32(model, spec, fp32)
            export_int8(fp32, spec, calibration_inputs(config, calibration_count), out / model_file)
    manifest = ModelManifest(
        name=MODEL_NAME,
        version=version,
        model_file=model_file,
        sha256=file_sha256(out / model_file),
        input_name=INPUT_NAME,
        output_name=OUTPUT_NAME,
        output_channels=EXPORTED_CHANNELS,
        preprocess=spec,
        threshold=threshold,
        precision=precision,
        metrics=metrics,
        training_data=TRAINING_DATA,
        provenance={
            "git_commit": _git_commit(),
            "steps": notes["step"],
            "subjects": notes["seen_subjects"],
            "config": config.to_dict(),
        },
    )
    manifest.save(out)
    write_model_card(manifest, out / "MODEL_CARD.md")
    write_ready_mask(out, ready_slice.read_bytes())
    return manifest


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Export a checkpoint to a model folder.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--records", type=Path, help="folder of the evaluation's records")
    parser.add_argument("--calibration", type=int, default=200, help="calibration inputs")
    parser.add_argument(
        "--ready-slice", type=Path, default=SHIPPED_MODEL / READY_SLICE, help="of the self-test"
    )
    args = parser.parse_args()
    manifest = export(
        args.checkpoint,
        args.out,
        version=args.version,
        threshold=args.threshold,
        precision=args.precision,
        metrics=figures_of(args.records) if args.records else {},
        calibration_count=args.calibration,
        ready_slice=args.ready_slice,
    )
    print(f"{manifest.name} {manifest.version} {manifest.sha256[:12]} -> {args.out}")


if __name__ == "__main__":
    main()
