"""Lean muscle and fat in the same picture, and the bias field under which both are flat.

A mixture model of the log intensities around the masks, fitted by expectation maximisation after
Wells et al., IEEE Trans Med Imaging 1996;15:429 (tissue classes and bias field together): lean
muscle and fat each have one level everywhere once the field is taken off. A third class takes up
diffusely infiltrated muscle, so that it is not mistaken for lean; what is neither is left to flat
densities. The prior probability of each class depends on the place: behind the muscles lies fat,
and the psoas is mostly spared by infiltration.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.bias_field import EXPECTED, POWERS, SPREAD, STIFFNESS, BiasField, design
from multifidus.tissue_grid import STEP_MM, TissueGrid

Floats = npt.NDArray[np.float64]

# Lean muscle, infiltrated muscle, fat, partial volume, darker than muscle, brighter than fat.
PARASPINAL_PRIOR = (0.35, 0.22, 0.15, 0.18, 0.07, 0.03)
DORSAL_PRIOR = (0.03, 0.02, 0.72, 0.08, 0.12, 0.03)
PSOAS_PRIOR = (0.38, 0.05, 0.25, 0.15, 0.07, 0.10)

STARTS = ((0.2, 3.0), (0.8, 3.0), (0.2, 12.0), (0.8, 12.0), (0.5, 30.0))
"""Slope of the field towards the back, and percentile of the muscles' intensities taken for lean,
from which the fit starts; the best of them is kept."""

FIRST_STEPS, LAST_STEPS = 6, 10

EXPECTED_CONTRAST, CONTRAST_SPREAD, CONTRAST_WEIGHT = 1.4, 0.5, 0.03
"""log(fat / lean muscle) of T2 turbo spin echo: about 4, and weakly held to it."""

LEAST_CONTRAST = 0.3
LEAN_SPREAD = (0.08, 0.10)
FAT_SPREAD = (0.06, 0.18)
INFILTRATED_SPREAD = (0.12, 0.35)
INFILTRATED_ABOVE = 0.25
"""Standard deviations of the classes' log intensities, and the least distance of infiltrated from
lean muscle."""

FIELD_SPREAD = 0.15
"""Added to the spread of both tissues where the field is fitted: texture is no field."""

NEAR_MM = 12.0
NEAR_QUANTILE, NEAR_DEVIATES = 0.15, 1.04
"""The lean level near the masks is this quantile there plus so many standard deviations: where all
is lean that is the level itself, and fat, which only ever brightens, hardly moves it."""

MIN_NEAR_PX = 30
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


_PAIRS = np.triu_indices(len(POWERS))


@dataclass(frozen=True, kw_only=True)
class _Samples:
    """Grid pixels that may be reference tissue; `products` are of each two of the field's terms."""

    log_intensity: Floats
    weight: Floats
    prior: Floats
    terms: Floats
    products: Floats


@dataclass(kw_only=True)
class _Fit:
    """State of the mixture."""

    coefficients: Floats
    lean: float
    infiltrated: float
    fat: float
    lean_spread: float = 0.3
    infiltrated_spread: float = 0.3
    fat_spread: float = 0.3
    score: float = -np.inf
    lean_share: Floats
    fat_share: Floats


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
    prior = np.zeros((*use.shape, 6))
    for zone, shares in (
        (grid.paraspinal, PARASPINAL_PRIOR),
        (grid.dorsal, DORSAL_PRIOR),
        (grid.psoas, PSOAS_PRIOR),
    ):
        prior[zone] = shares
    rows, columns = np.nonzero(use)
    terms = design(grid.rows_mm[rows], grid.columns_mm[columns])
    samples = _Samples(
        log_intensity=grid.log_intensity[use],
        weight=grid.weight[use],
        prior=np.ascontiguousarray(prior[use].T),
        terms=terms,
        products=terms[_PAIRS[0]] * terms[_PAIRS[1]],
    )
    starts = [_started(samples, slope, percentile) for slope, percentile in STARTS]
    for step in range(FIRST_STEPS):
        for fit in starts:
            _improve(samples, fit, least_spread=0.3 - 0.035 * step)
    fit = max(starts, key=lambda one: one.score)
    for step in range(LAST_STEPS):
        _improve(samples, fit, least_spread=max(0.09 - 0.02 * step, 0.0))
    return _result(grid, use, fit)


def _started(samples: _Samples, slope: float, percentile: float) -> _Fit:
    coefficients = np.zeros_like(EXPECTED)
    coefficients[1] = slope
    flat = samples.log_intensity - coefficients @ samples.terms
    dorsal, muscle = samples.prior[2] > 0.5, samples.prior[0] > 0.3
    fat = float(np.percentile(flat[dorsal], 80) if dorsal.sum() > 20 else np.percentile(flat, 95))
    lean = float(np.percentile(flat[muscle], percentile)) if muscle.any() else fat - 1.4
    lean = min(lean, fat - 0.7)
    none = np.zeros_like(flat)
    return _Fit(
        coefficients=coefficients,
        lean=lean,
        infiltrated=(lean + fat) / 2.0,
        fat=fat,
        lean_share=none,
        fat_share=none,
    )


def _improve(samples: _Samples, fit: _Fit, *, least_spread: float) -> None:
    """One step of expectation and maximisation."""
    flat = samples.log_intensity - fit.coefficients @ samples.terms
    prior = samples.prior
    lean = prior[0] * _normal(flat, fit.lean, fit.lean_spread)
    infiltrated = prior[1] * _normal(flat, fit.infiltrated, fit.infiltrated_spread)
    fat = prior[2] * _normal(flat, fit.fat, fit.fat_spread)
    dark, bright = flat <= fit.lean, flat >= fit.fat
    between = prior[3] / max(fit.fat - fit.lean, 0.3)
    other = np.where(dark, prior[4] / 3.0, np.where(bright, prior[5] / 1.5, between))
    total = lean + infiltrated + fat + other + 1e-4
    scale = samples.weight / total
    lean *= scale
    infiltrated *= scale
    fat *= scale
    fit.lean_share, fit.fat_share = lean, fat
    fit.score = float(samples.weight @ np.log(total)) - _solve(samples, fit)

    flat = samples.log_intensity - fit.coefficients @ samples.terms
    fit.lean_spread = _spread(flat, lean, fit.lean, LEAN_SPREAD, least_spread)
    fit.fat_spread = _spread(flat, fat, fit.fat, FAT_SPREAD, least_spread)
    lowest = fit.lean + INFILTRATED_ABOVE
    mean = float(infiltrated @ flat) / max(float(infiltrated.sum()), 1e-6)
    fit.infiltrated = min(max(mean, lowest), max(fit.fat - 0.25, lowest))
    fit.infiltrated_spread = _spread(flat, infiltrated, fit.infiltrated, INFILTRATED_SPREAD, 0.0)


def _solve(samples: _Samples, fit: _Fit) -> float:
    """Fit field and levels to the shares of lean muscle and fat; return the prior's penalty."""
    lean = fit.lean_share / (fit.lean_spread**2 + FIELD_SPREAD**2)
    fat = fit.fat_share / (fit.fat_spread**2 + FIELD_SPREAD**2)
    terms, values = samples.terms, samples.log_intensity
    count = len(terms)
    size = float(samples.weight.sum())
    stiffness = STIFFNESS * size / SPREAD**2
    hold = CONTRAST_WEIGHT * size / CONTRAST_SPREAD**2
    both = lean + fat
    left = np.zeros((count + 2, count + 2))
    # Moments of products that are formed once: many times faster than a product per step.
    left[_PAIRS] = samples.products @ both
    left[_PAIRS[::-1]] = left[_PAIRS]
    left[range(count), range(count)] += stiffness
    left[:count, count] = left[count, :count] = terms @ lean
    left[:count, count + 1] = left[count + 1, :count] = terms @ fat
    left[count, count] = lean.sum() + hold + 1e-9
    left[count + 1, count + 1] = fat.sum() + hold + 1e-9
    left[count, count + 1] = left[count + 1, count] = -hold
    right = np.concatenate(
        [
            terms @ (both * values) + stiffness * EXPECTED,
            [lean @ values - hold * EXPECTED_CONTRAST, fat @ values + hold * EXPECTED_CONTRAST],
        ]
    )
    solution = np.linalg.solve(left, right)
    fit.coefficients = solution[:count]
    fit.lean = float(solution[count])
    fit.fat = max(float(solution[count + 1]), fit.lean + LEAST_CONTRAST)
    away = fit.coefficients - EXPECTED
    contrast = fit.fat - fit.lean - EXPECTED_CONTRAST
    return 0.5 * float(stiffness @ away**2) + 0.5 * hold * contrast**2


def _normal(values: Floats, mean: float, spread: float) -> Floats:
    density = np.exp(-0.5 * ((values - mean) / spread) ** 2)
    density *= 1.0 / (spread * np.sqrt(2.0 * np.pi))
    return np.asarray(density)


def _spread(
    flat: Floats, share: Floats, mean: float, bounds: tuple[float, float], least: float
) -> float:
    found = float(np.sqrt(share @ (flat - mean) ** 2 / max(float(share.sum()), 1e-6)))
    return min(max(found, bounds[0], least), max(bounds[1], least))


def _result(grid: TissueGrid, use: npt.NDArray[np.bool_], fit: _Fit) -> ReferenceTissue | None:
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
    return ReferenceTissue(
        field=field,
        log_lean=fit.lean + _nearer_lean(grid, field, fit, (row_mm, column_mm)) + scale,
        log_fat=fit.fat + scale,
        lean_mm2=lean_mm2,
        fat_mm2=fat_mm2,
        classes=classes,
    )


def _nearer_lean(
    grid: TissueGrid, field: BiasField, fit: _Fit, step_mm: tuple[float, float]
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
