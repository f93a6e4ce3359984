"""Export a checkpoint: the served ONNX with manifest, card and self-test, and its weights.

    python -m training.segmentation.export --checkpoint runs/shipped/last.pt --out layers/model \
        --version 0.1.0

`--out` gets what is served: static INT8, or FP32 where INT8 does not give the same masks. The
weights in half precision, to fine-tune from, go beside it into `weights/` (for `layers/model` into
`training/segmentation/weights/`, instead of those of the model before); where `--checkpoint` is
such a file, to export it once more, it stays what it is. What was measured comes into the manifest
and the card afterwards, by the commands of `training.segmentation.evaluation`; `--records` takes
records that were made before.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from multifidus.inference import Segmenter
from multifidus.manifest import READY_SLICE, ModelManifest, file_sha256
from training.segmentation.checkpoints import averaged_model, load_init
from training.segmentation.config import TrainConfig
from training.segmentation.evaluation.records import figures_of
from training.segmentation.examples import Draw
from training.segmentation.export_sources import ExportSources, sources_of
from training.segmentation.model_card import TRAINING_DATA, write_model_card
from training.segmentation.model_folder import (
    DEFAULT_THRESHOLD,
    as_served,
    describe_file,
    write_fp32_folder,
)
from training.segmentation.onnx_files import export_int8
from training.segmentation.precision import MAX_DICE_DIFFERENCE, compare_precisions
from training.segmentation.self_test import write_ready_mask
from training.segmentation.weights import SHIPPED_WEIGHTS, SUFFIX, WeightsError, save_weights

SHIPPED_MODEL = Path(__file__).parents[2] / "layers" / "model"

MAX_SHIPPED_BYTES = 30_000_000
"""The repository, the layer and the images carry the served file."""

_OWN_DATA = {
    "name": "Own data",
    "licence": "that of whoever trained this model",
    "what": "axial slices with masks, not part of the repository",
    "source": "see `subjects` of the provenance",
}


class ExportError(Exception):
    """The export cannot be made; the text says why."""


def calibration_inputs(draw: Draw, seed: int, count: int) -> list[npt.NDArray[np.float32]]:
    """Inputs drawn as in training, with a seed of their own."""
    rng = np.random.default_rng([seed, 20_000])
    return [draw(rng)[0][None] for _ in range(count)]


def export(
    checkpoint: Path,
    out: Path,
    *,
    version: str,
    precision: str = "int8",
    threshold: float = DEFAULT_THRESHOLD,
    metrics: dict[str, Any] | None = None,
    sources: ExportSources,
    calibration_count: int,
    tolerance: float = MAX_DICE_DIFFERENCE,
    ready_slice: Path = SHIPPED_MODEL / READY_SLICE,
    weights: Path | None = None,
) -> ModelManifest:
    """Write the model folder and the weights.

    Parameters
    ----------
    checkpoint, out : Path
        What is exported, and the model's folder.
    version : str
        Of the model.
    precision : str
        `int8`, which falls back to `fp32` where it is not as good, or `fp32`.
    threshold : float
        Probability from which a pixel counts as muscle.
    metrics : dict, optional
        Records for the model card.
    sources : ExportSources
        Inputs that INT8 is calibrated on, and slices that the precisions are compared on.
    calibration_count : int
        Number of these inputs.
    tolerance : float
        By which the Dice of INT8 may differ.
    ready_slice : Path
        Slice of the self-test.
    weights : Path, optional
        Folder of the weights.

    Raises
    ------
    ExportError
        The served file is too large for the repository, and `out` is its folder.
    WeightsError
        The checkpoint or the weights cannot be used.
    """
    model, config, notes = averaged_model(checkpoint)
    ready = ready_slice.read_bytes()  # which may lie in `out`
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        fp32 = write_fp32_folder(
            model,
            as_served(config.preprocess),
            _made(work / "fp32"),
            version=version,
            threshold=threshold,
        )
        folder, manifest, record = work / "fp32", fp32, None
        if precision == "int8":
            inputs = calibration_inputs(sources.examples.open(), config.seed, calibration_count)
            int8 = _write_int8(work / "fp32", fp32, inputs, _made(work / "int8"))
            record = compare_precisions(
                model,
                Segmenter(work / "fp32", threads=1),
                Segmenter(work / "int8", threads=1),
                sources.cases(),
                tolerance=tolerance,
            )
            if record["int8_holds"]:
                folder, manifest = work / "int8", int8
        _check_size(folder / manifest.model_file, out)
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob("multifidus_*.onnx"):
            old.unlink()
        shutil.copyfile(folder / manifest.model_file, out / manifest.model_file)
    found = _weights_of(checkpoint, weights or _weights_folder(out), version)
    seen = notes["seen_subjects"]
    own = [name for name in seen if name.startswith("own data")]
    manifest = dataclasses.replace(
        manifest,
        metrics=({"parity": record} if record else {}) | (metrics or {}),
        training_data=TRAINING_DATA + ([_OWN_DATA | {"subjects": own}] if own else []),
        provenance={
            "git_commit": _git_commit(),
            "steps": notes["step"],
            "subjects": seen,
            "config": config.to_dict(),
            "weights": found,
        },
    )
    manifest.save(out)
    write_model_card(manifest, out / "MODEL_CARD.md")
    write_ready_mask(out, ready)
    return manifest


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _write_int8(
    fp32: Path, manifest: ModelManifest, inputs: list[npt.NDArray[np.float32]], folder: Path
) -> ModelManifest:
    path = folder / "multifidus_int8.onnx"
    export_int8(fp32 / manifest.model_file, manifest.preprocess, inputs, path)
    made = describe_file(
        path,
        manifest.preprocess,
        version=manifest.version,
        threshold=manifest.threshold,
        precision="int8",
    )
    made.save(folder)
    return made


def _check_size(path: Path, out: Path) -> None:
    size = path.stat().st_size
    if size > MAX_SHIPPED_BYTES and out.resolve() == SHIPPED_MODEL.resolve():
        raise ExportError(
            f"The served file takes {size / 1e6:.1f} MB; the repository takes "
            f"{MAX_SHIPPED_BYTES / 1e6:.0f} MB at most. Export into another folder to look into it."
        )


def _weights_folder(out: Path) -> Path:
    if out.resolve() == SHIPPED_MODEL.resolve():
        return SHIPPED_WEIGHTS
    return out.parent / "weights"


def _weights_of(checkpoint: Path, folder: Path, version: str) -> dict[str, Any]:
    """Name and hash of the weights: written, or those that are exported once more."""
    path = checkpoint
    if checkpoint.suffix != SUFFIX:
        path = folder / f"multifidus-{version}{SUFFIX}"
        _write_weights(checkpoint, path, version)
    return {"file": path.name, "sha256": file_sha256(path), "bytes": path.stat().st_size}


def _write_weights(checkpoint: Path, path: Path, version: str) -> None:
    """Write the weights, in the shipped folder instead of the former ones."""
    found = load_init(checkpoint)
    save_weights(
        path,
        found["ema"],
        TrainConfig.from_dict(found["config"]),
        version=version,
        step=found["step"],
        seen_subjects=found["seen_subjects"],
    )
    if path.parent == SHIPPED_WEIGHTS:
        for old in path.parent.glob(f"*{SUFFIX}"):
            if old != path:
                old.unlink()


def _git_commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - git is found on the developer's PATH
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def _say(manifest: ModelManifest, out: Path, precision: str) -> None:
    size = (out / manifest.model_file).stat().st_size
    print(
        f"{manifest.name} {manifest.version}: {manifest.precision.upper()}, {size / 1e6:.1f} MB, "
        f"{manifest.sha256[:12]} -> {out}"
    )
    record = manifest.metrics.get("parity", {})
    if precision == "int8" and "dice_difference" in record:
        print(f"Dice of INT8 differs from that of FP32 by {record['dice_difference']}.")
    if manifest.precision != precision:
        print(
            f"That is over {MAX_DICE_DIFFERENCE}, so FP32 is served instead: four times as large "
            "and slower. More calibration inputs (--calibration) or more training may mend it."
        )
    weights = manifest.provenance["weights"]
    print(f"Weights to fine-tune from: {weights['file']}, {weights['bytes'] / 1e6:.1f} MB.")


def main() -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--threshold", type=float, default=DEFAULT_THRESHOLD)
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--records", type=Path, help="folder of the evaluation's records")
    parser.add_argument("--calibration", type=int, default=200, help="calibration inputs")
    parser.add_argument("--weights", type=Path, help="folder of the weights")
    parser.add_argument(
        "--ready-slice", type=Path, default=SHIPPED_MODEL / READY_SLICE, help="of the self-test"
    )
    args = parser.parse_args()
    torch.set_num_threads(1)  # run times are compared on one thread
    try:
        sources = sources_of(args.checkpoint)
        if sources.note:
            print(sources.note)
        manifest = export(
            args.checkpoint,
            args.out,
            version=args.version,
            precision=args.precision,
            threshold=args.threshold,
            metrics=figures_of(args.records) if args.records else {},
            sources=sources,
            calibration_count=args.calibration,
            ready_slice=args.ready_slice,
            weights=args.weights,
        )
    except (ExportError, WeightsError) as error:
        print(error, file=sys.stderr)
        return 2
    _say(manifest, args.out, args.precision)
    return 0


if __name__ == "__main__":
    sys.exit(main())
