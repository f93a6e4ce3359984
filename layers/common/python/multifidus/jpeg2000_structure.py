"""The structure of JPEG 2000 codestreams, HTJ2K included, checked before a decoder sees them.

A header of a hundred bytes can ask for a billion tiles, precincts or code-blocks, for each of which
a decoder makes room before it reads the first pixel. They are counted here.

Sources: ITU-T T.800 annexes A (codestream), B (tiles, precincts, code-blocks) and I (the JP2 file
format); T.814 (HTJ2K, which has the same headers).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from multifidus.errors import ImageTooLarge, UnreadableImage
from multifidus.jpeg_structure import CodedFrame
from multifidus.media_limits import check_dimensions

MAX_TILES = 1024
"""2048 x 2048 in tiles of 64 x 64; images of scanners are one tile."""

MAX_TILE_PARTS = 10_000

MAX_BLOCKS = 65_536
"""Precincts, and code-blocks, of an image: a decoder sets aside about 600 bytes for each. 2048 x
2048 of three samples in blocks of 32 x 32, half the usual side, are a quarter of that."""

MAX_PACKETS = 1_000_000
"""Quality layers times precincts."""

_SOC_SIZ = b"\xff\x4f\xff\x51"
_JP2_SIGNATURE = b"\0\0\0\x0cjP  "
_JP2_BOX_HEADER_BYTES = 8
_COD, _COC, _SOT, _SOD = 0xFF52, 0xFF53, 0xFF90, 0xFF93
_EOC = b"\xff\xd9"
_SIZ = struct.Struct(">HH8LH")
_SOT_SEGMENT = struct.Struct(">HHLBB")
_MAX_TRAILING_BYTES = 16
_MAX_DECOMPOSITIONS = 32

_ILLEGAL = "The JPEG 2000 image's header is damaged."
_TRUNCATED = "The JPEG 2000 image is truncated."
_TOO_FINE = "The JPEG 2000 image is divided into more parts than are decoded here."


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Size of the image and of its tiles."""

    frame: CodedFrame
    tiles: int
    tile_rows: int
    tile_columns: int


@dataclass
class _Division:
    """What the coding styles met so far divide the image into, each taken as if it held for all."""

    grid: _Grid
    layers: int = 0
    precincts: int = 0

    def add(self, style: bytes, *, own_precincts: bool, layers: int = 0) -> None:
        """Count what a decoder will make room for.

        `style` is the SPcod or SPcoc parameter: decompositions, code-block width and height,
        code-block style, transformation, and, where it says so, a byte for each resolution's
        precincts.
        """
        if len(style) < 5 or style[0] > _MAX_DECOMPOSITIONS:
            raise UnreadableImage(_ILLEGAL)
        resolutions = style[0] + 1
        width, height = (style[1] & 0x0F) + 2, (style[2] & 0x0F) + 2  # powers of two
        if max(width, height) > 10 or width + height > 12:
            raise UnreadableImage(_ILLEGAL)
        sides = style[5 : 5 + resolutions] if own_precincts else b"\xff" * resolutions
        if len(sides) < resolutions:
            raise UnreadableImage(_ILLEGAL)
        precincts = blocks = 0
        for resolution, side in enumerate(sides):
            band = min(resolution, 1)  # the lowest is one band, the others are three of half a side
            reduction = style[0] - resolution
            across = _parts(self.grid.tile_columns, reduction, side & 0x0F, width, band)
            down = _parts(self.grid.tile_rows, reduction, side >> 4, height, band)
            precincts += across[0] * down[0]
            blocks += across[1] * down[1] * (1 + 2 * band)
        per_image = self.grid.tiles * self.grid.frame.components
        self.layers = max(self.layers, layers)
        self.precincts = max(self.precincts, precincts * per_image)
        too_many = max(self.precincts, blocks * per_image) > MAX_BLOCKS
        if too_many or self.precincts * self.layers > MAX_PACKETS:
            raise ImageTooLarge(_TOO_FINE)


def _parts(side: int, reduction: int, precinct: int, block: int, band: int) -> tuple[int, int]:
    """Precincts and code-blocks along a tile's side; the sizes of both are powers of two."""
    reduced = -(-side >> reduction)
    precincts = -(-reduced >> precinct)
    block = min(block, max(precinct - band, 0))
    return precincts, -(-reduced >> band + block) + precincts - 1


def jpeg2000_codestream(data: bytes) -> bytes:
    """Take the codestream out of a JP2 file; DICOM wants it bare, some writers leave it wrapped.

    Raises
    ------
    UnreadableImage
        There is none.
    """
    if not data.startswith(_JP2_SIGNATURE):
        return data
    position = 0
    while position + _JP2_BOX_HEADER_BYTES <= len(data):
        length, kind = struct.unpack_from(">L4s", data, position)
        header = _JP2_BOX_HEADER_BYTES
        if length == 1 and position + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, position + header)
            header = 16
        end = len(data) if length == 0 else position + length
        if end < position + header:
            break
        if kind == b"jp2c":
            return data[position + header : end]
        position = end
    raise UnreadableImage(_ILLEGAL)


def checked_jpeg2000(data: bytes) -> tuple[CodedFrame, bytes]:
    """Walk a codestream's headers from start to end.

    Returns
    -------
    CodedFrame
        From its size header.
    bytes
        The codestream up to its last tile-part, and its end, which some encoders leave out.

    Raises
    ------
    UnreadableImage
        Truncated, tiles missing, or a header against the standard.
    ImageTooLarge, TooSmall
        By the declared size, or divided into too many parts.
    """
    grid = _size(data)
    division = _Division(grid)
    position = 4 + int(struct.unpack_from(">H", data, 4)[0])
    position = _walk_header(data, position, division, until=_SOT)
    if division.layers == 0:
        raise UnreadableImage(_ILLEGAL)
    seen: set[int] = set()
    for _ in range(MAX_TILE_PARTS):
        if data[position : position + 2] == _EOC:
            break
        if len(seen) == grid.tiles and not data[position:].strip(b"\0"):
            break
        index, position = _walk_tile_part(data, position, division)
        seen.add(index)
    else:
        raise ImageTooLarge(_TOO_FINE)
    if len(seen) < grid.tiles:
        raise UnreadableImage("Tiles of the JPEG 2000 image are missing.")
    return grid.frame, data[:position] + _EOC


def _size(data: bytes) -> _Grid:
    if not data.startswith(_SOC_SIZ) or len(data) < 4 + _SIZ.size:
        raise UnreadableImage(_ILLEGAL)
    length, _, right, bottom, left, top, width, height, tile_left, tile_top, components = (
        _SIZ.unpack_from(data, 4)
    )
    described = data[4 + _SIZ.size : 4 + length]
    if components not in (1, 3) or len(described) != 3 * components:
        raise UnreadableImage(_ILLEGAL)
    rows, columns = bottom - top, right - left
    check_dimensions(rows, columns)
    legal = tile_left <= left < tile_left + width and tile_top <= top < tile_top + height
    # All components alike; chrominance may be stored at half the width or height.
    legal = legal and len(set(described[::3])) == 1 and described[1:3] == b"\1\1"
    if not legal or not set(described[1::3] + described[2::3]) <= {1, 2}:
        raise UnreadableImage(_ILLEGAL)
    tiles = -((tile_left - right) // width) * -((tile_top - bottom) // height)
    if tiles > MAX_TILES:
        raise ImageTooLarge(_TOO_FINE)
    return _Grid(
        frame=CodedFrame(
            rows=rows,
            columns=columns,
            components=components,
            precision_bits=(described[0] & 0x7F) + 1,
        ),
        tiles=tiles,
        tile_rows=min(height, rows),
        tile_columns=min(width, columns),
    )


def _walk_tile_part(data: bytes, start: int, division: _Division) -> tuple[int, int]:
    """Check a tile-part; return its tile's index and where the next one starts."""
    if start + 2 + _SOT_SEGMENT.size > len(data):
        raise UnreadableImage(_TRUNCATED)
    (marker,) = struct.unpack_from(">H", data, start)
    length, index, size, _, _ = _SOT_SEGMENT.unpack_from(data, start + 2)
    if marker != _SOT or length != _SOT_SEGMENT.size or index >= division.grid.tiles:
        raise UnreadableImage(_ILLEGAL)
    body = _walk_header(data, start + 2 + length, division, until=_SOD)
    if size == 0:  # up to the end, which must be there
        end = data.rfind(_EOC, max(body, len(data) - _MAX_TRAILING_BYTES))
    else:
        end = start + size
    if end < body or end > len(data):
        raise UnreadableImage(_TRUNCATED)
    return index, end


def _walk_header(data: bytes, position: int, division: _Division, *, until: int) -> int:
    """Check the marker segments up to a marker; return where that is."""
    while position + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, position)
        if marker == until:
            return position
        segment = data[position + 4 : position + 2 + length]
        if marker < 0xFF00 or length < 2 or len(segment) != length - 2:
            break
        if marker == _COD and len(segment) > 5:
            layers = max(struct.unpack_from(">H", segment, 2)[0], 1)
            division.add(segment[5:], own_precincts=bool(segment[0] & 1), layers=layers)
        elif marker == _COC and len(segment) > 2:  # with few components the index is one byte
            division.add(segment[2:], own_precincts=bool(segment[1] & 1))
        position += 2 + length
    raise UnreadableImage(_TRUNCATED)
