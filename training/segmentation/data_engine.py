"""The data engine: an endless stream of slices with exact targets from three imaged subjects.

One slice is made as one is acquired: a subject and level, a field of view (`warp`), the muscles'
borders and fat (`compartment`), T2 contrast (`t2_contrast`), scanner and export (`acquisition`, the
same simulation as for rendered slices).
Only then comes the same `preprocess` as in serving, and a left-right flip on its result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.image_io import ImageSlice
from multifidus.manifest import PreprocessSpec
from multifidus.preprocess import Geometry, preprocess
from training.segmentation.acquisition import acquire_subject
from training.segmentation.compartment import draw_compartments
from training.segmentation.negatives import negative
from training.segmentation.t2_contrast import t2_signal
from training.segmentation.volumes import SPINAE_LEFT, SPINAE_RIGHT, SubjectSlice
from training.segmentation.warp import random_view, warp

FloatImage = npt.NDArray[np.float32]
Renderer = Callable[[np.random.Generator, int], tuple[FloatImage, FloatImage]]
"""Draws a slice `(rows, columns)`, 0 to 255, and its targets `(3, rows, columns)`."""

MIN_VISIBLE = 0.6
"""A field of view must show at least this share of each multifidus, otherwise it is drawn anew."""


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Shares of the sources; what they leave goes to the Dixon and T2 subjects' slices.

    Attributes
    ----------
    rendered : float
        Slices rendered around label maps (`training.phantom`).
    negatives : float
        Pictures with nothing to find.
    true_t2 : float
        Share of the true T2 subject among the subjects' slices, where it takes part.
    """

    rendered: float = 0.2
    negatives: float = 0.04
    true_t2: float = 0.4


class DataEngine:
    """Draws training examples.

    Parameters
    ----------
    stacks : dict
        Slices per subject; the subjects of this split and no others. Without any, all but the
        negatives is rendered.
    spec : PreprocessSpec
        The model's preprocessing; its size is the size of the examples.
    mixture : Mixture
        Shares of the sources.
    renderer : callable, optional
        Source of rendered slices; without it their share goes to the subjects.
    """

    def __init__(
        self,
        stacks: dict[str, list[SubjectSlice]],
        spec: PreprocessSpec,
        mixture: Mixture,
        renderer: Renderer | None = None,
    ) -> None:
        self._stacks = stacks
        self._spec = spec
        self._mixture = mixture
        self._renderer = renderer
        self._volumes = {}
        if mixture.negatives > 0.0:
            self._volumes = {
                name: np.stack([source.t2_like() for source in slices])[::-1]
                for name, slices in stacks.items()
            }
        self._t2 = sorted(name for name, s in stacks.items() if s[0].contrast == "t2")
        self._dixon = sorted(name for name, s in stacks.items() if s[0].contrast == "dixon")

    def draw(self, rng: np.random.Generator) -> tuple[FloatImage, FloatImage]:
        """One example: input `(1, H, W)` and targets `(3, H, W)` in the order of `TARGETS`."""
        pixels, targets = self.draw_slice(rng)
        tensor, geometry = preprocess(ImageSlice(pixels=pixels, media="png"), self._spec)
        placed = _placed(targets, geometry, self._spec)
        if rng.random() < 0.5:
            return tensor[0, :, :, ::-1].copy(), placed[[1, 0, 2], :, ::-1].copy()
        return tensor[0], placed

    def draw_slice(self, rng: np.random.Generator) -> tuple[FloatImage, FloatImage]:
        """One slice before preprocessing, 0 to 255, and its targets on the same grid."""
        size_px = self._spec.width_px
        kind = rng.random()
        if kind < self._mixture.negatives:
            targets = np.zeros((3, size_px, size_px), dtype=np.float32)
            return negative(rng, size_px, self._volumes), targets
        rendered = self._mixture.rendered if self._stacks else 1.0
        if self._renderer is not None and kind < self._mixture.negatives + rendered:
            return self._renderer(rng, size_px)
        return self._from_subject(rng, size_px)

    def _from_subject(
        self, rng: np.random.Generator, size_px: int
    ) -> tuple[FloatImage, FloatImage]:
        use_t2 = bool(self._t2) and (not self._dixon or rng.random() < self._mixture.true_t2)
        stack = self._stacks[str(rng.choice(self._t2 if use_t2 else self._dixon))]
        source = stack[int(rng.integers(len(stack)))]
        source_mm = source.muscles.shape[1] * source.spacing_mm[1]
        for _ in range(8):
            view = random_view(rng, size_px, source_mm=source_mm)
            warped = warp(source, view, rng)
            drawn = draw_compartments(warped, rng, move_border=not use_t2)
            if _visible(drawn.right, drawn.left, source, view.pixel_mm, view.stretch):
                break
        if not np.isin(source.muscles, (SPINAE_RIGHT, SPINAE_LEFT)).any():
            # Nobody outlined the neighbour (a user's own data): fat in one muscle alone would tell
            # the network where the border is.
            drawn = dataclasses.replace(drawn, fat_fraction=np.zeros_like(drawn.fat_fraction))
        fat_share = None if use_t2 else np.clip(warped.signal[1] + drawn.fat_fraction, 0.0, 1.0)
        image = acquire_subject(t2_signal(warped, drawn, rng), fat_share, warped.grid, rng)
        return image, np.stack([drawn.right, drawn.left, np.clip(drawn.spinae, 0, 1)])


def _placed(targets: FloatImage, geometry: Geometry, spec: PreprocessSpec) -> FloatImage:
    """Targets where `preprocess` put their slice: a wide one is looked at in part."""
    placed = np.zeros((len(targets), spec.height_px, spec.width_px), dtype=np.float32)
    rows = slice(geometry.top, geometry.top + geometry.height)
    columns = slice(geometry.left, geometry.left + geometry.width)
    for seen, target in zip(geometry.seen(targets), placed, strict=True):
        size = (geometry.width, geometry.height)
        target[rows, columns] = cv2.resize(np.ascontiguousarray(seen), size)
    return placed


def _visible(
    right: FloatImage,
    left: FloatImage,
    source: SubjectSlice,
    pixel_mm: float,
    stretch: tuple[float, float],
) -> bool:
    pixel_mm2 = source.spacing_mm[0] * source.spacing_mm[1]
    for value, drawn in ((1, right), (2, left)):
        expected_mm2 = float((source.muscles == value).sum()) * pixel_mm2 * stretch[0] * stretch[1]
        if float(drawn.sum()) * pixel_mm**2 < MIN_VISIBLE * expected_mm2:
            return False
    return True
