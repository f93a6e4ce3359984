"""Inputs, examples, handwritten reports: all of the space, all good, held out by combination."""

from __future__ import annotations

from collections import Counter

import pytest

from multifidus.norms import ALL_LEVELS
from multifidus.report_checker import check
from multifidus.report_input import INFORMING_FLAGS, SIDES, UNTRUSTED_FLAGS, ReportInput
from multifidus.report_prompt import fill_marks, prompt
from multifidus.report_rules import ReportText
from multifidus.report_statements import WORDING, statements
from training.report.examples import (
    Example,
    fine_tuning_example,
    pretraining_example,
    report_example,
)
from training.report.gold import Gold, gold_examples
from training.report.inputs import HELD_OUT_ONE_IN, draw_input, is_held_out, seeded
from training.report.scoring import held_out_inputs


@pytest.fixture(scope="module")
def drawn() -> list[ReportInput]:
    random = seeded("space")
    return [draw_input(random) for _ in range(4000)]


def test_the_generator_covers_the_space_of_inputs(drawn: list[ReportInput]) -> None:
    assert {each.level for each in drawn} == {None, *ALL_LEVELS}
    assert {each.side for each in drawn} == set(SIDES)
    assert {each.degeneration_grade for each in drawn} == {None, 0, 1, 2}
    assert {each.sex for each in drawn} == {None, "female", "male"}
    assert {each.trusted for each in drawn} == {True, False}
    assert {flag for each in drawn for flag in each.quality_flags} == {
        *UNTRUSTED_FLAGS,
        *INFORMING_FLAGS,
    }
    for name in ("muscle_area_mm2", "fat_infiltration_pct", "asymmetry_pct", "age"):
        assert any(getattr(each, name) is None for each in drawn), name
        assert any(getattr(each, name) is not None for each in drawn), name
    fat = [each.fat_infiltration_pct for each in drawn if each.fat_infiltration_pct is not None]
    assert (min(fat), max(fat)) == (0.0, 100.0)
    areas = [each.muscle_area_mm2 for each in drawn if each.muscle_area_mm2 is not None]
    assert min(areas) == 0.0
    assert max(areas) >= 100_000.0


def test_every_statement_is_drawn(drawn: list[ReportInput]) -> None:
    said = Counter(statement.code for each in drawn for statement in statements(each))
    assert set(said) == set(WORDING)
    assert min(said.values()) >= 10


def test_every_example_passes_the_checker(drawn: list[ReportInput]) -> None:
    random = seeded("examples")
    for each in drawn[:500]:
        example = report_example(random, each)
        assert "\n" not in example.answer
        assert check(fill_marks(example.answer, each), each) == []


def test_the_held_out_tenth_shares_no_prompt_with_training(drawn: list[ReportInput]) -> None:
    held = {prompt(each) for each in drawn if is_held_out(each)}
    trained = {prompt(each) for each in drawn if not is_held_out(each)}
    assert held
    assert not held & trained
    share = sum(map(is_held_out, drawn)) / len(drawn)
    assert share == pytest.approx(1.0 / HELD_OUT_ONE_IN, abs=0.05)
    random = seeded("training")
    for _ in range(300):
        for example in (fine_tuning_example(random, 0.5), pretraining_example(random)):
            about = example.prompt.split(" ", 1)[1]
            assert f"report {about}" not in held


def test_held_out_inputs_are_held_out_and_always_the_same() -> None:
    inputs = held_out_inputs(50)
    assert all(map(is_held_out, inputs))
    assert inputs == held_out_inputs(50)


def test_the_base_never_sees_the_reports_task() -> None:
    random = seeded("tasks")
    examples: list[Example] = [pretraining_example(random) for _ in range(400)]
    tasks = {example.prompt.split(" ", 1)[0] for example in examples}
    assert tasks == {"say", "section", "note", "letter", "form"}


def test_there_are_forty_handwritten_reports_and_more() -> None:
    gold = gold_examples()
    assert len(gold) >= 40
    assert len({each.marked for each in gold}) == len(gold)
    assert {each.report_input.side for each in gold} == set(SIDES)
    assert {each.report_input.level for each in gold} == {None, *ALL_LEVELS}
    said = {statement.code for each in gold for statement in statements(each.report_input)}
    assert said == set(WORDING)


@pytest.mark.parametrize("gold", gold_examples(), ids=range(len(gold_examples())))
def test_a_handwritten_report_passes_the_checker(gold: Gold) -> None:
    text = fill_marks(gold.marked, gold.report_input)
    assert ReportText.parse(text) is not None
    assert check(text, gold.report_input) == []
    assert not any(letter.isdigit() for letter in gold.marked)
