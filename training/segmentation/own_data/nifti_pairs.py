"""NIfTI: a volume and a label volume on the same grid, cut into axial slices."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel.filebasedimages import ImageFileError

from multifidus.errors import MultifidusError
from multifidus.image_slice import ImageSlice
from multifidus.media_limits import check_dimensions, plausible_spacing_mm
from training.segmentation.own_data.annotated_slice import AnnotatedSlice
from training.segmentation.own_data.label_values import LabelValues, known_codes
from training.segmentation.own_data.layout import Pair
from training.segmentation.own_data.problems import Findings, ProblemKind
from training.segmentation.own_data.usable import Candidate, usable_slices
from training.segmentation.volumes import radiological_view

MAX_IN_PLANE_MM = 2.5
"""In-plane spacing from which a volume was not acquired axially: cut that way it is too coarse."""

MAX_OFFSET_MM = 0.1
"""Largest distance between the corners of two grids that count as the same."""

MAX_STRETCH_MM = 1.0
"""The same, their middles laid upon each other: rounded spacings add up over a whole volume."""


def read_nifti_pair(
    pair: Pair, labels: LabelValues, findings: Findings, *, ignore_origin: bool = False
) -> list[AnnotatedSlice]:
    """Read the labelled slices of a volume; what is wrong goes to `findings`.

    Parameters
    ----------
    pair : Pair
        Volume and label volume.
    labels : LabelValues
        Meaning of the values.
    findings : Findings
        Takes problems and notes.
    ignore_origin : bool
        Whether two grids count as one that differ in nothing but their origin: some software loses
        it.
    """
    image, mask = (_load(path, findings) for path in (pair.image, pair.mask))
    if image is None or mask is None:
        return []
    if not _same_grid(pair, image, mask, findings, ignore_origin=ignore_origin):
        return []
    spacing_mm = _in_plane_spacing_mm(pair.image, image, findings)
    pixels, values = (_values(path, volume, findings) for path, volume in _both(pair, image, mask))
    if spacing_mm is None or pixels is None or values is None:
        return []
    codes = known_codes(labels, values, pair.mask, findings)
    if codes is None:
        return []
    stack, muscles = radiological_view(pixels), radiological_view(codes)
    candidates = [
        Candidate(
            name=f"{findings.name(pair.image)}, slice {index}",
            image=ImageSlice(
                pixels=np.ascontiguousarray(stack[index], dtype=np.float32),
                media="dicom",  # a file that knows its spacing and where the patient's right is
                pixel_spacing_mm=spacing_mm,
                orientation="patient",
                plane="axial",
            ),
            codes=np.ascontiguousarray(muscles[index]),
        )
        for index in np.flatnonzero(muscles.any(axis=(1, 2)))
    ]
    return usable_slices(pair.subject, pair.image, candidates, findings)


def _both(pair: Pair, image: Any, mask: Any) -> tuple[tuple[Path, Any], tuple[Path, Any]]:
    return (pair.image, image), (pair.mask, mask)


def _load(path: Path, findings: Findings) -> Any | None:
    """Header and lazily read data in RAS+ orientation, or None."""
    try:
        stored = nib.load(path)
    except (ImageFileError, OSError, ValueError, EOFError, zlib.error) as error:
        findings.add(ProblemKind.UNREADABLE, path, f"cannot be read as NIfTI ({_first(error)}).")
        return None
    if len(stored.shape) != 3:
        findings.add(
            ProblemKind.UNREADABLE, path, f"has {len(stored.shape)} dimensions instead of three."
        )
        return None
    header = stored.header
    if not (int(header["sform_code"]) or int(header["qform_code"])):
        findings.add(
            ProblemKind.UNKNOWN_ORIENTATION,
            path,
            "has neither sform nor qform, so the patient's right is unknown.",
        )
        return None
    if not np.isfinite(stored.affine).all() or abs(np.linalg.det(stored.affine[:3, :3])) < 1e-6:
        findings.add(ProblemKind.UNKNOWN_ORIENTATION, path, "its affine is not usable.")
        return None
    return nib.as_closest_canonical(stored)


def _same_grid(
    pair: Pair, image: Any, mask: Any, findings: Findings, *, ignore_origin: bool
) -> bool:
    if image.shape != mask.shape:
        findings.add(
            ProblemKind.SIZE_MISMATCH,
            pair.mask,
            f"is {_size(mask)} (right, anterior, up), its image {_size(image)}.",
        )
        return False
    last = np.array(image.shape) - 1
    corners = np.array(np.meshgrid(*([0, end] for end in last))).reshape(3, -1).T
    offsets_mm = nib.affines.apply_affine(image.affine, corners)
    offsets_mm = offsets_mm - nib.affines.apply_affine(mask.affine, corners)
    offset_mm = np.linalg.norm(offsets_mm, axis=1).max()
    if offset_mm <= MAX_OFFSET_MM:
        return True
    beside = np.linalg.norm(offsets_mm - offsets_mm.mean(axis=0), axis=1).max()
    origin_alone = bool(beside <= MAX_STRETCH_MM)
    if origin_alone and ignore_origin:
        return True
    findings.add(
        ProblemKind.GEOMETRY_MISMATCH,
        pair.mask,
        f"its affine puts it up to {offset_mm:.1f} mm beside its image; "
        + (
            "nothing but the origin differs: --ignore-origin, where you know that they belong."
            if origin_alone
            else "resample the mask onto the image's grid."
        ),
    )
    return False


def _in_plane_spacing_mm(path: Path, image: Any, findings: Findings) -> tuple[float, float] | None:
    across_mm, along_mm, _ = nib.affines.voxel_sizes(image.affine)
    spacing_mm = plausible_spacing_mm((float(along_mm), float(across_mm)))
    if spacing_mm is None:
        findings.add(
            ProblemKind.BAD_SPACING, path, f"spacing of {along_mm:g} x {across_mm:g} mm in plane."
        )
    elif max(spacing_mm) > MAX_IN_PLANE_MM:
        findings.add(
            ProblemKind.NOT_AXIAL,
            path,
            f"its axial slices have pixels of {along_mm:.2f} x {across_mm:.2f} mm, so it was "
            "acquired in another plane.",
        )
    else:
        return spacing_mm
    return None


def _values(path: Path, volume: Any, findings: Findings) -> npt.NDArray[Any] | None:
    try:
        columns, rows, _ = volume.shape
        check_dimensions(rows, columns)
        values = np.asanyarray(volume.dataobj)
    except MultifidusError as error:
        findings.add(ProblemKind.UNREADABLE, path, error.detail)
        return None
    except (ImageFileError, OSError, ValueError, EOFError, zlib.error) as error:
        findings.add(ProblemKind.UNREADABLE, path, f"its data cannot be read ({_first(error)}).")
        return None
    if values.dtype.kind not in "iufb":
        findings.add(ProblemKind.UNREADABLE, path, f"holds {values.dtype} instead of numbers.")
        return None
    if not np.isfinite(values).all():
        share = 100.0 * float(np.mean(~np.isfinite(values)))
        findings.add(
            ProblemKind.NOT_FINITE, path, f"{share:.2g} % of its values are NaN or infinite."
        )
        return None
    return values


def _size(volume: Any) -> str:
    return " x ".join(str(side) for side in volume.shape)


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
