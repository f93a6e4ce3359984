"""Spacing, plane and sides of a DICOM slice through `read_image`."""

from __future__ import annotations

import numpy as np
import pytest

from multifidus.image_io import read_image
from multifidus.image_slice import Turn
from tests.multifidus.samples import dataset, dicom, enhanced, textured, with_value

GREY = textured().astype(np.uint16) * 13


@pytest.mark.parametrize(
    ("spacing", "expected"),
    [
        (["0.6", "0.5"], (0.6, 0.5)),
        (["0.6"], None),
        (["0.6", "0.5", "0.4"], None),
        (["0", "0.5"], None),
        (["-1", "1"], None),
        (["100", "100"], None),
        (["0.001", "0.001"], None),
        (None, None),
    ],
)
def test_spacing_counts_only_where_it_is_plausible(
    spacing: list[str] | None, expected: tuple[float, float] | None
) -> None:
    assert read_image(dicom(dataset(GREY, PixelSpacing=spacing))).pixel_spacing_mm == expected


@pytest.mark.parametrize("value", ["nan\\1", "inf\\inf", "0.5\\x", "\\", "a\\b"])
def test_spacing_that_is_no_number_is_unknown(value: str) -> None:
    data = with_value(dicom(dataset(GREY)), "PixelSpacing", value)
    assert read_image(data).pixel_spacing_mm is None


def test_the_detector_spacing_is_not_taken() -> None:
    made = dataset(GREY, PixelSpacing=None, ImagerPixelSpacing=[0.5, 0.5])
    assert read_image(dicom(made)).pixel_spacing_mm is None


TILTED = [0.9848, 0.1736, 0, -0.1736, 0.9848, 0]
L5_S1 = [1, 0, 0, 0, 0.8192, -0.5736]


@pytest.mark.parametrize(
    ("cosines", "plane", "orientation", "turn"),
    [
        ([1, 0, 0, 0, 1, 0], "axial", "patient", Turn()),
        ([-1, 0, 0, 0, 1, 0], "axial", "patient", Turn(flip_columns=True)),
        ([1, 0, 0, 0, -1, 0], "axial", "patient", Turn(flip_rows=True)),
        ([-1, 0, 0, 0, -1, 0], "axial", "patient", Turn(flip_rows=True, flip_columns=True)),
        (TILTED, "axial", "patient", Turn()),
        (L5_S1, "axial", "patient", Turn()),
        ([0, 1, 0, 1, 0, 0], "axial", "patient", Turn(transpose=True)),
        ([0, 1, 0, -1, 0, 0], "axial", "patient", Turn(transpose=True, flip_columns=True)),
        ([0, -1, 0, 1, 0, 0], "axial", "patient", Turn(transpose=True, flip_rows=True)),
        ([1, 0, 0, 0, 0, -1], "coronal", "image", Turn()),
        ([0, 1, 0, 0, 0, -1], "sagittal", "image", Turn()),
        ([0.7071, 0.7071, 0, -0.4082, 0.4082, 0.8165], "oblique", "image", Turn()),
        ([1, 0, 0, 1, 0, 0], None, "image", Turn()),
        ([0, 0, 0, 0, 0, 0], None, "image", Turn()),
        ([1, 0, 0], None, "image", Turn()),
        (None, None, "image", Turn()),
    ],
)
def test_plane_and_sides_come_from_the_direction_cosines(
    cosines: list[float] | None, plane: str | None, orientation: str, turn: Turn
) -> None:
    image = read_image(dicom(dataset(GREY, ImageOrientationPatient=cosines)))
    assert (image.plane, image.orientation) == (plane, orientation)
    assert image.turn == turn


def test_enhanced_mr_keeps_its_geometry_in_functional_groups() -> None:
    image = read_image(dicom(enhanced(GREY)))
    assert image.pixel_spacing_mm == (0.7, 0.8)
    assert (image.orientation, image.turn) == ("patient", Turn(flip_columns=True))
    np.testing.assert_allclose(image.pixels, GREY * 2.0 - 5.0)
