"""Areas, probabilities and asymmetry."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from multifidus.image_io import ImageSlice
from multifidus.measure import measure
from multifidus.postprocess import Segmentation


def segmentation(right_px: int, left_px: int, probability: float = 0.9) -> Segmentation:
    mask = np.zeros((100, 100), np.uint8)
    mask.ravel()[:right_px] = 1
    mask.ravel()[5000 : 5000 + left_px] = 2
    return Segmentation(mask=mask, probability=np.full((100, 100), probability, np.float32))


def image(spacing_mm: tuple[float, float] | None) -> ImageSlice:
    pixels = np.zeros((100, 100), np.float32)
    return ImageSlice(pixels=pixels, media="png", pixel_spacing_mm=spacing_mm)


def test_area_is_pixels_times_both_spacings() -> None:
    done = measure(segmentation(1000, 600), image((0.5, 0.8)))
    assert (done.right.area_px, done.left.area_px) == (1000, 600)
    assert done.right.area_mm2 == pytest.approx(400.0)
    assert done.left.area_mm2 == pytest.approx(240.0)


def test_without_spacing_there_is_no_area_in_mm2() -> None:
    done = measure(segmentation(1000, 600), image(None))
    assert (done.right.area_px, done.left.area_px) == (1000, 600)
    assert done.right.area_mm2 is None
    assert done.left.area_mm2 is None


def test_asymmetry_is_the_difference_over_the_mean() -> None:
    for right_px, left_px in ((1000, 600), (600, 1000)):
        done = measure(segmentation(right_px, left_px), image(None))
        assert done.asymmetry_pct == pytest.approx(50.0)
    assert measure(segmentation(700, 700), image(None)).asymmetry_pct == 0.0


def test_asymmetry_does_not_depend_on_spacing() -> None:
    with_spacing = measure(segmentation(1000, 600), image((0.3, 0.7)))
    assert with_spacing.asymmetry_pct == pytest.approx(50.0)


def test_one_empty_side_is_200_pct_and_two_are_none() -> None:
    one = measure(segmentation(0, 500), image((1.0, 1.0)))
    assert one.asymmetry_pct == 200.0
    assert one.right.mean_probability is None
    assert one.right.area_mm2 == 0.0
    none = measure(segmentation(0, 0), image((1.0, 1.0)))
    assert none.asymmetry_pct is None


def test_mean_probability_is_taken_inside_the_sides_own_mask() -> None:
    given = segmentation(100, 100, probability=0.1)
    given.probability[given.mask == 1] = 0.8
    given.probability[given.mask == 2] = 0.6
    done = measure(given, image(None))
    assert done.right.mean_probability == pytest.approx(0.8)
    assert done.left.mean_probability == pytest.approx(0.6)


def test_fat_is_not_guessed() -> None:
    done = measure(segmentation(100, 100), image((1.0, 1.0)))
    side = done.right
    assert done.fat_unavailable == "no_reference_tissue"
    assert side.fat_infiltration_pct is None
    assert side.fat_infiltration_ci95 is None
    assert side.functional_csa_mm2 is None


def test_each_kind_of_number_names_its_method() -> None:
    assert measure(segmentation(100, 100), image(None)).methods == {
        "area": "pixel-count",
        "fat_infiltration": "reference-tissue",
        "fat_infiltration_gmm3": "gmm-3",
    }


@pytest.mark.parametrize(("right_px", "left_px"), [(0, 0), (1, 0), (0, 1), (1, 1), (4000, 1)])
@pytest.mark.parametrize("spacing_mm", [None, (0.05, 10.0)])
def test_no_number_is_ever_not_finite(
    right_px: int, left_px: int, spacing_mm: tuple[float, float] | None
) -> None:
    done = dataclasses.asdict(measure(segmentation(right_px, left_px), image(spacing_mm)))
    numbers = [done["asymmetry_pct"], *done["right"].values(), *done["left"].values()]
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert all(type(number) in (int, float, type(None)) for number in numbers)
