"""What is measured on a segmented slice: area per side and the difference between the sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from multifidus.image_slice import ImageSlice
from multifidus.postprocess import LEFT, RIGHT, Segmentation

FatUnavailable = Literal["fat_suppressed", "no_reference_tissue"]
"""Why no fat could be measured; each is the code of a quality flag."""

METHODS: Mapping[str, str] = {"area": "pixel-count"}
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
    fat_infiltration_pct, fat_infiltration_ci95, functional_csa_mm2, \
    fat_infiltration_gmm3_pct : optional
        None: fat is not measured yet. Clustering the intensities inside the mask would return
        about 50 % fat for purely lean muscle, so no number is given before the method that
        anchors it on reference tissue is in place.
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
        Name of the method behind each kind of number that was measured: `area`,
        `fat_infiltration`, `fat_infiltration_gmm3`.
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
        The slice, for its pixel spacing.
    """
    right = _side(segmentation, RIGHT, image.pixel_spacing_mm)
    left = _side(segmentation, LEFT, image.pixel_spacing_mm)
    return Measurements(right=right, left=left, asymmetry_pct=asymmetry_pct(right, left))


def asymmetry_pct(right: SideMeasurement, left: SideMeasurement) -> float | None:
    """100 |R - L| / mean(R, L) of the areas; spacing cancels out. None where both are empty."""
    total_px = right.area_px + left.area_px
    return 200.0 * abs(right.area_px - left.area_px) / total_px if total_px else None


def _side(
    segmentation: Segmentation, value: int, spacing_mm: tuple[float, float] | None
) -> SideMeasurement:
    inside = segmentation.mask == value
    area_px = int(np.count_nonzero(inside))
    return SideMeasurement(
        area_px=area_px,
        area_mm2=None if spacing_mm is None else area_px * spacing_mm[0] * spacing_mm[1],
        mean_probability=_mean_probability(segmentation, inside) if area_px else None,
    )


def _mean_probability(segmentation: Segmentation, inside: npt.NDArray[np.bool_]) -> float | None:
    probability = segmentation.probability
    return None if probability is None else float(probability[inside].mean(dtype=np.float64))
