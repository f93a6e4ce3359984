"""Fat infiltration by reference tissue: how far each pixel lies from lean muscle towards fat.

With the coil's bias field taken off, a pixel's intensity is a mixture of that of lean muscle and
that of fat, both found in the same picture, and its share of fat follows from the two. Nothing is
clustered inside the mask, so lean muscle is not split into halves, and the mean over the mask does
not depend on where a threshold is put.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from multifidus.image_slice import ImageSlice
from multifidus.pixel_size import assumed_pixel_mm
from multifidus.reference_tissue import ReferenceTissue, find_reference_tissue
from multifidus.tissue_grid import FLOOR_SHARE, MARGIN_MM, Frame, TissueGrid, frame_of, tissue_grid

Mask = npt.NDArray[np.uint8]
FloatImage = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

METHOD = "reference-tissue"

FatUnavailable = Literal["fat_suppressed", "no_reference_tissue"]
"""Why no fat could be measured; each is the code of a quality flag."""

LEAN_REFERENCE_FAT = 0.03
"""Fat within the tissue that serves as the lean reference."""

FAT_REFERENCE_FAT = 1.0
"""Fat within the tissue that serves as the fat reference."""

MIXTURE_RANGE = (-0.2, 1.2)
"""A pixel's place between lean muscle and fat is cut off here. Wider than 0 to 1, as noise goes
both ways: cut at 0, noise alone would read as fat. Not free, as vessels and tendon are dark."""

TYPICAL_CONTRAST = 5.0
TONE_TRUST = 0.1
"""Exported pictures carry an unknown tone curve (gamma), which bends the scale between the
references. Their contrast tells of it, though it also varies with echo time: a tenth of its
deviation from the typical, in the logarithm, is taken for the tissues' own, the rest is put down to
the tone curve and undone. Taking more costs steadiness and gains 0.1 points of accuracy
(`benchmarks.fat`)."""

BLACK_PERCENTILE = 1.0
"""Where intensities may be negative, this percentile is black: sharpening and interpolation leave
single pixels far below it."""

LEAN_BELOW = 0.5
"""A pixel counts as lean muscle below this share of fat. Half: blurred borders move least."""

MIN_SIDE_PX = 12
"""Fewer pixels are no sample of a muscle."""

LEAN_ERROR, RELATIVE_ERROR = 0.065, 0.32
"""Half width of the 95 % interval: that of the lean reference, and that of the fat reference, which
counts in proportion to the fat. Chosen on the errors of `benchmarks.fat` to cover about
95 % of each of its kinds of slices; fitted with each kind left out in turn, such constants cover 83
to 100 % of the one left out (docs/measurements.md)."""

VALIDATED_CONTRAST = 2.5
"""Below the contrasts that were validated the interval widens: the shorter the distance to fat, the
more an error of the lean reference weighs."""

MIN_BEHIND_PX = 65
"""Grid pixels of tissue behind the muscles from which that is judged."""

MIN_CONTRAST = 1.6
"""Fat over lean muscle. Less is no contrast to measure by."""

SUPPRESSED_OVER_MUSCLE, SUPPRESSED_OVER_BRIGHTEST = 1.6, 0.6
"""Tissue behind the muscles, upper quartile: if it is darker than so many times the muscles, and
darker than this share of the brightest tissue (fluid), then the fat there is not bright. Generated
slices whose fat is suppressed reach 1.2; of 188 others, Dixon and generated, one lies below 1.9,
and it is bright."""


@dataclass(frozen=True, kw_only=True)
class FatInfiltration:
    """Fat of one side.

    Attributes
    ----------
    share : float
        Mean fat fraction, 0 to 1.
    interval : tuple of float
        95 % interval of it.
    lean_px : int
        Pixels of which less than half is fat.
    """

    share: float
    interval: tuple[float, float]
    lean_px: int


@dataclass(frozen=True, kw_only=True)
class FatReference:
    """What a slice's fat is measured against; see `reference_of`.

    Attributes
    ----------
    frame : Frame
        Coordinates.
    grid : TissueGrid
        What the tissues were looked for in.
    tissue : ReferenceTissue
        The tissues and the field.
    black : float
        What is taken off every intensity, as `tissue_grid` does.
    """

    frame: Frame
    grid: TissueGrid
    tissue: ReferenceTissue
    black: float


def reference_of(image: ImageSlice, mask: Mask) -> FatReference | FatUnavailable:
    """Find what to measure fat against, or why that is impossible.

    Parameters
    ----------
    image : ImageSlice
        The slice.
    mask : ndarray of uint8, shape (rows, columns)
        0, 1 (right), 2 (left) as the slice is stored; not empty.
    """
    canonical = np.ascontiguousarray(image.turn.apply(mask))
    if np.count_nonzero(canonical) < MIN_SIDE_PX:
        return "no_reference_tissue"
    frame = frame_of(canonical, image.canonical_spacing_mm or _assumed_mm(image, mask))
    if frame is None:
        return "no_reference_tissue"
    black = _black(image.pixels)
    pixels = np.maximum(image.turn.apply(image.pixels) - np.float32(black), 0.0)
    grid = tissue_grid(pixels, canonical, frame)
    if grid is None:
        return "no_reference_tissue"
    if _fat_is_dark(grid):
        return "fat_suppressed"
    tissue = find_reference_tissue(grid)
    if tissue is None or tissue.contrast < MIN_CONTRAST:
        return "no_reference_tissue"
    return FatReference(
        frame=frame, grid=grid, tissue=tissue, black=black - FLOOR_SHARE * grid.bright
    )


def _black(pixels: FloatImage) -> float:
    if float(pixels.min()) >= 0.0:
        return 0.0  # as in most slices, which are spared 4 ms
    return min(float(np.percentile(pixels, BLACK_PERCENTILE)), 0.0)


def _assumed_mm(image: ImageSlice, mask: Mask) -> tuple[float, float]:
    larger_px = int(max(np.count_nonzero(mask == value) for value in (1, 2)))
    pixel_mm = assumed_pixel_mm(image.turn.apply(image.pixels), larger_px)
    return pixel_mm, pixel_mm


def _fat_is_dark(grid: TissueGrid) -> bool:
    """Whether the tissue behind the muscles, which is fat, is dark."""
    central = np.abs(grid.columns_mm) < 45.0
    down = grid.rows_mm
    behind = grid.intensity[down > grid.frame.height_mm + MARGIN_MM][:, central]
    beside = (down > -MARGIN_MM) & (down < grid.frame.height_mm + MARGIN_MM)
    muscle = float(np.percentile(grid.intensity[beside][:, central], 30))
    brightest = float(np.percentile(grid.intensity, 99))
    tissue = behind[behind > 0.05 * brightest]  # the rest is air
    if tissue.size < MIN_BEHIND_PX:
        return False
    fat = float(np.percentile(tissue, 75))
    return fat < SUPPRESSED_OVER_MUSCLE * muscle and fat < SUPPRESSED_OVER_BRIGHTEST * brightest


def fat_fraction(
    image: ImageSlice, region: npt.NDArray[np.bool_], reference: FatReference
) -> Floats | None:
    """Share of fat of each pixel of a region, such as one side's mask.

    Parameters
    ----------
    image : ImageSlice
        The slice.
    region : ndarray of bool, shape (rows, columns)
        As the slice is stored.
    reference : FatReference
        What to measure against.

    Returns
    -------
    ndarray of float64, shape (N,), or None
        Between a little below 0 and a little above 1, as noise goes both ways. None where the
        mask is too small.
    """
    inside = image.turn.apply(region)
    if np.count_nonzero(inside) < MIN_SIDE_PX:
        return None
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    gain = reference.tissue.field.log_gain(
        reference.frame.rows_mm(np.arange(box[0].start, box[0].stop) + 0.5),
        reference.frame.columns_mm(np.arange(box[1].start, box[1].stop) + 0.5),
    )[inside[box]]
    values = image.turn.apply(image.pixels)[box][inside[box]]
    lean = np.exp(gain + reference.tissue.log_lean)
    above = np.maximum(values - reference.black, 0.0) / lean
    contrast = reference.tissue.contrast
    linear = contrast**TONE_TRUST * TYPICAL_CONTRAST ** (1.0 - TONE_TRUST)
    above **= np.log(linear) / np.log(contrast)
    place = np.clip((above - 1.0) / (linear - 1.0), *MIXTURE_RANGE)
    return np.asarray(
        LEAN_REFERENCE_FAT + (FAT_REFERENCE_FAT - LEAN_REFERENCE_FAT) * place, dtype=np.float64
    )


def fat_infiltration(fraction: Floats, reference: FatReference) -> FatInfiltration:
    """Summarise one side's pixels.

    Parameters
    ----------
    fraction : ndarray of float64, shape (N,)
        From `fat_fraction`.
    reference : FatReference
        What it was measured against.
    """
    share = min(max(float(fraction.mean()), 0.0), 1.0)
    return FatInfiltration(
        share=share,
        interval=interval95(share, reference.tissue.contrast),
        lean_px=int(np.count_nonzero(fraction < LEAN_BELOW)),
    )


def interval95(share: float, contrast: float) -> tuple[float, float]:
    """95 % interval of a fat share.

    Parameters
    ----------
    share : float
        Measured, 0 to 1.
    contrast : float
        Fat's intensity over lean muscle's in the picture.
    """
    low_contrast = max((VALIDATED_CONTRAST - 1.0) / (contrast - 1.0), 1.0)
    half = low_contrast * math.hypot(LEAN_ERROR, RELATIVE_ERROR * share)
    return max(share - half, 0.0), min(share + half, 1.0)
