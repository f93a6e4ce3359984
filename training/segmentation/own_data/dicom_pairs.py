"""DICOM slices with DICOM SEG: matched by SOP instance UID, and by their place in the patient."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from multifidus.errors import MultifidusError
from multifidus.image_io import read_image
from training.segmentation.own_data.annotated_slice import AnnotatedSlice, LabelImage
from training.segmentation.own_data.dicom_seg import (
    LABEL_MAP_STORAGE,
    SEGMENTATION_STORAGE,
    SegFrame,
    frames,
    roles_of_segments,
)
from training.segmentation.own_data.label_values import LabelValues
from training.segmentation.own_data.problems import Findings, ProblemKind
from training.segmentation.own_data.usable import Candidate, usable_slices

MAX_OFFSET_MM = 0.1
MAX_TURN = 1e-3
"""Largest distance, and difference of direction cosines, of planes that count as the same."""

_TAGS = [
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "PatientID",
    "Rows",
    "Columns",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
]


@dataclass(frozen=True, kw_only=True)
class DicomFile:
    """A file's identity and place.

    Attributes
    ----------
    path : Path
        Where it lies.
    header : Dataset
        The few elements that matching needs.
    """

    path: Path
    header: Dataset

    @property
    def is_segmentation(self) -> bool:
        """Whether it holds masks rather than an image."""
        return self.header.get("SOPClassUID") in (SEGMENTATION_STORAGE, LABEL_MAP_STORAGE)


def read_headers(paths: list[Path], findings: Findings) -> list[DicomFile]:
    """Read what matching needs of each file; other objects, without size, are passed over."""
    found = []
    for path in paths:
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS)
        except (InvalidDicomError, OSError, ValueError, EOFError, KeyError, AttributeError):
            findings.add(ProblemKind.UNREADABLE, path, "cannot be read as DICOM.")
            continue
        if header.get("Rows") and header.get("SOPInstanceUID"):
            found.append(DicomFile(path=path, header=header))
    return found


def by_subject(files: list[DicomFile], findings: Findings) -> dict[str, list[DicomFile]]:
    """Group files: by subfolder, or by patient where they lie in the folder itself.

    Patients are numbered, so that no identifier gets into a record.
    """
    subjects: dict[str, list[DicomFile]] = defaultdict(list)
    numbers: dict[str, int] = {}
    places: dict[str, set[str]] = defaultdict(set)
    for file in files:
        parts = file.path.relative_to(findings.folder).parts
        study = str(file.header.get("StudyInstanceUID", ""))
        if len(parts) > 1:
            subject = parts[0]
        else:
            identity = str(file.header.get("PatientID", "")) or study
            subject = f"patient-{numbers.setdefault(identity, len(numbers) + 1)}"
        subjects[subject].append(file)
        if study:
            places[study].add(subject)
    for names in sorted({tuple(sorted(found)) for found in places.values() if len(found) > 1}):
        findings.add(
            ProblemKind.DUPLICATE_SUBJECT,
            " and ".join(names),
            "hold the same study; one subject must not be on both sides of the split.",
        )
    return subjects


def read_dicom_subject(
    subject: str, files: list[DicomFile], labels: LabelValues, findings: Findings
) -> list[AnnotatedSlice]:
    """Read the segmented slices of one subject; what is wrong goes to `findings`."""
    images = [file for file in files if not file.is_segmentation]
    segmentations = [file for file in files if file.is_segmentation]
    if not segmentations:
        detail = f"{len(images)} images, but no DICOM SEG."
        findings.add(ProblemKind.IMAGE_WITHOUT_MASK, _place(images[0].path, findings), detail)
        return []
    if not images:
        findings.add(
            ProblemKind.MASK_WITHOUT_IMAGE,
            segmentations[0].path,
            "a DICOM SEG, but none of the images that it was drawn on.",
        )
        return []
    masks: dict[Path, LabelImage] = {}
    for file in segmentations:
        _draw(file, images, labels, masks, findings)
    candidates = []
    for file in images:
        if file.path in masks:
            candidate = _candidate(file, masks[file.path], findings)
            if candidate is not None:
                candidates.append(candidate)
    return usable_slices(subject, _place(images[0].path, findings), candidates, findings)


def _place(path: Path, findings: Findings) -> Path:
    return path if path.parent == findings.folder else path.parent


def _draw(
    file: DicomFile,
    images: list[DicomFile],
    labels: LabelValues,
    masks: dict[Path, LabelImage],
    findings: Findings,
) -> None:
    """Add a segmentation's planes to the masks of the images that they belong to."""
    try:
        seg = pydicom.dcmread(file.path)
        roles = roles_of_segments(seg, labels)
    except ValueError as error:
        findings.add(ProblemKind.UNKNOWN_LABELS, file.path, f"{error}; see --labels.")
        return
    except (OSError, EOFError, AttributeError, KeyError, InvalidDicomError):
        findings.add(ProblemKind.UNREADABLE, file.path, "is no complete DICOM SEG.")
        return
    by_uid = {str(image.header.SOPInstanceUID): image for image in images}
    try:
        for frame in frames(seg, roles):
            image = by_uid.get(frame.source_uid) if frame.source_uid else _at(frame, images)
            if image is None:
                findings.add(
                    ProblemKind.MASK_WITHOUT_IMAGE,
                    file.path,
                    "the images that it was drawn on are not there.",
                )
                return
            if not _fits(file, frame, image, findings):
                return
            mask = masks.setdefault(image.path, np.zeros(frame.codes.shape, dtype=np.uint8))
            np.copyto(mask, frame.codes, where=frame.codes > 0)
    except Exception as error:  # pydicom raises a dozen undocumented classes on damaged files
        findings.add(
            ProblemKind.UNREADABLE, file.path, f"cannot be decoded ({type(error).__name__})."
        )


def _at(frame: SegFrame, images: list[DicomFile]) -> DicomFile | None:
    """Image in the plane of a frame that names no image."""
    return next((image for image in images if _offset(frame.plane, image.header) is None), None)


def _fits(file: DicomFile, frame: SegFrame, image: DicomFile, findings: Findings) -> bool:
    rows, columns = frame.codes.shape
    name = findings.name(image.path)
    if (rows, columns) != (image.header.Rows, image.header.Columns):
        findings.add(
            ProblemKind.SIZE_MISMATCH,
            file.path,
            f"is {rows} x {columns}, its image {name} "
            f"{image.header.Rows} x {image.header.Columns} (rows x columns).",
        )
        return False
    offset = _offset(frame.plane, image.header)
    if offset is not None:
        findings.add(
            ProblemKind.GEOMETRY_MISMATCH,
            file.path,
            f"lies elsewhere than its image {name}: {offset}.",
        )
        return False
    return True


def _offset(plane: Dataset, image: Dataset) -> str | None:
    """In words, how a plane differs from an image's; None where it does not, or is not stated."""
    for keyword, tolerance, word in (
        ("ImageOrientationPatient", MAX_TURN, "it is turned"),
        ("ImagePositionPatient", MAX_OFFSET_MM, "it is shifted"),
        ("PixelSpacing", MAX_TURN, "its pixel spacing differs"),
    ):
        stated, expected = plane.get(keyword), image.get(keyword)
        if not stated or not expected:
            continue
        difference = np.asarray(stated, dtype=float) - np.asarray(expected, dtype=float)
        if np.linalg.norm(difference) > tolerance:
            return word
    return None


def _candidate(file: DicomFile, codes: LabelImage, findings: Findings) -> Candidate | None:
    try:
        image = read_image(file.path.read_bytes())
    except MultifidusError as error:
        findings.add(ProblemKind.UNREADABLE, file.path, error.detail)
        return None
    except OSError as error:
        findings.add(ProblemKind.UNREADABLE, file.path, f"cannot be opened ({error.strerror}).")
        return None
    if image.plane not in ("axial", None):
        findings.add(ProblemKind.NOT_AXIAL, file.path, f"is a {image.plane} slice.")
        return None
    return Candidate(name=findings.name(file.path), image=image, codes=codes)
