"""How large the pixels of a picture without spacing probably are: to place zones, not to measure.

Where reference tissue is looked for is told in millimetres. Three things hint at the size of a
pixel: the trunk's width where both flanks show, otherwise the picture's own width, and the size of
the muscle. Each has its usual size and its spread; the best guess is their mean in the logarithm,
weighted by the inverse of the spread's square. No area in mm2 is ever made of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from multifidus.trunk import find_trunk

FloatImage = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Usual:
    """A length in people and pictures.

    Attributes
    ----------
    mm : float
        Middle of what is usual.
    spread : float
        Standard deviation of the length's logarithm.
    """

    mm: float
    spread: float

    def weight(self) -> float:
        """How much a guess by this length counts."""
        return 1.0 / (self.spread * self.spread)


TRUNK = Usual(mm=350.0, spread=0.1)
"""Width from flank to flank; 300 to 420 mm."""

PICTURE = Usual(mm=250.0, spread=0.15)
"""Longer side of a picture that cuts the flanks; 190 to 340 mm."""

MUSCLE = Usual(mm=24.0, spread=0.3)
"""Square root of one side's area, as of a multifidus of 6 cm2; the most variable of the three."""

FIELD_MM = (100.0, 500.0)
"""Range of the picture's longer side, as a mask may be a mere speck."""


def assumed_pixel_mm(canonical: FloatImage, side_px: int) -> float:
    """Guess the side of a square pixel.

    Parameters
    ----------
    canonical : ndarray of float32, shape (rows, columns)
        The picture in the canonical view.
    side_px : int
        Area of the larger side's mask, at least one pixel.
    """
    trunk = find_trunk(canonical)
    longer_px = max(canonical.shape)
    usual, length_px = (PICTURE, longer_px) if trunk is None else (TRUNK, trunk.width)
    guesses = ((usual, length_px), (MUSCLE, math.sqrt(side_px)))
    total = sum(one.weight() for one, _ in guesses)
    log_mm = sum(one.weight() * math.log(one.mm / length) for one, length in guesses) / total
    shortest_mm, longest_mm = (field / longer_px for field in FIELD_MM)
    return float(min(max(math.exp(log_mm), shortest_mm), longest_mm))
