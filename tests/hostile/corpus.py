"""Valid files of every kind that is read, to be damaged: small ones, and pydicom's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pydicom.uid

from tests.multifidus.samples import (
    bare_dicom,
    dataset,
    dicom,
    encapsulated,
    enhanced,
    interlaced_lines,
    jpeg,
    png,
    raw_png,
    textured,
)

MAX_SHIPPED_BYTES = 60_000
GREY = textured()
DEEP = GREY.astype(np.uint16) * 200
COLOUR = np.repeat(GREY[..., None], 3, axis=2)


def _palette_png() -> bytes:
    palette = bytes(value for grey in range(256) for value in (grey, grey, grey))
    lines = b"".join(b"\0" + line.tobytes() for line in GREY)
    rows, columns = GREY.shape
    return raw_png(columns, rows, colour=3, lines=lines, extra=[(b"PLTE", palette)])


@cache
def made_here() -> dict[str, bytes]:
    """Files made here, each a few kilobytes; all of them are read."""
    rows, columns = GREY.shape
    return {
        "png": png(GREY),
        "png of 16 bits": png(DEEP),
        "png in colour": png(COLOUR),
        "png with palette": _palette_png(),
        "png interlaced": raw_png(columns, rows, interlace=1, lines=interlaced_lines(GREY)),
        "jpeg": jpeg(GREY),
        "jpeg in colour": jpeg(COLOUR),
        "jpeg progressive": jpeg(GREY, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        "jpeg with restarts": jpeg(GREY, cv2.IMWRITE_JPEG_RST_INTERVAL, 2),
        "dicom": dicom(dataset()),
        "dicom implicit": dicom(dataset(), pydicom.uid.ImplicitVRLittleEndian),
        "dicom big endian": dicom(dataset(), pydicom.uid.ExplicitVRBigEndian),
        "dicom deflated": dicom(dataset(), pydicom.uid.DeflatedExplicitVRLittleEndian),
        "dicom RLE": dicom(dataset(), pydicom.uid.RLELossless),
        "dicom JPEG": encapsulated(jpeg(GREY), pydicom.uid.JPEGBaseline8Bit, dataset(GREY)),
        "dicom JPEG-LS": dicom(dataset(), pydicom.uid.JPEGLSLossless),
        "dicom JPEG 2000": dicom(dataset(), pydicom.uid.JPEG2000Lossless),
        "dicom enhanced": dicom(enhanced(GREY)),
        "dicom bare": bare_dicom(dataset(), implicit=True),
    }


@cache
def shipped_with_pydicom() -> dict[str, bytes]:
    """pydicom's test files, without those that it would have to download, and the largest."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in paths
        if path.stat().st_size <= MAX_SHIPPED_BYTES
    }


@cache
def everything() -> dict[str, bytes]:
    """Both."""
    return made_here() | shipped_with_pydicom()
