"""Bootstrap intervals over slices.

They say how far a figure would move with other slices of the same people. Neighbouring slices are
alike, so that they are too narrow even for that; and three subjects cannot carry an interval over
people at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 1000
SEED = 20_240_601
NOTE = (
    f"95 % intervals: percentile bootstrap over the slices of a subject ({RESAMPLES} resamples, "
    "fixed seed; all variants of a slice are drawn together). They describe slices of these "
    "people: three subjects cannot carry an interval over people, and as neighbouring slices "
    "are near copies, the intervals are narrow even for what they say."
)


def bootstrap_ci95(
    values: Floats, slices: Sequence[Hashable], statistic: Callable[[Floats], float]
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of a statistic.

    Parameters
    ----------
    values : ndarray of float64, shape (n, ...)
        One row per picture.
    slices : sequence of length n
        Which slice each row is a variant of; slices are resampled, with all their variants.
    statistic : callable
        Takes resampled rows; where it gives NaN, that resample does not count.

    Returns
    -------
    tuple of float, or None
        Lower and upper end; None where no resample counts.
    """
    members: dict[Hashable, list[int]] = {}
    for row, name in enumerate(slices):
        members.setdefault(name, []).append(row)
    groups = [np.array(rows) for rows in members.values()]
    rng = np.random.default_rng(SEED)
    drawn = np.array(
        [
            statistic(values[np.concatenate([groups[i] for i in chosen])])
            for chosen in rng.integers(0, len(groups), (RESAMPLES, len(groups)))
        ]
    )
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size == 0:
        return None
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)
