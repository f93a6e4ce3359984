"""What an export is calibrated and checked on: the data that the run was trained on.

The data folder, or the folder of a user's own data where the run was fine-tuned on one, beside
generated slices. Where neither is there any more, generated slices alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from training.segmentation.checkpoints import load_init
from training.segmentation.config import TrainConfig
from training.segmentation.evaluation.cases import Case
from training.segmentation.evaluation.imitation import imitation_set
from training.segmentation.examples import BuiltInSource, ExampleSource, MadeUpSource, has_data
from training.segmentation.own_data.mixture import OwnMixture
from training.segmentation.own_data.problems import DataFolderError
from training.segmentation.own_data.run_folder import recorded_data
from training.segmentation.precision import Sets, own_cases, real_cases
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject

CHECK_COUNT = 40
"""Slices of each set that the precisions are compared on."""

CHECK_SEED, CHECK_SIZE_PX = 90_000, 256


@dataclass(frozen=True, kw_only=True)
class ExportSources:
    """Inputs and slices for an export.

    Attributes
    ----------
    examples : ExampleSource
        Draws the inputs that INT8 is calibrated on.
    real : tuple of Case
        Slices of people; may be empty.
    generated : int
        Number of generated slices beside them.
    note : str
        What is missing, for people; empty where nothing is.
    """

    examples: ExampleSource
    real: tuple[Case, ...]
    generated: int = CHECK_COUNT
    note: str = ""

    def cases(self) -> Sets:
        """Slices that the precisions are compared on, by the name of their set."""
        made = imitation_set(self.generated, first_seed=CHECK_SEED, size_px=CHECK_SIZE_PX)
        sets = {"real": list(self.real), "generated": made}
        return {name: cases for name, cases in sets.items() if cases}


def sources_of(checkpoint: Path) -> ExportSources:
    """Find the data of the run that a checkpoint lies in.

    Raises
    ------
    WeightsError
        The checkpoint cannot be read.
    """
    config = TrainConfig.from_dict(load_init(checkpoint)["config"])
    note = ""
    try:
        data = recorded_data(checkpoint.parent)
    except DataFolderError:
        data = None
        note = "The own data of this run are not what they were; calibrating without them."
    if data is not None:
        return ExportSources(
            examples=OwnMixture.of(config, data.slices),
            real=tuple(own_cases(data.slices, CHECK_COUNT)),
        )
    if not has_data():
        note = note or "There is no data folder; calibrating on made-up people alone."
        return ExportSources(examples=MadeUpSource(config=config), real=(), note=note)
    stacks = {
        name: load_subject(name, data_folder())
        for name in SUBJECTS
        if name not in config.exclude_subjects
    }
    return ExportSources(
        examples=BuiltInSource(config=config),
        real=tuple(real_cases(stacks, CHECK_COUNT)),
        note=note,
    )
