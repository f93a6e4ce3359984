"""Weights to fine-tune from: half precision, without the optimiser, with what they are beside them.

A checkpoint resumes a run and holds everything three times in 32 bits; this file holds the averaged
weights once, in 16 bits where that loses nothing that matters. It is written by `export` and read
by `--init` of every training run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from training.segmentation.config import TrainConfig
from training.segmentation.network import TARGETS

SHIPPED_WEIGHTS = Path(__file__).parent / "weights"
"""Where a checkout holds the shipped model's weights."""

SUFFIX = ".safetensors"
MAX_BYTES = 50_000_000
FORMAT = "multifidus-weights-1"


class WeightsError(Exception):
    """The weights cannot be used; the text says why, and what to do."""


def save_weights(
    path: Path,
    ema: dict[str, torch.Tensor],
    config: TrainConfig,
    *,
    version: str,
    step: int,
    seen_subjects: list[str],
) -> None:
    """Write averaged weights in half precision.

    Only kernels are halved. Vectors (biases, the statistics of batch normalisation) are a
    thousandth of the file, and a variance may lie outside of what 16 bits hold.

    Raises
    ------
    WeightsError
        The file is over `MAX_BYTES`, or a weight does not fit into 16 bits.
    """
    tensors = {name: _halved(name, tensor) for name, tensor in ema.items()}
    metadata = {
        "format": FORMAT,
        "version": version,
        "step": str(step),
        "targets": json.dumps(TARGETS),
        "seen_subjects": json.dumps(seen_subjects),
        "config": json.dumps(config.to_dict()),
        "preprocess_sha256": config.preprocess.sha256(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata=metadata)
    size = partial.stat().st_size
    if size > MAX_BYTES:
        partial.unlink()
        raise WeightsError(f"The weights take {size / 1e6:.1f} MB, over {MAX_BYTES / 1e6:.0f} MB.")
    partial.chmod(0o644)  # it is written for its owner alone
    partial.replace(path)


def load_weights(path: Path) -> dict[str, Any]:
    """Read weights in the form of a checkpoint's dictionary, without model and optimiser.

    Returns
    -------
    dict
        `ema` (float32), `config`, `targets`, `step`, `seen_subjects`.

    Raises
    ------
    WeightsError
        The file cannot be read, is not one of ours, or is of another network.
    """
    try:
        with safe_open(path, framework="pt") as stream:
            notes = stream.metadata() or {}
            ema = {name: _widened(stream.get_tensor(name)) for name in stream.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path} cannot be read as weights ({error}).") from error
    if notes.get("format") != FORMAT:
        raise WeightsError(f"{path} holds no weights of this project (format {FORMAT}).")
    config = json.loads(notes["config"])
    if TrainConfig.from_dict(config).preprocess.sha256() != notes["preprocess_sha256"]:
        raise WeightsError(
            f"{path} was trained with another preprocessing than this code's; use the weights that "
            "belong to this version."
        )
    return {
        "ema": ema,
        "config": config,
        "targets": tuple(json.loads(notes["targets"])),
        "step": int(notes["step"]),
        "seen_subjects": json.loads(notes["seen_subjects"]),
        "version": notes["version"],
    }


def shipped_weights(folder: Path = SHIPPED_WEIGHTS) -> Path | None:
    """Return the newest of the shipped weights, None where the checkout has none."""
    found = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: _version_of(path.stem))
    return found[-1] if found else None


def _version_of(stem: str) -> tuple[int, ...]:
    numbers = stem.rpartition("-")[2].split(".")
    return tuple(int(number) if number.isdigit() else -1 for number in numbers)


def _halved(name: str, tensor: torch.Tensor) -> torch.Tensor:
    tensor = tensor.detach().cpu().contiguous()
    if tensor.ndim < 2 or not tensor.dtype.is_floating_point:
        return tensor
    half = tensor.half()
    if not bool(torch.isfinite(half).all()):
        raise WeightsError(f"A weight of {name} does not fit into 16 bits.")
    return half


def _widened(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.float() if tensor.dtype == torch.float16 else tensor
