"""Compressed DICOM pixel data: what it would expand to is checked before a decoder runs.

Sources: DICOM PS3.5 G (RLE); ITU-T T.81 B.2.2 (JPEG), T.87 C.1.1 (JPEG-LS), T.800 A.5.1
(JPEG 2000).
"""

from __future__ import annotations

import itertools
import struct

from pydicom.encaps import generate_frames
from pydicom.uid import UID, RLELossless

from multifidus.errors import ImageTooLarge, MultiFrame, UnreadableImage
from multifidus.media_limits import check_dimensions
from multifidus.raster import JPEG_SIGNATURE, check_jpeg_structure

_J2K_START = b"\xff\x4f\xff\x51"
_RLE_HEADER_BYTES = 64
_RLE_MAX_RUN = 128


def check_encapsulated(
    encoded: bytes, syntax: UID, rows: int, columns: int, *, segments: int
) -> None:
    """Refuse a frame whose own header or run lengths contradict the data set's size.

    Parameters
    ----------
    encoded : bytes
        Value of PixelData.
    segments : int
        Bytes per pixel over all samples: the number of RLE segments.

    Raises
    ------
    ImageTooLarge
        It expands to more than the data set declares.
    MultiFrame, UnreadableImage
    """
    frames = list(generate_frames(encoded, number_of_frames=1))
    if len(frames) != 1:
        raise MultiFrame
    frame = frames[0]
    if syntax == RLELossless:
        _check_rle(frame, rows * columns, segments)
    elif frame.startswith(JPEG_SIGNATURE):
        _match(check_jpeg_structure(frame), (rows, columns))
    else:
        _match(_jpeg2000_size(frame), (rows, columns))


def _match(found: tuple[int, int], declared: tuple[int, int]) -> None:
    check_dimensions(*found)
    if found != declared:
        raise UnreadableImage("The compressed image's size is not the one that the file declares.")


def _jpeg2000_size(frame: bytes) -> tuple[int, int]:
    start = frame.find(_J2K_START)  # after the boxes, where it is a JP2 file
    if start < 0 or start + 24 > len(frame):
        raise UnreadableImage
    right, bottom, left, top = struct.unpack_from(">4L", frame, start + 8)
    return bottom - top, right - left


def _check_rle(frame: bytes, pixels: int, segments: int) -> None:
    if len(frame) < _RLE_HEADER_BYTES:
        raise UnreadableImage
    count, *offsets = struct.unpack_from("<16L", frame)
    offsets = offsets[:segments]
    bounds = [*offsets, len(frame)]
    in_order = all(a < b for a, b in itertools.pairwise(bounds))
    if count != segments or not in_order or offsets[0] < _RLE_HEADER_BYTES:
        raise UnreadableImage
    for start, end in itertools.pairwise(bounds):
        _check_rle_segment(frame[start:end], pixels)


def _check_rle_segment(segment: bytes, pixels: int) -> None:
    position = expanded = 0
    while position < len(segment):
        head = segment[position]
        if head < 128:
            position += head + 2
            expanded += head + 1
        elif head > 128:
            position += 2
            expanded += 257 - head
        else:
            position += 1
        if expanded > pixels + _RLE_MAX_RUN:  # encoders may pad the last run
            raise ImageTooLarge("The run lengths expand to more pixels than the file declares.")
