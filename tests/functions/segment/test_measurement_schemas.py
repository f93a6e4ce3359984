"""Grades, reference values and the report's fields from measured numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from functions.segment.measurement_schemas import (
    QualityVerdict,
    Sides,
    references,
    report_input,
)
from multifidus.measure import Measurements, SideMeasurement
from multifidus.norms import NORMS
from multifidus.quality import FLAGS


def side(
    *,
    fat_pct: float | None = None,
    ci95: tuple[float, float] | None = None,
    area_mm2: float | None = 800.0,
    area_px: int = 1000,
) -> SideMeasurement:
    return SideMeasurement(
        area_px=area_px,
        area_mm2=area_mm2,
        mean_probability=0.9,
        fat_infiltration_pct=fat_pct,
        fat_infiltration_ci95=ci95,
        fat_infiltration_gmm3_pct=None if fat_pct is None else fat_pct + 12.345,
        functional_csa_mm2=None,
    )


def sides(right: SideMeasurement, left: SideMeasurement) -> Sides:
    return Sides.of(Measurements(right=right, left=left, asymmetry_pct=0.0))


FATTY = side(fat_pct=33.7, ci95=(30.0, 38.0))
UNSURE = side(fat_pct=9.0, ci95=(6.0, 12.0), area_mm2=1200.0)
UNMEASURED = side(area_mm2=None)
MISSING = side(area_px=0, area_mm2=0.0)


def test_each_side_has_its_grade() -> None:
    made = sides(FATTY, UNSURE)
    assert made.right.grade is not None
    assert made.left.grade is not None
    assert made.right.grade.model_dump() == {"scale": "kjaer", "value": 1, "candidates": [1]}
    assert made.left.grade.model_dump() == {"scale": "kjaer", "value": None, "candidates": [0, 1]}
    assert made.right.fat_infiltration_gmm3_pct == pytest.approx(46.05)  # two places


@pytest.mark.parametrize("without", [UNMEASURED, side(fat_pct=20.0)])
def test_there_is_no_grade_without_fat_or_without_its_interval(without: SideMeasurement) -> None:
    assert sides(without, FATTY).right.grade is None


def test_the_report_gets_the_grade_the_interval_and_the_verdict() -> None:
    doubted = QualityVerdict(trusted=False, flags=["low_confidence"])
    rows = report_input(sides(FATTY, UNSURE), doubted, level="L4-L5", asymmetry_pct=40.0)
    assert [row.degeneration_grade for row in rows] == [1, None]
    assert [row.fat_infiltration_pct for row in rows] == [33.7, 9.0]
    assert [row.fat_infiltration_ci95 for row in rows] == [(30.0, 38.0), (6.0, 12.0)]
    for row in rows:
        assert (row.level, row.asymmetry_pct) == ("L4-L5", 40.0)
        assert (row.trusted, row.quality_flags) == (False, ["low_confidence"])


def test_the_report_gets_no_side_that_was_not_found() -> None:
    fine = QualityVerdict(trusted=True, flags=[])
    rows = report_input(sides(MISSING, UNSURE), fine, level=None, asymmetry_pct=None)
    assert [row.side for row in rows] == ["left"]


def test_the_report_takes_every_flag_that_a_slice_can_have() -> None:
    flags = [flag.code for flag in FLAGS]
    rows = report_input(
        sides(UNMEASURED, FATTY),
        QualityVerdict(trusted=False, flags=flags),
        level=None,
        asymmetry_pct=200.0,
    )
    for row in rows:
        assert row.to_input().quality_flags == tuple(flags)
        assert not row.to_input().can_be_trusted


def by_population(found: list[Any], words: str) -> Any:
    (reference,) = [entry for entry in found if words in entry.population]
    return reference


def test_both_sides_are_held_against_each_reference() -> None:
    found = references(sides(FATTY, UNSURE), "L4-L5")
    assert len(found) == len(NORMS)
    men = by_population(found, "Healthy men")
    assert (men.mean, men.sd, men.range, men.same_region) == (25.7, 8.0, None, False)
    assert men.sides.right.model_dump() == {"value": 33.7, "z_score": 1.0, "position": None}
    assert men.sides.left.z_score == pytest.approx((9.0 - 25.7) / 8.0, abs=0.005)
    area = by_population(found, "without low back pain")
    assert (area.mean, area.sd, area.range) == (None, None, (690.0, 1110.0))
    assert area.sides.right.model_dump() == {"value": 800.0, "z_score": None, "position": "within"}
    assert area.sides.left.position == "above"


def test_at_another_level_there_are_fewer() -> None:
    found = references(sides(FATTY, UNSURE), "L2-L3")
    assert {entry.region for entry in found} == {"multifidus, mean of L1 to L5"}


def test_a_side_without_a_value_has_no_place() -> None:
    found = references(sides(FATTY, UNMEASURED), None)
    assert {entry.sides.left for entry in found} == {None}
    assert references(sides(UNMEASURED, UNMEASURED), None) == []


def test_a_side_that_was_not_found_is_not_called_small() -> None:
    found = references(sides(UNSURE, MISSING), None)
    assert {entry.sides.left for entry in found} == {None}


@pytest.mark.parametrize("fat_pct", [0.0, 100.0])
def test_no_standing_is_ever_not_finite(fat_pct: float) -> None:
    extreme = side(fat_pct=fat_pct, ci95=(fat_pct, fat_pct), area_mm2=4.2e8)
    for entry in references(sides(extreme, extreme), None):
        standing = entry.sides.right
        assert standing is not None
        assert standing.z_score is None or math.isfinite(standing.z_score)
