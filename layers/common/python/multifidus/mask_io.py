"""A mask that a caller sends: a PNG with the values 0, 1 and 2 at the slice's own size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from multifidus.errors import (
    ImageTooLarge,
    InvalidParameter,
    NotGreyscale,
    PayloadTooLarge,
    TooSmall,
    UnreadableImage,
    UnsupportedMedia,
)
from multifidus.postprocess import LEFT, RIGHT
from multifidus.raster import PNG_SIGNATURE, read_png

MAX_MASK_BYTES = 384 * 1024
"""A mask of two muscles compresses to a few kilobytes; this holds one of 512 x 512 pixels that was
not compressed at all. What remains of Lambda's 6 MB request beside a slice of 4 MiB is not more."""

_WHAT_IT_IS = "0 background, 1 the patient's right multifidus, 2 the left"


def read_mask(data: bytes, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Decode a mask.

    Parameters
    ----------
    data : bytes
        A PNG file; grey, or coloured with three equal channels, as a canvas writes it.
    shape : tuple of int
        Rows and columns of the slice that it belongs to.

    Returns
    -------
    ndarray of uint8, shape (rows, columns)
        0 background, 1 the patient's right multifidus, 2 the left.

    Raises
    ------
    PayloadTooLarge
        More than `MAX_MASK_BYTES`.
    UnsupportedMedia, UnreadableImage, NotGreyscale
        No PNG, a damaged one, a coloured one.
    InvalidParameter
        Another size than the slice, or other values.
    """
    if len(data) > MAX_MASK_BYTES:
        raise PayloadTooLarge(f"The mask is over the limit of {MAX_MASK_BYTES // 1024} KiB.")
    if not data.startswith(PNG_SIGNATURE):
        raise UnsupportedMedia("The mask is not a PNG file.")
    rows, columns = shape
    wrong_size = InvalidParameter(
        f"`mask` has another size than the slice, which has {columns} columns and {rows} rows."
    )
    try:
        pixels, _ = read_png(data)
    except NotGreyscale:
        raise NotGreyscale(
            f"The mask is in colour. Send a grey PNG with the values {_WHAT_IT_IS}."
        ) from None
    except UnreadableImage:
        raise UnreadableImage("The mask is truncated or no PNG that can be decoded.") from None
    except (ImageTooLarge, TooSmall):  # a slice of that size would not have been read either
        raise wrong_size from None
    if pixels.shape != (rows, columns):
        raise wrong_size
    if not np.isin(pixels, (0, RIGHT, LEFT)).all():
        raise InvalidParameter(f"`mask` holds other values than {_WHAT_IT_IS}.")
    return pixels.astype(np.uint8)
