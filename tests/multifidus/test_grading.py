"""Grades, and when there is none."""

from __future__ import annotations

import pytest

from multifidus.grading import KJAER_CUT_OFFS_PCT, kjaer_grade


@pytest.mark.parametrize(
    ("fat_pct", "ci95_pct", "value", "candidates"),
    [
        (0.0, (0.0, 0.0), 0, (0,)),
        (4.0, (1.0, 9.9), 0, (0,)),
        (4.0, (1.0, 10.0), 0, (0,)),  # 10 % belongs to grade 0
        (9.0, (6.0, 12.0), None, (0, 1)),
        (11.0, (6.0, 16.0), None, (0, 1)),
        (11.0, (10.0, 16.0), None, (0, 1)),
        (30.0, (25.0, 35.0), 1, (1,)),
        (49.0, (45.0, 50.0), 1, (1,)),  # and 50 % to grade 1
        (49.0, (45.0, 50.1), None, (1, 2)),
        (70.0, (60.0, 80.0), 2, (2,)),
        (100.0, (95.0, 100.0), 2, (2,)),
        (30.0, (5.0, 60.0), None, (0, 1, 2)),
    ],
)
def test_a_grade_is_given_where_the_interval_holds_one(
    fat_pct: float,
    ci95_pct: tuple[float, float],
    value: int | None,
    candidates: tuple[int, ...],
) -> None:
    grade = kjaer_grade(fat_pct, ci95_pct)
    assert (grade.scale, grade.value, grade.candidates) == ("kjaer", value, candidates)


@pytest.mark.parametrize("cut_off_pct", KJAER_CUT_OFFS_PCT)
def test_no_certain_grade_right_beside_a_cut_off(cut_off_pct: float) -> None:
    for fat_pct in (cut_off_pct - 0.5, cut_off_pct + 0.5):
        grade = kjaer_grade(fat_pct, (fat_pct - 1.0, fat_pct + 1.0))
        assert grade.value is None
        assert grade.candidates[1] == grade.candidates[0] + 1


def test_a_value_outside_its_own_interval_is_not_graded_away() -> None:
    assert kjaer_grade(60.0, (20.0, 40.0)).candidates == (1, 2)
