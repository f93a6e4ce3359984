"""Truncated, altered and foreign bytes: always one of our errors, quickly; and the upload limit."""

from __future__ import annotations

import cv2
import numpy as np
import pydicom.uid
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multifidus.errors import (
    InvalidParameter,
    PayloadTooLarge,
    RequestError,
    UnsupportedMedia,
)
from multifidus.image_io import MAX_UPLOAD_BYTES, ImageSlice, read_image
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.samples import (
    bare_dicom,
    dataset,
    dicom,
    encapsulated,
    enhanced,
    jpeg,
    png,
    textured,
)

GREY = textured()
COMPRESSED = (
    "jpeg baseline",
    "jpeg lossless, first order",
    "jpeg-ls lossless",
    "jpeg 2000 lossless",
    "jpeg 2000 in a jp2 file",
    "htj2k in tiles",
)
FILES = {
    "png": png(GREY),
    "png of 16 bits": png(GREY.astype(np.uint16) * 200),
    "jpeg": jpeg(GREY),
    "progressive jpeg": jpeg(GREY, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "dicom": dicom(dataset()),
    "implicit dicom": dicom(dataset(), pydicom.uid.ImplicitVRLittleEndian),
    "big endian dicom": dicom(dataset(), pydicom.uid.ExplicitVRBigEndian),
    "deflated dicom": dicom(dataset(), pydicom.uid.DeflatedExplicitVRLittleEndian),
    "rle dicom": dicom(dataset(), pydicom.uid.RLELossless),
    "enhanced dicom": dicom(enhanced(GREY)),
    "bare dicom": bare_dicom(dataset(), implicit=True),
    **{
        f"{name} dicom": encapsulated(
            CODINGS[name].encode(GREY, 8), CODINGS[name].syntax, dataset(GREY)
        )
        for name in COMPRESSED
    },
}


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_cut_off_anywhere_is_refused(name: str) -> None:
    data = FILES[name]
    size = len(data)
    # Compressed pixel data end with a delimiter of 8 bytes, deflated data with a padding byte:
    # without them the picture is still whole.
    compressed = name == "rle dicom" or name.removesuffix(" dicom") in COMPRESSED
    least = size - (8 if compressed else name == "deflated dicom")
    assert isinstance(read_image(data), ImageSlice)
    for length in {*range(0, 400, 7), *range(0, size, size // 60), *range(size - 40, size)}:
        if length < least:
            with pytest.raises(RequestError):
                read_image(data[:length])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(FILES)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=8),
)
def test_altered_bytes_give_a_slice_or_one_of_our_errors(
    name: str, edits: list[tuple[float, bytes]]
) -> None:
    data = bytearray(FILES[name])
    for where, replacement in edits:
        start = int(where * (len(data) - 1))
        data[start : start + len(replacement)] = replacement
    check_outcome(bytes(data))


@settings(max_examples=120, deadline=None)
@given(
    start=st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            bytes(128) + b"DICM",
            b"\x08\x00\x05\x00CS",
            b"\x08\x00\x00\x00\x04\x00\x00\x00",
            b"\x00\x08\x00\x05CS",
            b"\x02\x00\x00\x00UL\x04\x00",
        ]
    ),
    rest=st.binary(max_size=400),
)
def test_any_bytes_after_a_known_start_give_one_of_our_errors(start: bytes, rest: bytes) -> None:
    check_outcome(start + rest)


def check_outcome(data: bytes) -> None:
    try:
        image = read_image(data)
    except RequestError:
        return
    assert np.isfinite(image.pixels).all()
    assert image.pixels.ndim == 2
    assert min(image.pixels.shape) >= 32


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"<html>",
        bytes(1000),
        b"\x5c\x01\x00\x00" + bytes(400),
        b"BM" + bytes(200),
    ],
)
def test_other_bytes_are_unsupported_media(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        read_image(data)


def test_an_upload_over_the_limit_is_not_looked_at() -> None:
    data = FILES["png"]
    read_image(data.ljust(MAX_UPLOAD_BYTES, b"\0"))
    with pytest.raises(PayloadTooLarge):
        read_image(data.ljust(MAX_UPLOAD_BYTES + 1, b"\0"))


def test_given_spacing_is_used_only_where_the_file_has_none() -> None:
    given_mm = (0.9, 0.8)
    assert read_image(FILES["png"], pixel_spacing_mm=given_mm).pixel_spacing_mm == given_mm
    assert read_image(FILES["dicom"], pixel_spacing_mm=given_mm).pixel_spacing_mm == (0.6, 0.5)
    without = dicom(dataset(PixelSpacing=None))
    assert read_image(without, pixel_spacing_mm=given_mm).pixel_spacing_mm == given_mm
    assert read_image(FILES["png"]).pixel_spacing_mm is None


@pytest.mark.parametrize(
    "spacing",
    [(0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0), (1.0, float("inf")), (11.0, 1.0), (1.0,)],
)
def test_given_spacing_must_be_plausible(spacing: tuple[float, float]) -> None:
    for name in ("png", "dicom"):
        with pytest.raises(InvalidParameter):
            read_image(FILES[name], pixel_spacing_mm=spacing)
