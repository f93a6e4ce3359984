"""PNG and JPEG decoded in the browser: the service's pixels, with all of their bits."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from multifidus.image_io import read_image
from tests.hostile.corpus import made_here
from tests.multifidus.samples import interlaced_lines, jpeg, png, png_lines, raw_png, textured
from tests.site.dicom.dicom_page import DicomPage, DicomProblem

GREY = textured(61, 53)
DEEP = GREY.astype(np.uint16) * 257 + 3


def of_few_bits(depth: int) -> bytes:
    """Grey of 1, 2 or 4 bits, several pixels in a byte."""
    samples = GREY[:, :48] >> (8 - depth)
    bits = np.unpackbits(samples[..., None], axis=2)[..., 8 - depth :].reshape(61, -1)
    return raw_png(48, 61, depth=depth, lines=png_lines(np.packbits(bits, axis=1)))


def half_transparent(pixels: np.ndarray) -> np.ndarray:
    opaque = np.iinfo(pixels.dtype).max
    alpha = np.full_like(pixels, opaque)
    alpha[:20] = opaque // 3
    return np.dstack([pixels] * 3 + [alpha])


PICTURES: dict[str, Callable[[], bytes]] = {
    **{name: (lambda name=name: made_here()[name]) for name in made_here() if "dicom" not in name},
    "8 bits": lambda: png(GREY),
    "16 bits": lambda: png(DEEP),
    "16 bits, interlaced": lambda: raw_png(
        53, 61, depth=16, interlace=1, lines=interlaced_lines(DEEP)
    ),
    "16 bits in colour": lambda: png(np.dstack([DEEP] * 3)),
    "transparent": lambda: png(half_transparent(GREY)),
    "transparent, 16 bits": lambda: png(half_transparent(DEEP)),
    **{f"{depth} bits": (lambda depth=depth: of_few_bits(depth)) for depth in (1, 2, 4)},
    "jpeg of low quality": lambda: jpeg(GREY, cv2.IMWRITE_JPEG_QUALITY, 30),
}


@pytest.mark.parametrize("name", list(PICTURES))
def test_a_picture_is_what_the_service_reads(dicom: DicomPage, name: str) -> None:
    data = PICTURES[name]()
    picture = dicom.decode(data)
    np.testing.assert_array_equal(picture.pixels.astype(np.float32), read_image(data).pixels)
    assert (picture.spacing_mm, picture.right_side, picture.plane) == (None, None, None)


def test_sixteen_bits_stay_sixteen(dicom: DicomPage) -> None:
    picture = dicom.decode(png(DEEP))
    assert picture.pixels.dtype == np.uint16
    np.testing.assert_array_equal(picture.pixels, DEEP)


REFUSED = {
    "not_greyscale": lambda: png(np.dstack([GREY, GREY // 3, 255 - GREY])),
    "too_small": lambda: png(GREY[:20]),
    "image_too_large": lambda: raw_png(4000, 4000),
    "unreadable_image": lambda: png(DEEP)[:-40],
    "unsupported_media": lambda: b"GIF89a" + bytes(100),
    "payload_too_large": lambda: png(GREY) + bytes(4 * 1024 * 1024),
}


@pytest.mark.parametrize("code", list(REFUSED))
def test_a_picture_that_cannot_be_shown_says_why(dicom: DicomPage, code: str) -> None:
    with pytest.raises(DicomProblem, match=f"^{code}$"):
        dicom.decode(REFUSED[code]())
