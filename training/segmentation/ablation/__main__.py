"""Ablations: what each choice is worth, in the model card's table.

    python -m training.segmentation.ablation renderer
    python -m training.segmentation.ablation training --init runs/base_on/last.pt
    python -m training.segmentation.ablation table --after layers/model

Each trial leaves a record in the folder `--out` and is not run again; `--only NAME` runs some of
them, so that several commands can share the work. `table` adds the rows to those of a model's
manifest and writes `runs/ablation.json`, which `python -m training.segmentation.evaluation card`
reads.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from multifidus.manifest import ModelManifest
from training.segmentation.ablation.choice import Choice
from training.segmentation.ablation.renderer_choices import PLAIN, RENDERER_CHOICES
from training.segmentation.ablation.training_choices import CONTROL, TRAINING_CHOICES
from training.segmentation.ablation.trial import Trial, run_trial
from training.segmentation.config import TrainConfig
from training.segmentation.volumes import SUBJECTS

CONFIGS = Path(__file__).parents[1] / "configs"
CASES = Path("build/evaluation/cases")
PLAIN_STEPS = 400
"""Steps on the plain renderer that all trials of the renderer start from."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("plain-base", "renderer", "training", "table"))
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--init", type=Path, help="training: checkpoint to start from")
    parser.add_argument("--only", nargs="*", help="names of choices")
    parser.add_argument("--subject", nargs="*", choices=SUBJECTS, default=list(SUBJECTS))
    parser.add_argument("--threads", type=int)
    parser.add_argument("--after", type=Path, help="table: model whose rows come first")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.what == "table":
        write_table(options.out, options.after)
    elif options.what == "training":
        if options.init is None:
            parser.error("training starts from a base: --init")
        try_training(options)
    else:
        try_renderer(options)


def try_renderer(options: argparse.Namespace) -> None:
    """Run the trials of the renderer; the plain base is made where it is not there."""
    config = TrainConfig.load(CONFIGS / "ablation_renderer.toml")
    base = options.out / "plain_base"
    if not (base / "done").exists():
        longer = dataclasses.replace(config, steps=PLAIN_STEPS)
        Trial(choice=PLAIN, config=longer, init=None).train(base, threads=options.threads)
        (base / "done").touch()
    if options.what == "renderer":
        for choice in _chosen(RENDERER_CHOICES, options.only):
            trial = Trial(choice=choice, config=config, init=base / "last.pt")
            record = options.out / f"renderer_{choice.name}.json"
            run_trial(trial, record, threads=options.threads, cases_folder=CASES)


def try_training(options: argparse.Namespace) -> None:
    """Run the trials of a fold's training, each subject left out in turn."""
    config = TrainConfig.load(CONFIGS / "ablation_training.toml")
    for choice in _chosen(TRAINING_CHOICES, options.only):
        for subject in options.subject if choice.averaged else ():  # the last weights come along
            left_out = dataclasses.replace(config, exclude_subjects=(subject,))
            trial = Trial(choice=choice, config=left_out, init=options.init)
            record = options.out / f"training_{choice.name}_{subject}.json"
            run_trial(trial, record, threads=options.threads, cases_folder=CASES)


def write_table(folder: Path, after: Path | None) -> None:
    """Write `runs/ablation.json`: earlier rows, then those of the trials that are there."""
    rows: dict[str, dict[str, Any]] = {}
    if after is not None:
        earlier = ModelManifest.load(after).metrics.get("ablation", {})
        rows |= {key: row for key, row in earlier.items() if not key.startswith(_HEADS)}
    for choice in RENDERER_CHOICES:
        found = _record(folder / f"renderer_{choice.name}.json")
        if found:
            rows[f"{_HEADS[0]}{choice.title}"] = _row([found["dice"]])
    for choice in TRAINING_CHOICES:
        kind = "dice" if choice.averaged else "last_weights"
        name = choice.name if choice.averaged else CONTROL.name
        records = [_record(folder / f"training_{name}_{subject}.json") for subject in SUBJECTS]
        dices = [record[kind] for record in records if record]
        if dices:
            rows[f"{_HEADS[1]}{choice.title}"] = _row(dices)
    path = folder.parent / "ablation.json"
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    for title, row in rows.items():
        print(title, row)


_HEADS = ("Renderer, 220 steps: ", "Fold, 200 steps: ")


def _chosen(choices: tuple[Choice, ...], names: list[str] | None) -> list[Choice]:
    return [choice for choice in choices if names is None or choice.name in names]


def _record(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _row(dices: list[dict[str, float]]) -> dict[str, Any]:
    """One row; a subject is scored by the trials that had not seen it, generated slices by all."""
    generated = [dice["imitation"] for dice in dices]
    row: dict[str, Any] = {
        subject: next((round(dice[subject], 3) for dice in dices if subject in dice), "-")
        for subject in SUBJECTS
    }
    return row | {"imitation": round(sum(generated) / len(generated), 3), "time": "1"}


if __name__ == "__main__":
    main()
