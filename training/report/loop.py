"""One loop of training: the same for the base and for the adapter."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch

from training.report.config import Phase
from training.report.errors import NonFiniteGradientError, ZeroAdapterError
from training.report.examples import Example
from training.report.inputs import seeded
from training.report.model import adapter_is_zero
from training.report.tokenizer import END, PAD

IGNORED = -100
"""Label that counts for nothing."""

ADAPTER_CHECKED_AFTER = 20
"""Steps after which an adapter that is still zero ends a run, rather than hours later."""

HELD_OUT_EXAMPLES = 32
"""Over which the held-out loss of the log is taken."""

Draw = Callable[[Random], Example]


@dataclass(frozen=True, kw_only=True)
class Job:
    """What one loop does.

    Attributes
    ----------
    name : str
        Of its checkpoint and in its log: `base` or `adapter`.
    phase : Phase
        Steps, rates.
    draw : callable
        Draws one example.
    held_out : tuple of Example
        For the held-out loss.
    seed : int
        The examples of a step depend on seed and step alone, so that a resumed run sees the same.
    precision : torch.dtype
        Of the computation; weights stay in float32.
    """

    name: str
    phase: Phase
    draw: Draw
    held_out: tuple[Example, ...]
    seed: int
    precision: torch.dtype


def run_job(job: Job, model: Any, encode: Callable[[str], list[int]], run: Path) -> None:
    """Train until the phase's last step, from the loop's own checkpoint where there is one.

    Writes `run/NAME.pt`, and a line of `run/log.jsonl` now and then.

    Raises
    ------
    NonFiniteGradientError
        A gradient is NaN or infinite.
    ZeroAdapterError
        The adapter does not move.
    """
    device = next(model.parameters()).device
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=job.phase.learning_rate, weight_decay=0.01)
    last = run / f"{job.name}.pt"
    step = _resume(last, model, optimizer) if last.exists() else 0
    held_out = batch_of(job.held_out, encode, device)
    losses: list[float] = []
    began = time.monotonic()
    model.train()
    while step < job.phase.steps:
        random = seeded(f"{job.seed} {job.name} {step}")
        batch = batch_of([job.draw(random) for _ in range(job.phase.batch_size)], encode, device)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(job.phase, step)
        loss = _loss(model, batch, job.precision)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(trained, job.phase.gradient_clip)
        if not math.isfinite(float(norm)):
            raise NonFiniteGradientError(step + 1)
        optimizer.step()
        step += 1
        losses.append(float(loss.detach()))
        ended = step == job.phase.steps
        if (step == ADAPTER_CHECKED_AFTER or ended) and adapter_is_zero(model):
            raise ZeroAdapterError(step)
        if step % job.phase.log_every == 0 or ended:
            seconds = (time.monotonic() - began) / len(losses)
            _log(run, job.name, step, losses, _held_out_loss(model, held_out, job), seconds)
            losses, began = [], time.monotonic()
        if step % job.phase.checkpoint_every == 0 or ended:
            _save(last, model, optimizer, step)


def learning_rate(phase: Phase, step: int) -> float:
    """Linear warm-up, then cosine decay to 5 % of the configured rate."""
    if step < phase.warmup_steps:
        return phase.learning_rate * (step + 1) / phase.warmup_steps
    done = (step - phase.warmup_steps) / max(1, phase.steps - phase.warmup_steps)
    return phase.learning_rate * (0.05 + 0.95 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))


def batch_of(
    examples: list[Example] | tuple[Example, ...],
    encode: Callable[[str], list[int]],
    device: torch.device,
) -> dict[str, torch.Tensor]:
    """Encode and pad examples.

    Returns
    -------
    dict
        `input_ids`, `attention_mask` and `labels`, each of shape (examples, longest).
    """
    prompts = _padded([[*encode(item.prompt), END] for item in examples], PAD)
    answers = _padded([[*encode(item.answer), END] for item in examples], IGNORED)
    return {
        "input_ids": prompts.to(device),
        "attention_mask": (prompts != PAD).long().to(device),
        "labels": answers.to(device),
    }


def _padded(rows: list[list[int]], filler: int) -> torch.Tensor:
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


def _loss(model: Any, batch: dict[str, torch.Tensor], precision: torch.dtype) -> torch.Tensor:
    device = batch["input_ids"].device
    with torch.autocast(device.type, dtype=precision, enabled=precision != torch.float32):
        loss: torch.Tensor = model(**batch).loss
    return loss


@torch.no_grad()
def _held_out_loss(model: Any, batch: dict[str, torch.Tensor], job: Job) -> float:
    model.eval()
    loss = float(_loss(model, batch, job.precision))
    model.train()
    return loss


def _trained_state(model: Any) -> dict[str, torch.Tensor]:
    return {name: item.data for name, item in model.named_parameters() if item.requires_grad}


def _save(path: Path, model: Any, optimizer: torch.optim.Optimizer, step: int) -> None:
    partial = path.with_suffix(".partial")
    state = {"step": step, "model": _trained_state(model), "optimizer": optimizer.state_dict()}
    torch.save(state, partial)
    partial.replace(path)


def _resume(path: Path, model: Any, optimizer: torch.optim.Optimizer) -> int:
    found = torch.load(path, map_location="cpu", weights_only=True)
    weights = _trained_state(model)
    for name, value in found["model"].items():
        weights[name].copy_(value)
    optimizer.load_state_dict(found["optimizer"])
    step: int = found["step"]
    return step


def _log(
    run: Path, name: str, step: int, losses: list[float], held_out: float, seconds: float
) -> None:
    line = {
        "phase": name,
        "step": step,
        "loss": round(sum(losses) / len(losses), 4),
        "held_out_loss": round(held_out, 4),
        "seconds_per_step": round(seconds, 3),
    }
    print(json.dumps(line), flush=True)
    with (run / "log.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
