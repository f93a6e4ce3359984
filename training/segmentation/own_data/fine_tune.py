"""The run: read, split, score, train, score again, and say what comes next.

`run/` then holds what every run holds (`last.pt`, `log.jsonl`), and `split.json`, `validation.json`
and `own_data.json`, from which `export` finds the folder again.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from multifidus.manifest import PreprocessSpec
from training.segmentation.checkpoints import averaged_model, load_init
from training.segmentation.config import TrainConfig
from training.segmentation.examples import has_data
from training.segmentation.model_folder import as_served
from training.segmentation.own_data.annotated_slice import AnnotatedSlice
from training.segmentation.own_data.mixture import OwnMixture
from training.segmentation.own_data.read_folder import OwnData
from training.segmentation.own_data.run_folder import begin_run
from training.segmentation.own_data.split import Split, recorded_split
from training.segmentation.own_data.validation import mean_dice, table, validate
from training.segmentation.train import train

DEFAULT_CONFIG = Path(__file__).parents[1] / "configs" / "own_data.toml"
VALIDATION_FILE = "validation.json"

NO_WEIGHTS = (
    "There are no weights to start from: this checkout holds none (training/segmentation/weights), "
    "and --init names none. Starting from random weights: {steps} steps will not make a good model "
    "of them; a whole training takes thousands, and more people than most folders hold. Set more "
    "with --steps."
)

Say = Callable[[str], None]


def fine_tune(
    data: OwnData,
    split: Split,
    run: Path,
    config: TrainConfig,
    *,
    init: Path | None,
    threads: int | None = None,
    say: Say = print,
) -> dict[str, Any]:
    """Train on the split's training subjects.

    Parameters
    ----------
    data : OwnData
        What the folder holds.
    split : Split
        Who trains and who validates.
    run : Path
        Folder of the run; a run that was stopped goes on.
    config : TrainConfig
        The run; its preprocessing is replaced by that of `init`.
    init : Path, optional
        Checkpoint or weights to start from; None starts from random ones.
    threads : int, optional
        Threads of the optimiser's process.
    say : callable
        Takes lines for people.

    Returns
    -------
    dict
        `before` and `after`: Dice by validation subject; None where it was not scored.

    Raises
    ------
    DataFolderError
        The run's folder cannot be used.
    WeightsError
        `init` cannot be used.
    """
    begin_run(run)
    split = recorded_split(run, split)
    held_out = {name: data.slices[name] for name in split.validation}
    own = {name: data.slices[name] for name in split.train}
    last = run / "last.pt"
    before = _recorded_before(run)
    if init is None and not last.exists():
        say(NO_WEIGHTS.format(steps=config.steps))
    start = last if last.exists() else init
    if start is not None:
        config = dataclasses.replace(config, preprocess=_preprocess_of(start))
    if start == init is not None and held_out:
        say("Scoring the weights on the validation subjects before training ...")
        before = validate(averaged_model(init)[0], config.preprocess, held_out)
        say(f"Dice before, mean of the subjects: {mean_dice(before):.3f}")
        _write(run / VALIDATION_FILE, {"before": before, "after": None})

    source = OwnMixture.of(config, own)
    say(
        f"Training on {counted(own)} for {config.steps} steps, "
        f"{100 * config.own_share:.0f} % of them own slices"
        + ("." if has_data() else ", the others made-up people (there is no data folder).")
    )
    train(config, run, init=init, threads=threads, source=source)

    after = None
    if held_out:
        after = validate(averaged_model(last)[0], config.preprocess, held_out)
        say(f"\nDice of both sides together, {counted(held_out)} that training did not see:")
        say(table(before, after))
        if before is not None and mean_dice(after) < mean_dice(before):
            say("It did not help on these subjects: keep the model that you started from.")
    _write(run / VALIDATION_FILE, {"before": before, "after": after})
    return {"before": before, "after": after}


def _recorded_before(run: Path) -> dict[str, Any] | None:
    path = run / VALIDATION_FILE
    if not path.exists():
        return None
    found: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8"))["before"]
    return found


def _preprocess_of(init: Path) -> PreprocessSpec:
    return as_served(TrainConfig.from_dict(load_init(init)["config"]).preprocess)


def counted(subjects: dict[str, list[AnnotatedSlice]]) -> str:
    """In words, how many slices of how many subjects."""
    slices = sum(len(items) for items in subjects.values())
    people = f"{len(subjects)} subject{'s' if len(subjects) != 1 else ''}"
    return f"{slices} slice{'s' if slices != 1 else ''} of {people}"


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
