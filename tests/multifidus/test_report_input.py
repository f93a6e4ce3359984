"""What a report can be asked about, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from multifidus import quality
from multifidus.errors import InvalidParameter
from multifidus.report_input import (
    INFORMING_FLAGS,
    MAX_AREA_MM2,
    UNTRUSTED_FLAGS,
    ReportInput,
)

FIELDS: dict[str, Any] = {
    "level": "L4-L5",
    "side": "left",
    "muscle_area_mm2": 812.4,
    "fat_infiltration_pct": 23.4,
    "degeneration_grade": 1,
}


def made(**changes: Any) -> ReportInput:
    return ReportInput(**{**FIELDS, **changes})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", "L6-S1"),
        ("level", ""),
        ("side", "middle"),
        ("side", None),
        ("muscle_area_mm2", -1.0),
        ("muscle_area_mm2", float("nan")),
        ("muscle_area_mm2", float("inf")),
        ("muscle_area_mm2", MAX_AREA_MM2 * 1.1),
        ("muscle_area_mm2", "812"),
        ("muscle_area_mm2", True),
        ("fat_infiltration_pct", 130.0),
        ("fat_infiltration_pct", -0.1),
        ("fat_infiltration_pct", float("nan")),
        ("degeneration_grade", 3),
        ("degeneration_grade", -1),
        ("degeneration_grade", 1.5),
        ("degeneration_grade", True),
        ("grade_scale", "goutallier"),
        ("asymmetry_pct", 201.0),
        ("fat_infiltration_ci95", (30.0, 20.0)),
        ("fat_infiltration_ci95", (10.0,)),
        ("fat_infiltration_ci95", (10.0, float("nan"))),
        ("fat_infiltration_ci95", (-5.0, 20.0)),
        ("quality_flags", ("no_such_flag",)),
        ("age", 121),
        ("age", 40.5),
        ("sex", "other"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidParameter, match=f"`{field}`"):
        made(**{field: value})


@pytest.mark.parametrize(
    "field", ["level", "muscle_area_mm2", "fat_infiltration_pct", "degeneration_grade"]
)
def test_what_was_not_measured_is_none(field: str) -> None:
    assert getattr(made(**{field: None}), field) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("muscle_area_mm2", 0.0),
        ("muscle_area_mm2", MAX_AREA_MM2),
        ("muscle_area_mm2", 812),
        ("fat_infiltration_pct", 0.0),
        ("fat_infiltration_pct", 100),
        ("degeneration_grade", 0),
        ("degeneration_grade", 2),
        ("asymmetry_pct", 200.0),
        ("fat_infiltration_ci95", (0.0, 100.0)),
        ("age", 0),
        ("age", 120),
    ],
)
def test_the_ends_of_a_range_belong_to_it(field: str, value: Any) -> None:
    assert getattr(made(**{field: value}), field) == value


def test_the_flags_are_those_of_the_quality_stage() -> None:
    breaking = tuple(flag.code for flag in quality.FLAGS if flag.trusted_breaking)
    informing = tuple(flag.code for flag in quality.FLAGS if not flag.trusted_breaking)
    assert set(UNTRUSTED_FLAGS) == set(breaking)
    assert set(INFORMING_FLAGS) == set(informing)


def test_a_flag_that_breaks_trust_outweighs_the_verdict() -> None:
    assert made().can_be_trusted
    assert made(quality_flags=("no_spacing",)).can_be_trusted
    assert not made(trusted=False).can_be_trusted
    assert not made(quality_flags=("touches_border",), trusted=True).can_be_trusted
