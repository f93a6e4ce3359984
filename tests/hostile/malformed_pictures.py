"""Strategies for PNG and JPEG files that are well-formed as chunks but not as pictures."""

from __future__ import annotations

import struct
import zlib

from hypothesis import strategies as st

from tests.hostile.corpus import made_here
from tests.multifidus.samples import PNG_SIGNATURE, png_chunk

_sides = st.sampled_from((0, 1, 31, 32, 33, 40, 64, 128, 2048, 65535, 2**31 - 1, 2**31, 2**32 - 1))
_KINDS = (b"PLTE", b"IDAT", b"IEND", b"IHDR", b"tRNS", b"gAMA", b"iCCP", b"zTXt", b"eXIf", b"acTL")


@st.composite
def malformed_pngs(draw: st.DrawFn) -> bytes:
    """Header, chunks and image data that need not fit each other."""
    columns, rows = draw(_sides), draw(_sides)
    depth, colour = (
        draw(st.sampled_from(((8, 0), (16, 0), (8, 2), (8, 3), (1, 0), (16, 6))))
        if (draw(st.booleans()))
        else (draw(st.integers(0, 17)), draw(st.integers(0, 7)))
    )
    flags = draw(st.sampled_from(((0, 0, 0), (0, 0, 1), (1, 0, 0), (0, 1, 0), (0, 0, 2))))
    header = struct.pack(">IIBBBBB", columns, rows, depth, colour, *flags)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1)
    line = 1 + (min(columns, 4096) * channels * depth + 7) // 8
    size = min(line * min(rows, 4096), 200_000) + draw(st.sampled_from((0, 0, -1, 1, 500)))
    pattern = draw(st.binary(min_size=1, max_size=9))
    raw = bytes(max(size, 0)) if draw(st.booleans()) else (pattern * max(size, 1))[: max(size, 0)]
    data = zlib.compress(raw, 1)
    if draw(st.integers(0, 3)) == 0:
        data = data[: draw(st.integers(0, len(data)))]
    chunks = [(b"IHDR", header)]
    chunks += draw(st.lists(st.tuples(st.sampled_from(_KINDS), st.binary(max_size=40)), max_size=3))
    if colour == 3:
        chunks.append((b"PLTE", bytes(draw(st.integers(0, 800)))))
    chunks += [(b"IDAT", data), (b"IEND", b"")]
    parts = [png_chunk(*chunk) for chunk in chunks]
    if draw(st.integers(0, 9)) == 0:
        wrong = draw(st.integers(0, len(parts) - 1))
        parts[wrong] = parts[wrong][:-1] + bytes([parts[wrong][-1] ^ 1])
    return PNG_SIGNATURE + b"".join(parts)


def segments_of(data: bytes) -> list[bytes]:
    """Cut a JPEG before each marker that has a length; the scans stay with theirs."""
    pieces, position = [], 2
    while data[position + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, position + 2)
        pieces.append(data[position : position + 2 + length])
        position += 2 + length
    return [*pieces, data[position:]]


@st.composite
def malformed_jpegs(draw: st.DrawFn) -> bytes:
    """Segments changed inside, doubled, dropped or in another order; lengths right or wrong."""
    kinds = sorted(name for name in made_here() if name.startswith("jpeg"))
    pieces = segments_of(made_here()[draw(st.sampled_from(kinds))])
    for _ in range(draw(st.integers(1, 5))):
        index = draw(st.integers(0, len(pieces) - 1))
        piece = bytearray(pieces[index])
        match draw(st.sampled_from(("byte", "byte", "size", "double", "drop", "swap", "length"))):
            case "byte" if len(piece) > 4:
                place = draw(st.integers(4, min(len(piece) - 1, 60)))
                piece[place] = draw(st.integers(0, 255))
                pieces[index] = bytes(piece)
            case "size" if piece[1] in range(0xC0, 0xC4):
                struct.pack_into(">HH", piece, 5, draw(_sides) & 0xFFFF, draw(_sides) & 0xFFFF)
                pieces[index] = bytes(piece)
            case "double":
                pieces.insert(index, bytes(piece))
            case "drop" if len(pieces) > 1:
                del pieces[index]
            case "swap":
                pieces[index], pieces[0] = pieces[0], pieces[index]
            case "length" if len(piece) > 4:
                struct.pack_into(">H", piece, 2, draw(st.sampled_from((0, 1, 2, 3, 17, 0xFFFF))))
                pieces[index] = bytes(piece)
    return b"\xff\xd8" + b"".join(pieces)
