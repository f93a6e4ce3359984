"""Reference values: complete, filtered by level, and compared as their source allows."""

from __future__ import annotations

from typing import get_args

import pytest

from functions.segment.options import LEVELS
from multifidus.norms import ALL_LEVELS, NORMS, NormMeasure, norms_for

MEASURES: tuple[NormMeasure, ...] = get_args(NormMeasure)


def test_each_reference_says_what_it_is_of() -> None:
    for norm in NORMS:
        texts = (norm.population, norm.region, norm.method, norm.note, norm.source)
        assert all(text.strip() for text in texts)
        assert "doi" in norm.source or "PMID" in norm.source
        # A muscle more than the multifidus is another region, and says so.
        assert norm.same_region is ("erector" not in norm.region)
        assert "not the region" in norm.note or norm.same_region


def test_each_reference_is_a_mean_or_a_range() -> None:
    for norm in NORMS:
        if norm.bounds is None:
            assert norm.mean is not None
            assert norm.sd is not None
            assert norm.sd > 0
        else:
            assert (norm.mean, norm.sd) == (None, None)
            assert norm.bounds[0] < norm.bounds[1]


def test_the_levels_are_those_that_a_caller_can_name() -> None:
    assert ALL_LEVELS == LEVELS
    assert {level for norm in NORMS for level in norm.levels} <= set(LEVELS)


def test_every_level_keeps_those_that_are_about_it() -> None:
    assert norms_for(None, MEASURES) == NORMS
    upper, lower = norms_for("L1-L2", MEASURES), norms_for("L5-S1", MEASURES)
    assert {norm.region for norm in upper} == {"multifidus, mean of L1 to L5"}
    assert lower == NORMS


def test_only_what_was_measured_is_compared() -> None:
    assert norms_for("L4-L5", ()) == ()
    assert {norm.measure for norm in norms_for("L4-L5", ("area_mm2",))} == {"area_mm2"}


def test_a_value_stands_at_its_distance_from_the_mean() -> None:
    norm = next(norm for norm in NORMS if norm.mean == 25.7)
    assert norm.z_score(25.7) == 0.0
    assert norm.z_score(33.7) == pytest.approx(1.0)
    assert norm.position(33.7) is None


def test_a_range_has_no_deviations() -> None:
    (norm,) = norms_for("L3-L4", ("area_mm2",))
    assert norm.z_score(900.0) is None
    assert norm.bounds is not None
    values = (600.0, norm.bounds[0], 900.0, norm.bounds[1], 1200.0)
    assert [norm.position(value) for value in values] == [
        "below",
        "within",
        "within",
        "within",
        "above",
    ]
