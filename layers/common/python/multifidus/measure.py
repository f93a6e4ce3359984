"""What is measured on a segmented slice: per side area, fat and lean area; their asymmetry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from multifidus import fat_infiltration, fat_mixture
from multifidus.fat_infiltration import (
    FatInfiltration,
    FatReference,
    FatUnavailable,
    reference_of,
)
from multifidus.image_slice import ImageSlice
from multifidus.postprocess import LEFT, RIGHT, Segmentation

METHODS: Mapping[str, str] = {
    "area": "pixel-count",
    "fat_infiltration": fat_infiltration.METHOD,
    "fat_infiltration_gmm3": fat_mixture.METHOD,
}
"""Name of the method behind each kind of number, as it stands in a response."""


@dataclass(frozen=True, kw_only=True)
class SideMeasurement:
    """The multifidus of one side. Every number is finite.

    Attributes
    ----------
    area_px : int
        Pixels of the native grid inside the mask.
    area_mm2 : float, optional
        Cross-sectional area, mm2: `area_px` x row spacing x column spacing. None without spacing;
        it is never guessed.
    mean_probability : float, optional
        Mean of the model's probability inside the side's mask, 0 to 1. None for an empty mask, and
        for one that the model did not make.
    fat_infiltration_pct : float, optional
        Fat in percent of the area, by reference tissue. None where it could not be measured;
        see `Measurements.fat_unavailable`.
    fat_infiltration_ci95 : tuple of float, optional
        Its 95 % interval.
    fat_infiltration_gmm3_pct : float, optional
        The same by GMM-3, for comparison with published work. It needs no reference tissue, and
        splits muscle that is all lean too.
    functional_csa_mm2 : float, optional
        Area of the lean pixels, of which less than half is fat. None without spacing.
    """

    area_px: int
    area_mm2: float | None
    mean_probability: float | None
    fat_infiltration_pct: float | None = None
    fat_infiltration_ci95: tuple[float, float] | None = None
    fat_infiltration_gmm3_pct: float | None = None
    functional_csa_mm2: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """Both sides of one slice.

    Attributes
    ----------
    right, left : SideMeasurement
        The patient's sides, or the image's by radiological convention where the file does not say.
    asymmetry_pct : float, optional
        100 |R - L| / mean(R, L) of the areas, from 0 to 200. By that formula it is 200 where one
        side is empty, which is a missing side rather than an asymmetry (the quality flags say so);
        None where both are empty.
    methods : mapping of str to str
        Name of the method behind each kind of number.
    fat_unavailable : str, optional
        Why fat was not measured although there is a mask; the code of a quality flag.
    """

    right: SideMeasurement
    left: SideMeasurement
    asymmetry_pct: float | None
    methods: Mapping[str, str] = field(default_factory=lambda: dict(METHODS))
    fat_unavailable: FatUnavailable | None = None


def measure(segmentation: Segmentation, image: ImageSlice) -> Measurements:
    """Measure both sides.

    Parameters
    ----------
    segmentation : Segmentation
        Mask and probability on the slice's native grid.
    image : ImageSlice
        The slice.
    """
    found = reference_of(image, segmentation.mask) if segmentation.mask.any() else None
    reference = found if isinstance(found, FatReference) else None
    right = _side(segmentation, RIGHT, image, reference)
    left = _side(segmentation, LEFT, image, reference)
    return Measurements(
        right=right,
        left=left,
        asymmetry_pct=asymmetry_pct(right, left),
        fat_unavailable=None if isinstance(found, FatReference) else found,
    )


def asymmetry_pct(right: SideMeasurement, left: SideMeasurement) -> float | None:
    """100 |R - L| / mean(R, L) of the areas; spacing cancels out. None where both are empty."""
    total_px = right.area_px + left.area_px
    return 200.0 * abs(right.area_px - left.area_px) / total_px if total_px else None


def _side(
    segmentation: Segmentation, value: int, image: ImageSlice, reference: FatReference | None
) -> SideMeasurement:
    inside = segmentation.mask == value
    area_px = int(np.count_nonzero(inside))
    spacing_mm = image.pixel_spacing_mm
    pixel_mm2 = None if spacing_mm is None else spacing_mm[0] * spacing_mm[1]
    fat = None if reference is None else _fat(image, inside, reference)
    mixture = fat_mixture.brightest_of_three(image.pixels[inside])
    return SideMeasurement(
        area_px=area_px,
        area_mm2=None if pixel_mm2 is None else area_px * pixel_mm2,
        mean_probability=_mean_probability(segmentation, inside) if area_px else None,
        fat_infiltration_pct=None if fat is None else 100.0 * fat.share,
        fat_infiltration_ci95=(
            None if fat is None else (100.0 * fat.interval[0], 100.0 * fat.interval[1])
        ),
        fat_infiltration_gmm3_pct=None if mixture is None else 100.0 * mixture,
        functional_csa_mm2=None if fat is None or pixel_mm2 is None else fat.lean_px * pixel_mm2,
    )


def _mean_probability(segmentation: Segmentation, inside: npt.NDArray[np.bool_]) -> float | None:
    probability = segmentation.probability
    return None if probability is None else float(probability[inside].mean(dtype=np.float64))


def _fat(
    image: ImageSlice, inside: npt.NDArray[np.bool_], reference: FatReference
) -> FatInfiltration | None:
    fraction = fat_infiltration.fat_fraction(image, inside, reference)
    if fraction is None:
        return None
    return fat_infiltration.fat_infiltration(fraction, reference)
