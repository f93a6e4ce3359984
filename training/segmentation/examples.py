"""Batches for training: the data engine behind a torch data loader."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from training.phantom.from_labels import render_from_labels
from training.phantom.label_maps import LabelLibrary
from training.segmentation.config import TrainConfig
from training.segmentation.data_engine import DataEngine, FloatImage
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject

PHANTOM_TARGETS = (1, 2, 3)
"""Values of `PhantomSlice.muscles` in the order of `TARGETS`."""


def build_engine(config: TrainConfig) -> DataEngine:
    """The data engine over the subjects that the configuration does not exclude."""
    folder = data_folder()
    stacks = {
        name: load_subject(name, folder) for name in SUBJECTS if name not in config.exclude_subjects
    }
    if config.mixture.rendered == 0.0:
        return DataEngine(stacks, config.preprocess, config.mixture)
    library = LabelLibrary(folder, exclude=frozenset(config.exclude_subjects))

    def render(rng: np.random.Generator, size_px: int) -> tuple[FloatImage, FloatImage]:
        phantom = render_from_labels(rng, size_px, library)
        targets = np.stack([phantom.muscles == value for value in PHANTOM_TARGETS])
        return phantom.pixels, targets.astype(np.float32)

    return DataEngine(stacks, config.preprocess, config.mixture, render)


class ExampleStream(IterableDataset[tuple[torch.Tensor, torch.Tensor]]):
    """Endless examples; each worker and each resumed run draws its own.

    Parameters
    ----------
    config : TrainConfig
        The run.
    first_step : int
        Step at which the run begins or resumes; part of the seed.
    """

    def __init__(self, config: TrainConfig, first_step: int) -> None:
        self._config = config
        self._first_step = first_step

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        worker = get_worker_info()
        number = worker.id if worker is not None else 0
        rng = np.random.default_rng([self._config.seed, self._first_step, number])
        engine = build_engine(self._config)
        while True:
            tensor, targets = engine.draw(rng)
            yield torch.from_numpy(tensor), torch.from_numpy(targets)


def loader(config: TrainConfig, first_step: int) -> DataLoader[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of `(B, 1, H, W)` inputs and `(B, 3, H, W)` targets."""
    return DataLoader(
        ExampleStream(config, first_step),
        batch_size=config.batch_size,
        num_workers=config.workers,
        prefetch_factor=8 if config.workers else None,
        worker_init_fn=_one_thread,
    )


def _one_thread(_worker: int) -> None:
    import cv2

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
