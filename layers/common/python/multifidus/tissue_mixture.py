"""A mixture of tissues and the coil's bias field, fitted together to log intensities.

Expectation maximisation after Wells et al., IEEE Trans Med Imaging 1996;15:429: lean muscle and fat
each have one level everywhere once the field is taken off. A third class takes up diffusely
infiltrated muscle, so that it is not mistaken for lean; what is neither is left to flat densities.

The fits from all starts run side by side, in single precision: on arrays of some thousand pixels
the calls cost most, and it is the largest part of measuring. Sums that are solved for are few and
well conditioned; against double precision a reading moves by 0.001 percentage points at most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from multifidus.bias_field import EXPECTED, POWERS, SPREAD, STIFFNESS

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

STARTS = ((0.2, 3.0), (0.8, 3.0))
"""Slope of the field towards the back, and percentile of the muscles' intensities taken for lean,
from which the fit starts. Each is followed to its end before the best is chosen: halfway, where
they still move, the better one is often the worse."""

LEAST_SPREADS = (0.3, 0.265, 0.23, 0.195, 0.16, 0.125, 0.09, 0.07, 0.05, 0.03, 0.01, 0.0)
"""Least spread of the tissues, step by step: wide at first, so that a start is no end."""

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

_TERMS = len(POWERS)
_PAIRS = np.triu_indices(_TERMS)
_SQUARE = np.zeros((_TERMS, _TERMS), dtype=np.intp)
_SQUARE[_PAIRS] = _SQUARE[_PAIRS[::-1]] = np.arange(len(_PAIRS[0]))
"""Place of each product of two terms in the list of pairs."""


@dataclass(frozen=True, kw_only=True)
class TissueFit:
    """The best fit.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (9,)
        Of the field's terms; see `multifidus.bias_field`.
    lean, fat : float
        Levels of the log intensity where the field is 0.
    lean_spread : float
        Standard deviation of lean muscle about its level.
    lean_share, fat_share : ndarray of float32, shape (N,)
        What of each pixel, by its weight, is put down to the tissue.
    """

    coefficients: Floats
    lean: float
    fat: float
    lean_spread: float
    lean_share: Singles
    fat_share: Singles


@dataclass(frozen=True, kw_only=True)
class _Samples:
    """N pixels.

    `prior`, shape (3, N), is of lean muscle, infiltrated muscle and fat; `between`, `dark` and
    `bright` are the flat densities of what is neither. `sums`, shape (N, 11), holds the field's
    terms, 1 and the log intensities, `products`, shape (N, 54), each two of the terms and the terms
    times the log intensities: formed once, so that a step is two matrix products. `held` and
    `expected` are what the expectation of field and contrast adds to the equations.
    """

    log_intensity: Singles
    weight: Singles
    prior: Singles
    between: Singles
    dark: Singles
    bright: Singles
    terms: Singles
    sums: Singles
    products: Singles
    stiffness: Floats
    hold: float
    held: Floats
    expected: Floats


@dataclass(kw_only=True)
class _Fits:
    """State of K mixtures.

    `levels` and `spreads`, shape (3, K), are of the log intensities of lean muscle, infiltrated
    muscle and fat, `shares`, shape (3, K, N), what of each pixel is put down to them.
    `coefficients` have shape (K, 9).
    """

    coefficients: Floats
    levels: Floats
    spreads: Floats
    shares: Singles


def fit_tissues(
    *, log_intensity: Floats, weight: Floats, prior: Floats, terms: Floats
) -> TissueFit:
    """Fit the tissues' levels and the field.

    Parameters
    ----------
    log_intensity, weight : ndarray of float64, shape (N,)
        Of the pixels.
    prior : ndarray of float64, shape (6, N)
        Of lean muscle, infiltrated muscle, fat, partial volume, what is darker than muscle, and
        what is brighter than fat.
    terms : ndarray of float64, shape (9, N)
        Of the field, from `multifidus.bias_field.design`.
    """
    samples = _samples(log_intensity, weight, prior, terms)
    fits = _started(samples)
    for least_spread in LEAST_SPREADS:
        densities, penalties = _improve(samples, fits, least_spread=least_spread)
    best = int(np.argmax(np.log(densities) @ samples.weight - penalties))
    return TissueFit(
        coefficients=fits.coefficients[best],
        lean=float(fits.levels[0, best]),
        fat=float(fits.levels[2, best]),
        lean_spread=float(fits.spreads[0, best]),
        lean_share=fits.shares[0, best],
        fat_share=fits.shares[2, best],
    )


def _samples(log_intensity: Floats, weight: Floats, prior: Floats, terms: Floats) -> _Samples:
    size = float(weight.sum())
    stiffness = STIFFNESS * size / SPREAD**2
    hold = CONTRAST_WEIGHT * size / CONTRAST_SPREAD**2
    held = np.diag([*stiffness, hold + 1e-9, hold + 1e-9])
    held[_TERMS, _TERMS + 1] = held[_TERMS + 1, _TERMS] = -hold
    contrast = hold * EXPECTED_CONTRAST
    products = [*(terms[_PAIRS[0]] * terms[_PAIRS[1]]), *(terms * log_intensity)]
    single = prior.astype(np.float32)
    return _Samples(
        log_intensity=log_intensity.astype(np.float32),
        weight=weight.astype(np.float32),
        prior=single[:3],
        between=single[3],
        dark=single[4] / np.float32(3.0),
        bright=single[5] / np.float32(1.5),
        terms=terms.astype(np.float32),
        sums=np.stack([*terms, np.ones_like(weight), log_intensity], axis=1).astype(np.float32),
        products=np.stack(products, axis=1).astype(np.float32),
        stiffness=stiffness,
        hold=hold,
        held=held,
        expected=np.array([*(stiffness * EXPECTED), -contrast, contrast]),
    )


def _started(samples: _Samples) -> _Fits:
    dorsal, muscle = samples.prior[2] > 0.5, samples.prior[0] > 0.3
    coefficients = np.zeros((len(STARTS), len(POWERS)))
    levels = np.empty((3, len(STARTS)))
    for number, (slope, percentile) in enumerate(STARTS):
        coefficients[number, 1] = slope
        flat = samples.log_intensity - np.float32(slope) * samples.terms[1]
        behind = flat[dorsal]
        fat = np.percentile(behind, 80) if behind.size > 20 else np.percentile(flat, 95)
        lean = np.percentile(flat[muscle], percentile) if muscle.any() else fat - 1.4
        lean = min(lean, fat - 0.7)
        levels[:, number] = lean, (lean + fat) / 2.0, fat
    return _Fits(
        coefficients=coefficients,
        levels=levels,
        spreads=np.full_like(levels, 0.3),
        shares=np.zeros((*levels.shape, samples.weight.size), dtype=np.float32),
    )


def _improve(samples: _Samples, fits: _Fits, *, least_spread: float) -> tuple[Singles, Floats]:
    """One step of expectation and maximisation.

    Returns
    -------
    densities : ndarray of float32, shape (K, N)
        Of the pixels, before the step.
    penalties : ndarray of float64, shape (K,)
        Of the fields and levels, after it.
    """
    flat = _without_field(samples, fits)
    lean, _, fat = fits.levels
    densities = samples.between / _single(np.maximum(fat - lean, 0.3))
    np.copyto(densities, samples.bright, where=flat >= _single(fat))
    np.copyto(densities, samples.dark, where=flat <= _single(lean))
    densities += np.float32(1e-4)
    shares = _squared_deviates(flat, fits)
    shares *= np.float32(-0.5)
    np.exp(shares, out=shares)
    shares *= _single(1.0 / (fits.spreads * np.sqrt(2.0 * np.pi)))
    shares *= samples.prior[:, None]
    densities += shares.sum(axis=0)
    shares *= samples.weight / densities
    fits.shares = shares
    penalties = _solve(samples, fits)

    flat = _without_field(samples, fits)
    counts = np.maximum(shares.sum(axis=2, dtype=np.float64), 1e-6)
    lowest = fits.levels[0] + INFILTRATED_ABOVE
    mean = np.einsum("kn,kn->k", shares[1], flat) / counts[1]
    highest = np.maximum(fits.levels[2] - 0.25, lowest)
    fits.levels[1] = np.minimum(np.maximum(mean, lowest), highest)
    fits.spreads = np.ones_like(fits.levels)
    squares = np.einsum("tkn,tkn->tk", shares, _squared_deviates(flat, fits))
    bounds = zip(
        (LEAN_SPREAD, INFILTRATED_SPREAD, FAT_SPREAD),
        (least_spread, 0.0, least_spread),
        strict=True,
    )
    for spreads, found, ((low, high), least) in zip(
        fits.spreads, np.sqrt(squares / counts), bounds, strict=True
    ):
        spreads[:] = np.clip(found, max(low, least), max(high, least))
    return densities, penalties


def _single(values: Floats) -> Singles:
    """Numbers of each mixture, to go with its pixels."""
    return values[..., None].astype(np.float32)


def _without_field(samples: _Samples, fits: _Fits) -> Singles:
    return samples.log_intensity - fits.coefficients.astype(np.float32) @ samples.terms


def _squared_deviates(flat: Singles, fits: _Fits) -> Singles:
    """Distance of each pixel from each level in spreads, squared; shape (3, K, N)."""
    deviates = flat - _single(fits.levels)
    deviates *= _single(1.0 / fits.spreads)
    deviates *= deviates
    return deviates


def _solve(samples: _Samples, fits: _Fits) -> Floats:
    """Fit fields and levels to the shares of lean muscle and fat; the prior's penalties, (K,)."""
    precision = 1.0 / (fits.spreads[::2] ** 2 + FIELD_SPREAD**2)
    shares = fits.shares[::2] * _single(precision)
    pairs = shares.sum(axis=0) @ samples.products
    sums = shares @ samples.sums
    left = np.repeat(samples.held[None], len(pairs), axis=0)
    left[:, :_TERMS, :_TERMS] += pairs[:, _SQUARE]
    left[:, :_TERMS, _TERMS:] = sums[..., :_TERMS].transpose(1, 2, 0)
    left[:, _TERMS:, :_TERMS] = sums[..., :_TERMS].transpose(1, 0, 2)
    left[:, _TERMS, _TERMS] += sums[0, :, _TERMS]
    left[:, _TERMS + 1, _TERMS + 1] += sums[1, :, _TERMS]
    right = np.repeat(samples.expected[None], len(pairs), axis=0)
    right[:, :_TERMS] += pairs[:, len(_PAIRS[0]) :]
    right[:, _TERMS:] += sums[..., _TERMS + 1].T
    solution = np.asarray(np.linalg.solve(left, right[..., None])[..., 0], dtype=np.float64)
    fits.coefficients = solution[:, :_TERMS]
    lean = fits.levels[0] = solution[:, _TERMS]
    fat = fits.levels[2] = np.maximum(solution[:, _TERMS + 1], lean + LEAST_CONTRAST)
    away = fits.coefficients - EXPECTED
    contrast = fat - lean - EXPECTED_CONTRAST
    return np.asarray(0.5 * (away**2 @ samples.stiffness) + 0.5 * samples.hold * contrast**2)
