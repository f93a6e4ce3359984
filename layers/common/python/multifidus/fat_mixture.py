"""GMM-3: fat as the brightest of three Gaussians fitted to the intensities inside one mask.

The method of much published work, reported beside the anchored one for comparison. It has no
reference outside the mask: where there is no fat, its third component is still some part of the
lean muscle. Against Dixon it agrees better than two clusters do (Wesselink 2024).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

METHOD = "gmm-3"

MIN_PX = 30
BINS = 128
STEPS = 60
LEAST_SPREAD_BINS = 1.0
START_SHARES = (1.0 / 6.0, 0.5, 5.0 / 6.0)
START_STEPS = 20
"""Steps of k-means, from means evenly over the range, that give the mixture's starting values."""

TAIL_PERCENTILE = 0.5
"""The histogram's ends; beyond lie single hot and dead pixels."""

_CENTRES = np.arange(BINS, dtype=np.float64)
_POWERS = np.stack([_CENTRES**power for power in range(3)], axis=1)


def brightest_of_three(values: npt.NDArray[np.float32]) -> float | None:
    """Weight of the brightest of three Gaussians, 0 to 1.

    Expectation maximisation over a histogram, from fixed starting values: the same values give the
    same result.

    Parameters
    ----------
    values : ndarray of float32, shape (N,)
        Intensities inside a mask.

    Returns
    -------
    float or None
        None for too few or equal values.
    """
    if values.size < MIN_PX:
        return None
    low, high = np.percentile(values, (TAIL_PERCENTILE, 100.0 - TAIL_PERCENTILE))
    if not high > low:
        return None
    scaled = np.clip((values - low) * ((BINS - 1) / (high - low)), 0.0, BINS - 1.0)
    counts = np.bincount(np.rint(scaled).astype(np.intp), minlength=BINS).astype(np.float64)
    counts /= counts.sum()
    weights, means, spreads = _moments(_clusters(counts))
    for _ in range(STEPS):
        share = _CENTRES - means[:, None]
        share *= share
        share *= (-0.5 / spreads**2)[:, None]
        np.exp(share, out=share)
        share *= (weights / spreads)[:, None]
        share += 1e-12
        share *= counts / share.sum(axis=0)
        weights, means, spreads = _moments(share)
    return float(weights[int(np.argmax(means))])


def _clusters(counts: Floats) -> Floats:
    """Counts of each of three clusters by k-means, shape (3, BINS)."""
    means = np.array(START_SHARES) * (BINS - 1.0)
    for _ in range(START_STEPS):
        nearest = np.abs(_CENTRES - means[:, None]).argmin(axis=0)
        share = np.where(nearest == np.arange(3)[:, None], counts, 0.0)
        found = np.where(share.sum(axis=1) == 0.0, means, _moments(share)[1])
        if np.array_equal(found, means):
            break  # nothing moves any more
        means = found
    return share


def _moments(share: Floats) -> tuple[Floats, Floats, Floats]:
    """Weight, mean and standard deviation of each component."""
    # All sums over the bins in one product: on arrays this small it is the calls that cost.
    count, first, second = (share @ _POWERS).T
    weights = np.maximum(count, 1e-9)
    means = first / weights
    variance = (second - means * (2.0 * first - means * count)) / weights
    return weights, means, np.maximum(np.sqrt(np.maximum(variance, 0.0)), LEAST_SPREAD_BINS)
