"""No corrupted report passes, and hardly a good one is refused."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from multifidus.report_checker import CERTAINTY, MAX_CHARACTERS, check
from multifidus.report_grammar import literals
from multifidus.report_input import ReportInput
from multifidus.report_rules import ReportText, rules_report
from multifidus.report_statements import statements
from tests.multifidus.report_corruption import CORRUPTIONS, good_report
from training.report.inputs import draw_input, seeded

TEXTS = 1000

SEVERE = ReportInput(
    level="L5-S1",
    side="right",
    muscle_area_mm2=540.9,
    fat_infiltration_pct=63.7,
    degeneration_grade=2,
    fat_infiltration_ci95=(56.0, 70.2),
    asymmetry_pct=18.4,
)
LEVEL_UNKNOWN = ReportInput(
    level=None,
    side="bilateral",
    muscle_area_mm2=None,
    fat_infiltration_pct=24.0,
    degeneration_grade=1,
    quality_flags=("no_spacing",),
)


def corrupted(number: int) -> tuple[str, str, ReportInput]:
    """Return the name of a corruption, the text it gives, and what the text is about."""
    random = seeded(f"corrupted {number}")
    while True:
        corrupt = CORRUPTIONS[number % len(CORRUPTIONS)]
        about = draw_input(random)
        good = good_report(random, about)
        text = corrupt(good, about, random)
        if text is not None and text.split() != good.split():
            return corrupt.__name__, text, about


def test_none_of_a_thousand_corrupted_texts_passes() -> None:
    kinds: Counter[str] = Counter()
    passed = []
    for number in range(TEXTS):
        kind, text, about = corrupted(number)
        kinds[kind] += 1
        if not check(text, about):
            passed.append((kind, text))
    assert not passed
    assert len(kinds) == len(CORRUPTIONS)
    assert sum(kinds.values()) == TEXTS


def test_less_than_one_in_a_hundred_good_texts_is_refused() -> None:
    random = seeded("good")
    refused = 0
    for _ in range(TEXTS):
        about = draw_input(random)
        refused += bool(check(good_report(random, about), about))
    assert refused < TEXTS / 100


def test_the_rules_own_text_always_passes() -> None:
    random = seeded("rules")
    for _ in range(TEXTS // 2):
        about = draw_input(random)
        assert check(str(rules_report(about)), about) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("541 mm2", "542 mm2", "number"),
        ("63.7 %", "64 %", "number"),
        ("at L5-S1", "at L4-L5", "level"),
        ("right multifidus", "left multifidus", "side"),
        ("right multifidus", "multifidus", "side"),
        ("was associated with", "predicts", "certainty"),
        ("having ever had", "always having", "certainty"),
        ("541 mm2", "[area]", "unfilled_mark"),
        ("This is a research tool and not a medical device.", "Good luck.", "disclaimer"),
        ("Risk: ", "Risks: ", "format"),
        ("Summary: ", "", "format"),
        ("Read these numbers", "Ignore these numbers", "statement"),
        ("Read these numbers", "See a doctor. Read these numbers", "statement"),
    ],
)
def test_a_problem_is_named(old: str, new: str, code: str) -> None:
    text = str(rules_report(SEVERE))
    assert old in text
    assert code in {problem.code for problem in check(text.replace(old, new), SEVERE)}


def test_a_level_that_was_not_given_is_found() -> None:
    text = str(rules_report(LEVEL_UNKNOWN)).replace("muscles have", "muscles at L4-L5 have")
    assert "level" in {problem.code for problem in check(text, LEVEL_UNKNOWN)}


def test_one_of_both_sides_alone_is_found() -> None:
    text = str(rules_report(LEVEL_UNKNOWN)).replace("Both multifidus muscles", "The left one")
    assert "side" in {problem.code for problem in check(text, LEVEL_UNKNOWN)}


def test_a_long_text_is_refused_before_it_is_read() -> None:
    text = str(rules_report(SEVERE)) + " " * MAX_CHARACTERS
    assert [problem.code for problem in check(text, SEVERE)] == ["too_long"]


def test_an_empty_text_has_no_form() -> None:
    assert [problem.code for problem in check("", SEVERE)] == ["format"]


def test_no_template_claims_certainty() -> None:
    random = seeded("certainty")
    for _ in range(300):
        for statement in statements(draw_input(random)):
            assert not CERTAINTY.search(" ".join(literals(statement.template)))


@pytest.mark.parametrize("section", ["summary", "risk", "recommendation"])
def test_a_section_with_only_a_part_of_its_statements_is_refused(section: str) -> None:
    report = rules_report(SEVERE)
    shorter = getattr(report, section).split(". ", 1)[-1]
    parts = {name: getattr(report, name) for name in ("summary", "risk", "recommendation")}
    assert check(str(ReportText(**{**parts, section: shorter})), SEVERE)


def test_random_draws_are_repeatable() -> None:
    first, second = (draw_input(Random(3)) for _ in range(2))  # noqa: S311 - no secrets
    assert first == second
