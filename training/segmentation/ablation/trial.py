"""One trial: train without a choice, then score on subjects that have taken no part."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch

from multifidus.inference import Segmenter
from multifidus.manifest import PreprocessSpec
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


def dice_of(checkpoint: Path, cases_folder: Path | None) -> dict[str, dict[str, float]]:
    """Mean union Dice on each subject that the checkpoint has not seen, and on generated slices.

    Parameters
    ----------
    checkpoint : Path
        What is scored, in FP32 through the serving package.
    cases_folder : Path, optional
        Where generated slices are kept.

    Returns
    -------
    dict
        `dice` of the averaged weights and `last_weights`, by subject and of `imitation`.
    """
    found = checkpoints.load(checkpoint)
    spec = as_served(TrainConfig.from_dict(found["config"]).preprocess)
    sets = {name: _cases(name) for name in SUBJECTS if name not in found["seen_subjects"]}
    sets["imitation"] = imitation_set(
        GENERATED_COUNT, first_seed=GENERATED_SEED, size_px=GENERATED_PX, folder=cases_folder
    )
    return {
        "dice": _mean_dice(found["ema"], spec, sets),
        "last_weights": _mean_dice(found["model"], spec, sets),
    }


def _mean_dice(
    state: dict[str, torch.Tensor], spec: PreprocessSpec, sets: dict[str, list[Case]]
) -> dict[str, float]:
    model = build_unet()
    model.load_state_dict(state)
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
    """Train and score, unless the record is there; the checkpoint is not kept."""
    if record.exists():
        return
    run = record.with_suffix(".run")
    checkpoint = trial.train(run, threads=threads)
    figures = dice_of(checkpoint, cases_folder) | {
        "choice": trial.choice.name,
        "config": trial.changed_config().to_dict(),
    }
    record.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(run)
