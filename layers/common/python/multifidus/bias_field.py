"""The coil's bias field: a smooth gain, as a polynomial of the logarithm of the intensity.

A gain multiplies, so in the logarithm it adds, and lean muscle and fat lie a constant distance
apart wherever they are. `multifidus.reference_tissue` fits both levels and the field together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SCALE_MM = 60.0
"""Coordinates are divided by this before they are raised to powers."""

DEGREE = 3

POWERS = tuple(
    (across, total - across) for total in range(1, DEGREE + 1) for across in range(total, -1, -1)
)
"""Exponents of the column and the row coordinate of each term. There is no constant: the tissues'
levels hold it."""

EXPECTED = np.array([0.4 if power == (0, 1) else 0.0 for power in POWERS])
"""A spine coil lies behind the back, so the gain rises towards it."""

SPREAD = np.array(
    [
        {
            (1, 0): 0.2,
            (0, 1): 0.8,
            (2, 0): 0.2,
            (1, 1): 0.1,
            (0, 2): 0.4,
            (3, 0): 0.05,
            (2, 1): 0.1,
            (1, 2): 0.05,
            (0, 3): 0.2,
        }[power]
        for power in POWERS
    ]
)
"""Standard deviation of each coefficient over plausible coils: steep along the rows, gentle across,
and the higher the power the smaller."""

STIFFNESS = 0.06
"""Weight of that expectation, as a share of the pixels: neighbouring pixels err together, so a
thousand of them do not hold a thousand times the information of one."""


@dataclass(frozen=True, kw_only=True)
class BiasField:
    """Gain over a slice.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (9,)
        Of the terms of `POWERS`.
    """

    coefficients: Floats

    def log_gain(self, rows_mm: Floats, columns_mm: Floats) -> Floats:
        """Logarithm of the gain on a grid, shape (rows, columns)."""
        table = np.zeros((DEGREE + 1, DEGREE + 1))
        for (across, down), value in zip(POWERS, self.coefficients, strict=True):
            table[down, across] = value
        gain = _powers(rows_mm) @ table @ _powers(columns_mm).T
        return np.asarray(gain, dtype=np.float64)


def design(rows_mm: Floats, columns_mm: Floats) -> Floats:
    """Terms at points: shape (9, N) from two of shape (N,)."""
    down, across = _powers(rows_mm), _powers(columns_mm)
    return np.stack([across[:, i] * down[:, j] for i, j in POWERS])


def _powers(axis_mm: Floats) -> Floats:
    return np.vander(np.asarray(axis_mm) / SCALE_MM, DEGREE + 1, increasing=True)
