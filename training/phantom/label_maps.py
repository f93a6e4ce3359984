"""Real muscle label maps, cut into slices of level sets in body coordinates.

The maps stay where they are; only shapes are read. See the data folder's README for their sources
and licences.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
import numpy.typing as npt

from training.phantom.fields import FloatField, Rng

SUBJECTS: dict[str, str] = {
    "sub-0001": "musclemap/sub-0001_dseg.nii.gz",
    "template": "musclemap/template_dseg.nii.gz",
    "lumbar50": "musclemap/lumbar50_dseg.nii.gz",
    "lumbar20": "musclemap/lumbar20_dseg.nii.gz",
    "TUM01": "lpm/TUM01_label.nii.gz",
    "TUM02": "lpm/TUM02_label.nii.gz",
}

CHANNELS = (
    "multifidus_right",
    "multifidus_left",
    "erector_right",
    "erector_left",
    "paraspinal_right",
    "paraspinal_left",
    "psoas_right",
    "psoas_left",
    "quadratus_right",
    "quadratus_left",
)
"""Level sets of a slice; `paraspinal` is multifidus and erector spinae together."""

STEP_MM = 0.25
"""Step in which level sets are stored, so that they fit eight bits up to 31 mm."""

EVEN_SHARE, USUAL_CAUDALITY = 0.65, (0.2, 0.78)
"""Share of the slices that are drawn evenly over a range of caudality, L2-L3 to S1: where clinical
slices lie. The maps have more slices high up."""

ABSENT_MM = -31.0
HALF_WIDTH_MM, ABOVE_MM, BELOW_MM = 120, 90, 100
TUM_ERECTOR, TUM_MULTIFIDUS = (1, 4), (2, 3)


@dataclass(frozen=True, kw_only=True)
class LabelSlice:
    """The muscles of one real slice.

    Attributes
    ----------
    subject, index : str, int
        Where it is from.
    level_sets : ndarray of int8, shape (len(CHANNELS), rows, columns)
        On a 1 mm grid, in steps of `STEP_MM`. Row `ABOVE_MM` is the height of the multifidi's
        ventral ends, column `HALF_WIDTH_MM` the midline between them.
    caudality : float
        Share of the multifidus in the paraspinal area: about 0.1 at L1, 0.8 at S1.
    psoas_centre_mm : tuple of float, optional
        Height of the psoas muscles' centre and half the gap between them.
    dorsal_mm, midline_mm : float
        Height of the paraspinal muscles' dorsal surface, at most and within 8 mm of the midline.
    lateral_mm : float
        Half width of the paraspinal muscles together.
    """

    subject: str
    index: int
    level_sets: npt.NDArray[np.int8]
    caudality: float
    psoas_centre_mm: tuple[float, float] | None
    dorsal_mm: float
    midline_mm: float
    lateral_mm: float


class LabelLibrary:
    """All usable slices of the label maps.

    Parameters
    ----------
    folder : Path
        The data folder, with `musclemap/` and `lpm/`.
    exclude : frozenset of str
        Names of subjects (see `SUBJECTS`) to leave out, for evaluation on them.

    Raises
    ------
    FileNotFoundError
        None of the label maps is there.
    """

    def __init__(self, folder: Path, *, exclude: frozenset[str] = frozenset()) -> None:
        self.subjects: dict[str, list[LabelSlice]] = {}
        for subject, name in SUBJECTS.items():
            path = folder / name
            if subject not in exclude and path.is_file():
                slices = read_slices(path, subject)
                if slices:
                    self.subjects[subject] = sorted(slices, key=lambda item: item.caudality)
        if not self.subjects:
            raise FileNotFoundError("no label map in the data folder")

    def draw(self, rng: Rng) -> LabelSlice:
        """Draw a slice: every subject equally often, and all heights rather than all slices."""
        if rng.random() < EVEN_SHARE:
            return self.nearest(rng, float(rng.uniform(*USUAL_CAUDALITY)))
        names = list(self.subjects)
        slices = self.subjects[names[int(rng.integers(len(names)))]]
        return slices[int(rng.integers(len(slices)))]

    def nearest(self, rng: Rng, caudality: float) -> LabelSlice:
        """Draw a slice of a random subject at about the same height of the spine."""
        names = list(self.subjects)
        slices = self.subjects[names[int(rng.integers(len(names)))]]
        wanted = caudality + 0.04 * rng.standard_normal()
        return min(slices, key=lambda item: abs(item.caudality - wanted))


def read_slices(path: Path, subject: str) -> list[LabelSlice]:
    """Read the usable slices of a label map, caudal first."""
    # nibabel leaves this function without annotations.
    image = nib.as_closest_canonical(nib.load(path))  # type: ignore[no-untyped-call]
    spacing_mm = tuple(float(step) for step in image.header.get_zooms()[:2])
    labels = np.asarray(image.dataobj).astype(np.uint8)
    # RAS: x grows to the patient's right, which the display has on the left; y grows ventrally.
    slices = np.transpose(labels[::-1, ::-1, :], (2, 1, 0))
    found = []
    for index, label in enumerate(slices):
        shapes = shapes_of(np.ascontiguousarray(label), tum=subject.startswith("TUM"))
        if shapes is not None:
            item = make_slice(shapes, (spacing_mm[1], spacing_mm[0]), subject, index)
            if item is not None:
                found.append(item)
    return found


def shapes_of(
    label: npt.NDArray[np.uint8], *, tum: bool
) -> dict[str, npt.NDArray[np.uint8]] | None:
    """Masks of a slice by channel; None where the multifidi are missing."""
    masks: dict[str, npt.NDArray[np.uint8]] = {}
    if tum:
        for muscle, values in (("multifidus", TUM_MULTIFIDUS), ("erector", TUM_ERECTOR)):
            parts = [(label == value).astype(np.uint8) for value in values]
            if min(int(part.sum()) for part in parts) == 0:
                return None
            parts.sort(key=lambda part: float(np.nonzero(part)[1].mean()))
            masks[f"{muscle}_right"], masks[f"{muscle}_left"] = parts
    else:
        for value, name in enumerate(
            (name for name in CHANNELS if not name.startswith("paraspinal")), start=1
        ):
            masks[name] = (label == value).astype(np.uint8)
    for side in ("right", "left"):
        whole = masks[f"multifidus_{side}"] | masks[f"erector_{side}"]
        masks[f"paraspinal_{side}"] = closed(whole, 3)
    return masks


def make_slice(
    masks: dict[str, npt.NDArray[np.uint8]],
    spacing_mm: tuple[float, float],
    subject: str,
    index: int,
) -> LabelSlice | None:
    """Level sets in body coordinates; None for a slice that is ragged or too small."""
    row_mm, column_mm = spacing_mm
    pixel_mm2 = row_mm * column_mm
    areas = {name: float(mask.sum()) * pixel_mm2 for name, mask in masks.items()}
    right, left = areas["multifidus_right"], areas["multifidus_left"]
    if min(right, left) < 90.0 or max(right, left) > 1.8 * min(right, left):
        return None
    for name in ("multifidus_right", "multifidus_left", "paraspinal_right", "paraspinal_left"):
        if solidity(masks[name]) < 0.85:
            return None
    sides = masks["multifidus_right"], masks["multifidus_left"]
    middle_mm = midline_column(*sides) * column_mm
    top_mm = sum(float(np.percentile(np.nonzero(mask)[0], 3.0)) for mask in sides) / 2.0 * row_mm
    u, v = np.meshgrid(
        np.arange(-HALF_WIDTH_MM, HALF_WIDTH_MM + 1, dtype=np.float32),
        np.arange(-ABOVE_MM, BELOW_MM + 1, dtype=np.float32),
    )
    columns_px = (u + np.float32(middle_mm)) * np.float32(1.0 / column_mm)
    rows_px = (v + np.float32(top_mm)) * np.float32(1.0 / row_mm)
    stack = np.full((len(CHANNELS), *u.shape), round(ABSENT_MM / STEP_MM), dtype=np.int8)
    for channel, name in enumerate(CHANNELS):
        if name in masks and areas[name] >= 40.0:
            native = level_set(masks[name]) * np.float32((row_mm + column_mm) / 2.0)
            body = cv2.remap(
                native,
                columns_px,
                rows_px,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=ABSENT_MM,
            )
            stack[channel] = np.clip(np.round(body / STEP_MM), -124, 124).astype(np.int8)
    inside = {name: stack[channel] > 0 for channel, name in enumerate(CHANNELS)}
    union = inside["paraspinal_right"] | inside["paraspinal_left"]
    multifidus_mm2 = float((inside["multifidus_right"] | inside["multifidus_left"]).sum())
    psoas = None
    if inside["psoas_right"].any() and inside["psoas_left"].any():
        gap = (u[inside["psoas_left"]].min() - u[inside["psoas_right"]].max()) / 2.0
        both = inside["psoas_right"] | inside["psoas_left"]
        psoas = (float(v[both].mean()), float(gap))
    medial = union & (np.abs(u) < 8.0)
    dorsal_mm = float(v[union].max())
    return LabelSlice(
        subject=subject,
        index=index,
        level_sets=stack,
        caudality=multifidus_mm2 / max(float(union.sum()), 1.0),
        psoas_centre_mm=psoas,
        dorsal_mm=dorsal_mm,
        midline_mm=float(v[medial].max()) if medial.any() else dorsal_mm - 8.0,
        lateral_mm=float(np.abs(u[union]).max()),
    )


def midline_column(right: npt.NDArray[np.generic], left: npt.NDArray[np.generic]) -> float:
    """Column halfway between the medial borders of two masks; stray pixels do not count."""
    medial_right = np.percentile(np.nonzero(right)[1], 97.0)
    medial_left = np.percentile(np.nonzero(left)[1], 3.0)
    return float(medial_right + medial_left) / 2.0


def closed(mask: npt.NDArray[np.uint8], width_px: int) -> npt.NDArray[np.uint8]:
    """Close cracks in a mask."""
    brush = np.ones((width_px, width_px), np.uint8)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, brush), dtype=np.uint8)


def level_set(mask: npt.NDArray[np.uint8]) -> FloatField:
    """Distance to a mask's border in pixels, positive inside, with stairs smoothed away."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inner = cv2.distanceTransform(padded, cv2.DIST_L2, 5)
    outer = cv2.distanceTransform(np.uint8(1) - padded, cv2.DIST_L2, 5)
    signed = np.where(padded > 0, inner - 0.5, 0.5 - outer).astype(np.float32)
    smoothed = cv2.GaussianBlur(signed, (0, 0), 1.0)
    return np.asarray(smoothed[1:-1, 1:-1], dtype=np.float32)


def solidity(mask: npt.NDArray[np.uint8]) -> float:
    """Area of a mask over the area of its convex hull."""
    points = cv2.findNonZero(mask)
    hull_px = float(cv2.contourArea(cv2.convexHull(points)))
    return float(mask.sum()) / max(hull_px, 1.0)
