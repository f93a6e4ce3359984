"""Compressed DICOM pixel data: what it would expand to is checked before a decoder runs.

Source: DICOM PS3.5 A.4 (encapsulation), G (RLE).
"""

from __future__ import annotations

import itertools
import struct

from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID, RLELossless

from multifidus.errors import ImageTooLarge, MultiFrame, UnreadableImage
from multifidus.jpeg2000_structure import checked_jpeg2000, jpeg2000_codestream
from multifidus.jpeg_structure import JPEG_SIGNATURE, CodedFrame, check_jpeg_structure
from multifidus.media_limits import check_dimensions

ITEM_MARK = b"\xfe\xff\x00\xe0"
"""What compressed pixel data begin with: the tag of an item, little-endian."""

_RLE_HEADER_BYTES = 64
_RLE_MAX_RUN = 128


def checked_frame(
    encoded: bytes, syntax: UID, *, rows: int, columns: int, samples: int, bits: int
) -> bytes:
    """Refuse a frame whose own header or run lengths contradict what the data set says of it.

    Parameters
    ----------
    encoded : bytes
        Value of PixelData.
    syntax : pydicom.uid.UID
        Its transfer syntax.
    rows, columns, samples, bits : int
        Size of the image, SamplesPerPixel, BitsAllocated.

    Returns
    -------
    bytes
        A value of PixelData that holds this frame in one piece and nothing else, so that the
        decoder reads what was checked.

    Raises
    ------
    ImageTooLarge
        It expands to more than the data set declares.
    MultiFrame, UnreadableImage
    """
    frames = list(generate_frames(_items(encoded), number_of_frames=1))
    if len(frames) != 1:
        raise MultiFrame
    frame = frames[0]
    if syntax == RLELossless:
        _check_rle(frame, rows * columns, segments=samples * bits // 8)
    else:
        if frame.startswith(JPEG_SIGNATURE):
            found = check_jpeg_structure(frame)
        else:
            found, frame = checked_jpeg2000(jpeg2000_codestream(frame))
        declared = CodedFrame(
            rows=rows, columns=columns, components=samples, precision_bits=found.precision_bits
        )
        check_dimensions(found.rows, found.columns)
        if found != declared or found.precision_bits > bits:
            raise UnreadableImage("The compressed image is not of the size that the file declares.")
    return encapsulate([frame], has_bot=False)


def _items(encoded: bytes) -> bytes:
    """Leave out what follows the last item, where the delimiter is missing."""
    position = 0
    while encoded.startswith(ITEM_MARK, position) and position + 8 <= len(encoded):
        end = position + 8 + int.from_bytes(encoded[position + 4 : position + 8], "little")
        if end > len(encoded):
            raise UnreadableImage("The compressed pixel data are truncated.")
        position = end
    return encoded[:position]


def _check_rle(frame: bytes, pixels: int, *, segments: int) -> None:
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
