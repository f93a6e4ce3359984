"""`ReportInput`: what a report is written about, checked once.

Standard library alone: the report function, its rules and the training of its model share it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from multifidus.errors import InvalidParameter
from multifidus.grading import KJAER, KJAER_CUT_OFFS_PCT
from multifidus.norms import ALL_LEVELS

Side = Literal["left", "right", "bilateral"]
Sex = Literal["female", "male"]

SIDES: tuple[str, ...] = get_args(Side)
SEXES: tuple[str, ...] = get_args(Sex)

MAX_AREA_MM2 = 1_000_000.0
"""A square metre: beyond any slice, so that a longer number is a slip."""

MAX_ASYMMETRY_PCT = 200.0
"""`100 |R - L| / mean(R, L)` where one side is nothing."""

MAX_AGE_YEARS = 120

UNTRUSTED_FLAGS = (
    "no_multifidus_found",
    "one_side_missing",
    "low_confidence",
    "touches_border",
    "not_axial",
    "not_mr",
    "unlikely_slice",
    "fat_suppressed",
)
"""Codes of `multifidus.quality` that break trust; that module needs numpy, this one must not."""

INFORMING_FLAGS = (
    "no_reference_tissue",
    "no_spacing",
    "low_resolution",
    "converted_colour",
    "asymmetric_masks",
)
"""Codes that inform."""


@dataclass(frozen=True, kw_only=True)
class ReportInput:
    """The measurements of one side, or of both together, that a report is about.

    Attributes
    ----------
    level : str, optional
        The disc, such as `L4-L5`; None where it is not known.
    side : str
        `left`, `right` or `bilateral`.
    muscle_area_mm2 : float, optional
        Area of the muscle. Of `bilateral` the mean of the two sides. None without pixel spacing.
    fat_infiltration_pct : float, optional
        Fat area of that area, percent; of `bilateral` the mean of the two sides. None where fat
        could not be measured.
    degeneration_grade : int, optional
        Grade on `grade_scale`. None where there is none, or where more than one is possible.
    grade_scale : str
        Name of the scale; only `kjaer` is known.
    asymmetry_pct : float, optional
        `100 |R - L| / mean(R, L)` of the areas.
    fat_infiltration_ci95 : tuple of float, optional
        95 % interval of the fat infiltration, percent.
    quality_flags : tuple of str
        Codes of `multifidus.quality`.
    trusted : bool
        Whether the slice's verdict was that the numbers can be used.
    age : int, optional
        Years.
    sex : str, optional
        `female` or `male`.

    Raises
    ------
    InvalidParameter
        A value is of no kind that it can be, such as an unknown level, a negative area, 130 % fat
        or NaN. The words name the field.
    """

    level: str | None
    side: str
    muscle_area_mm2: float | None
    fat_infiltration_pct: float | None
    degeneration_grade: int | None
    grade_scale: str = KJAER
    asymmetry_pct: float | None = None
    fat_infiltration_ci95: tuple[float, float] | None = None
    quality_flags: tuple[str, ...] = ()
    trusted: bool = True
    age: int | None = None
    sex: str | None = None

    def __post_init__(self) -> None:
        if self.level is not None:
            _one_of("level", self.level, ALL_LEVELS)
        _one_of("side", self.side, SIDES)
        _within("muscle_area_mm2", self.muscle_area_mm2, MAX_AREA_MM2)
        _within("fat_infiltration_pct", self.fat_infiltration_pct, 100.0)
        _one_of("grade_scale", self.grade_scale, (KJAER,))
        _whole("degeneration_grade", self.degeneration_grade, len(KJAER_CUT_OFFS_PCT))
        _within("asymmetry_pct", self.asymmetry_pct, MAX_ASYMMETRY_PCT)
        self._check_interval()
        for flag in self.quality_flags:
            _one_of("quality_flags", flag, (*UNTRUSTED_FLAGS, *INFORMING_FLAGS))
        _whole("age", self.age, MAX_AGE_YEARS)
        if self.sex is not None:
            _one_of("sex", self.sex, SEXES)

    @property
    def can_be_trusted(self) -> bool:
        """Whether the verdict says so and no flag that breaks trust says otherwise."""
        return self.trusted and not set(self.quality_flags) & set(UNTRUSTED_FLAGS)

    def _check_interval(self) -> None:
        if self.fat_infiltration_ci95 is None:
            return
        if len(self.fat_infiltration_ci95) != 2:
            raise InvalidParameter("`fat_infiltration_ci95` must be two numbers.")
        low, high = self.fat_infiltration_ci95
        for end in (low, high):
            _within("fat_infiltration_ci95", end, 100.0)
        if low > high:
            raise InvalidParameter("`fat_infiltration_ci95` must have its lower end first.")


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidParameter(f"`{name}` must be one of {', '.join(allowed)}.")


def _within(name: str, value: object, highest: float) -> None:
    if value is None:
        return
    # A bool is an int to Python; no measurement is one.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidParameter(f"`{name}` must be a number.")
    if not math.isfinite(value) or not 0.0 <= value <= highest:
        raise InvalidParameter(f"`{name}` must be a number from 0 to {highest:g}.")


def _whole(name: str, value: object, highest: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        raise InvalidParameter(f"`{name}` must be a whole number from 0 to {highest}.")
