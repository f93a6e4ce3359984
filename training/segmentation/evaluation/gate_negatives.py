"""Pictures that the quality gate must doubt: what no axial slice of a lumbar spine looks like.

Each kind of picture belongs to the `tuning` part, whose like the bounds of
`multifidus.plausibility` were set on, or to the `held_out` part, on which they are only measured:
other anatomy, other modalities, axial slices on their side, and drawings that look like none of the
others.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import nibabel as nib
import numpy as np
import numpy.typing as npt

from multifidus.errors import RequestError
from multifidus.image_io import ImageSlice, read_image
from training.segmentation.evaluation.gate_drawings import DRAWINGS
from training.segmentation.evaluation.subjects import contrasts_of
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject

FloatImage = npt.NDArray[np.float32]
Part = Literal["tuning", "held_out"]

SECTIONS_PER_PLANE = 8
DRAWINGS_PER_KIND = 12
SLICE_MM = {"TUM01": 4.0, "TUM02": 4.0, "sub-0001": 4.4}

PYDICOM_FILES = (
    "693_J2KI.dcm",
    "CT_small.dcm",
    "GDCMJ2K_TextGBR.dcm",
    "J2K_pixelrep_mismatch.dcm",
    "JPEG2000.dcm",
    "MR_small.dcm",
    "examples_jpeg2k.dcm",
    "examples_overlay.dcm",
    "examples_palette.dcm",
    "examples_rgb_color.dcm",
    "image_dfl.dcm",
)
"""Other anatomy and other modalities, as they come with pydicom."""

NIBABEL_FILES = ("anatomical.nii", "example4d.nii.gz")
"""Brains, as they come with nibabel."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Negative:
    """A picture without a multifidus to measure."""

    name: str
    kind: str
    part: Part
    image: ImageSlice


def negatives() -> list[Negative]:
    """All of them; those whose source is not installed or not there are left out."""
    return [*_sections(), *_turned(), *_brains(), *_dicom_files(), *_photographs(), *_drawings()]


def _sections() -> Iterator[Negative]:
    """Sagittal and coronal sections through the subjects, as a sagittal series would hold them."""
    for subject in SUBJECTS:
        slices = load_subject(subject, data_folder())
        volume = np.stack([list(contrasts_of(item).values())[-1] for item in slices])[::-1]
        spacing = slices[0].spacing_mm
        across = np.linspace(0.2, 0.8, SECTIONS_PER_PLANE)
        for share in across:
            for plane, section, mm in (
                ("sagittal", volume[:, :, int(share * volume.shape[2])], spacing[0]),
                ("coronal", volume[:, int(share * volume.shape[1]), :], spacing[1]),
            ):
                height = max(32, round(volume.shape[0] * SLICE_MM[subject] / mm))
                pixels = cv2.resize(
                    np.ascontiguousarray(section),
                    (section.shape[1], height),
                    interpolation=cv2.INTER_CUBIC,
                )
                name = f"{plane} {share:.2f} of {subject}"
                square = _middle_square(np.asarray(pixels, np.float32))
                yield _negative(f"{name}, whole", plane, "tuning", np.asarray(pixels, np.float32))
                yield _negative(f"{name}, square", plane, "tuning", square)


def _turned() -> Iterator[Negative]:
    """Axial slices lying on their side: the sides of the body cannot be told from the picture."""
    for subject in SUBJECTS:
        for source in load_subject(subject, data_folder())[2::6]:
            pixels = next(iter(contrasts_of(source).values()))
            for quarter in (1, 3):
                turned = np.ascontiguousarray(np.rot90(pixels, quarter))
                name = f"{subject} slice {source.index}, turned {90 * quarter} degrees"
                yield _negative(name, "axial, on its side", "held_out", turned)


def _brains() -> Iterator[Negative]:
    folder = _package_folder("nibabel", "tests", "data")
    if folder is None:
        return
    for file in NIBABEL_FILES:
        if not (folder / file).exists():
            continue
        volume = np.asarray(nib.load(folder / file).dataobj, dtype=np.float32)
        volume = volume[..., 0] if volume.ndim == 4 else volume
        for axis in range(3):
            size = volume.shape[axis]
            for place in np.unique(np.linspace(0.3 * size, 0.7 * size, 4).astype(int)):
                section = np.ascontiguousarray(np.rot90(np.take(volume, place, axis)))
                if min(section.shape) < 32:
                    continue
                enlarged = cv2.resize(section, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
                pixels = np.asarray(enlarged, np.float32)
                yield _negative(f"{file}, axis {axis}, {place}", "brain MR", "held_out", pixels)


def _dicom_files() -> Iterator[Negative]:
    """Files of other anatomy; what they say of themselves is withheld from the gate."""
    folder = _package_folder("pydicom", "data", "test_files")
    if folder is None:
        return
    for file in PYDICOM_FILES:
        try:
            image = read_image((folder / file).read_bytes())
        except (OSError, RequestError):  # not there, or without its decoder here
            continue
        yield _negative(file, "other anatomy or modality", "held_out", image.pixels)


def _photographs() -> Iterator[Negative]:
    """Photographs that come with scikit-learn, in parts."""
    folder = _package_folder("sklearn", "datasets", "images")
    if folder is None:
        return
    for file in ("china.jpg", "flower.jpg"):
        grey = cv2.imread(str(folder / file), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            continue
        pixels = np.asarray(grey, dtype=np.float32)
        yield _negative(file, "photograph", "tuning", pixels)
        for row in (0, 1):
            for column in (0, 1, 2):
                window = pixels[row * 213 : row * 213 + 213, column * 213 : column * 213 + 213]
                name = f"{file}, part {row} {column}"
                yield _negative(name, "photograph", "tuning", np.ascontiguousarray(window))


def _drawings() -> Iterator[Negative]:
    for kind, (part, draw) in DRAWINGS.items():
        for number in range(DRAWINGS_PER_KIND):
            rng = np.random.default_rng([number, len(kind)])
            yield _negative(f"{kind} {number}", kind, part, draw(rng))


def _negative(name: str, kind: str, part: Part, pixels: FloatImage) -> Negative:
    """As an 8-bit picture without any word of what it is."""
    low, high = np.percentile(pixels, (0.5, 99.5))
    scaled = np.clip((pixels - low) / max(high - low, 1e-6), 0.0, 1.0)
    eight_bit = np.round(scaled * 255.0).astype(np.float32)
    return Negative(
        name=name, kind=kind, part=part, image=ImageSlice(pixels=eight_bit, media="png")
    )


def _middle_square(pixels: FloatImage) -> FloatImage:
    side = min(pixels.shape)
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    return np.ascontiguousarray(pixels[top : top + side, left : left + side])


def _package_folder(package: str, *parts: str) -> Path | None:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent.joinpath(*parts)
    return folder if folder.is_dir() else None
