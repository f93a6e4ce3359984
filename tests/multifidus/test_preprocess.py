"""One preprocessing for every kind of file, and the way back."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from multifidus.image_io import ImageSlice, read_image
from multifidus.image_slice import Turn
from multifidus.manifest import PreprocessSpec
from multifidus.preprocess import preprocess
from tests.multifidus.samples import RealSlice, dataset, dicom, png, textured

SPEC = PreprocessSpec()


def slice_of(pixels: npt.NDArray[np.generic], **fields: object) -> ImageSlice:
    return ImageSlice(pixels=pixels.astype(np.float32), media="png", **fields)  # type: ignore[arg-type]


def blob(rows: int, columns: int) -> npt.NDArray[np.uint8]:
    """An ellipse beside the centre, a tenth of the picture."""
    mask = np.zeros((rows, columns), np.uint8)
    centre = (int(columns * 0.55), int(rows * 0.6))
    cv2.ellipse(mask, centre, (int(columns * 0.2), int(rows * 0.15)), 0, 0, 360, 1, -1)
    return mask


def dice(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> float:
    return 2.0 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def test_the_tensor_is_what_the_model_takes() -> None:
    tensor, _ = preprocess(slice_of(textured(200, 120)), SPEC)
    assert tensor.shape == (1, 1, 256, 256)
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous
    assert tensor.min() == 0.0
    assert tensor.max() == 1.0


def test_the_aspect_ratio_is_kept_and_the_rest_is_padding() -> None:
    tensor, geometry = preprocess(slice_of(textured(200, 100)), SPEC)
    assert (geometry.height, geometry.width) == (256, 128)
    assert (geometry.top, geometry.left) == (0, 64)
    assert not tensor[..., :64].any()
    assert not tensor[..., 192:].any()
    assert tensor[0, 0, 128, 64:192].any()


def test_pixels_of_unequal_spacing_become_square() -> None:
    _, geometry = preprocess(slice_of(textured(200, 100), pixel_spacing_mm=(1.0, 2.0)), SPEC)
    assert (geometry.height, geometry.width) == (256, 256)


def test_a_hot_pixel_does_not_squash_the_picture() -> None:
    pixels = textured(256, 256).astype(np.float32)
    plain, _ = preprocess(slice_of(pixels), SPEC)
    pixels[40, 40] = 1e6
    hot, _ = preprocess(slice_of(pixels), SPEC)
    hot[0, 0, 38:43, 38:43] = plain[0, 0, 38:43, 38:43]
    np.testing.assert_allclose(hot, plain, atol=0.01)


def test_a_constant_picture_becomes_zero() -> None:
    tensor, _ = preprocess(slice_of(np.full((64, 64), 7)), SPEC)
    assert not tensor.any()


def test_8_bits_16_bits_and_dicom_of_a_slice_give_the_same_tensor() -> None:
    grey = textured(120, 100)
    spacing_mm = (0.6, 0.5)
    deep = grey.astype(np.uint16) * 257
    stored = grey.astype(np.int16) * 13 - 900
    images = [
        read_image(png(grey), pixel_spacing_mm=spacing_mm),
        read_image(png(deep), pixel_spacing_mm=spacing_mm),
        read_image(dicom(dataset(stored, RescaleSlope="0.4", RescaleIntercept="5"))),
        read_image(dicom(dataset(3000 - stored, PhotometricInterpretation="MONOCHROME1"))),
        read_image(dicom(dataset(stored, WindowCenter="0", WindowWidth="1"))),
    ]
    first, *others = (preprocess(image, SPEC)[0] for image in images)
    for other in others:
        np.testing.assert_allclose(other, first, atol=1e-5)


TURNS = [
    Turn(transpose=transpose, flip_rows=rows, flip_columns=columns)
    for transpose in (False, True)
    for rows in (False, True)
    for columns in (False, True)
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_slice_stored_the_other_way_round_gives_the_same_tensor(turn: Turn) -> None:
    pixels = textured(100, 80)
    stored = slice_of(
        turn.undo(pixels),
        turn=turn,
        pixel_spacing_mm=(2.7, 1.8) if turn.transpose else (1.8, 2.7),
    )
    plain, _ = preprocess(slice_of(pixels, pixel_spacing_mm=(1.8, 2.7)), SPEC)
    turned, geometry = preprocess(stored, SPEC)
    np.testing.assert_array_equal(turned, plain)
    native = geometry.to_native(turned[0])[0]
    assert np.corrcoef(native.ravel(), stored.pixels.ravel())[0, 1] > 0.99


def test_a_turn_exchanges_axes_before_it_flips() -> None:
    stored = np.arange(6).reshape(2, 3)
    turned = Turn(transpose=True, flip_rows=True).apply(stored)
    np.testing.assert_array_equal(turned, [[2, 5], [1, 4], [0, 3]])


@pytest.mark.parametrize("shape", [(512, 512), (320, 260), (96, 384), (40, 33), (700, 500)])
@pytest.mark.parametrize("spacing_mm", [None, (0.5, 0.5), (0.4, 0.9)])
@pytest.mark.parametrize("turn", TURNS)
def test_a_mask_survives_the_way_there_and_back(
    shape: tuple[int, int],
    spacing_mm: tuple[float, float] | None,
    turn: Turn,
) -> None:
    mask = blob(*shape)
    image = slice_of(mask, pixel_spacing_mm=spacing_mm, turn=turn)
    tensor, geometry = preprocess(image, SPEC)
    native = geometry.to_native(tensor[0])[0]
    assert native.shape == shape
    scale_px = geometry.height / geometry.crop_height
    # Where 256 pixels cannot hold the native detail, half a model pixel may be lost at the edge.
    least = 0.98 if scale_px > 0.3 else 0.95
    assert dice(native >= 0.5, mask > 0) > least


def test_a_large_field_of_view_is_cropped_about_its_centre() -> None:
    image = slice_of(textured(500, 400), pixel_spacing_mm=(1.0, 1.0))
    tensor, geometry = preprocess(image, SPEC)
    assert (geometry.crop_height, geometry.crop_width) == (220, 220)
    assert (geometry.crop_top, geometry.crop_left) == (140, 90)
    assert (geometry.height, geometry.width) == (256, 256)
    native = geometry.to_native(np.ones_like(tensor[0]))[0]
    assert native[140:360, 90:310].all()
    assert not native[:140].any()
    assert not native[:, 310:].any()


def test_a_small_field_of_view_is_padded_to_the_models_range() -> None:
    image = slice_of(textured(100, 100), pixel_spacing_mm=(0.8, 0.8))
    _, geometry = preprocess(image, SPEC)
    assert (geometry.crop_height, geometry.crop_width) == (100, 100)
    assert (geometry.height, geometry.width, geometry.top) == (128, 128, 64)


def test_without_spacing_the_longer_side_fills_the_grid() -> None:
    _, geometry = preprocess(slice_of(textured(1000, 500)), SPEC)
    assert (geometry.crop_height, geometry.height, geometry.width) == (1000, 256, 128)


def test_real_masks_survive_the_way_there_and_back(t2_slices: list[RealSlice]) -> None:
    for item in t2_slices:
        image = slice_of(item.mask > 0, pixel_spacing_mm=item.spacing_mm)
        tensor, geometry = preprocess(image, SPEC)
        native = geometry.to_native(tensor[0])[0]
        assert dice(native >= 0.5, item.mask > 0) > 0.98, item.name
