"""Grades of fatty infiltration: the scale, its cut-offs, and when a grade cannot be told.

Kjaer's scale is used because its cut-offs are percentages of fat. Goutallier's is not: its grades
(streaks, less fat than muscle, as much, more) have no percentages of their own, so that any
equivalent would be a mapping of ours with a look of authority.

Kjaer's readers graded by eye, on T1- and T2-weighted slices; a percentage that is measured is put
on their scale here by the percentages that they describe the grades with.

Source: P. Kjaer, T. Bendix, J. S. Sorensen, L. Korsholm, C. Leboeuf-Yde: Are MRI-defined fat
infiltrations in the multifidus muscles associated with low back pain? BMC Medicine 5:2, 2007,
doi 10.1186/1741-7015-5-2.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

KJAER = "kjaer"

KJAER_CUT_OFFS_PCT = (10.0, 50.0)
"""Grade 0 up to 10 % fat, grade 1 above that and up to 50 %, grade 2 above 50 %."""


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A grade on a named scale.

    Attributes
    ----------
    scale : str
        Name of the scale.
    value : int, optional
        The grade; None where the measurement's interval holds more than one.
    candidates : tuple of int
        Every grade that the interval holds, ascending; `(value,)` where that is one.
    """

    scale: str
    value: int | None
    candidates: tuple[int, ...]


def kjaer_grade(fat_pct: float, ci95_pct: tuple[float, float]) -> Grade:
    """Grade a measured fat infiltration.

    Parameters
    ----------
    fat_pct : float
        Fat area of the whole area, percent.
    ci95_pct : tuple of float
        Lower and upper end of its 95 % interval, percent. There is no grade without one: whether
        a cut-off lies within reach could not be said.
    """
    # A value outside its own interval would be a fault elsewhere; its grade is named all the same.
    lowest, highest = _kjaer_of(min(fat_pct, *ci95_pct)), _kjaer_of(max(fat_pct, *ci95_pct))
    candidates = tuple(range(lowest, highest + 1))
    return Grade(
        scale=KJAER,
        value=candidates[0] if len(candidates) == 1 else None,
        candidates=candidates,
    )


def _kjaer_of(fat_pct: float) -> int:
    return bisect_left(KJAER_CUT_OFFS_PCT, fat_pct)
