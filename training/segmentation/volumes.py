"""The imaged subjects of the data folder, as axial slices in the canonical view.

Three subjects have images: two Dixon volumes (water and fat, LPM/TUM) and one T2 volume
(MuscleMap). Each slice comes with its muscles in one common code, anterior at the top and the
patient's right on the image's left.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import cv2
import nibabel as nib
import numpy as np
import numpy.typing as npt

from training.phantom.label_maps import midline_column

FloatImage = npt.NDArray[np.float32]
LabelImage = npt.NDArray[np.uint8]
Contrast = Literal["t2", "dixon"]
Scalar = TypeVar("Scalar", bound=np.generic)

MULTIFIDUS_RIGHT, MULTIFIDUS_LEFT, SPINAE_RIGHT, SPINAE_LEFT = 1, 2, 3, 4
"""The common muscle code; the patient's right and left. Other muscles keep MuscleMap's 5 to 8."""

FLUID_OVER_BRIGHTEST = 0.8
"""How bright, relative to the brightest lean pixels by the midline, the canal's fluid is at least
in a Dixon water image. Muscle beside it is dimmer by less than that near the sacrum."""

NECK_MM = 7.0
"""Narrower bridges lead out of the canal: into a foramen, a joint, or the muscle."""

_DIXON_SUBJECTS = ("TUM01", "TUM02")
_T2_SUBJECTS = ("sub-0001",)
SUBJECTS = _DIXON_SUBJECTS + _T2_SUBJECTS


@dataclass(frozen=True, kw_only=True, eq=False)  # equal by identity: the arrays are large
class SubjectSlice:
    """One real axial slice with its muscles.

    Attributes
    ----------
    subject : str
        Name of the subject; the unit of every split.
    index : int
        Slice index, from the feet upwards.
    spacing_mm : tuple of float
        Row and column spacing.
    muscles : ndarray of uint8, shape (rows, columns)
        The common muscle code.
    contrast : str
        `t2` or `dixon`.
    signal : tuple of ndarray of float32
        T2: one image, median of the muscles 1. Dixon: water, about 1 in muscle, and fat, about 1
        in fat.
    canal : ndarray of float32
        1 in the fluid of the spinal canal. Fluid is bright in a Dixon water image, and dark in the
        one T2 volume, unlike in most turbo spin echoes; it is found to be painted anew.
    """

    subject: str
    index: int
    spacing_mm: tuple[float, float]
    muscles: LabelImage
    contrast: Contrast
    signal: tuple[FloatImage, ...]
    canal: FloatImage

    def t2_like(self) -> FloatImage:
        """Return the T2 image, or a plain T2-like sum of the Dixon images."""
        if self.contrast == "t2":
            return self.signal[0]
        water, fat = self.signal
        return np.asarray(np.float32(0.3) * water + fat + self.canal, dtype=np.float32)


def data_folder() -> Path:
    """Folder of the licensed MRI: `MULTIFIDUS_DATA`, or `shared/data` beside the checkout.

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    """
    default = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("MULTIFIDUS_DATA", default))
    if not folder.is_dir():
        raise FileNotFoundError(f"No data folder at {folder}; set MULTIFIDUS_DATA.")
    return folder


def load_subject(name: str, folder: Path) -> list[SubjectSlice]:
    """All slices of one subject that show the multifidus, from the feet upwards."""
    if name in _DIXON_SUBJECTS:
        return _load_dixon(name, folder / "lpm")
    return _load_t2(name, folder / "musclemap")


def radiological_stack(path: Path) -> tuple[npt.NDArray[np.float32], tuple[float, float]]:
    """Read a volume in the canonical view, `(slices, rows, columns)`; also row, column spacing."""
    image = nib.as_closest_canonical(nib.load(path))
    volume = np.asarray(image.dataobj, dtype=np.float32)
    spacing = image.header.get_zooms()
    return radiological_view(volume), (float(spacing[1]), float(spacing[0]))


def radiological_view(volume: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Turn a volume in RAS+ orientation to `(slices, rows, columns)` in the canonical view.

    In RAS+ the first axis grows towards the patient's right and the second towards anterior; the
    canonical view has the right on the left and anterior at the top.
    """
    return volume[::-1, ::-1].transpose(2, 1, 0)


def _load_dixon(name: str, folder: Path) -> list[SubjectSlice]:
    water, spacing_mm = radiological_stack(folder / f"{name}_water.nii.gz")
    fat, _ = radiological_stack(folder / f"{name}_fat.nii.gz")
    labels, _ = radiological_stack(folder / f"{name}_label.nii.gz")
    muscles = _sided(labels, multifidus=(2, 3), spinae=(1, 4))
    slices = []
    for index in np.flatnonzero(np.isin(muscles, (1, 2)).any(axis=(1, 2))):
        inside = muscles[index] > 0
        water_scaled = water[index] / np.median(water[index][inside])
        pure_fat = (fat[index] > 3.0 * water[index]) & (
            fat[index] > np.median(water[index][inside])
        )
        fat_scaled = fat[index] / np.median(fat[index][pure_fat])
        slices.append(
            SubjectSlice(
                subject=name,
                index=int(index),
                spacing_mm=spacing_mm,
                muscles=muscles[index],
                contrast="dixon",
                signal=(water_scaled, fat_scaled),
                canal=_canal_fluid(water_scaled, fat_scaled, muscles[index], spacing_mm[0]),
            )
        )
    return slices


def _load_t2(name: str, folder: Path) -> list[SubjectSlice]:
    image, spacing_mm = radiological_stack(folder / f"{name}_T2w.nii.gz")
    labels, _ = radiological_stack(folder / f"{name}_dseg.nii.gz")
    muscles = labels.astype(np.uint8)
    return [
        SubjectSlice(
            subject=name,
            index=int(index),
            spacing_mm=spacing_mm,
            muscles=muscles[index],
            contrast="t2",
            signal=(image[index] / np.median(image[index][np.isin(muscles[index], (1, 2, 3, 4))]),),
            canal=_dark_canal(image[index], muscles[index], spacing_mm[0]),
        )
        for index in np.flatnonzero(np.isin(muscles, (1, 2)).any(axis=(1, 2)))
    ]


def _sided(
    labels: npt.NDArray[np.float32], *, multifidus: tuple[int, int], spinae: tuple[int, int]
) -> LabelImage:
    """Recode a pair of labels per muscle to the common code, sides told by position.

    The right muscle is the one whose centroid lies in the image's left half.
    """
    muscles = np.zeros(labels.shape, dtype=np.uint8)
    pairs = (
        (multifidus, (MULTIFIDUS_RIGHT, MULTIFIDUS_LEFT)),
        (spinae, (SPINAE_RIGHT, SPINAE_LEFT)),
    )
    for values, codes in pairs:
        by_column = sorted(values, key=lambda value: np.nonzero(labels == value)[2].mean())
        for value, code in zip(by_column, codes, strict=True):
            muscles[labels == value] = code
    return muscles


def _canal_fluid(
    water: FloatImage, fat: FloatImage, muscles: LabelImage, pixel_mm: float
) -> FloatImage:
    """Find the fluid of the spinal canal in a Dixon water image (muscle = 1).

    The bright, fat-free, connected region in the midline, ventral of the multifidi. It needs to be
    right only as far as a painted canal must look natural; no label depends on it.
    """
    box, middle = _canal_box(muscles, pixel_mm)
    lean = (fat < 0.15) & box
    bright = lean & (water > FLUID_OVER_BRIGHTEST * np.percentile(water[lean], 97.0))
    return _part_nearest_midline(bright, middle, pixel_mm)


def _dark_canal(t2: FloatImage, muscles: LabelImage, pixel_mm: float) -> FloatImage:
    """Find the canal where its fluid is darker than the fat and bone around it."""
    box, middle = _canal_box(muscles, pixel_mm)
    smooth = cv2.GaussianBlur(t2, (0, 0), 1.0)
    dark = (smooth < np.percentile(smooth[box], 33)) & box
    return _part_nearest_midline(dark, middle, pixel_mm)


def _canal_box(muscles: LabelImage, pixel_mm: float) -> tuple[npt.NDArray[np.bool_], int]:
    """Return where the canal is looked for, in the midline and ventral of the multifidi."""
    middle = round(midline_column(muscles == MULTIFIDUS_RIGHT, muscles == MULTIFIDUS_LEFT))
    ventral = int(np.percentile(np.nonzero(np.isin(muscles, (1, 2)))[0], 3))
    up, down, aside = (round(length / pixel_mm) for length in (24.0, 6.0, 17.0))
    box = np.zeros(muscles.shape, dtype=np.bool_)
    box[max(ventral - up, 0) : ventral + down, middle - aside : middle + aside + 1] = True
    return box, middle


def _part_nearest_midline(
    region: npt.NDArray[np.bool_], middle: int, pixel_mm: float
) -> FloatImage:
    """Keep the connected part that is large and in the middle, and fill its dents."""
    width_px = 2 * round(NECK_MM / pixel_mm / 2.0) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width_px, width_px))
    opened = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, brush)
    count, parts, stats, centres = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return np.zeros(region.shape, dtype=np.float32)
    score = stats[1:, cv2.CC_STAT_AREA] - 4.0 * np.abs(centres[1:, 0] - middle)
    found = (parts == 1 + int(np.argmax(score))).astype(np.uint8)
    chosen = np.zeros(region.shape, dtype=np.float32)
    cv2.fillConvexPoly(chosen, cv2.convexHull(cv2.findNonZero(found)), 1.0)
    # Soft, as a part of the border's pixels is fluid: a painted canal must not show stairs.
    return np.asarray(cv2.GaussianBlur(chosen, (0, 0), 0.8), dtype=np.float32)
