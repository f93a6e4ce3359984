"""Checkpoints that describe themselves and are written whole or not at all."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.segmentation.config import TrainConfig
from training.segmentation.network import TARGETS, build_unet
from training.segmentation.weights import SUFFIX, WeightsError, load_weights


@dataclass(kw_only=True)
class TrainState:
    """What a run needs to go on.

    Attributes
    ----------
    model : Module
        The weights being trained.
    ema : dict
        Moving average of the weights and buffers; this is what is evaluated and exported.
    optimizer : Optimizer
        With its moments.
    step : int
        Steps done.
    seen_subjects : list of str
        Every subject that any step of this run or of the run it started from has seen.
    """

    model: nn.Module
    ema: dict[str, torch.Tensor]
    optimizer: torch.optim.Optimizer
    step: int
    seen_subjects: list[str]


def save(path: Path, state: TrainState, config: TrainConfig) -> None:
    """Write a checkpoint beside its final name, then rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "config": config.to_dict(),
            "targets": TARGETS,
            "step": state.step,
            "seen_subjects": state.seen_subjects,
            "model": state.model.state_dict(),
            "ema": state.ema,
            "optimizer": state.optimizer.state_dict(),
        },
        partial,
    )
    partial.replace(path)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint's dictionary onto the CPU."""
    checkpoint: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return checkpoint


def load_init(path: Path) -> dict[str, Any]:
    """Read what a run starts from: a checkpoint, or half-precision weights (`weights`).

    Raises
    ------
    WeightsError
        The file cannot be read, or holds a network with other channels.
    """
    if path.suffix == SUFFIX:
        found = load_weights(path)
    else:
        try:
            found = load(path)
        except (OSError, RuntimeError, pickle.UnpicklingError, EOFError) as error:
            raise WeightsError(f"{path} cannot be read as a checkpoint ({error}).") from error
    if tuple(found["targets"]) != TARGETS:
        raise WeightsError(
            f"{path} holds a network with the channels {', '.join(found['targets'])}; this code's "
            f"has {', '.join(TARGETS)}."
        )
    return found


def averaged_model(path: Path) -> tuple[nn.Module, TrainConfig, dict[str, Any]]:
    """The network with the averaged weights of a file, its configuration, and its notes."""
    checkpoint = load_init(path)
    model = build_unet()
    model.load_state_dict(checkpoint["ema"])
    notes = {key: checkpoint[key] for key in ("step", "seen_subjects")}
    return model.eval(), TrainConfig.from_dict(checkpoint["config"]), notes
