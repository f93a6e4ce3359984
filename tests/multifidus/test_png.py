"""PNG files as others read them."""

from __future__ import annotations

import io
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from multifidus.png import Pixels, png_of

SIDES = st.integers(min_value=1, max_value=40)
SHAPES = st.one_of(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES, st.just(3)))


@given(pixels=SHAPES.flatmap(lambda shape: arrays(np.uint8, shape)))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(pixels: Pixels) -> None:
    data = png_of(pixels)
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert read is not None
    np.testing.assert_array_equal(read[..., ::-1] if pixels.ndim == 3 else read, pixels)
    with Image.open(io.BytesIO(data)) as image:
        image.verify()  # reads every chunk's checksum
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == ("RGB" if pixels.ndim == 3 else "L")
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_it_is_compressed() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    assert len(png_of(ramp)) < len(zlib.compress(ramp.tobytes(), 1))


@pytest.mark.parametrize("shape", [(30, 20), (30, 20, 3)])
def test_a_part_of_a_larger_picture_is_written_as_it_looks(shape: tuple[int, ...]) -> None:
    whole = np.random.default_rng(3).integers(0, 256, (60, 40, *shape[2:]), dtype=np.uint8)
    part = whole[::2, ::2]
    read = cv2.imdecode(np.frombuffer(png_of(part), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read[..., ::-1] if len(shape) == 3 else read, part)
