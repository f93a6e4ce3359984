"""Lean muscle and fat in the same picture, and the bias field under which both are flat.

A mixture model of the log intensities around the masks (`multifidus.tissue_mixture`). The prior
probability of each class depends on the place: behind the muscles lies fat, and the psoas is mostly
spared by infiltration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.bias_field import BiasField, design
from multifidus.tissue_grid import STEP_MM, TissueGrid
from multifidus.tissue_mixture import TissueFit, fit_tissues

Floats = npt.NDArray[np.float64]

# Lean muscle, infiltrated muscle, fat, partial volume, darker than muscle, brighter than fat.
PARASPINAL_PRIOR = (0.35, 0.22, 0.15, 0.18, 0.07, 0.03)
DORSAL_PRIOR = (0.03, 0.02, 0.72, 0.08, 0.12, 0.03)
PSOAS_PRIOR = (0.38, 0.05, 0.25, 0.15, 0.07, 0.10)

NEAR_MM = 12.0
NEAR_QUANTILE, NEAR_DEVIATES = 0.15, 1.04
"""The lean level near the masks is this quantile there plus so many standard deviations: where all
is lean that is the level itself, and fat, which only ever brightens, hardly moves it."""

MIN_NEAR_PX = 60
USUAL_DISTANCE = 1.6
USUAL_PERCENTILES = (20.0, 50.0)
TONE_RANGE = (0.6, 1.7)
"""A picture's tone curve (gamma) stretches the logarithm of its intensities, with all that is
expected of it: the field, the contrast, the spreads. So it is brought to a usual distance between
the lower muscle and the middle of what lies behind it first, within bounds."""

MIN_LEAN_MM2, MIN_FAT_MM2 = 80.0, 120.0
"""Less of a reference tissue than this is none."""


@dataclass(frozen=True, kw_only=True)
class ReferenceTissue:
    """Levels of lean muscle and fat, relative to the field.

    Attributes
    ----------
    field : BiasField
        The coil's gain.
    log_lean, log_fat : float
        log intensity of the tissues where the field is 0.
    lean_mm2, fat_mm2 : float
        How much of each was found.
    classes : ndarray of float64, shape (H, W, 2)
        Probability of lean muscle and of fat on the grid, for pictures.
    """

    field: BiasField
    log_lean: float
    log_fat: float
    lean_mm2: float
    fat_mm2: float
    classes: Floats

    @property
    def contrast(self) -> float:
        """Fat's intensity over lean muscle's."""
        return float(np.exp(self.log_fat - self.log_lean))


def find_reference_tissue(grid: TissueGrid) -> ReferenceTissue | None:
    """Fit field and tissues; None where there is too little of either tissue.

    Parameters
    ----------
    grid : TissueGrid
        Surroundings of the masks.
    """
    use = grid.paraspinal | grid.dorsal | grid.psoas
    if np.count_nonzero(use) < MIN_NEAR_PX:
        return None
    tone = _tone(grid)
    grid = replace(grid, log_intensity=tone * grid.log_intensity)
    prior = np.zeros((*use.shape, 6))
    for zone, shares in (
        (grid.paraspinal, PARASPINAL_PRIOR),
        (grid.dorsal, DORSAL_PRIOR),
        (grid.psoas, PSOAS_PRIOR),
    ):
        prior[zone] = shares
    rows, columns = np.nonzero(use)
    fit = fit_tissues(
        log_intensity=grid.log_intensity[use],
        weight=grid.weight[use],
        prior=prior[use].T,
        terms=design(grid.rows_mm[rows], grid.columns_mm[columns]),
    )
    return _result(grid, use, fit, tone)


def _tone(grid: TissueGrid) -> float:
    """What the logarithm of the intensities is multiplied by."""
    if np.count_nonzero(grid.dorsal) < MIN_NEAR_PX or not grid.paraspinal.any():
        return 1.0
    low, high = USUAL_PERCENTILES
    muscle = float(np.percentile(grid.log_intensity[grid.paraspinal], low))
    behind = float(np.percentile(grid.log_intensity[grid.dorsal], high))
    return float(np.clip(USUAL_DISTANCE / max(behind - muscle, 0.1), *TONE_RANGE))


def _result(
    grid: TissueGrid, use: npt.NDArray[np.bool_], fit: TissueFit, tone: float
) -> ReferenceTissue | None:
    field = BiasField(coefficients=fit.coefficients)
    classes = np.zeros((*use.shape, 2))
    classes[use, 0], classes[use, 1] = fit.lean_share, fit.fat_share
    row_mm, column_mm = (
        float(abs(axis[1] - axis[0])) if axis.size > 1 else STEP_MM
        for axis in (grid.rows_mm, grid.columns_mm)
    )
    lean_mm2, fat_mm2 = (float(classes[..., k].sum()) * row_mm * column_mm for k in (0, 1))
    if lean_mm2 < MIN_LEAN_MM2 or fat_mm2 < MIN_FAT_MM2:
        return None
    scale = float(np.log(grid.bright))
    nearer = _nearer_lean(grid, field, fit, (row_mm, column_mm))
    return ReferenceTissue(
        field=BiasField(coefficients=fit.coefficients / tone),
        log_lean=(fit.lean + nearer) / tone + scale,
        log_fat=fit.fat / tone + scale,
        lean_mm2=lean_mm2,
        fat_mm2=fat_mm2,
        classes=classes,
    )


def _nearer_lean(
    grid: TissueGrid, field: BiasField, fit: TissueFit, step_mm: tuple[float, float]
) -> float:
    """How far below the level of all lean muscle that near the masks lies; 0 at most.

    What is left of the field between psoas and multifidus, and mild infiltration everywhere, raise
    the common level.
    """
    kernel = np.ones([2 * round(NEAR_MM / mm) + 1 for mm in step_mm], np.uint8)
    marked = (grid.inside > 0.3).astype(np.uint8)
    near = (np.asarray(cv2.dilate(marked, kernel)) > 0) & grid.paraspinal
    # In the midline lie spinous process and ligaments, dark but no muscle.
    near &= (marked > 0) | (np.abs(grid.columns_mm) > 15.0)[None, :]
    flat = grid.log_intensity - field.log_gain(grid.rows_mm, grid.columns_mm)
    near &= (flat > fit.lean - 1.0) & (flat < fit.fat - 0.3)
    if np.count_nonzero(near) < MIN_NEAR_PX:
        return 0.0
    values, weights = flat[near], grid.weight[near]
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    quantile = values[order][np.searchsorted(reached, NEAR_QUANTILE * reached[-1])]
    return min(float(quantile) + NEAR_DEVIATES * fit.lean_spread - fit.lean, 0.0)
