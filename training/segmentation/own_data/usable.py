"""Which slices of a volume, a series or a picture can be learnt from, and what rules them out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from multifidus.image_slice import ImageSlice
from multifidus.postprocess import LEFT, RIGHT
from training.segmentation.own_data.annotated_slice import AnnotatedSlice, LabelImage
from training.segmentation.own_data.label_values import BOTH, with_sides
from training.segmentation.own_data.problems import Findings, ProblemKind

MIN_SIDE_PX = 10
"""A side with fewer pixels counts as not labelled: the ragged end of a volume's annotation."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A slice as read, its mask recoded but not divided.

    Attributes
    ----------
    name : str
        For the user.
    image : ImageSlice
        As the serving package reads it.
    codes : ndarray of uint8, shape (rows, columns)
        0, right, left or `BOTH`, on the stored grid.
    """

    name: str
    image: ImageSlice
    codes: LabelImage


def usable_slices(
    subject: str, where: Path, candidates: list[Candidate], findings: Findings
) -> list[AnnotatedSlice]:
    """Choose the slices of one volume, series or picture; record what is wrong with it.

    A slice on which one side alone is labelled would teach that the other is no muscle: it is left
    out where other slices show both, and is a problem where none does.
    """
    kept, one_sided, swapped, blank = [], [], [], []
    for candidate in candidates:
        mask = with_sides(candidate.codes, candidate.image.turn)
        counts = [int((mask == side).sum()) for side in (RIGHT, LEFT)]
        if max(counts) < MIN_SIDE_PX:
            continue
        if min(counts) < MIN_SIDE_PX:
            one_sided.append(candidate.name)
        elif _right_of_left(mask, candidate.image):
            swapped.append(candidate.name)
        elif np.ptp(candidate.image.pixels) == 0:
            blank.append(candidate.name)
        else:
            kept.append(
                AnnotatedSlice(
                    subject=subject, name=candidate.name, image=candidate.image, mask=mask
                )
            )
    if swapped:
        findings.add(
            ProblemKind.SIDES_SWAPPED,
            where,
            f"what is labelled right lies on the patient's left ({_count(swapped)}); exchange the "
            "numbers in --labels. In a picture the patient's right is on the left-hand side.",
        )
    if blank:
        findings.add(
            ProblemKind.BLANK_IMAGE, where, f"every pixel has the same value ({_count(blank)})."
        )
    if one_sided and not kept and not swapped:
        only = any((c.codes == BOTH).any() for c in candidates)
        findings.add(
            ProblemKind.ONE_SIDE_ONLY,
            where,
            "one label stands for both sides but marks one muscle only."
            if only
            else "one side alone is labelled. If one value stands for both sides, say so with "
            "--labels both=VALUE.",
        )
    elif one_sided:
        findings.note(where, f"{_count(one_sided)} with one side alone labelled, left out.")
    return kept


def _right_of_left(mask: LabelImage, image: ImageSlice) -> bool:
    canonical = image.turn.apply(mask)
    right, left = (np.nonzero(canonical == side)[1].mean() for side in (RIGHT, LEFT))
    return bool(right > left)


def _count(names: list[str]) -> str:
    return f"{len(names)} slice{'s' if len(names) > 1 else ''}"
