"""One trial: train without a choice, then score on subjects that have taken no part."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from multifidus.inference import Segmenter
from training.segmentation import checkpoints
from training.segmentation.ablation.choice import Choice
from training.segmentation.config import TrainConfig
from training.segmentation.evaluation.cases import Case
from training.segmentation.evaluation.imitation import imitation_set
from training.segmentation.evaluation.scoring import score
from training.segmentation.evaluation.subjects import ECHO_TIMES_MS, cases_of
from training.segmentation.model_folder import as_served, write_fp32_folder
from training.segmentation.network import build_unet
from training.segmentation.train import train
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject

EVERY = 2
"""Every second slice of a subject is scored, with its spacing, at the middle echo time."""

GENERATED_COUNT, GENERATED_SEED, GENERATED_PX = 40, 70_000, 320
"""Generated slices that are scored; no other part of the project uses their seeds."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """What is trained, and on what it is scored.

    Attributes
    ----------
    choice : Choice
        What the run goes without.
    config : TrainConfig
        The run; the choice changes it.
    init : Path, optional
        Checkpoint to start from.
    """

    choice: Choice
    config: TrainConfig
    init: Path | None

    def changed_config(self) -> TrainConfig:
        """Configuration with the choice's settings."""
        settings = dict(self.choice.settings)
        mixture = {key: settings.pop(key) for key in ("rendered", "negatives") if key in settings}
        config = dataclasses.replace(self.config, **settings)
        return dataclasses.replace(config, mixture=dataclasses.replace(config.mixture, **mixture))

    def train(self, run: Path, *, threads: int | None) -> Path:
        """Train in a folder and return the checkpoint."""
        with self.choice.applied():
            train(self.changed_config(), run, init=self.init, threads=threads)
        return run / "last.pt"


def dice_of(checkpoint: Path, *, averaged: bool, cases_folder: Path | None) -> dict[str, float]:
    """Mean union Dice on each subject that the checkpoint has not seen, and on generated slices.

    Parameters
    ----------
    checkpoint : Path
        What is scored, in FP32 through the serving package.
    averaged : bool
        Whether its averaged weights are, or the last ones.
    cases_folder : Path, optional
        Where generated slices are kept.
    """
    found = checkpoints.load(checkpoint)
    model = build_unet()
    model.load_state_dict(found["ema" if averaged else "model"])
    spec = as_served(TrainConfig.from_dict(found["config"]).preprocess)
    sets = {name: _cases(name) for name in SUBJECTS if name not in found["seen_subjects"]}
    sets["imitation"] = imitation_set(
        GENERATED_COUNT, first_seed=GENERATED_SEED, size_px=GENERATED_PX, folder=cases_folder
    )
    with tempfile.TemporaryDirectory() as name:
        write_fp32_folder(model.eval(), spec, Path(name))
        segmenter = Segmenter(Path(name), threads=1)
        return {
            key: round(float(np.mean([item.dice["union"] for item in score(segmenter, cases)])), 4)
            for key, cases in sets.items()
        }


def _cases(subject: str) -> list[Case]:
    cases = cases_of(load_subject(subject, data_folder())[::EVERY])
    middle = f"{ECHO_TIMES_MS[1]:.0f} ms"
    return [
        case
        for case in cases
        if case.facts["delivery"] == "dicom"
        and (case.facts["contrast"] == "T2 as acquired" or middle in case.facts["contrast"])
    ]


def run_trial(trial: Trial, record: Path, *, threads: int | None, cases_folder: Path) -> None:
    """Train and score, unless the record is there; the checkpoint is not kept.

    A choice that trains nothing of its own is scored with its control (`also_unaveraged`).
    """
    if record.exists():
        return
    run = record.with_suffix(".run")
    checkpoint = trial.train(run, threads=threads)
    figures = {
        "dice": dice_of(checkpoint, averaged=True, cases_folder=cases_folder),
        "last_weights": dice_of(checkpoint, averaged=False, cases_folder=cases_folder),
        "choice": trial.choice.name,
        "config": trial.changed_config().to_dict(),
    }
    record.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(run)
