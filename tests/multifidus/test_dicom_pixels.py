"""Pixel formats: padding, unused and shifted bits, wide integers, floats, colour that is grey."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom.uid
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from multifidus.errors import NotGreyscale, UnreadableImage
from multifidus.image_io import read_image
from tests.multifidus.samples import dataset, dicom, enhanced, jpeg, png, textured

GREY = textured().astype(np.uint16) * 13
SYNTAXES = [
    pydicom.uid.ImplicitVRLittleEndian,
    pydicom.uid.ExplicitVRLittleEndian,
    pydicom.uid.ExplicitVRBigEndian,
    pydicom.uid.RLELossless,
]


def padded(pixels: npt.NDArray[Any], *values: int) -> tuple[npt.NDArray[Any], Any]:
    """The picture with corners of each value, and where they are."""
    padding = np.zeros(pixels.shape, dtype=bool)
    padding[:4, :5] = padding[-3:, -6:] = True
    made = pixels.copy()
    made[padding] = np.resize(np.array(values), int(padding.sum()))
    return made, padding


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("value", [0, 4095, 65535])
def test_padding_becomes_the_darkest_value_of_the_image(
    value: int, syntax: pydicom.uid.UID
) -> None:
    pixels, padding = padded(GREY + 100, value)
    made = dataset(pixels)
    made.add_new("PixelPaddingValue", "US", value)
    image = read_image(dicom(made, syntax))
    assert (image.pixels[padding] == pixels[~padding].min()).all()
    np.testing.assert_array_equal(image.pixels[~padding], pixels[~padding])


@pytest.mark.parametrize("vr", ["SS", "US"])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_padding_of_signed_pixels_whatever_its_writer_took_it_for(
    syntax: pydicom.uid.UID, vr: str
) -> None:
    pixels, padding = padded(GREY.astype(np.int16) - 500, -2000)
    made = dataset(pixels)
    made.add_new("PixelPaddingValue", vr, -2000 if vr == "SS" else 65536 - 2000)
    image = read_image(dicom(made, syntax))
    assert image.pixels.min() == pixels[~padding].min()


@pytest.mark.parametrize(("value", "limit"), [(60000, 60010), (60010, 60000)])
def test_a_range_of_padding_in_an_inverted_image(value: int, limit: int) -> None:
    pixels, padding = padded(GREY + 100, 60000, 60004, 60010)
    made = dataset(pixels, PhotometricInterpretation="MONOCHROME1")
    made.add_new("PixelPaddingValue", "US", value)
    made.add_new("PixelPaddingRangeLimit", "US", limit)
    image = read_image(dicom(made))
    inside = pixels[~padding].astype(float)
    assert (image.pixels[padding] == inside.min()).all()
    np.testing.assert_array_equal(image.pixels[~padding], inside.max() + inside.min() - inside)


def test_padding_is_meant_before_the_rescale() -> None:
    pixels, padding = padded(GREY + 100, 7)
    made = dataset(pixels, RescaleSlope="2", RescaleIntercept="-1000")
    made.add_new("PixelPaddingValue", "US", 7)
    image = read_image(dicom(made))
    np.testing.assert_array_equal(image.pixels[~padding], pixels[~padding] * 2.0 - 1000)
    assert image.pixels.min() == pixels[~padding].min() * 2.0 - 1000


@pytest.mark.parametrize("value", [b"", b"\0", b"\0\0" * 40, b"\xff\xff"])
def test_padding_that_is_not_there_changes_nothing(value: bytes) -> None:
    made = dataset(GREY + 1)
    made.add_new("PixelPaddingValue", "OB", value)
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, GREY + 1)


def test_an_image_of_nothing_but_padding_stays_as_it_is() -> None:
    made = dataset(np.full_like(GREY, 9))
    made.add_new("PixelPaddingValue", "US", 9)
    assert (read_image(dicom(made)).pixels == 9).all()


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("signed", [False, True])
def test_bits_above_the_stored_ones_are_cut_off(syntax: pydicom.uid.UID, signed: bool) -> None:
    values = GREY.astype(np.int32) - (1700 if signed else 0)
    garbage = np.random.default_rng(5).integers(0, 16, size=GREY.shape) << 12
    cells = ((values & 0x0FFF) | garbage).astype(np.uint16)
    made = dataset(cells, BitsStored=12, HighBit=11, PixelRepresentation=int(signed))
    np.testing.assert_array_equal(read_image(dicom(made, syntax)).pixels, values)


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("signed", [False, True])
def test_bits_below_the_stored_ones_are_cut_off(syntax: pydicom.uid.UID, signed: bool) -> None:
    values = GREY.astype(np.int32) - (1700 if signed else 0)
    overlay = np.random.default_rng(5).integers(0, 16, size=GREY.shape)
    cells = ((values & 0x0FFF) << 4 | overlay).astype(np.uint16)
    made = dataset(cells, BitsStored=12, HighBit=15, PixelRepresentation=int(signed))
    np.testing.assert_array_equal(read_image(dicom(made, syntax)).pixels, values)


@pytest.mark.parametrize("high_bit", [None, 3, 11, 16, 40])
def test_a_high_bit_that_cannot_be_is_ignored(high_bit: int | None) -> None:
    made = dataset(GREY & 0x0FFF, BitsStored=12, HighBit=high_bit)
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, GREY & 0x0FFF)


def test_overlays_in_their_own_group_are_not_drawn() -> None:
    made = dataset(GREY)
    made.add_new(0x60000010, "US", GREY.shape[0])
    made.add_new(0x60000011, "US", GREY.shape[1])
    made.add_new(0x60000040, "CS", "G")
    made.add_new(0x60000050, "SS", [1, 1])
    made.add_new(0x60000100, "US", 1)
    made.add_new(0x60003000, "OW", b"\xff" * (GREY.size // 8))
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, GREY)


@pytest.mark.parametrize("dtype", [np.uint32, np.int32])
def test_integers_of_32_bits(dtype: type[np.generic]) -> None:
    pixels = GREY.astype(dtype) * 1000
    made = dataset(pixels, BitsAllocated=32, BitsStored=32, HighBit=31)
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, pixels)


@pytest.mark.parametrize(
    ("keyword", "dtype"), [("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")]
)
def test_floats(keyword: str, dtype: str) -> None:
    pixels = (GREY / 7.0).astype(dtype)
    made = dataset(GREY, BitsAllocated=8 * pixels.itemsize)
    for absent in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
        del made[absent]
    setattr(made, keyword, pixels.tobytes())
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, pixels.astype(np.float32))
    pixels[3, 4] = np.nan
    setattr(made, keyword, pixels.tobytes())
    with pytest.raises(UnreadableImage):
        read_image(dicom(made))


@pytest.mark.parametrize("bits", [1, 12, 24, 64])
def test_other_numbers_of_bits_are_refused_by_what_they_are(bits: int) -> None:
    with pytest.raises(UnreadableImage, match="bits per pixel"):
        read_image(dicom(dataset(GREY, BitsAllocated=bits)))


@pytest.mark.parametrize("extra", [b"", b"\0", b"\0" * 11, b"\0" * 1000])
def test_an_odd_number_of_bytes_and_bytes_after_the_image(extra: bytes) -> None:
    odd = textured(49, 41)
    made = dataset(odd)
    made.PixelData = odd.tobytes() + extra
    np.testing.assert_array_equal(read_image(dicom(made)).pixels, odd)


def test_an_odd_length_that_was_not_padded() -> None:
    odd = textured(49, 41)
    data = dicom(dataset(odd))
    assert data.endswith(odd.tobytes() + b"\0")
    length = odd.size.to_bytes(4, "little")
    data = data[: -odd.size - 5] + length + odd.tobytes()
    np.testing.assert_array_equal(read_image(data).pixels, odd)


def test_grey_in_any_colour_space_is_converted_and_flagged() -> None:
    grey = textured()
    neutral = np.full_like(grey, 128)
    rgb = np.dstack([grey] * 3)
    pairs = np.stack([grey[:, ::2], grey[:, 1::2], neutral[:, ::2], neutral[:, ::2]], axis=-1)
    ramp = (np.arange(256, dtype=np.uint16) * 257).tobytes()
    palette: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        palette[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        palette[f"{colour}PaletteColorLookupTableData"] = ramp
    ybr = dataset(np.dstack([grey, neutral, neutral]), PhotometricInterpretation="YBR_FULL")
    subsampled = dataset(rgb, PhotometricInterpretation="YBR_FULL_422", PixelData=pairs.tobytes())
    planar = dataset(rgb, PlanarConfiguration=1, PixelData=rgb.transpose(2, 0, 1).tobytes())
    for made in (
        dataset(rgb),
        dataset(rgb, PlanarConfiguration=None),
        planar,
        ybr,
        subsampled,
        dataset(grey, **palette),
    ):
        image = read_image(dicom(made))
        assert image.converted_colour
        scale = image.pixels.max() / grey.max()
        np.testing.assert_allclose(image.pixels / scale, grey, atol=1)
    for data in (png(rgb), jpeg(rgb)):
        assert read_image(data).converted_colour
    for data in (png(grey), jpeg(grey), dicom(dataset(grey))):
        assert not read_image(data).converted_colour


def test_a_coloured_palette_is_refused() -> None:
    grey = textured()
    palette: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for power, colour in enumerate(("Red", "Green", "Blue"), 1):
        table = (65535 * (np.arange(256) / 255) ** power).astype(np.uint16)
        palette[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        palette[f"{colour}PaletteColorLookupTableData"] = table.tobytes()
    with pytest.raises(NotGreyscale):
        read_image(dicom(dataset(grey, **palette)))


@pytest.mark.parametrize(
    ("photometric", "samples", "error"),
    [
        ("HSV", 3, NotGreyscale),
        ("ARGB", 4, NotGreyscale),
        ("CMYK", 4, NotGreyscale),
        ("YBR_PARTIAL_420", 3, NotGreyscale),
        ("MONOCHROME2", 3, UnreadableImage),
        ("RGB", 4, UnreadableImage),
        ("RGB", 1, UnreadableImage),
        ("PALETTE COLOR", 1, UnreadableImage),
        ("GREY", 1, UnreadableImage),
    ],
)
def test_other_colour_spaces_are_refused(
    photometric: str, samples: int, error: type[Exception]
) -> None:
    pixels = textured() if samples == 1 else np.dstack([textured()] * samples)
    with pytest.raises(error):
        read_image(dicom(dataset(pixels, PhotometricInterpretation=photometric)))


@pytest.mark.parametrize("shared", [True, False])
def test_functional_groups_shared_or_per_frame(shared: bool) -> None:
    made = enhanced(GREY)
    common, frame = made.SharedFunctionalGroupsSequence[0], made.PerFrameFunctionalGroupsSequence[0]
    merged = Dataset()
    merged.update(common)
    merged.update(frame)
    made.SharedFunctionalGroupsSequence = Sequence([merged] if shared else [])
    made.PerFrameFunctionalGroupsSequence = Sequence([] if shared else [merged])
    image = read_image(dicom(made))
    assert image.pixel_spacing_mm == (0.7, 0.8)
    np.testing.assert_allclose(image.pixels, GREY * 2.0 - 5.0)


def test_empty_functional_groups_leave_what_stands_at_the_top() -> None:
    made = dataset(GREY, RescaleSlope="3", RescaleIntercept="1")
    made.SharedFunctionalGroupsSequence = Sequence([Dataset()])
    made.PerFrameFunctionalGroupsSequence = Sequence([])
    image = read_image(dicom(made))
    assert image.pixel_spacing_mm == (0.6, 0.5)
    np.testing.assert_array_equal(image.pixels, GREY * 3.0 + 1)
