"""DICOM files that mean harm: bombs, lies about sizes, millions of elements, impossible numbers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom.uid
from pydicom.dataset import Dataset

from tests.hostile.attack import UPLOAD_BYTES, Attack, inflating
from tests.multifidus.samples import dataset, dicom, encapsulated, textured, with_value

EXPLICIT, DEFLATED = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99"
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = (b"\xfe\xff" + mark + b"\xe0" for mark in (b"\0", b"\x0d", b"\xdd"))
LONG_VRS = (b"OB", b"OW", b"SQ", b"UN", b"UT")
GREY = textured(64, 64)


def element(group: int, number: int, vr: bytes, value: bytes = b"", length: int = -1) -> bytes:
    """One element in explicit VR little endian; `length` lies about its value."""
    length = len(value) if length < 0 else length
    form = "<HH2sxxL" if vr in LONG_VRS else "<HH2sH"
    return struct.pack(form, group, number, vr, length) + value


def prefixed(syntax: bytes, *, meta: bytes = b"") -> bytes:
    """Preamble, prefix and file meta information."""
    return bytes(128) + b"DICM" + meta + element(2, 0x10, b"UI", syntax)


def image_elements() -> bytes:
    """The elements of a valid slice, without the start of its file."""
    data = dicom(dataset(GREY))
    return data[data.index(element(2, 0x10, b"UI", EXPLICIT)) + 28 :]


def nested(body: bytes, depth: int = 1) -> bytes:
    """Body within that many sequences of undefined length."""
    start = element(8, 0x1140, b"SQ", length=UNDEFINED) + ITEM + struct.pack("<L", UNDEFINED)
    return start * depth + body + (ITEM_END + bytes(4) + SEQUENCE_END + bytes(4)) * depth


def of_elements(count: int) -> bytes:
    return element(0x11, 0x10, b"LO") * count


def sequence_bomb() -> bytes:
    """Two million elements in a sequence that says its length, deflated."""
    item = ITEM + struct.pack("<L", 16 << 20)
    head = element(0x5200, 0x9229, b"SQ", item, length=(16 << 20) + 8)
    body = inflating(of_elements(1 << 17), 16, head=head, tail=image_elements())
    return prefixed(DEFLATED) + body


def rle(
    rows: int, columns: int, *, samples: int = 1, bits: int = 8, excess: int = 0, value: int = 0
) -> bytes:
    """Runs of 128: of zeros, but for the first byte's."""
    pixels = np.zeros((32, 32) if samples == 1 else (32, 32, samples), np.uint8)
    made = dataset(pixels, Rows=rows, Columns=columns, BitsAllocated=bits, BitsStored=bits)
    made.HighBit = bits - 1
    segments = samples * bits // 8
    runs = b"\x81\0" * (rows * columns // 128 + excess)
    first = runs.replace(b"\0", bytes([value]))
    offsets = [64 + index * len(runs) for index in range(segments)]
    header = struct.pack("<16L", segments, *offsets, *[0] * (15 - segments))
    return encapsulated(header + first + runs * (segments - 1), pydicom.uid.RLELossless, made)


def black_and_red() -> npt.NDArray[np.uint16]:
    picture = np.zeros((2048, 2048, 3), dtype=np.uint16)
    picture[::2, :, 0] = 40_000
    return picture


def jpeg2000(
    *, size: int = 64, tile: int = 64, components: int = 1, levels: int = 0, claims: int = 64
) -> bytes:
    """A codestream's main header alone; what it asks for would be set up before it is found out."""
    grid = struct.pack(">8L", size, size, 0, 0, tile, tile, 0, 0)
    described = struct.pack(">HH", 0, components)[2:] + b"\7\1\1" * components
    siz = struct.pack(">H", 0) + grid + described
    cod = b"\0" + struct.pack(">BHB", 0, 1, 0) + bytes([levels, 4, 4, 0, 1])
    qcd = b"\x40" + b"\x40" * (3 * levels + 1)
    stream = b"\xff\x4f"
    for marker, segment in ((b"\xff\x51", siz), (b"\xff\x52", cod), (b"\xff\x5c", qcd)):
        stream += marker + struct.pack(">H", len(segment) + 2) + segment
    stream += b"\xff\x90" + struct.pack(">HHLBB", 10, 0, 14, 0, 1) + b"\xff\x93\xff\xd9"
    made = dataset(GREY, Rows=claims, Columns=claims)
    return encapsulated(stream, pydicom.uid.JPEG2000Lossless, made)


def jpeg_ls(rows: int, columns: int) -> bytes:
    """A frame header that claims a size, and a few bytes of data."""
    frame = b"\xff\xf7" + struct.pack(">HBHHB", 11, 8, rows, columns, 1) + b"\1\x11\0"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\0\0"
    made = dataset(GREY, Rows=min(rows, 65535), Columns=min(columns, 65535))
    stream = b"\xff\xd8" + frame + scan + bytes(64) + b"\xff\xd9"
    return encapsulated(stream, pydicom.uid.JPEGLSLossless, made)


def floats(value: float) -> bytes:
    made = dataset(GREY, PixelData=None, BitsAllocated=32)
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(made, keyword)
    made.FloatPixelData = np.full(GREY.shape, value, "<f4").tobytes()
    return dicom(made)


def rescaled(slope: str, intercept: str) -> bytes:
    data = dicom(dataset(GREY, RescaleSlope="1", RescaleIntercept="0"))
    return with_value(with_value(data, "RescaleSlope", slope), "RescaleIntercept", intercept)


def lying_table() -> bytes:
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType = [0, 0, 16], "US"  # 0 stands for 65,536 entries
    item["LUTDescriptor"].VR = "US"
    item.add_new("LUTData", "OW", bytes(64))
    return dicom(dataset(GREY, ModalityLUTSequence=[item]))


def made_of(**elements: Any) -> Callable[[], bytes]:
    return lambda: dicom(dataset(GREY, **elements))


UNREADABLE = (422, "unreadable_image")
TOO_LARGE = (413, "image_too_large")
MANY = UPLOAD_BYTES // 8 - 5000

_FILES: dict[str, tuple[Callable[[], bytes], tuple[int, str | None]]] = {
    "deflated: 1 GB of zeros": (
        lambda: prefixed(DEFLATED) + inflating(bytes(1 << 20), 1000),
        TOO_LARGE,
    ),
    "deflated: 2 M elements in a sequence with a length": (sequence_bomb, UNREADABLE),
    "deflated: 2 M elements in one without": (
        lambda: prefixed(DEFLATED) + inflating(nested(of_elements(1 << 17)), 16),
        UNREADABLE,
    ),
    "deflated: 2 M elements": (
        lambda: prefixed(DEFLATED) + inflating(of_elements(1 << 17), 16),
        UNREADABLE,
    ),
    "0.5 M elements in a sequence": (
        lambda: prefixed(EXPLICIT) + nested(of_elements(MANY)) + image_elements(),
        UNREADABLE,
    ),
    "0.5 M elements of file meta information": (
        lambda: prefixed(EXPLICIT, meta=element(2, 0x16, b"AE") * MANY) + image_elements(),
        UNREADABLE,
    ),
    "0.5 M empty items": (
        lambda: (
            prefixed(EXPLICIT)
            + element(8, 0x1140, b"SQ", (ITEM + bytes(4)) * MANY)
            + image_elements()
        ),
        UNREADABLE,
    ),
    "sequences 3,000 deep": (
        lambda: prefixed(EXPLICIT) + nested(b"", 3000) + image_elements(),
        UNREADABLE,
    ),
    "a list of a million numbers as spacing": (
        lambda: (
            prefixed(EXPLICIT) + element(0x28, 0x30, b"UN", b"1\\" * 1_000_000) + image_elements()
        ),
        UNREADABLE,
    ),
    "claims 65,535 x 65,535": (made_of(Rows=65535, Columns=65535), TOO_LARGE),
    "claims 2,048 x 2,048": (made_of(Rows=2048, Columns=2048), UNREADABLE),
    "claims 2 billion frames": (made_of(NumberOfFrames=2**31 - 1), (422, "multi_frame")),
    "look-up table of 64 bytes for 65,536 entries": (lying_table, UNREADABLE),
    "RLE: runs for 100 times the size": (lambda: rle(64, 64, excess=3200), TOO_LARGE),
    "RLE: 4 megapixels of 12 bytes": (lambda: rle(2048, 2048, samples=3, bits=32), UNREADABLE),
    "RLE: 4 megapixels of 4 bytes": (lambda: rle(2048, 2048, bits=32), (200, None)),
    "RLE: 4 megapixels in colour of 16 bits": (
        lambda: rle(2048, 2048, samples=3, bits=16, value=0x55),
        (422, "not_greyscale"),
    ),
    "JPEG 2000: header of 60,000 x 60,000": (lambda: jpeg2000(size=60_000), TOO_LARGE),
    "JPEG 2000: 4 M tiles of one pixel": (
        lambda: jpeg2000(size=2048, tile=1, claims=2048),
        TOO_LARGE,
    ),
    "JPEG 2000: 16,384 components": (lambda: jpeg2000(components=16_384), UNREADABLE),
    "JPEG 2000: 2,048 x 2,048 of nothing": (
        lambda: jpeg2000(size=2048, tile=2048, claims=2048, levels=32),
        UNREADABLE,
    ),
    "JPEG 2000: 2,048 x 2,048, 16 bits, in colour": (
        lambda: dicom(dataset(black_and_red()), pydicom.uid.JPEG2000Lossless),
        (422, "not_greyscale"),
    ),
    "JPEG-LS: 2,048 x 2,048, 16 bits, in colour": (
        lambda: dicom(dataset(black_and_red()), pydicom.uid.JPEGLSLossless),
        (422, "not_greyscale"),
    ),
    "JPEG-LS: header of 65,535 x 65,535": (lambda: jpeg_ls(65535, 65535), TOO_LARGE),
    "JPEG-LS: 2,048 x 2,048 in 64 bytes": (lambda: jpeg_ls(2048, 2048), UNREADABLE),
    "pixels that are NaN": (lambda: floats(float("nan")), UNREADABLE),
    "pixels that are infinite": (lambda: floats(float("inf")), UNREADABLE),
    "pixels at the end of float32": (lambda: floats(3e38), UNREADABLE),
    "denormal pixels": (lambda: floats(1e-40), UNREADABLE),
    "slope 1e300": (lambda: rescaled("1e300", "0"), UNREADABLE),
    "slope NaN": (lambda: rescaled("nan", "0"), (200, None)),
    "intercept -3e38": (lambda: rescaled("1", "-3e38"), UNREADABLE),
}

ATTACKS = {
    f"DICOM, {name}": Attack(make=make, status=status, code=code)
    for name, (make, (status, code)) in _FILES.items()
}
