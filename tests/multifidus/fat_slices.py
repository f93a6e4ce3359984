"""Slices with known fat for the tests of its measurement."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from multifidus.image_slice import ImageSlice
from multifidus.measure import Measurements, measure
from multifidus.postprocess import Segmentation
from training.phantom.acquisition import Acquisition
from training.phantom.fat import Fat
from training.phantom.generate import PhantomSpec, generate
from training.phantom.phantom_slice import PhantomSlice

Picture = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]


@cache
def generated(
    share: float, *, seed: int = 7, erector: float | None = None, window_high: float = 98.0
) -> PhantomSlice:
    """Return a slice whose multifidus holds this share of fat; none anywhere at 0."""
    fat = Fat(
        multifidus=(share, share),
        erector=(share / 2.0 if erector is None else erector,) * 2,
        cleft_strength=0.8 if share else 0.0,
        false_clefts=0.5 if share else 0.0,
    )
    return generate(PhantomSpec(fat=fat, acquisition=Acquisition(window_high=window_high)), seed)


def measured(
    pixels: Picture, mask: Mask, spacing_mm: tuple[float, float] | None, **fields: object
) -> Measurements:
    image = ImageSlice(
        pixels=np.ascontiguousarray(pixels, dtype=np.float32),
        media="png",
        pixel_spacing_mm=spacing_mm,
        **fields,  # type: ignore[arg-type]
    )
    return measure(Segmentation(mask=mask, probability=None), image)


def of_slice(slice_: PhantomSlice) -> Measurements:
    return measured(slice_.pixels, slice_.mask, slice_.pixel_spacing_mm)


def fat_pct(done: Measurements) -> tuple[float, float]:
    """Return both sides' infiltration, which must be there."""
    right, left = done.right.fat_infiltration_pct, done.left.fat_infiltration_pct
    assert right is not None
    assert left is not None
    return right, left
