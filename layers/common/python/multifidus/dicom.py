"""DICOM: bytes become an `ImageSlice`.

pydicom decodes; what it would do without bound (inflating, expanding run lengths) is bounded first.
Only the few elements that an image needs are read, so nothing about the patient is in memory as
text, and pydicom's warnings and errors, which may quote values, go nowhere.

Sources: DICOM PS3.3 C.7.6.3 (image pixels), C.11.1 (modality LUT); PS3.5 A (transfer syntaxes).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import Decoder, get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut

from multifidus.dicom_codec import check_encapsulated
from multifidus.dicom_elements import check_sequences, read_elements, silenced
from multifidus.dicom_geometry import functional_group, numbers, placement
from multifidus.errors import (
    MultifidusError,
    MultiFrame,
    NoPixelData,
    UnreadableImage,
    UnsupportedTransferSyntax,
)
from multifidus.greyscale import grey_from_colour
from multifidus.image_slice import ImageSlice
from multifidus.media_limits import check_dimensions

MAX_PADDING_BYTES = 1024
"""By which uncompressed pixel data may be longer than the image; more is another image."""

_PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_BITS = {"PixelData": (8, 16, 32), "FloatPixelData": (32,), "DoubleFloatPixelData": (64,)}
_BULK = (
    *_PIXEL_KEYWORDS,
    "ModalityLUTSequence",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)
_SHORT = (
    "Modality",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "PixelSpacing",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
)


def read_dicom(data: bytes) -> ImageSlice:
    """Decode a single-frame DICOM image.

    Raises
    ------
    NoPixelData, MultiFrame, NotGreyscale, TooSmall, UnreadableImage
        422, by what is wrong with the content.
    ImageTooLarge
        By the declared size, or because it would inflate to far more than that.
    UnsupportedTransferSyntax
        No decoder is installed.
    """
    with silenced():
        try:
            return _read(data)
        except MultifidusError:
            raise
        except Exception:  # pydicom raises a dozen undocumented classes on damaged files
            raise UnreadableImage from None


def _read(data: bytes) -> ImageSlice:
    dataset, keyword = _parse(data)
    decoder = _decoder(dataset)
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    samples = int(dataset.SamplesPerPixel)
    bits = int(dataset.BitsAllocated)
    if samples not in (1, 3) or bits not in _BITS[keyword]:
        raise UnreadableImage
    if dataset.get("NumberOfFrames") in (None, "", 0):
        dataset.NumberOfFrames = 1
    if int(dataset.NumberOfFrames) != 1:
        raise MultiFrame
    check_dimensions(rows, columns)
    check_sequences(dataset)
    encoded = dataset[keyword].value
    if decoder.UID.is_encapsulated:
        check_encapsulated(encoded, decoder.UID, rows, columns, segments=samples * bits // 8)
    else:
        subsampled = dataset.PhotometricInterpretation == "YBR_FULL_422"
        expected = rows * columns * (2 if subsampled else samples) * bits // 8
        if not expected <= len(encoded) <= expected + MAX_PADDING_BYTES:
            raise UnreadableImage("The length of the pixel data does not match the image's size.")
    stored, described = decoder.as_array(dataset, index=0)
    if stored.shape[:2] != (rows, columns):
        raise UnreadableImage
    pixels = _intensities(stored, dataset, str(described["photometric_interpretation"]))
    if not np.isfinite(pixels).all():
        raise UnreadableImage
    return ImageSlice(
        pixels=pixels, media="dicom", modality=_modality(dataset), **placement(dataset)
    )


def _parse(data: bytes) -> tuple[Dataset, str]:
    """Read the elements that are needed; also the keyword of the pixel data."""
    dataset = read_elements(data, short=_SHORT, bulk=_BULK)
    for keyword in _PIXEL_KEYWORDS:
        if dataset.get(keyword):
            return dataset, keyword
    raise NoPixelData


def _decoder(dataset: Dataset) -> Decoder:
    try:
        decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    except NotImplementedError:
        raise UnsupportedTransferSyntax from None
    if not decoder.is_available:
        raise UnsupportedTransferSyntax
    return decoder


def _intensities(
    stored: npt.NDArray[Any], dataset: Dataset, photometric: str
) -> npt.NDArray[np.float32]:
    if photometric == "PALETTE COLOR":
        return grey_from_colour(apply_color_lut(stored, dataset))
    if stored.ndim == 3:
        return grey_from_colour(stored)
    pixels = np.asarray(_rescaled(stored, dataset), dtype=np.float32)
    if photometric == "MONOCHROME1":
        pixels = pixels.max() + pixels.min() - pixels
    return pixels


def _rescaled(stored: npt.NDArray[Any], dataset: Dataset) -> npt.NDArray[Any]:
    if dataset.get("ModalityLUTSequence"):
        return apply_modality_lut(stored, dataset)
    # A rescale that is unusable is ignored: MR intensities are relative anyway.
    source = functional_group(dataset, "PixelValueTransformationSequence") or dataset
    slope, intercept = numbers(source, "RescaleSlope"), numbers(source, "RescaleIntercept")
    if slope is None or intercept is None or slope[0] == 0:
        return stored
    rescale = Dataset()
    rescale.RescaleSlope, rescale.RescaleIntercept = slope[0], intercept[0]
    return apply_modality_lut(stored, rescale)


def _modality(dataset: Dataset) -> str | None:
    value = dataset.get("Modality")
    return value.strip().upper()[:16] or None if isinstance(value, str) else None
