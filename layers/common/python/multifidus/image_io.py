"""Bytes become an `ImageSlice`: DICOM, PNG and JPEG, told apart by their content.

::

    image_io       the door: sniffs the type, checks the upload
    |-- media_limits        what is refused before decoding
    |-- raster              PNG, JPEG
    |-- jpeg_structure      JPEG, JPEG-LS: completeness, size
    |-- jpeg2000_structure  JPEG 2000, HTJ2K: the same
    |-- greyscale           colour files that hold a grey picture
    `-- dicom               DICOM
        |-- dicom_elements     bounds on parsing
        |-- dicom_decoders     which decoder for which transfer syntax
        |-- dicom_codec        bounds on compressed pixel data
        |-- dicom_pixels       look-up tables, colour, padding
        `-- dicom_geometry     spacing, plane, sides
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from multifidus.dicom import read_dicom
from multifidus.dicom_elements import looks_like_dicom
from multifidus.errors import InvalidParameter, UnreadableImage, UnsupportedMedia
from multifidus.image_slice import ImageSlice, Media, Plane
from multifidus.jpeg_structure import JPEG_SIGNATURE
from multifidus.media_limits import (
    MAX_ASPECT_RATIO,
    MAX_INTENSITY,
    MAX_PIXELS,
    MAX_SPACING_MM,
    MAX_UPLOAD_BYTES,
    MIN_INTENSITY,
    MIN_SIDE_PX,
    MIN_SPACING_MM,
    check_upload,
    plausible_spacing_mm,
)
from multifidus.raster import PNG_SIGNATURE, read_jpeg, read_png

__all__ = [
    "MAX_ASPECT_RATIO",
    "MAX_PIXELS",
    "MAX_SPACING_MM",
    "MAX_UPLOAD_BYTES",
    "MIN_SIDE_PX",
    "MIN_SPACING_MM",
    "ImageSlice",
    "Media",
    "Plane",
    "read_image",
]


def read_image(data: bytes, *, pixel_spacing_mm: tuple[float, float] | None = None) -> ImageSlice:
    """Decode an uploaded slice.

    Parameters
    ----------
    data : bytes
        A DICOM, PNG or JPEG file. Its type is taken from the bytes, never from a name.
    pixel_spacing_mm : tuple of float, optional
        Row and column spacing, used only where the file has none.

    Returns
    -------
    ImageSlice

    Raises
    ------
    PayloadTooLarge, ImageTooLarge
        Over a limit of `multifidus.media_limits`; nothing was decoded.
    UnsupportedMedia, UnsupportedTransferSyntax
        No type that is read here.
    UnreadableImage, NoPixelData, MultiFrame, TooSmall, NotGreyscale
        The content is truncated, inconsistent or not usable.
    InvalidParameter
        `pixel_spacing_mm` is not two plausible numbers.
    """
    check_upload(data)
    given = None
    if pixel_spacing_mm is not None:
        given = plausible_spacing_mm(tuple(pixel_spacing_mm))
        if given is None:
            raise InvalidParameter(
                "`pixel_spacing_mm` takes two numbers, row then column spacing, each from "
                f"{MIN_SPACING_MM} to {MAX_SPACING_MM} mm."
            )
    image = _decode(data)
    if image.pixel_spacing_mm is None and given is not None:
        image = replace(image, pixel_spacing_mm=given)
    return image


def _decode(data: bytes) -> ImageSlice:
    if looks_like_dicom(data):
        image = read_dicom(data)
        return replace(image, pixels=_calculable(image.pixels))
    if data.startswith(PNG_SIGNATURE):
        pixels, converted = read_png(data)
        return ImageSlice(pixels=pixels, media="png", converted_colour=converted)
    if data.startswith(JPEG_SIGNATURE):
        pixels, converted = read_jpeg(data)
        return ImageSlice(pixels=pixels, media="jpeg", converted_colour=converted)
    raise UnsupportedMedia


def _calculable(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Refuse intensities that come near the ends of float32; single tiny ones become 0."""
    magnitudes = np.abs(pixels)
    brightest = magnitudes.max()
    if brightest != 0 and not MIN_INTENSITY <= brightest <= MAX_INTENSITY:
        raise UnreadableImage("The intensities are not numbers that a scanner writes.")
    return np.where(magnitudes < MIN_INTENSITY, np.float32(0.0), pixels)
