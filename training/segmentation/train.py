"""Train the segmentation model.

Read from top to bottom: configuration, initialisation, data, loop. A run resumes from its own
checkpoint when started again; `--init` starts from the weights of another run, a checkpoint or the
half-precision weights that `export` writes.

    python -m training.segmentation.train --config training/segmentation/configs/shipped.toml \
        --run runs/shipped
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch

from training.segmentation import checkpoints
from training.segmentation.arithmetic import trains_in_bfloat16
from training.segmentation.checkpoints import TrainState
from training.segmentation.config import TrainConfig
from training.segmentation.examples import BuiltInSource, ExampleSource, loader
from training.segmentation.losses import bce_dice
from training.segmentation.network import TARGETS, build_unet


def train(
    config: TrainConfig,
    run: Path,
    *,
    init: Path | None,
    threads: int | None,
    source: ExampleSource | None = None,
) -> None:
    """Train until `config.steps`, writing `run/last.pt` and `run/log.jsonl`.

    Parameters
    ----------
    config : TrainConfig
        The run.
    run : Path
        Its folder.
    init : Path, optional
        Checkpoint or weights to start from.
    threads : int, optional
        Threads of the optimiser's process.
    source : ExampleSource, optional
        Where examples come from; by default the data folder.

    Raises
    ------
    WeightsError
        `init` cannot be used.
    FloatingPointError
        The loss is not finite.
    """
    # Initialisation
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run.mkdir(parents=True, exist_ok=True)
    last = run / "last.pt"
    source = source or BuiltInSource(config=config)
    state = _start(config, last, init, device, source.subjects)
    model, optimizer = state.model, state.optimizer
    weights = torch.tensor(_channel_weights(config), device=device)
    halves = trains_in_bfloat16(device)

    # Data
    batches = iter(loader(config, source, state.step))

    # Loop
    model.train()
    began = time.monotonic()
    running = 0.0
    while state.step < config.steps:
        inputs, targets = next(batches)
        inputs = inputs.to(device, memory_format=torch.channels_last)
        targets = targets.to(device)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config, state.step)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=halves):
            logits = model(inputs)
        loss = bce_dice(logits.float(), targets, weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.gradient_clip)
        optimizer.step()
        state.step += 1
        _update_average(state, config)

        running += float(loss.detach())
        if not math.isfinite(running):
            raise FloatingPointError(f"The loss is not finite at step {state.step}.")
        if state.step % config.log_every == 0:
            seconds = (time.monotonic() - began) / config.log_every
            _log(run, state.step, running / config.log_every, seconds)
            running, began = 0.0, time.monotonic()
        if state.step % config.checkpoint_every == 0 or state.step == config.steps:
            checkpoints.save(last, state, config)


def learning_rate(config: TrainConfig, step: int) -> float:
    """Linear warm-up, then cosine decay to 2 % of the configured rate."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return config.learning_rate * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))


def _start(
    config: TrainConfig,
    last: Path,
    init: Path | None,
    device: torch.device,
    subjects: tuple[str, ...],
) -> TrainState:
    model = build_unet().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    seen = set(subjects)
    step = 0
    if last.exists():
        found = checkpoints.load(last)
        model.load_state_dict(found["model"])
        optimizer.load_state_dict(found["optimizer"])
        ema, step = found["ema"], found["step"]
        seen |= set(found["seen_subjects"])
    elif init is not None:
        found = checkpoints.load_init(init)
        model.load_state_dict(found["ema"])
        ema = found["ema"]
        seen |= set(found["seen_subjects"])
    else:
        ema = {key: value.clone() for key, value in model.state_dict().items()}
    ema = {key: value.to(device) for key, value in ema.items()}
    return TrainState(
        model=model, ema=ema, optimizer=optimizer, step=step, seen_subjects=sorted(seen)
    )


def _channel_weights(config: TrainConfig) -> list[float]:
    raw = [1.0] * (len(TARGETS) - 1) + [config.auxiliary_weight]
    return [weight / sum(raw) for weight in raw]


@torch.no_grad()
def _update_average(state: TrainState, config: TrainConfig) -> None:
    # Early on the average must forget the random start, so it begins short and grows.
    decay = min(config.ema_decay, (1.0 + state.step) / (10.0 + state.step))
    for key, value in state.model.state_dict().items():
        average = state.ema[key]
        if average.dtype.is_floating_point:
            average.lerp_(value, 1.0 - decay)
        else:
            average.copy_(value)


def _log(run: Path, step: int, loss: float, seconds_per_step: float) -> None:
    line = {"step": step, "loss": round(loss, 4), "seconds_per_step": round(seconds_per_step, 3)}
    print(json.dumps(line), flush=True)
    with (run / "log.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train the segmentation model.")
    parser.add_argument("--config", type=Path, default=TrainConfig.default_path())
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--init", type=Path, help="checkpoint or weights to start from")
    parser.add_argument("--threads", type=int, help="threads of the optimiser's process")
    args = parser.parse_args()
    train(TrainConfig.load(args.config), args.run, init=args.init, threads=args.threads)


if __name__ == "__main__":
    main()
