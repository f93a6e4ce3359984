"""DICOM through `read_image`."""

from __future__ import annotations

import logging
import struct
import time
import zlib
from typing import Any

import numpy as np
import pydicom.uid
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from multifidus.errors import (
    ImageTooLarge,
    MultiFrame,
    NoPixelData,
    NotGreyscale,
    TooSmall,
    UnreadableImage,
    UnsupportedTransferSyntax,
)
from multifidus.image_io import read_image
from multifidus.image_slice import Turn
from tests.multifidus.samples import (
    PATIENT_NAME,
    bare_dicom,
    dataset,
    dicom,
    encapsulated,
    enhanced,
    textured,
    under_another_name,
    with_value,
)

GREY = textured().astype(np.uint16) * 13
SYNTAXES = {
    "implicit": pydicom.uid.ImplicitVRLittleEndian,
    "explicit": pydicom.uid.ExplicitVRLittleEndian,
    "big endian": pydicom.uid.ExplicitVRBigEndian,
    "deflated": pydicom.uid.DeflatedExplicitVRLittleEndian,
    "rle": pydicom.uid.RLELossless,
}


def test_a_slice_is_read_with_what_it_says_about_itself() -> None:
    image = read_image(dicom(dataset(GREY)))
    np.testing.assert_array_equal(image.pixels, GREY)
    assert image.pixels.dtype == np.float32
    assert image.media == "dicom"
    assert image.pixel_spacing_mm == (0.6, 0.5)
    assert (image.plane, image.orientation, image.modality) == ("axial", "patient", "MR")
    assert image.turn == Turn()


@pytest.mark.parametrize("name", list(SYNTAXES))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_transfer_syntaxes_give_the_same_pixels(name: str, dtype: type[np.generic]) -> None:
    pixels = textured().astype(dtype)
    image = read_image(dicom(dataset(pixels), SYNTAXES[name]))
    np.testing.assert_array_equal(image.pixels, pixels)


@pytest.mark.parametrize("implicit", [True, False])
def test_a_data_set_without_preamble_is_recognised(implicit: bool) -> None:
    image = read_image(bare_dicom(dataset(GREY), implicit=implicit))
    np.testing.assert_array_equal(image.pixels, GREY)


def test_signed_pixels_and_unused_high_bits() -> None:
    signed = GREY.astype(np.int16) - 900
    np.testing.assert_array_equal(read_image(dicom(dataset(signed))).pixels, signed)
    overlay = GREY | 0x8000
    made = dataset(overlay, BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, GREY)


def test_rescale_is_applied() -> None:
    made = dataset(GREY, RescaleSlope="2.5", RescaleIntercept="-100")
    np.testing.assert_allclose(read_image(dicom(made)).pixels, GREY * 2.5 - 100)


@pytest.mark.parametrize(
    ("slope", "intercept"), [("nan", "0"), ("inf", "0"), ("1", "inf"), ("0", "7"), ("x", "1")]
)
def test_an_unusable_rescale_is_ignored(slope: str, intercept: str) -> None:
    made = dataset(GREY, RescaleSlope="1", RescaleIntercept="1")
    data = dicom(made)
    for keyword, value in (("RescaleSlope", slope), ("RescaleIntercept", intercept)):
        data = with_value(data, keyword, value)
    np.testing.assert_array_equal(read_image(data).pixels, GREY)


def test_a_rescale_beyond_all_measure_is_an_error_not_an_infinity() -> None:
    made = dataset(GREY, RescaleSlope="1e300", RescaleIntercept="0")
    with pytest.raises(UnreadableImage):
        read_image(dicom(made))


def test_modality_lut_is_applied() -> None:
    item = Dataset()
    item.LUTDescriptor = [256, 0, 16]
    item.ModalityLUTType = "US"
    table = (np.arange(256, dtype=np.uint16)[::-1] * 7).tolist()
    item.LUTData = table
    item["LUTData"].VR = "US"
    item["LUTDescriptor"].VR = "US"
    pixels = textured()
    image = read_image(dicom(dataset(pixels, ModalityLUTSequence=Sequence([item]))))
    np.testing.assert_array_equal(image.pixels, np.array(table)[pixels])


def test_monochrome1_is_inverted() -> None:
    made = dataset(GREY, PhotometricInterpretation="MONOCHROME1")
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, GREY.max() + GREY.min() - GREY)


def test_the_window_is_ignored() -> None:
    made = dataset(GREY, WindowCenter="10", WindowWidth="2")
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, GREY)


def test_equal_channels_and_a_grey_palette_are_grey() -> None:
    grey = textured()
    rgb = np.dstack([grey] * 3)
    np.testing.assert_array_equal(read_image(dicom(dataset(rgb))).pixels, grey)
    ramp = (np.arange(256, dtype=np.uint16) * 257).tobytes()
    palette: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        palette[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        palette[f"{colour}PaletteColorLookupTableData"] = ramp
    image = read_image(dicom(dataset(grey, **palette)))
    np.testing.assert_allclose(image.pixels, grey * 257.0)


def test_luminance_and_chrominance_of_a_grey_picture_are_grey() -> None:
    grey = textured()
    ybr = np.dstack([grey, np.full_like(grey, 128), np.full_like(grey, 128)])
    image = read_image(dicom(dataset(ybr, PhotometricInterpretation="YBR_FULL")))
    np.testing.assert_allclose(image.pixels, grey, atol=1)


def test_colour_is_refused() -> None:
    grey = textured()
    with pytest.raises(NotGreyscale):
        read_image(dicom(dataset(np.dstack([grey, grey // 3, 255 - grey]))))


def test_several_frames_are_refused() -> None:
    with pytest.raises(MultiFrame):
        read_image(dicom(enhanced(GREY, frames=2)))


@pytest.mark.parametrize("frames", ["0", "1", ""])
def test_one_frame_may_be_said_in_several_ways(frames: str) -> None:
    assert read_image(dicom(dataset(GREY, NumberOfFrames=frames or None or 0))).media == "dicom"


def test_a_file_without_an_image_has_no_pixel_data() -> None:
    with pytest.raises(NoPixelData):
        read_image(dicom(dataset(GREY, PixelData=None)))


@pytest.mark.parametrize(
    ("elements", "error"),
    [
        ({"Rows": 31}, TooSmall),
        ({"Rows": 65535, "Columns": 65535}, ImageTooLarge),
        ({"Rows": 0}, UnreadableImage),
        ({"Rows": None}, UnreadableImage),
        ({"Rows": 49}, UnreadableImage),
        ({"Rows": 33, "Columns": 33}, UnreadableImage),
        ({"BitsAllocated": 12}, UnreadableImage),
        ({"BitsAllocated": 1}, UnreadableImage),
        ({"BitsAllocated": 64}, UnreadableImage),
        ({"SamplesPerPixel": 2}, UnreadableImage),
        ({"SamplesPerPixel": 4}, UnreadableImage),
        ({"SamplesPerPixel": None}, UnreadableImage),
        ({"PhotometricInterpretation": None}, UnreadableImage),
        ({"PixelRepresentation": None}, UnreadableImage),
        ({"NumberOfFrames": 10**9}, MultiFrame),
    ],
)
def test_an_inconsistent_header_is_refused(
    elements: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        read_image(dicom(dataset(GREY, **elements)))


@pytest.mark.parametrize(
    ("syntax", "name"),
    [
        ("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level"),
        ("1.2.840.10008.1.2.4.94", "JPIP Referenced"),
        ("1.2.840.10008.1.2.8.1", "this DICOM transfer syntax"),  # newer than pydicom's registry
        ("1.2.3.4.5.678", "this DICOM transfer syntax"),
        ("1.2.840.10008.1.1", "this DICOM transfer syntax"),  # registered as something else
        ("Geheim", "this DICOM transfer syntax"),
    ],
)
def test_a_syntax_without_decoder_is_named_by_the_registry_alone(syntax: str, name: str) -> None:
    data = dicom(dataset(GREY))
    with pytest.raises(UnsupportedTransferSyntax) as caught:
        read_image(under_another_name(data, syntax))
    assert name in caught.value.detail
    assert syntax not in caught.value.detail


def test_a_deflated_bomb_is_not_inflated() -> None:
    data = dicom(dataset(GREY), pydicom.uid.DeflatedExplicitVRLittleEndian)
    head = data[: data.index(b"1.2.840.10008.1.2.1.99") + 22]
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflater.compress(bytes(60_000_000)) + deflater.flush()
    with pytest.raises(ImageTooLarge):
        read_image(head + body)


def test_run_lengths_beyond_the_declared_size_are_not_expanded() -> None:
    frame = struct.pack("<16L", 1, 64, *[0] * 14) + b"\x81\x00" * 500_000
    with pytest.raises(ImageTooLarge):
        read_image(encapsulated(frame, pydicom.uid.RLELossless, dataset(textured(64, 64))))


@pytest.mark.parametrize(
    "header",
    [[1, 0], [1, 63], [1, 5000], [2, 64, 64], [2, 70, 64], [15, *range(64, 79)], [0], [2**32 - 1]],
)
def test_run_length_headers_that_lie_are_refused(header: list[int]) -> None:
    frame = struct.pack("<16L", *header, *[0] * (16 - len(header))) + b"\x81\x00" * 40
    with pytest.raises(UnreadableImage):
        read_image(encapsulated(frame, pydicom.uid.RLELossless, dataset(textured(64, 64))))


def test_patient_data_reach_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    data = with_value(dicom(dataset(GREY)), "PixelSpacing", PATIENT_NAME)
    read_image(data)
    broken = data.replace(b"MONOCHROME2", b"GEHEIM_TEXT")
    with pytest.raises(UnreadableImage) as caught:
        read_image(broken)
    assert "GEHEIM" not in (caught.value.detail + caplog.text).upper()
    assert caught.value.__cause__ is None
    assert not [record for record in caplog.records if record.name.startswith("pydicom")]


def test_a_parser_is_not_kept_busy() -> None:
    head = bytes(128) + b"DICM\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    empty = struct.pack("<HH2sH", 0x0009, 1, b"SH", 0)
    sequence = struct.pack("<HH2sHL", 0x0009, 2, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    spacing = struct.pack("<HH2sHL", 0x0028, 0x0030, b"UN", 0, 2_000_000) + b"1\\" * 1_000_000
    for body in (empty * 500_000, (sequence + item) * 200_000, spacing):
        begin = time.monotonic()
        with pytest.raises(UnreadableImage):
            read_image(head + body)
        assert time.monotonic() - begin < 5.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MR_small.dcm", (64, 64)),
        ("MR_small_bigendian.dcm", (64, 64)),
        ("MR_small_implicit.dcm", (64, 64)),
        ("MR_small_RLE.dcm", (64, 64)),
        ("MR_small_padded.dcm", (64, 64)),
        ("CT_small.dcm", (128, 128)),
        ("image_dfl.dcm", (512, 512)),
        ("MR_truncated.dcm", UnreadableImage),
        ("SC_rgb_rle.dcm", NotGreyscale),
        ("SC_rgb_rle_2frame.dcm", MultiFrame),
        ("rtplan.dcm", NoPixelData),
        ("test-SR.dcm", NoPixelData),
    ],
)
def test_files_of_other_makers(name: str, expected: tuple[int, int] | type[Exception]) -> None:
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    with open(path, "rb") as stream:  # noqa: PTH123 - pydicom gives a string
        data = stream.read()
    if isinstance(expected, tuple):
        assert read_image(data).pixels.shape == expected
    else:
        with pytest.raises(expected):
            read_image(data)
