"""Probabilities become masks on the native grid."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from multifidus.image_io import ImageSlice
from multifidus.image_slice import Turn
from multifidus.manifest import PreprocessSpec
from multifidus.postprocess import LEFT, RIGHT, postprocess, without_specks
from multifidus.preprocess import Geometry, preprocess

SIZE = 64


def geometry(native: int, *, turn: Turn | None = None, size: int = SIZE) -> Geometry:
    image = ImageSlice(
        pixels=np.zeros((native, native), np.float32),
        media="png",
        turn=turn or Turn(),
    )
    return preprocess(image, PreprocessSpec(height_px=size, width_px=size))[1]


def sides(right: npt.NDArray[np.generic], left: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    return np.stack([right, left]).astype(np.float32)


def test_the_threshold_is_applied_on_the_native_grid() -> None:
    ramp = np.tile(np.linspace(0, 1, SIZE, dtype=np.float32), (SIZE, 1))
    done = postprocess(sides(ramp, ramp * 0), geometry(256), threshold=0.37)
    assert done.mask.shape == done.probability.shape == (256, 256)
    edges = np.argmax(done.mask == RIGHT, axis=1)
    # Nearest neighbour of the model's mask could only stop at a multiple of four.
    assert set(edges) == {95}
    np.testing.assert_array_equal(done.mask > 0, done.probability >= 0.37)


def test_sides_are_split_pixel_by_pixel_within_one_connected_region() -> None:
    columns = np.arange(SIZE)
    shape = np.zeros((SIZE, SIZE), np.float32)
    shape[20:44, 16:48] = 0.95
    right = shape * (columns < 32)
    left = shape * (columns >= 32)
    mask = postprocess(sides(right, left), geometry(SIZE), threshold=0.5).mask
    assert np.array_equal(mask == RIGHT, right > 0)
    assert np.array_equal(mask == LEFT, left > 0)


def test_a_pixel_counts_by_the_probability_of_either_side() -> None:
    shared = np.zeros((SIZE, SIZE), np.float32)
    shared[20:40, 20:40] = 1.0
    done = postprocess(sides(shared * 0.4, shared * 0.3), geometry(SIZE), threshold=0.6)
    assert (done.mask[22:38, 22:38] == RIGHT).all()
    np.testing.assert_allclose(done.probability[30, 30], 0.7, atol=1e-6)
    capped = postprocess(sides(shared * 0.9, shared * 0.9), geometry(SIZE), threshold=0.5)
    assert capped.probability.max() == 1.0


def test_flips_are_undone_with_the_sides_following_the_patient() -> None:
    right = np.zeros((SIZE, SIZE), np.float32)
    right[10:30, 5:25] = 1.0
    left = np.zeros_like(right)
    left[10:30, 35:55] = 1.0
    plain = postprocess(sides(right, left), geometry(SIZE), threshold=0.5).mask
    turned = postprocess(
        sides(right, left),
        geometry(SIZE, turn=Turn(flip_rows=True, flip_columns=True)),
        threshold=0.5,
    ).mask
    np.testing.assert_array_equal(turned, plain[::-1, ::-1])


def test_specks_are_dropped_per_side_and_real_parts_kept() -> None:
    right = np.zeros((SIZE, SIZE), np.float32)
    right[10:30, 5:25] = 1.0  # 400
    right[40:48, 5:13] = 1.0  # 64: more than a tenth
    right[60, 60] = 1.0
    left = np.zeros_like(right)
    left[10:13, 40:43] = 1.0  # small, but the largest of its side
    mask = postprocess(sides(right, left), geometry(SIZE), threshold=0.5).mask
    assert np.count_nonzero(mask == RIGHT) == 464
    assert np.count_nonzero(mask == LEFT) == 9
    assert mask[60, 60] == 0


@pytest.mark.parametrize("turn", [Turn(), Turn(transpose=True, flip_rows=True)])
def test_a_mask_at_the_edge_of_what_was_looked_at_is_cut_off(turn: Turn) -> None:
    wide = ImageSlice(
        pixels=np.ones((400, 400), np.float32),
        media="dicom",
        pixel_spacing_mm=(1.0, 1.0),
        orientation="patient",
        turn=turn,
    )
    spec = PreprocessSpec(max_field_of_view_mm=200.0)
    _, seen = preprocess(wide, spec)
    inside = np.zeros((2, spec.height_px, spec.width_px), np.float32)
    inside[0, 100:150, 80:120] = 1.0
    assert not postprocess(inside, seen, threshold=0.5).cut_off
    inside[0, 150:, 80:120] = 1.0
    found = postprocess(inside, seen, threshold=0.5)
    assert found.cut_off
    assert not found.mask[:90].any()  # far from the slice's edge


def test_nothing_found_is_an_empty_mask() -> None:
    nothing = np.zeros((2, SIZE, SIZE), np.float32)
    done = postprocess(nothing, geometry(100), threshold=0.5)
    assert not done.mask.any()
    assert done.mask.dtype == np.uint8


def test_parts_that_touch_by_a_corner_are_one() -> None:
    region = np.zeros((20, 20), np.bool_)
    region[2:12, 2:12] = True
    region[12:14, 12:14] = True
    np.testing.assert_array_equal(without_specks(region), region)


def test_a_slanted_edge_stays_smooth_when_enlarged() -> None:
    small = np.zeros((SIZE, SIZE), np.float32)
    cv2.fillPoly(small, [np.array([[5, 5], [60, 20], [40, 60]])], 1.0)
    smooth = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0))
    mask = postprocess(sides(smooth, smooth * 0), geometry(512), threshold=0.5).mask
    outline = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    nearest = cv2.resize((smooth >= 0.5).astype(np.uint8), (512, 512), interpolation=0)
    blocky = cv2.findContours(nearest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    assert cv2.arcLength(outline, True) < 0.95 * cv2.arcLength(blocky, True)
