"""DICOM: bytes become an `ImageSlice`.

pydicom parses and decodes; what it would do without bound (inflating, expanding run lengths) is
bounded here first. Only the few elements that an image needs are kept, so nothing about the patient
is ever in memory as text, and pydicom's warnings and errors, which may quote values, go nowhere.

Sources: DICOM PS3.3 C.7.6.3 (image pixels), C.11.1 (modality LUT); PS3.5 A (transfer syntaxes).
"""

from __future__ import annotations

import itertools
import logging
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom.uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.pixels.decoders.base import Decoder, get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.tag import BaseTag, Tag

from multifidus.dicom_codec import check_encapsulated
from multifidus.dicom_geometry import MAX_VALUE_BYTES, functional_group, numbers, placement
from multifidus.errors import (
    ImageTooLarge,
    MultifidusError,
    MultiFrame,
    NoPixelData,
    UnreadableImage,
    UnsupportedTransferSyntax,
)
from multifidus.greyscale import grey_from_colour
from multifidus.image_slice import ImageSlice
from multifidus.media_limits import MAX_INFLATED_BYTES, check_dimensions

DICOM_PREFIX, DICOM_PREFIX_OFFSET = b"DICM", 128

MAX_ELEMENTS = 20_000
"""Elements and sequence items of a file; a slice has a few hundred. Bounds the parser's time."""

MAX_PADDING_BYTES = 1024
"""By which uncompressed pixel data may be longer than the image; more is another image."""

_ITEM_MARKS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")
_PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_BITS = {"PixelData": (8, 16, 32), "FloatPixelData": (32,), "DoubleFloatPixelData": (64,)}
_BULK_TAGS = frozenset(
    Tag(keyword)
    for keyword in (
        *_PIXEL_KEYWORDS,
        "ModalityLUTSequence",
        "RedPaletteColorLookupTableData",
        "GreenPaletteColorLookupTableData",
        "BluePaletteColorLookupTableData",
        "SharedFunctionalGroupsSequence",
        "PerFrameFunctionalGroupsSequence",
    )
)
_SHORT_TAGS = frozenset(
    Tag(keyword)
    for keyword in (
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
)
_TAGS: list[BaseTag | int] = [*_BULK_TAGS, *_SHORT_TAGS]

logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
_silence = threading.Lock()


@contextmanager
def _silenced() -> Iterator[None]:
    # catch_warnings changes the whole process, hence one thread at a time; pydicom's work is Python
    # that holds the interpreter's lock anyway.
    with _silence, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def looks_like_dicom(data: bytes) -> bool:
    """Whether the bytes are DICOM: by the prefix, or by a data set's first element without it."""
    if data[DICOM_PREFIX_OFFSET : DICOM_PREFIX_OFFSET + 4] == DICOM_PREFIX:
        return True
    if len(data) < 16:
        return False
    for order in "<>":
        group, element, vr, length = struct.unpack_from(f"{order}HH2sH", data)
        if group in (0x0002, 0x0008) and element <= 0x0020:
            if vr.isalpha() and vr.isupper():
                return True
            (length,) = struct.unpack_from(f"{order}L", data, 4)
            if order == "<" and length <= 64 and length % 2 == 0:  # implicit VR
                return True
    return False


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
    with _silenced():
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
    stream = BytesIO(data)
    if data[DICOM_PREFIX_OFFSET : DICOM_PREFIX_OFFSET + 4] == DICOM_PREFIX:
        stream.seek(DICOM_PREFIX_OFFSET + 4)
    meta = read_dataset(stream, False, True, stop_when=_after_file_meta)
    syntax = meta.get("TransferSyntaxUID")
    body = data[stream.tell() :]
    if syntax == pydicom.uid.DeflatedExplicitVRLittleEndian:
        body = _inflated(body)
    if syntax is None:
        syntax = _guessed_syntax(body)
    if sum(body.count(mark) for mark in _ITEM_MARKS) > MAX_ELEMENTS:
        raise UnreadableImage
    ordinals = itertools.count(1)

    def bounded(tag: BaseTag, _vr: str | None, length: int) -> bool:
        too_long = tag in _SHORT_TAGS and length > MAX_VALUE_BYTES
        if too_long or next(ordinals) > MAX_ELEMENTS:
            raise UnreadableImage
        return False

    implicit = syntax == pydicom.uid.ImplicitVRLittleEndian
    little = syntax != pydicom.uid.ExplicitVRBigEndian
    dataset = read_dataset(BytesIO(body), implicit, little, stop_when=bounded, specific_tags=_TAGS)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    for keyword in _PIXEL_KEYWORDS:
        if dataset.get(keyword):
            return dataset, keyword
    raise NoPixelData


def _after_file_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != 0x0002


def _inflated(body: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(body, MAX_INFLATED_BYTES)
    except zlib.error:
        raise UnreadableImage from None
    if inflater.unconsumed_tail:
        raise ImageTooLarge("The deflated data set inflates to more than is decoded here.")
    if not inflater.eof:
        raise UnreadableImage("The deflated data set is truncated.")
    return inflated


def _guessed_syntax(body: bytes) -> str:
    """Transfer syntax of a data set without file meta information, by its first element."""
    if not body[4:6].isalpha():
        return str(pydicom.uid.ImplicitVRLittleEndian)
    if body[0] == 0 and body[1] != 0:  # groups are small numbers: the high byte comes first
        return str(pydicom.uid.ExplicitVRBigEndian)
    return str(pydicom.uid.ExplicitVRLittleEndian)


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
