"""Colour images that hold a greyscale picture become one channel; others are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from multifidus.errors import NotGreyscale

CHANNEL_TOLERANCE = 0.05
"""Channels may differ by this share of the brightest value: the chroma noise of JPEG."""

MAX_COLOURED_SHARE = 0.005
"""Share of pixels that may differ by more: a viewer's small coloured annotation."""


def grey_from_colour(pixels: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """One channel out of three nearly equal ones, or four with alpha last.

    Parameters
    ----------
    pixels : ndarray of unsigned integers, shape (rows, columns, 3 or 4)
        Order of the colours is indifferent. Transparent pixels are blended over black.

    Raises
    ------
    NotGreyscale
        The channels differ by more than noise.
    """
    # Channel by channel: reductions over an axis of three are an order of magnitude slower.
    first, second, third = (pixels[..., channel] for channel in range(3))
    brightest = np.maximum(np.maximum(first, second), third)
    darkest = np.minimum(np.minimum(first, second), third)
    tolerance = CHANNEL_TOLERANCE * max(int(brightest.max()), 1)
    if np.count_nonzero(brightest - darkest > tolerance) > MAX_COLOURED_SHARE * brightest.size:
        raise NotGreyscale
    total = first.astype(np.float32) + second + third
    grey: npt.NDArray[np.float32] = np.divide(total, 3.0, dtype=np.float32, casting="same_kind")
    if pixels.shape[2] == 4:
        grey *= pixels[..., 3] / np.float32(np.iinfo(pixels.dtype).max)
    return grey
