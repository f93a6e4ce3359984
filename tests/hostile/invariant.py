"""What holds of any bytes: soon they are a slice within the limits, or refused by name."""

from __future__ import annotations

import time

import numpy as np

from multifidus.errors import RequestError
from multifidus.image_io import MAX_ASPECT_RATIO, MAX_PIXELS, MIN_SIDE_PX, ImageSlice, read_image
from multifidus.media_limits import MAX_INTENSITY, plausible_spacing_mm

DEADLINE_S = 10.0
"""Hundreds of times what a file of some kilobytes takes; a hang is longer."""


def check_decoding(data: bytes) -> None:
    """Decode, and hold the invariant.

    Raises
    ------
    AssertionError
        It does not hold. Any other exception that comes out is a fault of the decoder as well.
    """
    started = time.perf_counter()
    try:
        image = read_image(data)
    except RequestError as error:
        status = error.status
    else:
        status = 200
        _check_slice(image)
    assert status == 200 or 400 <= status < 500
    assert time.perf_counter() - started < DEADLINE_S


def _check_slice(image: ImageSlice) -> None:
    pixels = image.pixels
    assert pixels.dtype == np.float32
    assert pixels.ndim == 2
    assert np.isfinite(pixels).all()
    assert np.abs(pixels).max() <= MAX_INTENSITY
    assert pixels.size <= MAX_PIXELS
    assert min(pixels.shape) >= MIN_SIDE_PX
    assert max(pixels.shape) <= MAX_ASPECT_RATIO * min(pixels.shape)
    spacing_mm = image.pixel_spacing_mm
    assert spacing_mm is None or plausible_spacing_mm(spacing_mm) == spacing_mm
