"""Nothing hides in, behind or beside the picture itself, and the picture stays what it was."""

from __future__ import annotations

from typing import Any

import cv2
import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from multifidus.image_io import read_image
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.dicom_results import COMPLETE
from tests.multifidus.samples import (
    dataset,
    encapsulated,
    jpeg,
    pixel_data,
    png,
    png_chunk,
    textured,
)
from tests.multifidus.samples import dicom as written
from tests.site.dicom.dicom_page import DicomPage
from tests.site.dicom.planted import secrets_in
from tests.site.dicom.sent_files import SYNTAXES, assert_alike, read


def overlay_in_unused_bits(dtype: str) -> tuple[np.ndarray[Any, Any], Dataset]:
    clean = textured().astype(dtype) * 13 % 4096 - (2048 if dtype == "i2" else 0)
    drawn = (clean & 0x0FFF).astype("u2")
    drawn[5:9, 5:30] |= 0xA000
    made = dataset(drawn, **COMPLETE)
    made.BitsStored, made.HighBit, made.PixelRepresentation = 12, 11, int(dtype == "i2")
    return clean, made


@pytest.mark.parametrize("dtype", ["u2", "i2"])
@pytest.mark.parametrize("name", ["explicit", "implicit", "big endian", "rle"])
def test_an_overlay_in_unused_bits_is_taken_out(dicom: DicomPage, name: str, dtype: str) -> None:
    clean, made = overlay_in_unused_bits(dtype)
    # pydicom's encoder would cut the bits off itself.
    data = written(made, SYNTAXES["explicit" if name == "rle" else name])
    if name == "rle":
        frame = _rle_frame(np.frombuffer(made.PixelData, "<u2"))
        data = encapsulated(frame, SYNTAXES["rle"], made)
    np.testing.assert_array_equal(read_image(data).pixels, clean)
    sent = dicom.deidentify(data).data
    assert_alike(sent, data)
    order = ">" if name == "big endian" else "<"
    cells = np.frombuffer(read(sent).PixelData, f"{order}{dtype}").reshape(48, 40)
    np.testing.assert_array_equal(cells, clean)


def _rle_frame(cells: np.ndarray[Any, Any]) -> bytes:
    """Literal runs alone, of the high bytes and then of the low ones."""
    segments = []
    for plane in ((cells >> 8).astype("u1").tobytes(), (cells & 0xFF).astype("u1").tobytes()):
        runs = [plane[at : at + 128] for at in range(0, len(plane), 128)]
        segment = b"".join(bytes([len(run) - 1]) + run for run in runs)
        segments.append(segment + b"\x80" * (len(segment) % 2))
    offsets = (64, 64 + len(segments[0]))
    header = np.array([2, *offsets, *[0] * 13], dtype="<u4").tobytes()
    return header + b"".join(segments)


def commented(name: str) -> bytes:
    """A frame with a comment, an application segment and something after its end."""
    coding, pixels = CODINGS[name], textured(61, 53).astype(np.uint8)
    frame = coding.encode(pixels, 8)
    text = b"Geheim comment!!"
    if frame.startswith(b"\xff\xd8"):
        comment = b"\xff\xfe\x00\x12" + text
        exif = b"\xff\xe1\x00\x18Exif\0\0" + text
        return frame[:2] + comment + exif + frame[2:] + b"Geheim"
    if not frame.startswith(b"\xff\x4f"):
        return frame + b"\0\0\0\x18uuid" + text
    siz = 4 + int.from_bytes(frame[4:6], "big")
    comment = b"\xff\x64\x00\x14\x00\x01" + text
    return frame[:siz] + comment + frame[siz:]


@pytest.mark.parametrize("name", list(CODINGS))
def test_comments_within_a_compressed_picture_are_taken_out(dicom: DicomPage, name: str) -> None:
    if "uint8" not in CODINGS[name].formats:
        pytest.fail(f"{name} holds no 8 bits")
    frame = commented(name)
    assert secrets_in(frame)
    made = dataset(textured(61, 53).astype(np.uint8), **COMPLETE)
    original = encapsulated(frame, CODINGS[name].syntax, made)
    sent = dicom.deidentify(original).data
    assert secrets_in(sent) == []
    assert_alike(sent, original)


def test_bytes_after_the_picture_are_cut_off(dicom: DicomPage) -> None:
    made = dataset(textured(), **COMPLETE)
    made.PixelData += b"Geheim after the picture"
    original = written(made)
    sent = dicom.deidentify(original).data
    assert secrets_in(sent) == []
    assert_alike(sent, original)


def test_the_offset_table_and_fragments_are_made_anew(dicom: DicomPage) -> None:
    coding = CODINGS["jpeg lossless, first order"]
    pixels = textured(61, 53).astype(np.uint16) * 13
    value = encapsulate([coding.encode(pixels, 16)], fragments_per_frame=3, has_bot=True)
    original = pixel_data(value, coding.syntax, dataset(pixels, **COMPLETE))
    sent = dicom.deidentify(original).data
    assert_alike(sent, original)
    assert read(sent).PixelData[:8] == b"\xfe\xff\x00\xe0\0\0\0\0"


def test_what_stands_in_a_png_beside_the_picture_is_taken_out(dicom: DicomPage) -> None:
    pixels = textured().astype(np.uint16) * 200
    plain = png(pixels)
    ihdr = 8 + 25
    texts = png_chunk(b"tEXt", b"Author\0Geheim") + png_chunk(b"eXIf", b"Geheim exif")
    original = plain[:ihdr] + texts + plain[ihdr:] + b"Geheim"
    result = dicom.deidentify(original)
    assert result.data == plain
    assert [entry["tag"] for entry in result.removed] == ["tEXt", "eXIf"]
    assert result.removed[0]["value"] == "Author Geheim"


def test_what_stands_in_a_jpeg_beside_the_picture_is_taken_out(dicom: DicomPage) -> None:
    plain = jpeg(textured())
    exif = b"\xff\xe1\x00\x18Exif\0\0Geheim comment!!"
    icc = b"\xff\xe2\x00\x14ICC_PROFILE\0Geheim"
    original = plain[:20] + exif + icc + b"\xff\xfe\x00\x08Geheim" + plain[20:] + b"Geheim"
    result = dicom.deidentify(original)
    assert secrets_in(result.data) == []
    np.testing.assert_array_equal(read_image(result.data).pixels, read_image(plain).pixels)
    assert [entry["tag"] for entry in result.removed] == ["APP1", "APP2", "COM"]


def test_colour_of_a_jpeg_stays_what_it_was(dicom: DicomPage) -> None:
    grey = textured()
    rgb = np.dstack([grey] * 3)
    for original in (
        cv2.imencode(".jpg", rgb)[1].tobytes(),
        bytes(imagecodecs.jpeg8_encode(rgb, 95, colorspace="RGB", outcolorspace="RGB")),
    ):
        sent = dicom.deidentify(original).data
        np.testing.assert_array_equal(read_image(sent).pixels, read_image(original).pixels)
