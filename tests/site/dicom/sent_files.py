"""What leaves the browser, read again and held against the original."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pydicom
import pydicom.uid
from pydicom.dataset import Dataset

from multifidus.image_io import ImageSlice, read_image

SYNTAXES = {
    "explicit": pydicom.uid.ExplicitVRLittleEndian,
    "implicit": pydicom.uid.ImplicitVRLittleEndian,
    "big endian": pydicom.uid.ExplicitVRBigEndian,
    "deflated": pydicom.uid.DeflatedExplicitVRLittleEndian,
    "rle": pydicom.uid.RLELossless,
    "jpeg-ls": pydicom.uid.JPEGLSLossless,
    "jpeg 2000": pydicom.uid.JPEG2000Lossless,
}


def assert_alike(sent: bytes, original: bytes) -> None:
    """The service reads the same image of both: pixels, spacing, place, kind."""
    found, expected = read_image(sent), read_image(original)
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    for name in ImageSlice.__dataclass_fields__:
        if name != "pixels":
            assert getattr(found, name) == getattr(expected, name), name


def read(data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(data))
