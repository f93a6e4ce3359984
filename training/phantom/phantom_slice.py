"""The result: a picture with its ground truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.phantom.fields import FloatField


@dataclass(frozen=True, kw_only=True)
class PhantomSlice:
    """A rendered slice; anterior at the top, the patient's right on the image's left.

    Attributes
    ----------
    pixels : ndarray of float32, shape (N, N)
        The picture.
    mask : ndarray of uint8, shape (N, N)
        0 background, 1 the patient's right multifidus, 2 the left: the fascial compartments, fat
        within them included.
    muscles : ndarray of uint8, shape (N, N)
        1 and 2 as in `mask`, 3 erector spinae, 4 psoas, 5 quadratus lumborum.
    fat_fraction : ndarray of float32, shape (N, N)
        True share of fat in each pixel, 0 to 1.
    pixel_spacing_mm : tuple of float
        Distance between rows, then between columns.
    """

    pixels: FloatField
    mask: npt.NDArray[np.uint8]
    muscles: npt.NDArray[np.uint8]
    fat_fraction: FloatField
    pixel_spacing_mm: tuple[float, float]

    def area_mm2(self, side: int) -> float:
        """Area of one side's multifidus (1 right, 2 left)."""
        pixel_mm2 = self.pixel_spacing_mm[0] * self.pixel_spacing_mm[1]
        return float((self.mask == side).sum()) * pixel_mm2

    def fat_pct(self, side: int) -> float:
        """Return the true fat of one side (1 right, 2 left) in per cent of its area."""
        inside = self.mask == side
        return 100.0 * float(self.fat_fraction[inside].mean()) if inside.any() else 0.0
