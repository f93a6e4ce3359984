"""PNG and JPEG: the header and the whole structure are checked before OpenCV decodes.

OpenCV returns half a picture for a truncated file and says so only on stderr, so completeness is
checked here. Only a PNG's critical chunks are handed on: no profile, text or animation reaches the
decoder.

Source: PNG (Third Edition), W3C.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.errors import ImageTooLarge, UnreadableImage
from multifidus.greyscale import grey_from_colour
from multifidus.jpeg_structure import check_jpeg_structure
from multifidus.media_limits import check_dimensions

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# A damaged upload is the caller's matter, not something for the service's stderr.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Column and row of each pass's first pixel, then the steps between its columns and rows."""


class Picture(NamedTuple):
    """Grey intensities, shape (rows, columns), and whether the file stores them in colour."""

    pixels: npt.NDArray[np.float32]
    converted_colour: bool


def read_png(data: bytes) -> Picture:
    """Decode a PNG.

    Raises
    ------
    UnreadableImage, ImageTooLarge, TooSmall, NotGreyscale
    """
    chunks = _png_critical_chunks(data)
    rows, columns = _check_png(chunks)
    parts = [PNG_SIGNATURE]
    for kind, body in chunks.items():
        parts += [struct.pack(">I", len(body)), kind, body]
        parts.append(struct.pack(">I", zlib.crc32(body, zlib.crc32(kind))))
    return _decoded(b"".join(parts), rows, columns)


def read_jpeg(data: bytes) -> Picture:
    """Decode a JPEG. EXIF rotation is ignored.

    Raises
    ------
    UnreadableImage, ImageTooLarge, TooSmall, NotGreyscale
    """
    frame = check_jpeg_structure(data)
    return _decoded(data, frame.rows, frame.columns)


def _decoded(data: bytes, rows: int, columns: int) -> Picture:
    try:
        # UNCHANGED keeps 16 bits and ignores EXIF rotation.
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        raise UnreadableImage from None
    if pixels is None or pixels.shape[:2] != (rows, columns):
        raise UnreadableImage
    if pixels.ndim == 2:
        return Picture(pixels.astype(np.float32), converted_colour=False)
    return Picture(grey_from_colour(pixels), converted_colour=True)


def _png_critical_chunks(data: bytes) -> dict[bytes, bytes]:
    """Contents of IHDR, PLTE where there is one, all IDAT joined, and IEND, in this order."""
    found: dict[bytes, list[bytes]] = {b"IHDR": [], b"PLTE": [], b"IDAT": [], b"IEND": []}
    position = len(PNG_SIGNATURE)
    while position + 12 <= len(data) and not found[b"IEND"]:
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            break
        if kind in found:
            body = data[position + 8 : end - 4]
            (crc,) = struct.unpack_from(">I", data, end - 4)
            if zlib.crc32(body, zlib.crc32(kind)) != crc:
                raise UnreadableImage
            found[kind].append(body)
        position = end
    if not found[b"IEND"]:
        raise UnreadableImage("The PNG file is truncated.")
    if len(found[b"IHDR"]) != 1 or len(found[b"PLTE"]) > 1 or not found[b"IDAT"]:
        raise UnreadableImage
    return {kind: b"".join(bodies) for kind, bodies in found.items() if bodies}


def _check_png(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    """Check header and image data; a palette that is only a suggestion is dropped."""
    header, palette = chunks[b"IHDR"], chunks.get(b"PLTE")
    if len(header) != 13:
        raise UnreadableImage
    columns, rows, depth, colour, compression, filtering, interlace = struct.unpack(
        ">IIBBBBB", header
    )
    if depth not in _PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise UnreadableImage
    check_dimensions(rows, columns)
    if colour != 3:
        chunks.pop(b"PLTE", None)  # in true colour a mere suggestion
    elif not palette or len(palette) % 3 or len(palette) > 768:
        raise UnreadableImage
    passes = [(columns, rows)]
    if interlace:
        passes = [
            (-((left - columns) // across), -((top - rows) // down))
            for left, top, across, down in _ADAM7
        ]
    bits = _PNG_CHANNELS[colour] * depth
    lines = [(1 + (width * bits + 7) // 8, height) for width, height in passes if width and height]
    _check_png_lines(chunks[b"IDAT"], lines)
    return rows, columns


def _check_png_lines(compressed: bytes, lines: list[tuple[int, int]]) -> None:
    """Check that the image data are complete: `lines` is bytes per line and lines per pass."""
    expected = sum(stride * height for stride, height in lines)
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(compressed, expected)
        # The decoder would go on to the stream's end, gigabytes further where it is a bomb.
        surplus = inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error:
        raise UnreadableImage from None
    if surplus:
        raise ImageTooLarge("The PNG file's image data are longer than its size allows.")
    if len(raw) != expected or not inflater.eof:
        raise UnreadableImage("The PNG file's image data are incomplete.")
    position = 0
    for stride, height in lines:
        end = position + stride * height
        if max(raw[position:end:stride]) > 4:  # each line starts with the number of its filter
            raise UnreadableImage
        position = end
