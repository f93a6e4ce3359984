"""JPEG and JPEG-LS frames whose headers lie are refused."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest

from multifidus.errors import ImageTooLarge, MultifidusError, TooSmall, UnreadableImage
from multifidus.image_io import read_image
from multifidus.jpeg_structure import CodedFrame, check_jpeg_structure
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.lying_frames import SLICE, frame_of, read, replaced
from tests.multifidus.samples import dataset, encapsulated, textured

NAMES = {"jpeg": "jpeg lossless, first order", "jpeg-ls": "jpeg-ls lossless"}


@pytest.mark.parametrize("name", list(NAMES))
def test_a_jpegs_header_is_read(name: str) -> None:
    found = check_jpeg_structure(frame_of(NAMES[name]))
    assert found == CodedFrame(rows=64, columns=56, components=1, precision_bits=16)


def in_frame_header(offset: int, code: str, *values: int) -> Callable[[bytes], bytes]:
    def change(frame: bytes) -> bytes:
        start = next(
            frame.find(bytes([0xFF, marker]))
            for marker in (0xC3, 0xF7)
            if bytes([0xFF, marker]) in frame[:200]
        )
        return replaced(frame, start + offset, code, *values)

    return change


@pytest.mark.parametrize("name", list(NAMES))
@pytest.mark.parametrize(
    ("change", "error"),
    [
        (in_frame_header(5, ">HH", 65500, 65500), ImageTooLarge),
        (in_frame_header(5, ">HH", 64, 65500), ImageTooLarge),
        (in_frame_header(5, ">HH", 31, 56), TooSmall),
        (in_frame_header(5, ">HH", 0, 56), UnreadableImage),
        (in_frame_header(5, ">HH", 65, 56), UnreadableImage),
        (in_frame_header(5, ">HH", 56, 64), UnreadableImage),
        (in_frame_header(4, "B", 0), UnreadableImage),
        (in_frame_header(4, "B", 1), UnreadableImage),
        (in_frame_header(4, "B", 17), UnreadableImage),
        (in_frame_header(9, "B", 3), UnreadableImage),
        (in_frame_header(9, "B", 255), UnreadableImage),
        (in_frame_header(2, ">H", 2), UnreadableImage),
        (in_frame_header(2, ">H", 65535), UnreadableImage),
    ],
)
def test_a_jpeg_that_lies_is_refused(
    name: str, change: Callable[[bytes], bytes], error: type[MultifidusError]
) -> None:
    with pytest.raises(error):
        read(NAMES[name], change(frame_of(NAMES[name])))


@pytest.mark.parametrize("name", list(NAMES))
def test_samples_wider_than_the_data_sets_are_refused(name: str) -> None:
    frame = frame_of(NAMES[name])
    narrow = dataset(textured(64, 56))
    with pytest.raises(UnreadableImage):
        read_image(encapsulated(frame, CODINGS[NAMES[name]].syntax, narrow))


@pytest.mark.parametrize(
    "extension",
    [
        b"\x04\x02\xff\xff\xff\xff",  # another size, of 16 bits a side
        b"\x04\x04\x00\x01\x00\x00\x00\x01\x00\x00",  # of 32
        b"\x02\x01\x02" + bytes(512),  # a colour table
        b"\x03\x01\x02" + bytes(512),
        b"\x09",
        b"",
    ],
)
def test_extensions_of_jpeg_ls_that_no_scanner_writes_are_refused(extension: bytes) -> None:
    frame = frame_of(NAMES["jpeg-ls"])
    scan = frame.index(b"\xff\xda")
    segment = b"\xff\xf8" + struct.pack(">H", 2 + len(extension)) + extension
    with pytest.raises(UnreadableImage):
        read(NAMES["jpeg-ls"], frame[:scan] + segment + frame[scan:])


def test_jpeg_ls_may_state_its_coding_parameters() -> None:
    frame = frame_of(NAMES["jpeg-ls"])
    scan = frame.index(b"\xff\xda")
    defaults = b"\x01" + struct.pack(">5H", 65535, 18, 67, 276, 64)  # T.87 C.2.4.1.1
    segment = b"\xff\xf8" + struct.pack(">H", 2 + len(defaults)) + defaults
    made = dataset(SLICE)
    data = encapsulated(
        frame[:scan] + segment + frame[scan:], CODINGS[NAMES["jpeg-ls"]].syntax, made
    )
    np.testing.assert_array_equal(read_image(data).pixels, SLICE)
