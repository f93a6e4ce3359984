"""DICOM: bytes become a data set of the few elements that are asked for.

pydicom parses; what it would do without bound (inflating, walking through millions of elements or
items, splitting a list of numbers that fills the file) is bounded here. Its warnings and errors,
which may quote values, go nowhere.

Sources: DICOM PS3.10 7.1 (file meta information); PS3.5 7 and A (data elements, transfer syntaxes).
"""

from __future__ import annotations

import logging
import struct
import threading
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pydicom.uid
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag, Tag

from multifidus.dicom_geometry import MAX_VALUE_BYTES
from multifidus.errors import ImageTooLarge, UnreadableImage
from multifidus.media_limits import MAX_INFLATED_BYTES

DICOM_PREFIX, DICOM_PREFIX_OFFSET = b"DICM", 128

MAX_ELEMENTS = 20_000
"""Elements and sequence items of a file; a slice has a few hundred. Bounds the parser's time."""

MAX_SEQUENCE_BYTES = 256 * 1024
"""A sequence that says its length is parsed when it is first asked for, and whole. Those of a slice
are a few kilobytes, the longest, a look-up table, 128 KiB."""

_READS_PER_ELEMENT = 3
_PIXEL_DATA = Tag("PixelData")
_DELIMITERS_GROUP = 0xFFFE
_SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
_ITEM_MARKS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")

logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
_silence = threading.Lock()


@contextmanager
def silenced() -> Iterator[None]:
    """Drop the warnings of what runs within: they may quote a patient's data."""
    # catch_warnings changes the whole process, hence one thread at a time; pydicom's work is Python
    # that holds the interpreter's lock anyway.
    with _silence, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class _BoundedReader(BytesIO):
    """Bounds the parser by its reads: at least one for each element, however deep it stands."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._reads_left = _READS_PER_ELEMENT * MAX_ELEMENTS

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads_left -= 1
        if self._reads_left < 0:
            raise UnreadableImage
        return super().read(size)


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


def read_elements(data: bytes, *, short: Iterable[str], bulk: Iterable[str]) -> Dataset:
    """Read the elements with these keywords, as far as the file has them.

    Parameters
    ----------
    data : bytes
        A DICOM file, or a data set without preamble and file meta information.
    short : iterable of str
        Elements of a few words or numbers.
    bulk : iterable of str
        Elements of any length: pixels, tables, sequences.

    Returns
    -------
    pydicom.dataset.Dataset
        With file meta information that holds the transfer syntax. Values are parsed when they are
        first asked for, which may raise or warn; see `silenced`.

    Raises
    ------
    UnreadableImage
        Truncated, too many elements, or a value of `short` of over `MAX_VALUE_BYTES`.
    ImageTooLarge
        It would inflate to more than `MAX_INFLATED_BYTES`.
    Exception
        pydicom's own, of a dozen classes, on damaged files.
    """
    short_tags = frozenset(Tag(keyword) for keyword in short)
    tags: list[BaseTag | int] = [*short_tags, *(Tag(keyword) for keyword in bulk)]
    stream = _BoundedReader(data)
    if data[DICOM_PREFIX_OFFSET : DICOM_PREFIX_OFFSET + 4] == DICOM_PREFIX:
        stream.seek(DICOM_PREFIX_OFFSET + 4)
    meta = read_dataset(stream, False, True, stop_when=_after_file_meta)
    body = data[stream.tell() :]
    named = str(meta.get("TransferSyntaxUID") or "").strip(" \0")
    if named == pydicom.uid.DeflatedExplicitVRLittleEndian:
        body = _inflated(body)
    syntax = pydicom.uid.UID(named or _guessed_syntax(body))
    if sum(body.count(mark) for mark in _ITEM_MARKS) > MAX_ELEMENTS:
        raise UnreadableImage

    def is_past_pixels(tag: BaseTag, _vr: str | None, length: int) -> bool:
        if tag in short_tags and length > MAX_VALUE_BYTES:
            raise UnreadableImage
        return tag > _PIXEL_DATA and tag.group != _DELIMITERS_GROUP  # what follows is padding

    implicit = syntax == pydicom.uid.ImplicitVRLittleEndian
    little = syntax != pydicom.uid.ExplicitVRBigEndian
    dataset = Dataset()
    # Some scanners leave out the delimiter that ends compressed pixel data; with it added the file
    # is read again.
    for missing in (b"", _SEQUENCE_DELIMITER):
        stream = _BoundedReader(body + missing)
        dataset = read_dataset(
            stream, implicit, little, stop_when=is_past_pixels, specific_tags=tags
        )
        if _PIXEL_DATA not in tags or _PIXEL_DATA in dataset or not _is_encapsulated(syntax):
            break
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset


def check_sequences(dataset: Dataset) -> None:
    """Refuse a data set of `read_elements` with a sequence that would take long to parse.

    Raises
    ------
    UnreadableImage
        One is longer than `MAX_SEQUENCE_BYTES`.
    """
    for tag in sorted(dataset.keys()):  # iterating over the data set itself parses the values
        found = dataset.get_item(tag)
        if not isinstance(found, RawDataElement) or found.length <= MAX_SEQUENCE_BYTES:
            continue
        if "SQ" in (found.VR, dictionary_VR(tag)):
            raise UnreadableImage


def _after_file_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != 0x0002


def _is_encapsulated(syntax: pydicom.uid.UID) -> bool:
    return syntax.type == "Transfer Syntax" and syntax.is_encapsulated


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
