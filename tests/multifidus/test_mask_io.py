"""Masks that callers send, good and bad."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from multifidus.errors import (
    InvalidParameter,
    MultifidusError,
    NotGreyscale,
    PayloadTooLarge,
    UnreadableImage,
    UnsupportedMedia,
)
from multifidus.mask_io import MAX_MASK_BYTES, read_mask
from multifidus.render import mask_png
from tests.multifidus.samples import jpeg, png, raw_png

SHAPE = (48, 40)


def two_sides(dtype: type[np.generic] = np.uint8) -> Any:
    mask = np.zeros(SHAPE, dtype=dtype)
    mask[10:30, 5:15], mask[12:30, 22:35] = 1, 2
    return mask


def palette_png(colours: bytes) -> bytes:
    lines = b"".join(b"\0" + line.tobytes() for line in two_sides())
    return raw_png(SHAPE[1], SHAPE[0], colour=3, lines=lines, extra=[(b"PLTE", colours)])


GOOD = {
    "as the service writes it": mask_png(two_sides()),
    "16 bit": png(two_sides(np.uint16)),
    "three equal channels": png(np.dstack([two_sides()] * 3)),
    "a canvas, opaque": png(np.dstack([two_sides()] * 3 + [np.full(SHAPE, 255, np.uint8)])),
    "a palette of these greys": palette_png(b"\0\0\0\1\1\1\2\2\2"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_mask_is_read_as_it_was_drawn(name: str) -> None:
    mask = read_mask(GOOD[name], SHAPE)
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, two_sides())


def test_an_empty_mask_is_one() -> None:
    assert not read_mask(png(np.zeros(SHAPE, np.uint8)), SHAPE).any()


GREEN = np.zeros((*SHAPE, 3), np.uint8)
GREEN[10:30, 5:15, 1] = 255
BAD: dict[str, tuple[bytes, type[MultifidusError], str]] = {
    "white for muscle": (png(two_sides() * 127), InvalidParameter, "values"),
    "a third value": (png(np.where(two_sides() == 2, 3, two_sides())), InvalidParameter, "values"),
    "one pixel off": (png(two_sides()[:-1]), InvalidParameter, "40 columns and 48 rows"),
    "lying on its side": (png(two_sides().T.copy()), InvalidParameter, "size"),
    "smaller than any slice": (png(two_sides()[:8, :8]), InvalidParameter, "size"),
    "longer than any slice": (png(np.zeros((40, 400), np.uint8)), InvalidParameter, "size"),
    "half transparent": (
        png(np.dstack([two_sides()] * 3 + [np.full(SHAPE, 128, np.uint8)])),
        InvalidParameter,
        "values",
    ),
    "coloured": (png(GREEN), NotGreyscale, "mask is in colour"),
    "a palette of colours": (palette_png(b"\0\0\0\xff\0\0\0\xff\0"), NotGreyscale, "colour"),
    "a JPEG": (jpeg(two_sides()), UnsupportedMedia, "mask"),
    "no picture": (b"mask", UnsupportedMedia, "mask"),
    "nothing": (b"", UnsupportedMedia, "mask"),
    "cut off": (png(two_sides())[:-20], UnreadableImage, "mask"),
    "too many bytes": (png(two_sides()) + bytes(MAX_MASK_BYTES), PayloadTooLarge, "mask"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mask_that_cannot_be_used_is_named(name: str) -> None:
    data, error, words = BAD[name]
    with pytest.raises(error) as caught:
        read_mask(data, SHAPE)
    assert words in caught.value.detail


def test_an_uncompressed_mask_of_a_usual_slice_is_within_the_limit() -> None:
    mask = np.zeros((512, 512), np.uint8)
    _, data = cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_COMPRESSION, 0])
    assert 512 * 512 < data.size < MAX_MASK_BYTES
    assert read_mask(data.tobytes(), (512, 512)).shape == (512, 512)
