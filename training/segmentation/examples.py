"""Batches for training: a source of examples behind a torch data loader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from training.phantom.from_labels import render_from_labels
from training.phantom.generate import generate, random_spec
from training.phantom.label_maps import LabelLibrary
from training.phantom.phantom_slice import PhantomSlice
from training.segmentation.config import TrainConfig
from training.segmentation.data_engine import DataEngine, FloatImage
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject

PHANTOM_TARGETS = (1, 2, 3)
"""Values of `PhantomSlice.muscles` in the order of `TARGETS`."""

Draw = Callable[[np.random.Generator], tuple[FloatImage, FloatImage]]
"""Draws an example: input `(1, H, W)` and targets `(len(TARGETS), H, W)`."""


class ExampleSource(Protocol):
    """Where a run's examples come from; small enough to be handed to each worker process."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Whom the examples show: what the weights will have seen."""

    def open(self) -> Draw:
        """Load what is needed to draw; called once in each worker."""


@dataclass(frozen=True, kw_only=True)
class BuiltInSource:
    """The subjects and label maps of the data folder, as the configuration names them.

    Attributes
    ----------
    config : TrainConfig
        The run.
    """

    config: TrainConfig

    @property
    def subjects(self) -> tuple[str, ...]:
        """The imaged subjects that take part."""
        return tuple(name for name in SUBJECTS if name not in self.config.exclude_subjects)

    def open(self) -> Draw:
        """Load volumes and label maps."""
        return build_engine(self.config).draw


@dataclass(frozen=True, kw_only=True)
class MadeUpSource:
    """Rendered slices of made-up people, where there is no data folder.

    Attributes
    ----------
    config : TrainConfig
        The run.
    """

    config: TrainConfig

    @property
    def subjects(self) -> tuple[str, ...]:
        """Nobody."""
        return ()

    def open(self) -> Draw:
        """Make the generator ready."""

        def render(rng: np.random.Generator, size_px: int) -> tuple[FloatImage, FloatImage]:
            spec = random_spec(rng, size_px=size_px)
            return _example_of(generate(spec, int(rng.integers(2**31))))

        return DataEngine({}, self.config.preprocess, self.config.mixture, render).draw


def has_data() -> bool:
    """Whether there is a data folder with the volumes and label maps."""
    try:
        folder = data_folder()
    except FileNotFoundError:
        return False
    return (folder / "lpm").is_dir() and (folder / "musclemap").is_dir()


def build_engine(config: TrainConfig) -> DataEngine:
    """The data engine over the subjects that the configuration does not exclude.

    Raises
    ------
    FileNotFoundError
        The data folder, or a file of a subject, is missing.
    """
    folder = data_folder()
    stacks = {
        name: load_subject(name, folder) for name in SUBJECTS if name not in config.exclude_subjects
    }
    if config.mixture.rendered == 0.0:
        return DataEngine(stacks, config.preprocess, config.mixture)
    library = LabelLibrary(folder, exclude=frozenset(config.exclude_subjects))

    def render(rng: np.random.Generator, size_px: int) -> tuple[FloatImage, FloatImage]:
        return _example_of(render_from_labels(rng, size_px, library))

    return DataEngine(stacks, config.preprocess, config.mixture, render)


def _example_of(phantom: PhantomSlice) -> tuple[FloatImage, FloatImage]:
    targets = np.stack([phantom.muscles == value for value in PHANTOM_TARGETS])
    return phantom.pixels, targets.astype(np.float32)


class ExampleStream(IterableDataset[tuple[torch.Tensor, torch.Tensor]]):
    """Endless examples; each worker and each resumed run draws its own.

    Parameters
    ----------
    source : ExampleSource
        Where they come from.
    seed : int
        Of the run.
    first_step : int
        Step at which the run begins or resumes; part of the seed.
    """

    def __init__(self, source: ExampleSource, seed: int, first_step: int) -> None:
        self._source = source
        self._seed = seed
        self._first_step = first_step

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        worker = get_worker_info()
        number = worker.id if worker is not None else 0
        rng = np.random.default_rng([self._seed, self._first_step, number])
        draw = self._source.open()
        while True:
            tensor, targets = draw(rng)
            yield torch.from_numpy(tensor), torch.from_numpy(targets)


def loader(
    config: TrainConfig, source: ExampleSource, first_step: int
) -> DataLoader[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of `(B, 1, H, W)` inputs and `(B, C, H, W)` targets."""
    return DataLoader(
        ExampleStream(source, config.seed, first_step),
        batch_size=config.batch_size,
        num_workers=config.workers,
        prefetch_factor=8 if config.workers else None,
        worker_init_fn=_one_thread,
    )


def _one_thread(_worker: int) -> None:
    import cv2

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
