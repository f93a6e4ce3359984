"""PNG and JPEG files that mean harm."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from tests.hostile.attack import JPEG, PNG, UPLOAD_BYTES, Attack, zlib_of_zeros
from tests.multifidus.samples import PNG_SIGNATURE, jpeg, png_chunk, textured

UNREADABLE = (422, "unreadable_image")
TOO_LARGE = (413, "image_too_large")
SAMPLE = Path(__file__).resolve().parents[2] / "site" / "samples" / "healthy.png"
GREY = textured(64, 64)
SMALL = zlib_of_zeros(64 * 65)
_MIB = 1 << 20


def png(
    size: int,
    data: bytes,
    *,
    depth: int = 8,
    colour: int = 0,
    interlace: int = 0,
    extra: bytes = b"",
) -> bytes:
    """A PNG of these image data, whatever its header promises."""
    header = struct.pack(">IIBBBBB", size, size, depth, colour, 0, 0, interlace)
    return b"".join(
        (
            PNG_SIGNATURE,
            png_chunk(b"IHDR", header),
            extra,
            png_chunk(b"IDAT", data),
            png_chunk(b"IEND", b""),
        )
    )


def zeros_png(size: int, *, depth: int, channels: int, colour: int, surplus: int = 0) -> bytes:
    """A black picture: a few kilobytes for as many megabytes as a header may promise."""
    lines = size * (1 + size * channels * depth // 8)
    return png(size, zlib_of_zeros(lines + surplus), depth=depth, colour=colour)


def noise() -> bytes:
    """Noise of few values: it compresses, but its overlay does not."""
    values = np.random.default_rng(1).integers(0, 32, (2048, 2048), dtype=np.uint8) * np.uint8(8)
    return cv2.imencode(".png", values)[1].tobytes()


def large_slice() -> bytes:
    """A slice in which muscles are found, at the largest size, with noise that does not compress.

    Everything is measured before the answer turns out to be too large.
    """
    small = cv2.imread(str(SAMPLE), cv2.IMREAD_GRAYSCALE)
    assert small is not None
    large = cv2.resize(small, (2048, 2048), interpolation=cv2.INTER_LINEAR).astype(np.int16)
    large += np.random.default_rng(1).integers(0, 32, large.shape, dtype=np.int16)
    return cv2.imencode(".png", np.clip(large, 0, 255).astype(np.uint8))[1].tobytes()


def coloured_png() -> bytes:
    """The most memory that a PNG can take, refused only once it is decoded: 16 bits, in colour."""
    line = np.tile(np.array([65535, 0, 0], dtype=np.uint16), 2048)
    picture = np.tile(line, 2048).reshape(2048, 2048, 3)
    return cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def scans_jpeg(size: int, scans: int) -> bytes:
    """A progressive JPEG whose scans are repeated: each passes over the whole picture."""
    data = jpeg(np.zeros((size, size), np.uint8), cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    starts = [place for place in range(len(data)) if data[place : place + 2] == b"\xff\xda"]
    last = data[starts[-1] : -2]
    return data[:-2] + last * (scans - len(starts)) + b"\xff\xd9"


def with_jpeg_size(rows: int, columns: int) -> bytes:
    data = jpeg(GREY)
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", rows, columns) + data[place + 4 :]


_PNGS: dict[str, tuple[Callable[[], bytes], tuple[int, str | None]]] = {
    "3.9 GB of image data for 64 x 64": (lambda: png(64, zlib_of_zeros(3900 * _MIB)), TOO_LARGE),
    "claims 60,000 x 60,000": (lambda: png(60_000, SMALL), TOO_LARGE),
    "claims 2,048 x 2,048": (lambda: png(2048, SMALL), UNREADABLE),
    "zTXt of 2 GB": (
        lambda: png(64, SMALL, extra=png_chunk(b"zTXt", b"a\0\0" + zlib_of_zeros(2000 * _MIB))),
        (200, None),
    ),
    "iCCP of 2 GB": (
        lambda: png(64, SMALL, extra=png_chunk(b"iCCP", b"a\0\0" + zlib_of_zeros(2000 * _MIB))),
        (200, None),
    ),
    "0.3 M empty chunks": (
        lambda: png(64, SMALL, extra=png_chunk(b"tEXt", b"") * (UPLOAD_BYTES // 12 - 99)),
        (200, None),
    ),
    "0.3 M empty parts of the image data": (
        lambda: png(64, SMALL, extra=png_chunk(b"IDAT", b"") * (UPLOAD_BYTES // 12 - 99)),
        (200, None),
    ),
    "2,048 x 2,048, 16 bits, four channels": (
        lambda: zeros_png(2048, depth=16, channels=4, colour=6),
        (200, None),
    ),
    "the same and a byte": (
        lambda: zeros_png(2048, depth=16, channels=4, colour=6, surplus=1),
        TOO_LARGE,
    ),
    "2,048 x 2,048, 16 bits, in colour": (coloured_png, (422, "not_greyscale")),
    "2,048 x 2,048 of noise: a large answer": (noise, (413, "response_too_large")),
    "2,048 x 2,048 with muscles: a large answer": (large_slice, (413, "response_too_large")),
}
_JPEGS: dict[str, tuple[Callable[[], bytes], tuple[int, str | None]]] = {
    "header of 65,535 x 65,535": (lambda: with_jpeg_size(65535, 65535), TOO_LARGE),
    "1,000 scans over 4 megapixels": (lambda: scans_jpeg(2048, 1000), UNREADABLE),
    "64 scans over 4 megapixels": (lambda: scans_jpeg(2048, 64), (200, None)),
    "no end": (lambda: jpeg(GREY)[:-2] + b"\xff" * (UPLOAD_BYTES - 10_000), UNREADABLE),
}

ATTACKS = {
    f"{kind}, {name}": Attack(make=make, status=status, code=code, content_type=media_type)
    for kind, media_type, files in (("PNG", PNG, _PNGS), ("JPEG", JPEG, _JPEGS))
    for name, (make, (status, code)) in files.items()
}
