"""The structure of JPEG and JPEG-LS files, walked from start to end before a decoder sees them.

Sources: ITU-T T.81 annex B (JPEG's markers), T.87 annex C (those of JPEG-LS).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from multifidus.errors import UnreadableImage
from multifidus.media_limits import MAX_JPEG_SCANS, check_dimensions

JPEG_SIGNATURE = b"\xff\xd8\xff"

_SOI, _EOI, _SOS, _SOF_JPEG_LS, _LSE = 0xD8, 0xD9, 0xDA, 0xF7, 0xF8
_SOF_MARKERS = frozenset({*range(0xC0, 0xD0), _SOF_JPEG_LS} - {0xC4, 0xC8, 0xCC})
_LSE_TABLES = frozenset({2, 3})
_LSE_LARGE_SIZE = 4

# In entropy-coded data FF 00 is a stuffed byte, FF FF a fill byte and FF D0..D7 a restart marker.
# JPEG-LS stuffs a single bit after FF: the next byte is below 80 wherever it is no marker.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_MARKER_JPEG_LS = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")


@dataclass(frozen=True, kw_only=True)
class CodedFrame:
    """What a compressed frame says about itself.

    Attributes
    ----------
    rows, columns : int
    components : int
        Samples per pixel.
    precision_bits : int
        Of each sample.
    """

    rows: int
    columns: int
    components: int
    precision_bits: int


def check_jpeg_structure(data: bytes) -> CodedFrame:
    """Walk a JPEG's segments from start to end of image.

    Returns
    -------
    CodedFrame
        From its frame header.

    Raises
    ------
    UnreadableImage
        Truncated, several frame headers, none, more than `MAX_JPEG_SCANS` scans, or one of
        JPEG-LS's extensions that no image of a scanner has: colour tables, another size.
    ImageTooLarge, TooSmall
        By the declared size.
    """
    frame: CodedFrame | None = None
    scans = 0
    position = 2
    pattern = _MARKER
    while True:
        match = pattern.search(data, position)
        # Outside a scan the next marker follows at once, but for fill bytes.
        if match is None or (scans == 0 and data[position : match.start()].strip(b"\xff")):
            raise UnreadableImage("The JPEG image is truncated.")
        marker = data[match.start() + 1]
        if marker == _EOI:
            if frame is None or scans == 0:
                raise UnreadableImage
            return frame
        if marker == _SOI or match.end() + 2 > len(data):
            raise UnreadableImage
        (length,) = struct.unpack_from(">H", data, match.end())
        segment = data[match.end() + 2 : match.end() + length]
        position = match.end() + length
        if length < 2 or position > len(data):
            raise UnreadableImage("The JPEG image is truncated.")
        if marker in _SOF_MARKERS:
            if frame is not None:
                raise UnreadableImage
            frame = _frame_header(segment)
            if marker == _SOF_JPEG_LS:
                pattern = _MARKER_JPEG_LS
        elif marker == _LSE and pattern is _MARKER_JPEG_LS:
            if not segment or segment[0] in _LSE_TABLES or segment[0] >= _LSE_LARGE_SIZE:
                raise UnreadableImage
        elif marker == _SOS:
            scans += 1
            if frame is None or scans > MAX_JPEG_SCANS:
                raise UnreadableImage


def _frame_header(segment: bytes) -> CodedFrame:
    if len(segment) < 6:
        raise UnreadableImage
    precision_bits, rows, columns, components = struct.unpack_from(">BHHB", segment)
    if len(segment) != 6 + 3 * components or not 2 <= precision_bits <= 16:
        raise UnreadableImage
    check_dimensions(rows, columns)
    return CodedFrame(
        rows=rows, columns=columns, components=components, precision_bits=precision_bits
    )
