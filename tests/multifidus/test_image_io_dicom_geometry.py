"""Spacing, plane and sides of a DICOM slice through `read_image`."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

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


# Computed by hand: position + column x column spacing x first vector + row x row spacing x second.
PATIENT_POINTS = [
    pytest.param([1, 0, 0, 0, 0.8, -0.6], (4, 10), (-99.0, 54.0, 17.0), id="oblique"),
    pytest.param([1, 0, 0, 0, 0.8, -0.6], (-0.5, -0.5), (-100.125, 49.8, 20.15), id="corner"),
    pytest.param([0, 1, 0, 1, 0, 0], (4, 10), (-95.0, 51.0, 20.0), id="transposed"),
    pytest.param([-1, 0, 0, 0, -1, 0], (4, 10), (-101.0, 45.0, 20.0), id="turned by half"),
    pytest.param([0, 1, 0, 0, 0, -1], (4, 10), (-100.0, 51.0, 15.0), id="sagittal"),
]


@pytest.mark.parametrize(("cosines", "point", "expected_mm"), PATIENT_POINTS)
def test_points_are_carried_into_the_patient(
    cosines: list[float], point: tuple[float, float], expected_mm: tuple[float, float, float]
) -> None:
    made = dataset(
        GREY,
        ImageOrientationPatient=cosines,
        ImagePositionPatient=[-100, 50, 20],
        PixelSpacing=[0.5, 0.25],
    )
    image = read_image(dicom(made))
    carried = image.patient_mm(np.array([point, (0.0, 0.0)]))
    np.testing.assert_allclose(carried, [expected_mm, (-100.0, 50.0, 20.0)], atol=1e-9)


def test_an_enhanced_images_position_is_taken_from_its_functional_groups() -> None:
    made, position = enhanced(GREY), Dataset()
    position.ImagePositionPatient = [1, 2, 3]
    made.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence = Sequence([position])
    carried = read_image(dicom(made)).patient_mm(np.array([[0.0, 0.0], [10.0, 0.0]]))
    np.testing.assert_allclose(carried, [(1, 2, 3), (-7, 2, 3)])  # columns run to the right, 0.8 mm


@pytest.mark.parametrize(
    "elements",
    [
        {"ImagePositionPatient": None},
        {"ImagePositionPatient": [1, 2]},
        {"ImagePositionPatient": [1, 2, 1e9]},
        {"ImageOrientationPatient": None},
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
        {"PixelSpacing": None},
    ],
)
def test_without_position_direction_or_spacing_no_point_is_carried(
    elements: dict[str, object],
) -> None:
    made = dataset(GREY, **{"ImagePositionPatient": [1, 2, 3], **elements})
    assert read_image(dicom(made)).patient_mm(np.array([[0.0, 0.0]])) is None


def test_a_given_spacing_counts_where_the_file_has_a_position() -> None:
    made = dataset(GREY, ImagePositionPatient=[1, 2, 3], PixelSpacing=None)
    image = read_image(dicom(made), pixel_spacing_mm=(0.5, 0.25))
    np.testing.assert_allclose(image.patient_mm(np.array([[4.0, 2.0]])), [(2.0, 3.0, 3.0)])


@pytest.mark.parametrize("value", ["nan\\1\\1", "inf\\0\\0", "x", "1e400\\0\\0"])
def test_a_position_that_is_no_number_is_unknown(value: str) -> None:
    made = dataset(GREY, ImagePositionPatient=[1, 2, 3])
    image = read_image(with_value(dicom(made), "ImagePositionPatient", value))
    assert image.patient_axes is None
