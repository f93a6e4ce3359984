"""Overlay and mask as pictures."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from multifidus.image_io import ImageSlice
from multifidus.render import (
    FILL_OPACITY,
    LEFT_RGB,
    RIGHT_RGB,
    displayed,
    mask_png,
    overlay_png,
)
from tests.multifidus.samples import RealSlice, textured

Mask = npt.NDArray[np.uint8]


def slice_of(rows: int = 90, columns: int = 120) -> ImageSlice:
    return ImageSlice(pixels=textured(rows, columns).astype(np.float32) * 7, media="dicom")


def two_sides(rows: int = 90, columns: int = 120) -> Mask:
    mask = np.zeros((rows, columns), np.uint8)
    cv2.ellipse(mask, (40, 50), (15, 20), 10, 0, 360, 1, -1)
    cv2.ellipse(mask, (75, 50), (15, 20), -10, 0, 360, 2, -1)
    return mask


def rgb(data: bytes) -> Mask:
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert bgr is not None
    return np.asarray(bgr[..., ::-1], dtype=np.uint8)


def assert_grey_off_the_mask(overlay: Mask, mask: Mask, image: ImageSlice) -> None:
    off = mask == 0
    for channel in range(3):
        np.testing.assert_array_equal(overlay[..., channel][off], displayed(image)[off])


def test_pixels_off_the_mask_stay_grey() -> None:
    image, mask = slice_of(), two_sides()
    overlay = rgb(overlay_png(image, mask))
    assert overlay.shape == (90, 120, 3)
    assert_grey_off_the_mask(overlay, mask, image)


def test_the_fill_is_transparent_and_the_outline_is_not() -> None:
    image, mask = slice_of(), two_sides()
    overlay, grey = rgb(overlay_png(image, mask)), displayed(image)
    for value, colour in ((1, RIGHT_RGB), (2, LEFT_RGB)):
        inside = mask == value
        core = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert (overlay[inside & ~core] == colour).all()
        expected = grey[core][:, None] * (1 - FILL_OPACITY) + np.array(colour) * FILL_OPACITY
        np.testing.assert_allclose(overlay[core], expected, atol=0.51)
        assert np.ptp(overlay[core].astype(int), axis=0).max() > 10  # anatomy shows through


def test_the_outline_is_two_pixels_wide_on_a_large_slice() -> None:
    mask = two_sides(600, 600)
    overlay = rgb(overlay_png(slice_of(600, 600), mask))
    inside = mask == 1
    core = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (overlay[inside & ~core] == RIGHT_RGB).all()
    assert not (overlay[core] == RIGHT_RGB).all(axis=1).any()


def test_the_sides_colours_differ_without_green_cones_too() -> None:
    # Machado et al. 2009, deuteranopia, severity 1.0.
    deuteranopia = np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    )
    seen = np.array([RIGHT_RGB, LEFT_RGB]) @ deuteranopia.T
    assert np.linalg.norm(seen[0] - seen[1]) > 150


def test_jet_is_the_classic_blend_and_tints() -> None:
    image, mask = slice_of(), two_sides()
    overlay = rgb(overlay_png(image, mask, style="jet")).astype(int)
    off = mask == 0
    assert (overlay[off][:, 2] > overlay[off][:, 0]).all()
    assert (overlay[~off][:, 0] > overlay[~off][:, 2]).all()


@pytest.mark.parametrize("style", ["contour", "jet"])
@pytest.mark.parametrize("value", [0.0, 55.0])
def test_blank_pictures_and_empty_masks_are_drawn(style: str, value: float) -> None:
    image = ImageSlice(pixels=np.full((40, 60), value, np.float32), media="png")
    for mask in (np.zeros((40, 60), np.uint8), np.ones((40, 60), np.uint8)):
        assert rgb(overlay_png(image, mask, style=style)).shape == (40, 60, 3)  # type: ignore[arg-type]


def test_a_hot_pixel_does_not_darken_the_display() -> None:
    image = slice_of()
    before = displayed(image)
    image.pixels[20, 20] = 1e9
    assert abs(float(displayed(image).mean()) - float(before.mean())) < 3


def test_the_mask_png_holds_the_values_themselves() -> None:
    mask = two_sides()
    read = cv2.imdecode(np.frombuffer(mask_png(mask), np.uint8), cv2.IMREAD_UNCHANGED)
    assert read is not None
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, mask)


def test_real_slices_stay_grey_off_the_mask(t2_slices: list[RealSlice]) -> None:
    for item in t2_slices[::4]:
        image = ImageSlice(pixels=item.pixels, media="dicom")
        overlay = rgb(overlay_png(image, item.mask))
        assert_grey_off_the_mask(overlay, item.mask, image)
        assert (
            overlay[item.mask > 0].max(axis=1) > overlay[item.mask > 0].min(axis=1)
        ).mean() > 0.9
