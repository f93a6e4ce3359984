"""Which values of a mask stand for the right and the left multifidus, or for both in one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from multifidus.image_slice import Turn
from multifidus.postprocess import LEFT, RIGHT
from training.segmentation.own_data.annotated_slice import LabelImage
from training.segmentation.own_data.problems import Findings, ProblemKind

BOTH = 3
"""In a mask that is not divided yet: muscle of either side."""

_ROLES = {"right": RIGHT, "left": LEFT, "both": BOTH}
_MAX_ROUNDS = 50


@dataclass(frozen=True, kw_only=True)
class LabelValues:
    """Meaning of a mask's values; 0 is always background.

    Attributes
    ----------
    right, left, both : frozenset of int
        Values of the patient's right and left multifidus, and of one label for both.
    ignore_others : bool
        Whether other values, such as other muscles, are taken as background.
    given : bool
        Whether the user said so, rather than the default.
    """

    right: frozenset[int] = frozenset({1})
    left: frozenset[int] = frozenset({2})
    both: frozenset[int] = frozenset()
    ignore_others: bool = False
    given: bool = False

    @classmethod
    def parse(cls, text: str | None, *, ignore_others: bool = False) -> LabelValues:
        """Read `right=1,left=2`, `both=1`, or several values of a role as `right=1,right=3`.

        Raises
        ------
        ValueError
            It is not of that form, names a value twice, or leaves a side without one.
        """
        if text is None:
            return cls(ignore_others=ignore_others)
        values: dict[str, set[int]] = {role: set() for role in _ROLES}
        for part in text.split(","):
            role, sign, number = (piece.strip() for piece in part.partition("="))
            if role not in values or sign != "=" or not number.isdigit() or int(number) == 0:
                raise ValueError(
                    f"Labels are written as right=1,left=2 or both=1, not as {text!r}."
                )
            if any(int(number) in taken for taken in values.values()):
                raise ValueError(f"The label {number} is named twice in {text!r}.")
            values[role].add(int(number))
        if not values["both"] and not (values["right"] and values["left"]):
            raise ValueError(f"{text!r} names no value for one side; one for both is both=1.")
        return cls(
            right=frozenset(values["right"]),
            left=frozenset(values["left"]),
            both=frozenset(values["both"]),
            ignore_others=ignore_others,
            given=True,
        )

    def role_of(self, value: int) -> int:
        """Code of a value: right, left, `BOTH`, or 0."""
        for role, code in _ROLES.items():
            if value in getattr(self, role):
                return code
        return 0

    def recoded(self, raw: npt.NDArray[Any]) -> tuple[LabelImage, list[str]]:
        """Recode a mask of any shape; also name the values that have no meaning.

        Returns
        -------
        codes : ndarray of uint8
            0, right, left or `BOTH`.
        unknown : list of str
            Values that stand for nothing; empty where others are ignored.
        """
        codes = np.zeros(raw.shape, dtype=np.uint8)
        unknown = []
        for value in np.unique(raw):
            whole = bool(np.isfinite(value)) and float(value).is_integer()
            code = self.role_of(int(value)) if whole else 0
            if code:
                codes[raw == value] = code
            elif value != 0 and not (whole and self.ignore_others):
                unknown.append(f"{value:g}")
        return codes, unknown

    def __str__(self) -> str:
        return ",".join(
            f"{role}={value}" for role in _ROLES for value in sorted(getattr(self, role))
        )


def known_codes(
    labels: LabelValues, raw: npt.NDArray[Any], path: Path, findings: Findings
) -> LabelImage | None:
    """Recode the mask of a file; where it holds unknown values, report them and return None."""
    codes, unknown = labels.recoded(raw)
    if not unknown:
        return codes
    findings.add(
        ProblemKind.UNKNOWN_LABELS,
        path,
        f"holds the values {', '.join(unknown[:8])}, but the labels are {labels}; see --labels "
        "and --ignore-other-labels.",
    )
    return None


def with_sides(codes: LabelImage, turn: Turn) -> LabelImage:
    """Give every pixel of `BOTH` its side, pixel by pixel, in one slice.

    The dividing line is the perpendicular bisector between the centres of the two halves, found
    by two-means from the far left and right: it follows a patient who lies turned.

    Parameters
    ----------
    codes : ndarray of uint8, shape (rows, columns)
        On the stored grid.
    turn : Turn
        What brings that grid to the canonical view, in which the patient's right is left.
    """
    canonical = turn.apply(codes).copy()
    rows, columns = np.nonzero(canonical == BOTH)
    if not len(rows):
        return codes
    points = np.stack([rows, columns], axis=1).astype(np.float64)
    middle = (columns.min() + columns.max()) / 2.0
    on_left = columns > middle
    for _ in range(_MAX_ROUNDS):
        if on_left.all() or not on_left.any():
            break
        centres = points[~on_left].mean(axis=0), points[on_left].mean(axis=0)
        distances = [np.square(points - centre).sum(axis=1) for centre in centres]
        moved = distances[1] < distances[0]
        if np.array_equal(moved, on_left):
            break
        on_left = moved
    canonical[rows, columns] = np.where(on_left, np.uint8(LEFT), np.uint8(RIGHT))
    return np.ascontiguousarray(turn.undo(canonical))
