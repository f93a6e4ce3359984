"""DICOM SEG: its segments, their sides, and its frames.

The sides are taken from the segments' codes (laterality, SNOMED CT) or, without these, from their
labels; the user may name segment numbers instead.

Sources: DICOM PS3.3 C.8.20 (segmentation), A.51; PS3.16 CID 244 (laterality).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from multifidus import dicom_codes
from multifidus.postprocess import LEFT, RIGHT
from training.segmentation.own_data.label_values import BOTH, LabelValues

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"

_LATERALITY = {
    dicom_codes.LATERALITY["right"].value: RIGHT,
    dicom_codes.LATERALITY["left"].value: LEFT,
    "G-A100": RIGHT,  # SNOMED RT, in older files
    "G-A101": LEFT,
}
_MODIFIERS = ("SegmentedPropertyTypeModifierCodeSequence", "AnatomicRegionModifierSequence")
_WORDS = ((re.compile(r"\b(right|rt|r)\b"), RIGHT), (re.compile(r"\b(left|lt|l)\b"), LEFT))


@dataclass(frozen=True, kw_only=True, eq=False)
class SegFrame:
    """One plane of a segmentation.

    Attributes
    ----------
    codes : ndarray of uint8, shape (rows, columns)
        0, right, left or `BOTH`.
    source_uid : str, optional
        SOP instance UID of the image that the plane was drawn on.
    plane : Dataset
        ImagePositionPatient, ImageOrientationPatient and PixelSpacing, as far as known.
    """

    codes: npt.NDArray[np.uint8]
    source_uid: str | None
    plane: Dataset


def roles_of_segments(seg: Dataset, labels: LabelValues) -> dict[int, int]:
    """Side of each segment by its number; segments of other structures are left out.

    Raises
    ------
    ValueError
        The segments cannot be told apart; the text names them.
    """
    names = {int(item.SegmentNumber): _name_of(item) for item in seg.SegmentSequence}
    listed = "; ".join(f"{number}: {name}" for number, name in sorted(names.items()))
    if labels.given:
        roles = {number: labels.role_of(number) for number in names}
        found = {number: role for number, role in roles.items() if role}
        if not found:
            raise ValueError(f"has no segment of {labels} (segments: {listed})")
        return found
    items = list(seg.SegmentSequence)
    items = [item for item in items if _is_multifidus(item)] or items
    sides = {int(item.SegmentNumber): _side_of(item) for item in items}
    if len(sides) == 1 and None in sides.values():
        return dict.fromkeys(sides, BOTH)
    if None in sides.values() or len(set(sides.values())) < len(sides):
        raise ValueError(f"which of its segments is right and left is unclear ({listed})")
    return {number: side for number, side in sides.items() if side is not None}


def frames(seg: Dataset, roles: dict[int, int]) -> Iterator[SegFrame]:
    """Planes of the segments of `roles`; several planes may belong to one image."""
    stack = _pixels(seg)
    shared = _first(seg.get("SharedFunctionalGroupsSequence"))
    label_map = seg.SOPClassUID == LABEL_MAP_STORAGE or seg.get("SegmentationType") == "LABELMAP"
    fractional = seg.get("SegmentationType") == "FRACTIONAL"
    least = 0.5 * float(seg.get("MaximumFractionalValue", 255)) if fractional else 0.5
    for pixels, groups in zip(stack, seg.PerFrameFunctionalGroupsSequence, strict=True):
        codes = np.zeros(pixels.shape, dtype=np.uint8)
        if label_map:
            for number, role in roles.items():
                codes[pixels == number] = role
        else:
            segment = _macro(groups, shared, "SegmentIdentificationSequence")
            role = roles.get(int(segment.ReferencedSegmentNumber), 0)
            if not role:
                continue
            codes[pixels >= least] = role
        yield SegFrame(
            codes=codes, source_uid=_source_uid(groups, shared), plane=_plane(groups, shared)
        )


def _pixels(seg: Dataset) -> npt.NDArray[Any]:
    stack = seg.pixel_array
    return stack[None] if stack.ndim == 2 else stack


def _name_of(segment: Dataset) -> str:
    return str(segment.get("SegmentLabel") or segment.get("SegmentDescription") or "unnamed")


def _is_multifidus(segment: Dataset) -> bool:
    property_type = _first(segment.get("SegmentedPropertyTypeCodeSequence")) or Dataset()
    coded = property_type.get("CodeValue") == dicom_codes.MULTIFIDUS.value
    return coded or "multifid" in _name_of(segment).lower()


def _side_of(segment: Dataset) -> int | None:
    """Side by laterality code, wherever it stands, or by the segment's label."""
    holders = [segment]
    for keyword in ("SegmentedPropertyTypeCodeSequence", "AnatomicRegionSequence"):
        holders += list(segment.get(keyword) or ())
    for holder in holders:
        for keyword in _MODIFIERS:
            for code in holder.get(keyword) or ():
                if str(code.get("CodeValue", "")) in _LATERALITY:
                    return _LATERALITY[str(code.CodeValue)]
    words = re.sub(r"[_\W]+", " ", _name_of(segment).lower())
    sides = {side for pattern, side in _WORDS if pattern.search(words)}
    return sides.pop() if len(sides) == 1 else None


def _source_uid(groups: Dataset, shared: Dataset | None) -> str | None:
    derivation = _macro(groups, shared, "DerivationImageSequence")
    source = _first(derivation.get("SourceImageSequence")) if derivation is not None else None
    uid = source.get("ReferencedSOPInstanceUID") if source is not None else None
    return str(uid) if uid else None


def _plane(groups: Dataset, shared: Dataset | None) -> Dataset:
    plane = Dataset()
    for macro, keyword in (
        ("PlanePositionSequence", "ImagePositionPatient"),
        ("PlaneOrientationSequence", "ImageOrientationPatient"),
        ("PixelMeasuresSequence", "PixelSpacing"),
    ):
        item = _macro(groups, shared, macro)
        if item is not None and item.get(keyword):
            setattr(plane, keyword, item.get(keyword))
    return plane


def _macro(groups: Dataset, shared: Dataset | None, keyword: str) -> Any:
    return _first(groups.get(keyword)) or _first(shared.get(keyword) if shared else None)


def _first(sequence: Any) -> Any:
    return sequence[0] if sequence else None
