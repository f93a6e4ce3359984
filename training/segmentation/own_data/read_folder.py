"""A folder of slices with masks: all of them, or everything that is wrong at once."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from training.segmentation.own_data.annotated_slice import AnnotatedSlice
from training.segmentation.own_data.dicom_pairs import (
    by_subject,
    read_dicom_subject,
    read_headers,
)
from training.segmentation.own_data.label_values import LabelValues
from training.segmentation.own_data.layout import (
    Kind,
    check_subject_names,
    files_by_kind,
    find_pairs,
    the_kind,
)
from training.segmentation.own_data.nifti_pairs import read_nifti_pair
from training.segmentation.own_data.png_pairs import read_png_pair, read_spacings
from training.segmentation.own_data.problems import DataFolderError, Findings, ProblemKind


@dataclass(frozen=True, kw_only=True)
class OwnData:
    """A folder that can be trained on.

    Attributes
    ----------
    kind : str
        `nifti`, `dicom` or `png`.
    slices : dict of list of AnnotatedSlice
        By subject, in order of their names.
    notes : tuple of str
        What was left out, and why.
    """

    kind: Kind
    slices: dict[str, list[AnnotatedSlice]]
    notes: tuple[str, ...]


def read_folder(folder: Path, labels: LabelValues, *, ignore_origin: bool = False) -> OwnData:
    """Read every labelled slice of a folder.

    Parameters
    ----------
    folder : Path
        Images and masks; see `layout`.
    labels : LabelValues
        Meaning of the masks' values.
    ignore_origin : bool
        See `read_nifti_pair`.

    Raises
    ------
    DataFolderError
        Something is wrong; it names everything that was found.
    """
    findings = Findings(folder=folder)
    if not folder.is_dir():
        findings.add(ProblemKind.NO_FOLDER, str(folder), "there is no such folder.")
        raise DataFolderError(findings.problems)
    found = files_by_kind(folder)
    kind = the_kind(found, findings)
    slices: list[AnnotatedSlice] = []
    if kind is not None:
        slices = _read(kind, found[kind], labels, findings, ignore_origin=ignore_origin)
        _check_pictures(slices, findings)
        if not slices and not findings.problems:
            findings.add(
                ProblemKind.EMPTY_MASKS, folder, f"no mask marks anything with the labels {labels}."
            )
    if findings.problems:
        raise DataFolderError(findings.problems)
    subjects: dict[str, list[AnnotatedSlice]] = defaultdict(list)
    for item in slices:
        subjects[item.subject].append(item)
    return OwnData(kind=kind, slices=dict(sorted(subjects.items())), notes=tuple(findings.notes))


def _read(
    kind: Kind,
    paths: list[Path],
    labels: LabelValues,
    findings: Findings,
    *,
    ignore_origin: bool,
) -> list[AnnotatedSlice]:
    if kind == "dicom":
        subjects = by_subject(read_headers(paths, findings), findings)
        parts = [
            read_dicom_subject(subject, files, labels, findings)
            for subject, files in subjects.items()
        ]
        return [item for part in parts for item in part]
    check_subject_names(paths, findings)
    pairs = find_pairs(paths, findings)
    if kind == "nifti":
        parts = [
            read_nifti_pair(pair, labels, findings, ignore_origin=ignore_origin) for pair in pairs
        ]
    else:
        spacings = read_spacings(findings.folder, findings)
        parts = [read_png_pair(pair, labels, spacings, findings) for pair in pairs]
    return [item for part in parts for item in part]


def _check_pictures(slices: list[AnnotatedSlice], findings: Findings) -> None:
    """Record pictures that occur twice: the split could have them on both sides."""
    digests = [hashlib.sha256(item.image.pixels.tobytes()).digest() for item in slices]
    counts = Counter(digests)
    first: dict[bytes, AnnotatedSlice] = {}
    for digest, item in zip(digests, slices, strict=True):
        if counts[digest] > 1 and first.setdefault(digest, item) is not item:
            findings.add(
                ProblemKind.DUPLICATE_IMAGE,
                item.name,
                f"is the same picture as {first[digest].name}.",
            )
