"""Polygons against the masks that they outline."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest

from multifidus.errors import ResponseTooLarge
from multifidus.outlines import outlines

Mask = npt.NDArray[np.uint8]


def drawn(*rows: str) -> Mask:
    return np.array([[int(value) for value in row] for row in rows], dtype=np.uint8)


def signed_area(polygon: npt.NDArray[np.float64]) -> float:
    """Positive where it runs clockwise as the image is seen (rows grow downwards)."""
    x, y = polygon.T
    return 0.5 * float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def filled(
    polygons: list[npt.NDArray[np.float64]], shape: tuple[int, int]
) -> npt.NDArray[np.bool_]:
    """Pixels inside by the even-odd rule: each upright edge toggles what follows."""
    inside = np.zeros(shape, dtype=bool)
    for polygon in polygons:
        for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            assert (x1 == x2) != (y1 == y2)
            if x1 == x2:
                low, high = sorted((y1, y2))
                inside[int(low + 0.5) : int(high + 0.5), int(x1 + 0.5) :] ^= True
    return inside


def test_one_pixel_is_a_square_about_its_centre() -> None:
    mask = np.zeros((4, 5), dtype=np.uint8)
    mask[2, 3] = 1
    (polygon,) = outlines(mask)["right"]
    assert polygon.tolist() == [[2.5, 1.5], [3.5, 1.5], [3.5, 2.5], [2.5, 2.5]]
    assert outlines(mask)["left"] == []


def test_straight_borders_have_no_corners_in_between() -> None:
    (polygon,) = outlines(drawn("0000", "0220", "0220", "0200"))["left"]
    expected = [[0.5, 0.5], [2.5, 0.5], [2.5, 2.5], [1.5, 2.5], [1.5, 3.5], [0.5, 3.5]]
    assert polygon.tolist() == expected


def test_a_hole_runs_the_other_way_round() -> None:
    outer, hole = outlines(drawn("111", "101", "111"))["right"]
    assert (signed_area(outer), signed_area(hole)) == (9.0, -1.0)


def test_pixels_that_touch_at_a_corner_are_two() -> None:
    polygons = outlines(drawn("10", "01"))["right"]
    assert [signed_area(polygon) for polygon in polygons] == [1.0, 1.0]
    polygons = outlines(drawn("01", "10"))["right"]
    assert [signed_area(polygon) for polygon in polygons] == [1.0, 1.0]


@pytest.mark.parametrize("seed", range(20))
def test_any_mask_is_enclosed_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, 24)), int(rng.integers(1, 24)))
    mask = rng.choice(3, size=shape, p=rng.dirichlet((1, 1, 1))).astype(np.uint8)
    for value, polygons in zip((1, 2), outlines(mask).values(), strict=True):
        region = mask == value
        assert sum(signed_area(polygon) for polygon in polygons) == np.count_nonzero(region)
        np.testing.assert_array_equal(filled(polygons, shape), region)


def test_a_mask_of_noise_is_refused_before_it_costs_anything() -> None:
    noise = np.random.default_rng(1).integers(0, 3, (2000, 2000), dtype=np.uint8)
    started = time.process_time()
    with pytest.raises(ResponseTooLarge):
        outlines(noise)
    assert time.process_time() - started < 2.0


def test_long_borders_cost_no_more_than_their_corners() -> None:
    stripes = np.zeros((2000, 2000), dtype=np.uint8)
    stripes[::2] = 1
    polygons = outlines(stripes)["right"]
    assert [len(polygon) for polygon in polygons] == [4] * 1000
