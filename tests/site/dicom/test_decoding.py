"""Pictures decoded in the browser are those that the service measures, pixel by pixel."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
import pydicom.uid
import pytest
from pydicom.pixels import apply_modality_lut, pixel_array

from multifidus.errors import MultifidusError
from multifidus.image_io import read_image
from tests.multifidus.codestreams import ALL, CODINGS
from tests.multifidus.samples import dataset, encapsulated, enhanced, textured
from tests.multifidus.samples import dicom as written
from tests.multifidus.test_pydicom_files import FOLDER, files, monochrome, outcomes
from tests.site.dicom.dicom_page import DicomPage, DicomProblem

CELLWISE = {
    "implicit": pydicom.uid.ImplicitVRLittleEndian,
    "explicit": pydicom.uid.ExplicitVRLittleEndian,
    "big endian": pydicom.uid.ExplicitVRBigEndian,
    "deflated": pydicom.uid.DeflatedExplicitVRLittleEndian,
    "rle": pydicom.uid.RLELossless,
}
LOSSY_12_BIT = {"JPEG-lossy.dcm": 2, "JPGExtended.dcm": 2}
"""By which another decoder's rounding may show, of 4095."""

# Where the page says more, or stops earlier, than the service; it refuses both.
OTHERWISE_REFUSED = {"badVR.dcm": "too_small", "rtplan_truncated.dcm": "unreadable_image"}


def bits_of(pixel_format: str) -> int:
    return int(pixel_format.lstrip("uint"))


def pixels_of(pixel_format: str) -> npt.NDArray[Any]:
    """The whole range of a format, without symmetry."""
    share = textured(61, 53, seed=7).astype(np.float64) / 255
    bits = bits_of(pixel_format)
    lowest = 0 if pixel_format[0] == "u" else -(1 << (bits - 1))
    dtype = f"{pixel_format[0]}{1 if bits == 8 else 2}"
    return np.round(share * ((1 << bits) - 1) + lowest).astype(dtype)


def stored(pixel_format: str) -> dict[str, int]:
    bits = bits_of(pixel_format)
    return {"BitsStored": bits, "HighBit": bits - 1}


@pytest.mark.parametrize("pixel_format", ALL)
@pytest.mark.parametrize("name", list(CELLWISE))
def test_uncompressed_and_run_length_syntaxes_are_exact(
    dicom: DicomPage, name: str, pixel_format: str
) -> None:
    pixels = pixels_of(pixel_format)
    data = written(dataset(pixels, **stored(pixel_format)), CELLWISE[name])
    np.testing.assert_array_equal(dicom.decode(data).pixels, pixels)


@pytest.mark.parametrize(
    ("name", "pixel_format"),
    [(name, pixel_format) for name, coding in CODINGS.items() for pixel_format in coding.formats],
)
def test_compressed_syntaxes_are_exact_and_lossy_ones_as_the_service_decodes_them(
    dicom: DicomPage, name: str, pixel_format: str
) -> None:
    coding, pixels = CODINGS[name], pixels_of(pixel_format)
    frame = coding.encode(pixels, bits_of(pixel_format))
    data = encapsulated(frame, coding.syntax, dataset(pixels, **stored(pixel_format)))
    decoded = dicom.decode(data).pixels
    if coding.error == 0:
        np.testing.assert_array_equal(decoded, pixels)
        return
    # Two decoders may round a lossy code's inverse transform differently, in its last bits.
    bits = bits_of(pixel_format)
    allowed = 1 if bits <= 8 or coding.syntax == pydicom.uid.JPEGLSNearLossless else 1 << (bits - 8)
    error = np.abs(decoded.astype(np.float64) - read_image(data).pixels)
    assert error.max() <= allowed
    assert error.mean() <= allowed / 4


COLOURS = {
    "interleaved": {"PlanarConfiguration": 0},
    "by plane": {"PlanarConfiguration": 1},
}


@pytest.mark.parametrize("planar", list(COLOURS))
@pytest.mark.parametrize("syntax", ["explicit", "rle"])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_grey_in_colour_is_grey_and_colour_is_refused(
    dicom: DicomPage, planar: str, syntax: str, dtype: str
) -> None:
    grey = textured(48, 40).astype(dtype) * (257 if dtype == "u2" else 1)
    for rgb, is_grey in (
        (np.dstack([grey] * 3), True),
        (np.dstack([grey, grey // 3, grey]), False),
    ):
        made = dataset(rgb)
        # pydicom's encoder takes samples of a pixel side by side, and writes RLE plane by plane.
        made.PlanarConfiguration = int(planar == "by plane")
        if planar == "by plane" and syntax == "explicit":
            made.PixelData = np.ascontiguousarray(rgb.transpose(2, 0, 1)).tobytes()
        data = written(made, CELLWISE[syntax])
        if is_grey:
            np.testing.assert_array_equal(dicom.decode(data).pixels, read_image(data).pixels)
        else:
            with pytest.raises(DicomProblem, match="not_greyscale"):
                dicom.decode(data)


def test_an_image_by_palette_is_what_the_service_reads(dicom: DicomPage) -> None:
    ramp = np.arange(200, dtype="<u2") * 300
    made = dataset(textured(), PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [200, 20, 16])
        setattr(made, f"{colour}PaletteColorLookupTableData", ramp.tobytes())
    data = written(made)
    np.testing.assert_array_equal(dicom.decode(data).pixels, read_image(data).pixels)


def modality_lut() -> pydicom.Dataset:
    item = pydicom.Dataset()
    item.LUTDescriptor = [100, 50, 16]
    item.ModalityLUTType = "US"
    item.LUTData = (np.arange(100, dtype=np.uint16) ** 2).tobytes()
    item["LUTData"].VR = "OW"
    return item


FLOATS = np.linspace(-3.5, 90, 48 * 40, dtype=np.float32).reshape(48, 40)
READ_ALIKE: dict[str, dict[str, Any]] = {
    "slope and intercept": {"RescaleSlope": "0.37", "RescaleIntercept": "-12.5"},
    "slope of zero": {"RescaleSlope": "0", "RescaleIntercept": "7"},
    "look-up table": {"ModalityLUTSequence": [modality_lut()]},
    "turned": {"PhotometricInterpretation": "MONOCHROME1"},
    "turned, with slope": {
        "PhotometricInterpretation": "MONOCHROME1",
        "RescaleSlope": "1.7",
        "RescaleIntercept": "0.1",
    },
    "padding": {"PixelPaddingValue": 0},
    "padding by range": {"PixelPaddingValue": 40, "PixelPaddingRangeLimit": 90},
    "padding, turned": {"PixelPaddingValue": 0, "PhotometricInterpretation": "MONOCHROME1"},
    "padding and nothing else": {"PixelPaddingValue": 0, "PixelPaddingRangeLimit": 65535},
    "upper bits": {"BitsStored": 8, "HighBit": 11},
    "ten bits": {"BitsStored": 10, "HighBit": 9},
}


@pytest.mark.parametrize("bigger", ["explicit", "implicit", "big endian"])
@pytest.mark.parametrize("name", list(READ_ALIKE))
def test_intensities_are_the_services(dicom: DicomPage, name: str, bigger: str) -> None:
    pixels = textured().astype(np.uint16) * 13
    data = written(dataset(pixels, **READ_ALIKE[name]), CELLWISE[bigger])
    np.testing.assert_array_equal(dicom.decode(data).pixels, read_image(data).pixels)


def test_signed_intensities_with_padding_are_the_services(dicom: DicomPage) -> None:
    pixels = textured().astype(np.int16) * 13 - 1500
    pixels[:5] = -2000
    made = dataset(pixels, PhotometricInterpretation="MONOCHROME1")
    made.add_new(0x00280120, "SS", -2000)
    data = written(made)
    np.testing.assert_array_equal(dicom.decode(data).pixels, read_image(data).pixels)


@pytest.mark.parametrize("kind", ["FloatPixelData", "DoubleFloatPixelData"])
def test_floating_point_pixels_are_the_services(dicom: DicomPage, kind: str) -> None:
    values = FLOATS.astype(np.float64) if kind.startswith("Double") else FLOATS
    made = dataset(textured(), BitsAllocated=8 * values.itemsize, PixelData=None)
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(made, keyword)
    setattr(made, kind, values.tobytes())
    data = written(made)
    np.testing.assert_array_equal(
        dicom.decode(data).pixels.astype(np.float32), read_image(data).pixels
    )


def test_enhanced_mr_takes_rescale_spacing_and_direction_of_its_functional_groups(
    dicom: DicomPage,
) -> None:
    data = written(enhanced(textured().astype(np.uint16)))
    picture = dicom.decode(data)
    np.testing.assert_array_equal(picture.pixels, read_image(data).pixels)
    assert picture.spacing_mm == [0.7, 0.8]
    assert (picture.right_side, picture.plane) == ("end", "axial")


PLACES = {
    "as it should lie": ([1, 0, 0, 0, 1, 0], "axial", "start"),
    "mirrored": ([-1, 0, 0, 0, 1, 0], "axial", "end"),
    "upside down": ([1, 0, 0, 0, -1, 0], "axial", "start"),
    "turned by a half": ([-1, 0, 0, 0, -1, 0], "axial", "end"),
    "angled along a disc": ([1, 0, 0, 0, 0.819, -0.574], "axial", "start"),
    "turned by a quarter": ([0, 1, 0, 1, 0, 0], "axial", None),
    "sagittal": ([0, 1, 0, 0, 0, -1], "sagittal", None),
    "coronal": ([1, 0, 0, 0, 0, -1], "coronal", None),
    "oblique": ([0.707, 0.707, 0, -0.408, 0.408, 0.816], "oblique", None),
    "no unit vectors": ([2, 0, 0, 0, 1, 0], None, None),
    "unknown": (None, None, None),
}


@pytest.mark.parametrize("name", list(PLACES))
def test_plane_and_side_are_the_services(dicom: DicomPage, name: str) -> None:
    cosines, plane, side = PLACES[name]
    data = written(dataset(ImageOrientationPatient=cosines))
    picture = dicom.decode(data)
    image = read_image(data)
    assert (picture.plane, picture.right_side) == (plane, side)
    assert picture.plane == image.plane
    if side is not None:
        assert image.turn.flip_columns is (side == "end")


@pytest.mark.parametrize(
    ("spacing", "expected"),
    [([0.6, 0.5], [0.6, 0.5]), ([0, 0.5], None), ([40, 40], None), (None, None)],
)
def test_spacing_is_taken_where_it_is_plausible(
    dicom: DicomPage, spacing: list[float] | None, expected: list[float] | None
) -> None:
    assert dicom.decode(written(dataset(PixelSpacing=spacing))).spacing_mm == expected


def test_the_files_window_is_taken_where_it_shows_something(dicom: DicomPage) -> None:
    window = {"WindowCenter": [1500, 40], "WindowWidth": [2000, 80]}
    assert dicom.decode(written(dataset(**window))).window == {"center": 1500, "width": 2000}
    for center, width in ((90_000, 50), (1500, 0), (1500, 10_000_000)):
        made = dataset(WindowCenter=center, WindowWidth=width)
        found = dicom.decode(written(made)).window
        assert 0 < found["width"] <= 255 * 13
        assert 0 < found["center"] < 255 * 13


def test_a_window_of_its_own_is_not_squashed_by_a_single_hot_pixel(dicom: DicomPage) -> None:
    pixels = textured(128, 128).astype(np.uint16)
    pixels[3, 4] = 60_000
    found = dicom.decode(written(dataset(pixels))).window
    assert found["center"] + found["width"] / 2 < 600


def test_computed_tomography_has_a_unit(dicom: DicomPage) -> None:
    assert dicom.decode(written(dataset(Modality="CT"))).unit == "HU"
    assert dicom.decode(written(dataset())).unit == ""


@pytest.mark.parametrize("name", list(outcomes()))
def test_pydicoms_files_end_as_in_the_service(dicom: DicomPage, name: str) -> None:
    data = files()[name].read_bytes()
    expected = outcomes()[name][1]
    if name.rsplit("/", 1)[-1].startswith("DICOMDIR"):
        expected = "dicomdir"
    expected = OTHERWISE_REFUSED.get(name, expected)
    if expected != "ok":
        with pytest.raises(DicomProblem, match=f"^{expected}$"):
            dicom.decode(data)
        return
    decoded = dicom.decode(data).pixels
    tolerance = LOSSY_12_BIT.get(name, 0)
    np.testing.assert_allclose(decoded, read_image(data).pixels, atol=tolerance, rtol=0)


@pytest.mark.filterwarnings("ignore")  # pydicom's, of its own files
@pytest.mark.parametrize("name", sorted(set(monochrome()) - set(LOSSY_12_BIT)))
def test_pixels_are_those_that_pydicom_decodes(dicom: DicomPage, name: str) -> None:
    read = pydicom.dcmread(FOLDER / name)
    cells = pixel_array(read)
    expected = apply_modality_lut(cells, read)
    decoded = dicom.decode((FOLDER / name).read_bytes()).pixels
    picture = cells != read.get("PixelPaddingValue")
    np.testing.assert_array_equal(decoded[picture], expected[picture])


def test_every_kind_of_file_is_told_apart_by_its_bytes(dicom: DicomPage) -> None:
    for name, path in files().items():
        data = path.read_bytes()
        try:
            read_image(data)
            code = "ok"
        except MultifidusError as error:
            code = error.code
        is_known = data[:4] not in (b"\x89PNG", b"\xff\xd8\xff\xe0")
        assert dicom.is_dicom(data) is (code != "unsupported_media" and is_known), name


def test_both_kinds_of_plain_pictures_are_no_dicom(dicom: DicomPage) -> None:
    assert not dicom.is_dicom(cv2.imencode(".png", textured())[1].tobytes())
    assert not dicom.is_dicom(cv2.imencode(".jpg", textured())[1].tobytes())
    assert not dicom.is_dicom(b"")
