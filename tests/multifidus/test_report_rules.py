"""What the rules say, and above all what they do not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from multifidus import report_grammar
from multifidus.quality import FLAGS
from multifidus.report_facts import area_position, facts, fat_position
from multifidus.report_input import UNTRUSTED_FLAGS, ReportInput
from multifidus.report_rules import ReportText, rules_report, sources
from multifidus.report_statements import WORDING, statements
from multifidus.report_wording import DISCLAIMER, REASONS
from training.report.inputs import draw_input, seeded

FIELDS: dict[str, Any] = {
    "level": "L4-L5",
    "side": "right",
    "muscle_area_mm2": 812.37,
    "fat_infiltration_pct": 23.44,
    "degeneration_grade": 1,
}


def made(**changes: Any) -> ReportInput:
    return ReportInput(**{**FIELDS, **changes})


def codes(**changes: Any) -> list[str]:
    return [statement.code for statement in statements(made(**changes))]


def test_a_whole_report() -> None:
    report = rules_report(made(fat_infiltration_ci95=(18.2, 27.9), asymmetry_pct=7.3))
    assert report.summary == (
        "The right multifidus at L4-L5 measures 812 mm2, with a fat infiltration of 23.4 % (95 % "
        "interval 18.2 to 27.9 %). This is Kjaer grade 1 (over 10 and up to 50 % fat). The areas "
        "of the two sides differ by 7.3 %."
    )
    assert report.risk.startswith(
        "Mean values of adults without symptoms are 21.1 % (standard deviation 6.8) in women and "
        "16.2 % (standard deviation 6.3) in men. "
    )
    assert "no risk is stated" in report.risk
    assert report.recommendation.endswith(DISCLAIMER)
    assert ReportText.parse(str(report)) == report


@pytest.mark.parametrize("flag", UNTRUSTED_FLAGS)
def test_no_risk_is_stated_on_a_slice_that_is_not_trusted(flag: str) -> None:
    about = made(quality_flags=(flag,), degeneration_grade=2, fat_infiltration_pct=70.0)
    report = rules_report(about)
    assert report.risk == "No risk is stated, because the result is not to be trusted."
    assert REASONS[flag] in report.summary
    assert sources(about) == ()


def test_a_verdict_without_a_reason_is_enough() -> None:
    said = codes(trusted=False)
    assert said[0] == "untrusted unexplained"
    assert "risk untrusted" in said


def test_every_flag_that_breaks_trust_has_words() -> None:
    assert set(REASONS) == {flag.code for flag in FLAGS if flag.trusted_breaking}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"degeneration_grade": 0, "fat_infiltration_pct": 5.0}, "risk lowest grade"),
        ({}, "risk middle grade"),
        ({"degeneration_grade": 2, "fat_infiltration_pct": 60.0}, "risk highest grade"),
        ({"degeneration_grade": None}, "risk no grade"),
        ({"degeneration_grade": 2}, "risk conflict"),
        ({"degeneration_grade": None, "fat_infiltration_pct": None}, "risk unknown"),
        ({"degeneration_grade": 2, "fat_infiltration_pct": None}, "risk highest grade"),
        # Within reach of a cut-off no grade is certain, whatever grade was sent.
        (
            {
                "degeneration_grade": 2,
                "fat_infiltration_pct": 52.0,
                "fat_infiltration_ci95": (46.0, 58.0),
            },
            "risk no grade",
        ),
    ],
)
def test_what_is_said_of_risk_follows_the_grade(changes: dict[str, Any], expected: str) -> None:
    said = codes(**changes)
    about_risk = {code for code in said if code.startswith("risk ")} - {"risk no inference"}
    assert about_risk == {expected}


def test_an_association_comes_with_what_it_does_not_tell_and_its_source() -> None:
    about = made(degeneration_grade=2, fat_infiltration_pct=60.0)
    report = rules_report(about)
    assert "associated with" in report.risk
    assert "odds ratio 9.2, 95 % interval 2.0 to 43.2" in report.risk
    assert "cross-sectional" in report.risk
    assert "nothing about the cause of pain" in report.risk
    assert any("Kjaer" in source for source in sources(about))


def test_nothing_but_the_highest_grade_is_tied_to_pain() -> None:
    random = seeded("pain")
    for _ in range(500):
        about = draw_input(random)
        tied = "associated with" in rules_report(about).risk
        certain = about.degeneration_grade == 2 and "risk highest grade" in [
            statement.code for statement in statements(about)
        ]
        assert tied is certain
        if tied:
            assert about.can_be_trusted


def test_no_words_of_prediction_or_of_disease() -> None:
    everything = " ".join(WORDING.values()).lower()
    for word in ("predict", "patholog", "diagnos", "disease", "prove", "certainly", "abnormally"):
        assert word not in everything


def test_no_template_holds_a_digit_or_a_level() -> None:
    for template in WORDING.values():
        assert not re.search(r"\d|\bL[1-5]", template)


def test_no_template_about_one_side_names_the_other() -> None:
    random = seeded("sides")
    for _ in range(300):
        about = draw_input(random)
        if about.side == "bilateral":
            continue
        for statement in statements(about):
            words = " ".join(report_grammar.literals(statement.template)).lower()
            assert not re.search(r"\b(left|right|both|bilateral)\b", words)


def test_each_text_of_each_template_is_a_sentence() -> None:
    random = seeded("sentences")
    for _ in range(500):
        about = draw_input(random)
        for statement in statements(about):
            text = report_grammar.fill(
                report_grammar.sample(statement.template, random), facts(about)
            )
            assert re.fullmatch(r"[A-Z][^\[\]{}<>|]*\.", text), text
            assert "  " not in text


@pytest.mark.parametrize(
    ("sex", "fat_pct", "position"),
    [
        ("female", 21.1, "within"),
        ("female", 14.0, "below"),
        ("female", 30.0, "above"),
        ("female", 40.0, "far above"),
        ("male", 16.2, "within"),
        ("male", 23.0, "above"),
    ],
)
def test_fat_stands_among_people_of_that_sex(sex: str, fat_pct: float, position: str) -> None:
    assert fat_position(fat_pct, sex) == position
    said = statements(made(sex=sex, fat_infiltration_pct=fat_pct, degeneration_grade=None))
    (against,) = (each for each in said if each.code.startswith("fat against"))
    assert against.position == position


@pytest.mark.parametrize(
    ("changes", "position"),
    [
        ({"muscle_area_mm2": 600.0}, "below"),
        ({"muscle_area_mm2": 900.0}, "within"),
        ({"muscle_area_mm2": 1300.0}, "above"),
        ({"sex": "male"}, "within"),
        # The range is of men, at the lower three discs.
        ({"sex": "female"}, None),
        ({"level": "L1-L2"}, None),
        ({"level": None}, None),
        ({"muscle_area_mm2": None}, None),
    ],
)
def test_area_is_compared_where_its_range_applies(
    changes: dict[str, Any], position: str | None
) -> None:
    assert area_position(made(**changes)) == position


@pytest.mark.parametrize(("age", "outside"), [(19, True), (20, False), (69, False), (70, True)])
def test_an_age_outside_the_study_is_said(age: int, outside: bool) -> None:
    assert ("age outside" in codes(age=age)) is outside


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"level": None}, {"no level", "state level"}),
        (
            {"muscle_area_mm2": None, "quality_flags": ("no_spacing",)},
            {"no area without spacing", "send spacing"},
        ),
        ({"muscle_area_mm2": None}, {"no area"}),
        (
            {"fat_infiltration_pct": None, "quality_flags": ("no_reference_tissue",)},
            {"no tissue to compare", "other slice for fat"},
        ),
        ({"quality_flags": ("low_resolution",)}, {"coarse pixels", "check outline"}),
        ({"quality_flags": ("asymmetric_masks",)}, {"unequal outlines", "check outline"}),
        ({"degeneration_grade": 0}, {"grade conflict", "check grade"}),
        (
            {"degeneration_grade": None, "fat_infiltration_ci95": (5.0, 30.0)},
            {"grade open"},
        ),
    ],
)
def test_what_is_missing_is_said_and_what_to_do(
    changes: dict[str, Any], expected: set[str]
) -> None:
    assert expected <= set(codes(**changes))


@pytest.mark.parametrize(
    ("area_mm2", "written"),
    [(812.37, "812 mm2"), (99.94, "99.9 mm2"), (0.0, "0.0 mm2"), (1_000_000.0, "1000000 mm2")],
)
def test_areas_are_written_with_what_can_be_read_off_them(area_mm2: float, written: str) -> None:
    assert facts(made(muscle_area_mm2=area_mm2))["area"] == written


def test_both_sides_are_written_in_the_plural_as_means() -> None:
    summary = rules_report(made(side="bilateral")).summary
    assert summary.startswith("Both multifidus muscles at L4-L5 measure 812 mm2")
    assert "mean fat infiltration of 23.4 %" in summary


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Summary: a",
        "Summary: a Risk: b",
        "Risk: b Summary: a Recommendation: c",
        "Summary: a Risk: b Risk: b Recommendation: c",
        "Summary: Risk: b Recommendation: c",
        "First. Summary: a Risk: b Recommendation: c",
    ],
)
def test_a_text_without_its_sections_is_none(text: str) -> None:
    assert ReportText.parse(text) is None
