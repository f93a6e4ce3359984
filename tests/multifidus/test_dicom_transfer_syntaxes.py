"""Each transfer syntax written and read again: generated slices, every pixel format it can hold."""

from __future__ import annotations

from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
import pydicom.uid
import pytest
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder

from multifidus.errors import MultiFrame, NotGreyscale, UnreadableImage
from multifidus.image_io import read_image
from tests.multifidus.codestreams import CODINGS, Coding
from tests.multifidus.samples import (
    dataset,
    dicom,
    encapsulated,
    pixel_data,
    textured,
    under_another_name,
)
from training.phantom.generate import PhantomSpec, generate

FORMATS = ("uint8", "uint12", "uint16", "int12", "int16")
CELLWISE = {
    "implicit": pydicom.uid.ImplicitVRLittleEndian,
    "explicit": pydicom.uid.ExplicitVRLittleEndian,
    "big endian": pydicom.uid.ExplicitVRBigEndian,
    "deflated": pydicom.uid.DeflatedExplicitVRLittleEndian,
    "rle": pydicom.uid.RLELossless,
}
SLICE = textured(64, 56).astype(np.uint16) * 13


def bits_of(pixel_format: str) -> int:
    return int(pixel_format.lstrip("uint"))


@pytest.fixture(scope="module")
def slices() -> dict[str, npt.NDArray[Any]]:
    """A generated slice, its whole range of intensities in each pixel format."""
    pixels = generate(PhantomSpec(size_px=160), seed=3).pixels[:, 8:]
    share = (pixels - pixels.min()) / np.ptp(pixels)
    made = {}
    for pixel_format in FORMATS:
        bits = bits_of(pixel_format)
        lowest = 0 if pixel_format[0] == "u" else -(1 << (bits - 1))
        dtype = f"{pixel_format[0]}{1 if bits == 8 else 2}"
        made[pixel_format] = np.round(share * ((1 << bits) - 1) + lowest).astype(dtype)
    return made


def stored(pixel_format: str) -> dict[str, int]:
    bits = bits_of(pixel_format)
    return {"BitsStored": bits, "HighBit": bits - 1}


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("name", list(CELLWISE))
def test_syntaxes_that_store_cells_are_exact(
    name: str, pixel_format: str, slices: dict[str, npt.NDArray[Any]]
) -> None:
    pixels = slices[pixel_format]
    made = dataset(pixels, **stored(pixel_format))
    np.testing.assert_array_equal(read_image(dicom(made, CELLWISE[name])).pixels, pixels)


@pytest.mark.parametrize(
    ("name", "pixel_format"),
    [(name, pixel_format) for name, coding in CODINGS.items() for pixel_format in coding.formats],
)
def test_compressed_syntaxes_are_exact_or_within_their_codes_bound(
    name: str, pixel_format: str, slices: dict[str, npt.NDArray[Any]]
) -> None:
    coding, pixels = CODINGS[name], slices[pixel_format]
    frame = coding.encode(pixels, bits_of(pixel_format))
    made = dataset(pixels, **stored(pixel_format))
    image = read_image(encapsulated(frame, coding.syntax, made))
    assert not image.converted_colour
    error = np.abs(image.pixels - pixels) / ((1 << bits_of(pixel_format)) - 1)
    assert error.max() <= coding.error
    assert error.mean() <= coding.mean_error


@pytest.mark.parametrize(
    "syntax", [pydicom.uid.JPEGLSLossless, pydicom.uid.JPEG2000Lossless, pydicom.uid.RLELossless]
)
@pytest.mark.parametrize("pixel_format", FORMATS)
def test_what_pydicoms_encoders_write_is_exact(
    syntax: pydicom.uid.UID, pixel_format: str, slices: dict[str, npt.NDArray[Any]]
) -> None:
    pixels = slices[pixel_format]
    made = dataset(pixels, **stored(pixel_format))
    # highdicom brings Pillow along, and pydicom would warn of each plug-in that it does not take.
    plugin = {"1.2.840.10008.1.2.4.80": "pyjpegls", "1.2.840.10008.1.2.4.90": "pylibjpeg"}
    frame = get_encoder(syntax).encode(made, encoding_plugin=plugin.get(syntax, "pydicom"))
    np.testing.assert_array_equal(read_image(encapsulated(frame, syntax, made)).pixels, pixels)


COLOURED = {
    "jpeg, YCbCr": (
        pydicom.uid.JPEGBaseline8Bit,
        "YBR_FULL_422",
        lambda rgb: imagecodecs.jpeg8_encode(rgb, 95),
    ),
    "jpeg, RGB": (
        pydicom.uid.JPEGBaseline8Bit,
        "RGB",
        lambda rgb: imagecodecs.jpeg8_encode(rgb, 95, colorspace="RGB", outcolorspace="RGB"),
    ),
    "jpeg, YCbCr said to be RGB": (
        pydicom.uid.JPEGBaseline8Bit,
        "RGB",
        lambda rgb: imagecodecs.jpeg8_encode(rgb, 95),
    ),
    "jpeg lossless": (
        pydicom.uid.JPEGLosslessSV1,
        "RGB",
        lambda rgb: imagecodecs.jpeg8_encode(
            rgb, lossless=True, predictor=1, colorspace="RGB", outcolorspace="RGB"
        ),
    ),
    "jpeg-ls": (pydicom.uid.JPEGLSLossless, "RGB", imagecodecs.jpegls_encode),
    "jpeg 2000, RCT": (
        pydicom.uid.JPEG2000Lossless,
        "YBR_RCT",
        lambda rgb: imagecodecs.jpeg2k_encode(rgb, reversible=True, mct=True),
    ),
    "jpeg 2000, RGB": (
        pydicom.uid.JPEG2000Lossless,
        "RGB",
        lambda rgb: imagecodecs.jpeg2k_encode(rgb, reversible=True, mct=False),
    ),
    "htj2k": (
        pydicom.uid.HTJ2KLossless,
        "YBR_RCT",
        lambda rgb: imagecodecs.htj2k_encode(rgb, reversible=True, rgb=True),
    ),
}


@pytest.mark.parametrize("name", list(COLOURED))
def test_grey_in_compressed_colour_is_converted_and_flagged(
    name: str, slices: dict[str, npt.NDArray[Any]]
) -> None:
    syntax, photometric, encode = COLOURED[name]
    grey = slices["uint8"]
    rgb = np.dstack([grey] * 3)
    made = dataset(rgb, PhotometricInterpretation=photometric)
    image = read_image(encapsulated(bytes(encode(rgb)), syntax, made))
    assert image.converted_colour
    error = np.abs(image.pixels - grey)
    assert error.max() <= (25 if name.startswith("jpeg, ") else 0)
    assert error.mean() <= 3


@pytest.mark.parametrize("name", list(COLOURED))
def test_compressed_colour_is_refused(name: str) -> None:
    syntax, photometric, encode = COLOURED[name]
    grey = textured(64, 56)
    rgb = np.dstack([grey, grey // 3, 255 - grey])
    made = dataset(rgb, PhotometricInterpretation=photometric)
    with pytest.raises(NotGreyscale):
        read_image(encapsulated(bytes(encode(rgb)), syntax, made))


def test_what_a_lossy_code_overshoots_by_does_not_turn_black() -> None:
    stripes = np.where(np.arange(64)[:, None] // 3 % 2, 1023, np.arange(64)[None] * 8)
    pixels = stripes.astype(np.uint16)
    frame = bytes(imagecodecs.jpeg8_encode(pixels, 60, bitspersample=12))
    assert imagecodecs.jpeg8_decode(frame).max() > 1023
    made = dataset(pixels, BitsStored=10, HighBit=9)
    image = read_image(encapsulated(frame, pydicom.uid.JPEGExtended12Bit, made))
    assert np.abs(image.pixels - pixels).max() < 200


def coded(name: str = "jpeg lossless, first order") -> tuple[Coding, bytes]:
    return CODINGS[name], CODINGS[name].encode(SLICE, 16)


RECOVERABLE = ["jpeg lossless, first order", "jpeg-ls lossless", "jpeg 2000 lossless", "htj2k"]


@pytest.mark.parametrize("name", RECOVERABLE)
@pytest.mark.parametrize(
    "instead",
    [
        b"",
        b"\xfe\xff",
        b"\xfe\xff\xdd\xe0",
        bytes(6),
        bytes(512),
        b"\xfc\xff\xfc\xffOB\0\0\x02\0\0\0\0\0",
    ],
)
def test_a_missing_sequence_delimiter_is_made_up_for(name: str, instead: bytes) -> None:
    coding, frame = coded(name)
    data = encapsulated(frame, coding.syntax, dataset(SLICE))
    assert data.endswith(b"\xfe\xff\xdd\xe0\0\0\0\0")
    expected = read_image(data).pixels
    np.testing.assert_array_equal(read_image(data[:-8] + instead).pixels, expected)


def test_a_missing_delimiter_does_not_hide_a_missing_end() -> None:
    coding, frame = coded()
    data = encapsulated(frame, coding.syntax, dataset(SLICE))
    for missing in (9, 10, 100, len(frame) // 2):
        with pytest.raises(UnreadableImage):
            read_image(data[:-missing])


@pytest.mark.parametrize("fragments", [2, 3])
@pytest.mark.parametrize("name", RECOVERABLE)
def test_a_frame_may_be_in_several_fragments(name: str, fragments: int) -> None:
    coding, frame = coded(name)
    expected = read_image(encapsulated(frame, coding.syntax, dataset(SLICE))).pixels
    value = encapsulate([frame], fragments_per_frame=fragments)
    data = pixel_data(value, coding.syntax, dataset(SLICE))
    np.testing.assert_array_equal(read_image(data).pixels, expected)


def test_two_frames_by_the_offset_table_are_several_frames() -> None:
    coding, frame = coded()
    value = encapsulate([frame, frame], has_bot=True)
    with pytest.raises(MultiFrame):
        read_image(pixel_data(value, coding.syntax, dataset(SLICE)))
    # Without that table they are taken for the fragments of one, of which the second is surplus.
    value = encapsulate([frame, frame], has_bot=False)
    image = read_image(pixel_data(value, coding.syntax, dataset(SLICE)))
    np.testing.assert_array_equal(image.pixels, SLICE)


@pytest.mark.parametrize("syntax", [pydicom.uid.JPEGLosslessSV1, pydicom.uid.JPEG2000Lossless])
def test_uncompressed_pixels_under_a_compressed_syntaxs_name_are_read(
    syntax: pydicom.uid.UID,
) -> None:
    data = under_another_name(dicom(dataset(SLICE)), syntax)
    np.testing.assert_array_equal(read_image(data).pixels, SLICE)


def test_compressed_pixels_under_an_uncompressed_syntaxs_name_are_refused() -> None:
    _, frame = coded()
    with pytest.raises(UnreadableImage):
        read_image(
            pixel_data(encapsulate([frame]), pydicom.uid.ExplicitVRLittleEndian, dataset(SLICE))
        )


@pytest.mark.parametrize("precision", [12, 16])
def test_signed_samples_of_fewer_bits_keep_their_sign_whatever_the_codes_precision(
    precision: int,
) -> None:
    signed = SLICE.astype(np.int16) % 4096 - 2048
    coding = CODINGS["jpeg lossless by lj92"]
    frame = coding.encode(signed, precision)
    made = dataset(signed, BitsStored=12, HighBit=11)
    image = read_image(encapsulated(frame, coding.syntax, made))
    np.testing.assert_array_equal(image.pixels, signed)
