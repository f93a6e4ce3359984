"""What a DICOM object that is derived from an image takes over from it: patient, study and place.

This is the one module that reads a patient's name, and only for a caller who asks for such objects:
they are about the same patient, or they are about nobody. What is read goes into them and nowhere
else.

Sources: DICOM PS3.3 C.7.1.1 (patient), C.7.2.1 (study), C.7.4.1 (frame of reference), C.7.6.16.2.1
(pixel measures); PS3.5 6.2 (value representations).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.valuerep import DSfloat

from multifidus.dicom_elements import looks_like_dicom, read_elements, silenced
from multifidus.dicom_geometry import Placement, functional_group, numbers, placement
from multifidus.errors import InvalidParameter, MultifidusError

NOMINAL_THICKNESS_MM = 1.0
"""Stands where a file has neither SliceThickness nor SpacingBetweenSlices: an object with a place
in the patient must have one. No number that is measured here depends on it."""

_IDENTITY = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_TEXTS = (
    "PatientName",
    "PatientID",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
"""Type 2: they are written empty where the source has none, as some archives strip them."""

_MORE_TEXTS = ("IssuerOfPatientID", "StudyDescription", "Manufacturer", "ManufacturerModelName")
_DATE, _TIME = re.compile(r"\d{8}"), re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?")
_PATTERNS = {
    "PatientBirthDate": _DATE,
    "PatientSex": re.compile(r"[MFO]"),
    "StudyDate": _DATE,
    "StudyTime": _TIME,
}
"""Type 2 as well; written empty too where the source's value is against the standard."""

_LOSSY = ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod")
_GEOMETRY = (
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "PixelSpacing",
    "SliceThickness",
    "SpacingBetweenSlices",
)
_SHORT = (
    "SpecificCharacterSet",
    "Modality",
    "Rows",
    "Columns",
    "FrameOfReferenceUID",
    *_IDENTITY,
    *_TEXTS,
    *_MORE_TEXTS,
    *_PATTERNS,
    *_LOSSY,
    *_GEOMETRY,
)
_BULK = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_UID = re.compile(r"[0-9.]{1,64}")


@dataclass(frozen=True, kw_only=True)
class DicomSource:
    """The image that objects are derived from.

    Attributes
    ----------
    header : pydicom.dataset.Dataset
        Its identity, patient, study and, where `placed`, its place in the patient, in the elements
        of a single-frame image and in one form, whatever kind of image it was.
    sop_class_uid, sop_instance_uid : str
        Which image it is.
    placed : bool
        Whether the file says where its pixels lie: frame of reference, position, direction and
        spacing.
    thickness_known : bool
        Whether the slice thickness is the file's own and not `NOMINAL_THICKNESS_MM`.
    spacing_known : bool
        Whether the file has a pixel spacing.
    """

    header: Dataset
    sop_class_uid: str
    sop_instance_uid: str
    placed: bool
    thickness_known: bool
    spacing_known: bool


def read_source(data: bytes) -> DicomSource:
    """Read what derived objects take over.

    Parameters
    ----------
    data : bytes
        The file that was measured.

    Raises
    ------
    InvalidParameter
        It is no DICOM file, or does not say which image of which study it is.
    UnreadableImage, ImageTooLarge
        See `multifidus.dicom_elements.read_elements`.
    """
    if not looks_like_dicom(data):
        raise InvalidParameter(
            "`dicom_seg` and `dicom_sr` are made for DICOM files: other pictures do not say whose "
            "they are."
        )
    with silenced():
        try:
            return _source(read_elements(data, short=_SHORT, bulk=_BULK))
        except MultifidusError:
            raise
        except Exception:  # pydicom raises a dozen undocumented classes on damaged values
            raise InvalidParameter(
                "`dicom_seg` and `dicom_sr` cannot be made: the file's patient or study cannot be "
                "read."
            ) from None


def _source(read: Dataset) -> DicomSource:
    header = Dataset()
    for keyword in _IDENTITY:
        value = _text(read, keyword)
        if not _UID.fullmatch(value):
            raise InvalidParameter(
                "`dicom_seg` and `dicom_sr` refer to the image that they are made from, and the "
                f"file has no usable {keyword}."
            )
        setattr(header, keyword, value)
    for keyword in _TEXTS:
        setattr(header, keyword, _text(read, keyword))
    for keyword in _MORE_TEXTS:
        if text := _text(read, keyword):
            setattr(header, keyword, text)
    for keyword, pattern in _PATTERNS.items():
        text = _text(read, keyword)
        setattr(header, keyword, text if pattern.fullmatch(text) else "")
    for keyword in _LOSSY:
        if keyword in read:
            header[keyword] = read[keyword]
    header.Modality = _text(read, "Modality") or "OT"
    header.Rows, header.Columns = int(read.Rows), int(read.Columns)
    found = placement(read)
    placed = _carry_place(read, header, found)
    thickness_mm = _thickness_mm(read)
    if placed:
        header.SliceThickness = NOMINAL_THICKNESS_MM if thickness_mm is None else thickness_mm
    return DicomSource(
        header=header,
        sop_class_uid=header.SOPClassUID,
        sop_instance_uid=header.SOPInstanceUID,
        placed=placed,
        thickness_known=thickness_mm is not None,
        spacing_known=found["pixel_spacing_mm"] is not None,
    )


def _carry_place(read: Dataset, header: Dataset, found: Placement) -> bool:
    """Carry over where the pixels lie, as far as the file says all of it."""
    spacing, axes = found["pixel_spacing_mm"], found["patient_axes"]
    frame_of_reference = _text(read, "FrameOfReferenceUID")
    if spacing is None or axes is None or not _UID.fullmatch(frame_of_reference):
        return False
    header.FrameOfReferenceUID = frame_of_reference
    header.ImageOrientationPatient = _decimals(*axes.along_columns, *axes.along_rows)
    header.ImagePositionPatient = _decimals(*axes.position_mm)
    header.PixelSpacing = _decimals(*spacing)
    return True


def _thickness_mm(read: Dataset) -> float | None:
    measures = functional_group(read, "PixelMeasuresSequence") or read
    for keyword in ("SliceThickness", "SpacingBetweenSlices"):
        for value in numbers(measures, keyword) or ():
            if value > 0:
                return value
    return None


def _decimals(*values: float) -> list[DSfloat]:
    # A decimal string has room for 16 characters; the shortest that gives the number may be longer.
    return [DSfloat(value, auto_format=True) for value in values]


def _text(read: Dataset, keyword: str) -> str:
    value = read.get(keyword)
    if value is None:
        return ""
    text = "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)
    # Category C: control characters, lone surrogates.
    return "".join(c for c in text if not unicodedata.category(c).startswith("C")).strip()
