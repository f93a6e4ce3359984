"""Where a DICOM slice lies in the patient: spacing, plane, and which side is which.

DICOM's patient axes (PS3.3 C.7.6.2.1.1): +x to the patient's left, +y to the back, +z to the head.
The canonical view is the radiological one: anterior at the top, the patient's right on the image's
left, that is, columns run towards +x and rows towards +y.
"""

from __future__ import annotations

import math
from typing import Literal, TypedDict

import numpy as np
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from multifidus.image_slice import PatientAxes, Plane, Turn
from multifidus.media_limits import plausible_spacing_mm

MAX_TILT_DEG = 45.0
"""A slice belongs to the plane whose axis its normal is within this angle of. Not less: axial
stacks are angled along the discs, and that of L5-S1 commonly stands 30 to 40 degrees oblique."""

MAX_NON_ORTHOGONALITY = 0.05
"""Largest deviation of the direction cosines from unit length and from a right angle."""

MAX_POSITION_MM = 10_000.0
"""No point of a patient in a scanner is further from its origin."""

MAX_VALUE_BYTES = 1024
"""A value of a few numbers is no longer; a list of millions would keep the parser busy."""

_PLANES: tuple[Plane, ...] = ("sagittal", "coronal", "axial")


class Placement(TypedDict):
    """The geometric fields of an `ImageSlice`."""

    pixel_spacing_mm: tuple[float, float] | None
    orientation: Literal["patient", "image"]
    turn: Turn
    plane: Plane | None
    patient_axes: PatientAxes | None


def placement(dataset: Dataset) -> Placement:
    """Spacing and orientation, from the image or, in Enhanced MR, from its functional groups.

    ImagerPixelSpacing is not taken: it is not the spacing in the patient.
    """
    measures = functional_group(dataset, "PixelMeasuresSequence") or dataset
    spacing = plausible_spacing_mm(numbers(measures, "PixelSpacing"))
    direction = functional_group(dataset, "PlaneOrientationSequence") or dataset
    cosines = numbers(direction, "ImageOrientationPatient")
    unknown = Placement(
        pixel_spacing_mm=spacing,
        orientation="image",
        turn=Turn(),
        plane=None,
        patient_axes=None,
    )
    if cosines is None or len(cosines) != 6:
        return unknown
    along_columns, along_rows = np.array(cosines[:3]), np.array(cosines[3:])
    lengths = np.linalg.norm(along_columns), np.linalg.norm(along_rows)
    if max(abs(length - 1.0) for length in lengths) > MAX_NON_ORTHOGONALITY:
        return unknown
    if abs(along_columns @ along_rows) > MAX_NON_ORTHOGONALITY:
        return unknown

    axes = _patient_axes(dataset, cosines)
    least = math.cos(math.radians(MAX_TILT_DEG))
    normal = np.abs(np.cross(along_columns, along_rows))
    plane = _PLANES[int(normal.argmax())] if normal.max() >= least else "oblique"
    if plane != "axial":
        return {**unknown, "plane": plane, "patient_axes": axes}
    # Turned by about a quarter in its own plane, the columns run from front to back.
    transpose = bool(abs(along_columns[0]) < abs(along_columns[1]))
    to_left, to_back = (along_rows, along_columns) if transpose else (along_columns, along_rows)
    return Placement(
        pixel_spacing_mm=spacing,
        orientation="patient",
        turn=Turn(
            transpose=transpose,
            flip_rows=bool(to_back[1] < 0),
            flip_columns=bool(to_left[0] < 0),
        ),
        plane=plane,
        patient_axes=axes,
    )


def _patient_axes(dataset: Dataset, cosines: tuple[float, ...]) -> PatientAxes | None:
    source = functional_group(dataset, "PlanePositionSequence") or dataset
    match numbers(source, "ImagePositionPatient"):
        case (x, y, z) if max(abs(x), abs(y), abs(z)) <= MAX_POSITION_MM:
            return PatientAxes(
                position_mm=(x, y, z),
                along_columns=(cosines[0], cosines[1], cosines[2]),
                along_rows=(cosines[3], cosines[4], cosines[5]),
            )
    return None


def functional_group(dataset: Dataset, keyword: str) -> Dataset | None:
    """First item of a functional group macro of a single-frame enhanced image, or None."""
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        for item in dataset.get(groups) or ():
            for macro in item.get(keyword) or ():
                return macro if isinstance(macro, Dataset) else None
    return None


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...] | None:
    """Values of an element as finite numbers; None where it is absent or holds anything else."""
    raw = dataset.get_item(Tag(keyword))
    if raw is None or (isinstance(raw, RawDataElement) and raw.length > MAX_VALUE_BYTES):
        return None
    try:
        value = dataset.get(keyword)
        values = [value] if isinstance(value, str | int | float) else list(value)
        floats = tuple(float(item) for item in values)
    except (TypeError, ValueError, OverflowError):
        return None
    return floats if floats and all(map(math.isfinite, floats)) else None
