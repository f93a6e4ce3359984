"""Agreement between two masks of one slice, and between two series of areas."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

BoolMask = npt.NDArray[np.bool_]


def dice(first: BoolMask, second: BoolMask) -> float:
    """Dice coefficient, 1 where both are empty (Dice, Ecology 1945;26:297)."""
    total = int(first.sum()) + int(second.sum())
    return 1.0 if total == 0 else 2.0 * int((first & second).sum()) / total


def hausdorff95_mm(
    first: BoolMask, second: BoolMask, spacing_mm: tuple[float, float]
) -> float | None:
    """95th percentile of the Hausdorff distance between two borders, in mm.

    The larger of the two directed 95th percentiles, each from the border pixels of one mask to
    the nearest border pixel of the other, as MONAI defines it. The Euclidean distances are SciPy's.

    Parameters
    ----------
    first, second : ndarray of bool, shape (rows, columns)
        Two masks.
    spacing_mm : tuple of float
        Row and column spacing.

    Returns
    -------
    float or None
        0 where both are empty; None where one is, as no distance is defined then.
    """
    if not first.any() or not second.any():
        return 0.0 if first.any() == second.any() else None
    box = _bounds(first | second)
    borders = [_border(mask[box]) for mask in (first, second)]
    directed = []
    for source, target in (borders, borders[::-1]):
        distance_mm = ndimage.distance_transform_edt(~target, sampling=spacing_mm)
        directed.append(float(np.percentile(distance_mm[source], 95)))
    return max(directed)


def icc_agreement(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float:
    """ICC(2,1): two-way random effects, absolute agreement, single measurement.

    Shrout and Fleiss, Psychol Bull 1979;86:420; ICC(A,1) of McGraw and Wong, Psychol Methods
    1996;1:30. NaN with fewer than two cases or without any variance.
    """
    ratings = np.stack([first, second], axis=1).astype(np.float64)
    cases, raters = ratings.shape
    if cases < 2:
        return float("nan")
    mean = ratings.mean()
    between_cases = raters * ((ratings.mean(axis=1) - mean) ** 2).sum() / (cases - 1)
    between_raters = cases * ((ratings.mean(axis=0) - mean) ** 2).sum() / (raters - 1)
    residual = ratings - ratings.mean(axis=1, keepdims=True) - ratings.mean(axis=0) + mean
    error = (residual**2).sum() / ((cases - 1) * (raters - 1))
    total = between_cases + (raters - 1) * error + raters * (between_raters - error) / cases
    return float((between_cases - error) / total) if total > 0 else float("nan")


def _border(mask: BoolMask) -> BoolMask:
    """Pixels of a mask with a 4-neighbour outside it; beyond the picture is outside."""
    eroded: BoolMask = ndimage.binary_erosion(mask, border_value=0)
    return mask & ~eroded


def _bounds(mask: BoolMask) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
