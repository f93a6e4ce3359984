"""How well two sets of readings agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Percentage points, but for `icc`.

    Attributes
    ----------
    count : int
        Pairs.
    bias : float
        Mean of measured minus true.
    limits : tuple of float
        Limits of agreement, bias -+ 1.96 standard deviations (Bland and Altman, Lancet 1986;1:307).
    mean_absolute_error : float
        Mean of the differences' sizes.
    icc : float
        ICC(A,1) of McGraw and Wong, Psychol Methods 1996;1:30: two-way, absolute agreement, single
        measurement. A bias lowers it.
    """

    count: int
    bias: float
    limits: tuple[float, float]
    mean_absolute_error: float
    icc: float


def agreement(measured: Floats, true: Floats) -> Agreement:
    """Compare; at least three pairs, none of them NaN."""
    difference = measured - true
    bias, deviation = float(difference.mean()), float(difference.std(ddof=1))
    return Agreement(
        count=difference.size,
        bias=bias,
        limits=(bias - 1.96 * deviation, bias + 1.96 * deviation),
        mean_absolute_error=float(np.abs(difference).mean()),
        icc=icc_absolute(measured, true),
    )


def icc_absolute(first: Floats, second: Floats) -> float:
    """ICC(A,1) from the mean squares of a two-way analysis of variance."""
    values = np.stack([first, second], axis=1)
    count, raters = values.shape
    grand = values.mean()
    rows, columns = values.mean(axis=1), values.mean(axis=0)
    between_rows = raters * float(((rows - grand) ** 2).sum()) / (count - 1)
    between_columns = count * float(((columns - grand) ** 2).sum()) / (raters - 1)
    rest = values - rows[:, None] - columns[None, :] + grand
    error = float((rest**2).sum()) / ((count - 1) * (raters - 1))
    spread = between_rows + (raters - 1) * error + raters * (between_columns - error) / count
    return (between_rows - error) / spread
