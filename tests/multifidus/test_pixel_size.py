from __future__ import annotations

import numpy as np
import pytest

from multifidus.pixel_size import FIELD_MM, MUSCLE, PICTURE, TRUNK, assumed_pixel_mm
from multifidus.trunk import find_trunk
from tests.multifidus.samples import RealSlice, textured
from tests.multifidus.trunks import trunk_picture

CLOSE = textured(500, 400).astype(np.float32)


def test_hints_that_agree_are_believed() -> None:
    side_px = round((MUSCLE.mm / (PICTURE.mm / 500)) ** 2)
    assert assumed_pixel_mm(CLOSE, side_px) == pytest.approx(PICTURE.mm / 500, rel=0.01)


def test_the_trunk_counts_where_it_shows_and_the_picture_where_not() -> None:
    picture = trunk_picture()
    trunk = find_trunk(picture)
    assert trunk is not None
    pixel_mm = TRUNK.mm / trunk.width
    side_px = round((MUSCLE.mm / pixel_mm) ** 2)
    assert assumed_pixel_mm(picture, side_px) == pytest.approx(pixel_mm, rel=0.02)


def test_a_larger_muscle_makes_the_guess_smaller_but_counts_least() -> None:
    small, large = (assumed_pixel_mm(CLOSE, side_px) for side_px in (6400, 1600))
    assert small < large < 1.2 * small, "of a muscle half as wide"


@pytest.mark.parametrize("side_px", [1, 250_000])
def test_a_speck_or_a_blot_leaves_the_field_of_view_possible(side_px: int) -> None:
    assert FIELD_MM[0] <= 512 * assumed_pixel_mm(textured(512, 512).astype(np.float32), side_px)
    assert 512 * assumed_pixel_mm(textured(512, 512).astype(np.float32), side_px) <= FIELD_MM[1]


def test_real_pixels_are_guessed_within_a_fifth(
    t2_slices: list[RealSlice], dixon_slices: list[RealSlice]
) -> None:
    for item in (*t2_slices, *dixon_slices):
        side_px = max(np.count_nonzero(item.mask == value) for value in (1, 2))
        guessed = assumed_pixel_mm(item.pixels, side_px)
        assert guessed == pytest.approx(item.spacing_mm[0], rel=0.2), item.name
