"""Own slices among rendered ones: the examples of a fine-tuning run.

An own slice goes the way of a real T2 slice of the data engine: a new field of view, scanner and
export; its outline is never moved, and it keeps its own fat. Beside it come slices that the project
draws, so that what the model knew is not forgotten: from the label maps and volumes of the data
folder where there is one, of made-up people otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.segmentation.config import TrainConfig
from training.segmentation.data_engine import DataEngine, FloatImage, Mixture
from training.segmentation.examples import (
    BuiltInSource,
    Draw,
    ExampleSource,
    MadeUpSource,
    has_data,
)
from training.segmentation.losses import UNKNOWN
from training.segmentation.network import EXPORTED_CHANNELS
from training.segmentation.own_data.annotated_slice import AnnotatedSlice
from training.segmentation.volumes import SubjectSlice

MAX_SIDE_PX = 384
"""Own slices are stored no larger than this: the model's input has 256 pixels a side."""

UNKNOWN_FIELD_OF_VIEW_MM = 240.0
"""Taken for the longer side of a picture without spacing; clinical axial slices have 180 to 300.
Only the augmentation's lengths in mm depend on it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnMixture:
    """Own subjects beside the built-in sources.

    Attributes
    ----------
    config : TrainConfig
        The run; `own_share` of the examples are own slices.
    stacks : dict of list of SubjectSlice
        Own slices by subject; every subject is drawn equally often.
    built_in : ExampleSource
        Where the others come from.
    """

    config: TrainConfig
    stacks: dict[str, list[SubjectSlice]]
    built_in: ExampleSource

    @classmethod
    def of(cls, config: TrainConfig, slices: dict[str, list[AnnotatedSlice]]) -> OwnMixture:
        """Prepare the slices of the training subjects."""
        stacks = {
            subject: [as_subject_slice(item, index) for index, item in enumerate(items)]
            for subject, items in slices.items()
        }
        built_in = BuiltInSource(config=config) if has_data() else MadeUpSource(config=config)
        return cls(config=config, stacks=stacks, built_in=built_in)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Who is seen; own subjects are counted, not named, as the model's manifest says it."""
        return (*self.built_in.subjects, f"own data ({len(self.stacks)} subjects)")

    def open(self) -> Draw:
        """Load the built-in sources and draw from both."""
        config = self.config
        alone = Mixture(rendered=0.0, negatives=0.0, true_t2=1.0)
        own = DataEngine(self.stacks, config.preprocess, alone)
        built_in = self.built_in.open()

        def draw(rng: np.random.Generator) -> tuple[FloatImage, FloatImage]:
            if rng.random() >= config.own_share:
                return built_in(rng)
            tensor, targets = own.draw(rng)
            # Nobody has outlined the auxiliary structures.
            targets[len(EXPORTED_CHANNELS) :] = UNKNOWN
            return tensor, targets

        return draw


def as_subject_slice(item: AnnotatedSlice, index: int) -> SubjectSlice:
    """Bring an own slice into the form of the imaged subjects: canonical view, muscle at 1."""
    image = item.image
    pixels = np.ascontiguousarray(image.turn.apply(image.pixels), dtype=np.float32)
    mask = np.ascontiguousarray(image.turn.apply(item.mask))
    longer = max(pixels.shape)
    spacing = image.canonical_spacing_mm or (UNKNOWN_FIELD_OF_VIEW_MM / longer,) * 2
    if longer > MAX_SIDE_PX:
        rows, columns = (max(1, round(side * MAX_SIDE_PX / longer)) for side in pixels.shape)
        spacing = (spacing[0] * pixels.shape[0] / rows, spacing[1] * pixels.shape[1] / columns)
        pixels = cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)
        mask = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_NEAREST)
    pixels = pixels - min(0.0, float(np.percentile(pixels, 0.5)))
    muscle = float(np.median(pixels[mask > 0])) if mask.any() else 0.0
    scale = muscle if muscle > 0 else float(pixels.max()) or 1.0
    return SubjectSlice(
        subject=item.subject,
        index=index,
        spacing_mm=spacing,
        muscles=mask.astype(np.uint8),
        contrast="t2",
        signal=(np.asarray(pixels / scale, dtype=np.float32),),
        canal=np.zeros(mask.shape, dtype=np.float32),  # its fluid is what the image shows
    )
