"""What a folder holds: its kind, its subjects, and which file belongs to which.

A subject is a subfolder of the data folder, with all that lies in it; for files that lie directly
in the data folder, it is the part of their name before the first underscore. A mask is named as its
image with a suffix of `MASK_SUFFIXES`, or by that word alone; or it has the image's name and lies
in a folder of `MASK_FOLDERS` beside that of the images.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from multifidus.dicom_elements import looks_like_dicom
from multifidus.jpeg_structure import JPEG_SIGNATURE
from multifidus.raster import PNG_SIGNATURE
from training.segmentation.own_data.problems import Findings, ProblemKind

Kind = Literal["nifti", "dicom", "png"]

MASK_SUFFIXES = ("mask", "label", "labels", "seg", "dseg")
IMAGE_SUFFIXES = ("image", "img", "t2w", "t2", "0000")
"""What may be left away from an image's name to find its mask: BIDS and nnU-Net name them so."""

IMAGE_FOLDERS = ("image", "images", "imagestr")
MASK_FOLDERS = ("mask", "masks", "label", "labels", "labelstr")
"""Folders that say what a file is, nnU-Net's among them, in lower case; they name no subject."""

SPACING_FILE = "spacing.csv"

_ENDINGS: dict[str, Kind] = {
    ".nii.gz": "nifti",
    ".nii": "nifti",
    ".dcm": "dicom",
    ".png": "png",
    ".jpg": "png",
    ".jpeg": "png",
}
_WORDS = {
    "nifti": "NIfTI volumes",
    "dicom": "DICOM files",
    "png": "PNG or JPEG pictures",
}
_MASK = re.compile(rf"(?:^|[_-])({'|'.join(MASK_SUFFIXES)})$", re.IGNORECASE)
_IMAGE = re.compile(rf"(?:^|[_-])({'|'.join(IMAGE_SUFFIXES)})$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An image and its mask.

    Attributes
    ----------
    subject : str
        Whom they show.
    image, mask : Path
        The files.
    """

    subject: str
    image: Path
    mask: Path


def files_by_kind(folder: Path) -> dict[Kind, list[Path]]:
    """Sort a folder's files; hidden ones and those of no known kind are passed over."""
    found: dict[Kind, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
        if not hidden and path.is_file():
            kind = kind_of(path)
            if kind is not None:
                found[kind].append(path)
    return dict(found)


def kind_of(path: Path) -> Kind | None:
    """Kind of a file: by its bytes for pictures and DICOM, by its name where these say nothing."""
    named = next((kind for end, kind in _ENDINGS.items() if path.name.lower().endswith(end)), None)
    if named == "nifti":
        return named
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
    except OSError:
        return named  # reading it later says what is wrong
    if head.startswith((PNG_SIGNATURE, JPEG_SIGNATURE)):
        return "png"
    if looks_like_dicom(head):
        return "dicom"
    return named


def the_kind(found: dict[Kind, list[Path]], findings: Findings) -> Kind | None:
    """Return the one kind of the folder; otherwise record what is wrong."""
    if len(found) == 1:
        return next(iter(found))
    if not found:
        findings.add(
            ProblemKind.EMPTY_FOLDER,
            findings.folder,
            f"there are no {', '.join(_WORDS.values())} in it.",
        )
        return None
    counts = ", ".join(f"{len(paths)} {_WORDS[kind]}" for kind, paths in found.items())
    findings.add(
        ProblemKind.MIXED_KINDS,
        findings.folder,
        f"it mixes {counts}; put each kind into a folder of its own.",
    )
    return None


def subject_of(path: Path, folder: Path) -> str:
    """Name of the subject that a file belongs to."""
    parts = home_of(path, folder).relative_to(folder).parts
    return parts[0] if parts else stem_of(path).split("_")[0]


def home_of(path: Path, folder: Path) -> Path:
    """Folder of a file, above a folder that only says whether it is an image or a mask."""
    said = role_of_folder(path, folder) is not None
    return path.parent.parent if said else path.parent


def role_of_folder(path: Path, folder: Path) -> Literal["image", "mask"] | None:
    """What a file's own folder says that it is; the data folder itself says nothing."""
    name = path.parent.name.lower()
    if path.parent == folder or name not in IMAGE_FOLDERS + MASK_FOLDERS:
        return None
    return "mask" if name in MASK_FOLDERS else "image"


def stem_of(path: Path) -> str:
    """Name of a file without its ending."""
    lower = path.name.lower()
    ending = next((end for end in _ENDINGS if lower.endswith(end)), "")
    return path.name[: len(path.name) - len(ending)]


def find_pairs(paths: Iterable[Path], findings: Findings) -> list[Pair]:
    """Match images and masks by their names; record those that are alone."""
    images: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    masks: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in paths:
        stem = stem_of(path)
        is_mask = _MASK.search(stem) is not None or role_of_folder(path, findings.folder) == "mask"
        key = _MASK.sub("", stem) if is_mask else _IMAGE.sub("", stem)
        (masks if is_mask else images)[home_of(path, findings.folder), key].append(path)

    if not images or not masks:
        lacking = "masks" if images else "images"
        findings.add(
            ProblemKind.NO_PAIRS,
            findings.folder,
            f"it holds no {lacking}: the mask of NAME is named NAME_{MASK_SUFFIXES[0]}.",
        )
        return []
    pairs = []
    for key in sorted(images.keys() | masks.keys()):
        own_images, own_masks = images.get(key, []), masks.get(key, [])
        if len(own_images) == len(own_masks) == 1:
            image, mask = own_images[0], own_masks[0]
            subject = subject_of(image, findings.folder)
            pairs.append(Pair(subject=subject, image=image, mask=mask))
        elif not own_masks:
            for image in own_images:
                wanted = f"{_IMAGE.sub('', stem_of(image))}_{MASK_SUFFIXES[0]}".lstrip("_")
                findings.add(
                    ProblemKind.IMAGE_WITHOUT_MASK, image, f"no mask; it would be named {wanted}."
                )
        elif not own_images:
            for mask in own_masks:
                findings.add(ProblemKind.MASK_WITHOUT_IMAGE, mask, "no image of that name.")
        else:
            names = ", ".join(findings.name(path) for path in own_images + own_masks)
            findings.add(
                ProblemKind.AMBIGUOUS_PAIR,
                own_images[0],
                f"several files could belong together: {names}.",
            )
    return pairs


def check_subject_names(paths: Iterable[Path], findings: Findings) -> None:
    """Record names that differ in case alone, or that a subfolder and a file's name both give."""
    spellings: dict[str, dict[str, set[bool]]] = defaultdict(lambda: defaultdict(set))
    for path in paths:
        name = subject_of(path, findings.folder)
        spellings[name.casefold()][name].add(home_of(path, findings.folder) != findings.folder)
    for by_spelling in spellings.values():
        places = {place for found in by_spelling.values() for place in found}
        names = " and ".join(sorted(by_spelling))
        if len(by_spelling) > 1:
            detail = "differ in upper and lower case alone; give each subject one name."
        elif len(places) > 1:
            detail = "names a subfolder and files beside it; is that one subject or two?"
        else:
            continue
        findings.add(ProblemKind.DUPLICATE_SUBJECT, names, detail)
