"""Inputs, examples, handwritten reports: all of the space, all good, held out by combination."""

from __future__ import annotations

from collections import Counter

import pytest

from multifidus.norms import ALL_LEVELS
from multifidus.report_checker import check
from multifidus.report_input import INFORMING_FLAGS, SIDES, UNTRUSTED_FLAGS, ReportInput
from multifidus.report_prompt import PROMPT_WORD, fill_marks, plan, prompts
from multifidus.report_rules import ReportText, filled
from multifidus.report_statements import WORDING, statements
from training.report.examples import (
    fine_tuning_example,
    gold_sentences,
    pretraining_example,
    sentences,
    sentences_held_out,
)
from training.report.gold import Gold, gold_examples
from training.report.inputs import (
    HELD_OUT_ONE_IN,
    HELD_OUT_PROMPTS_ONE_IN,
    draw_input,
    is_held_out,
    seeded,
)
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
    texts = {f"report {each.words}": each.text for each in sentences()}
    for each in drawn[:500]:
        assert check(fill_marks([texts[asked] for asked in prompts(each)], each), each) == []


def test_all_that_can_be_asked_is_an_example_or_held_out(drawn: list[ReportInput]) -> None:
    known = {f"report {each.words}" for each in sentences()}
    assert (
        len(known) == len(sentences()) == sum(len(sentences_held_out(one)) for one in (False, True))
    )
    assert {asked for each in drawn for asked in prompts(each)} <= known


def test_the_held_out_share_of_combinations_and_of_prompts(drawn: list[ReportInput]) -> None:
    held = {plan(each) for each in drawn if is_held_out(each)}
    assert held
    assert not held & {plan(each) for each in drawn if not is_held_out(each)}
    share = sum(map(is_held_out, drawn)) / len(drawn)
    assert share == pytest.approx(1.0 / HELD_OUT_ONE_IN, abs=0.05)
    share = len(sentences_held_out(True)) / len(sentences())
    assert share == pytest.approx(1.0 / HELD_OUT_PROMPTS_ONE_IN, abs=0.02)


def test_no_example_has_a_held_out_prompt() -> None:
    held = {each.words for each in sentences_held_out(True)}
    random = seeded("training")
    for _ in range(3000):
        for example in (fine_tuning_example(random, 0.5), pretraining_example(random)):
            task, words = example.prompt.split(" ", 1)
            assert words not in held
            assert not PROMPT_WORD.fullmatch(task)


def test_every_statement_in_every_form_is_an_example() -> None:
    def kinds(held_out: bool | None) -> set[str]:
        chosen = sentences() if held_out is None else sentences_held_out(held_out)
        return {each.words.split(" ", 1)[1] for each in chosen}

    assert kinds(False) == kinds(None)


def test_held_out_inputs_are_held_out_and_always_the_same() -> None:
    inputs = held_out_inputs(50)
    assert all(map(is_held_out, inputs))
    assert inputs == held_out_inputs(50)


def test_the_base_never_sees_the_reports_task_or_form() -> None:
    random = seeded("tasks")
    plain = {each.text for each in sentences()}
    examples = [pretraining_example(random) for _ in range(400)]
    assert {example.prompt.split(" ", 1)[0] for example in examples} == {"name", "item", "letter"}
    assert not plain & {example.answer for example in examples}


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
    report = ReportText.parse(gold.marked)
    assert report is not None
    text = str(filled(report, gold.report_input))
    assert check(text, gold.report_input) == []
    assert not any(letter.isdigit() for letter in gold.marked)


def test_most_of_what_was_written_by_hand_is_trained_on() -> None:
    # 151 different sentences; others are held out, or worded as no variant is.
    assert len({each.text for each in gold_sentences()}) > 0.75 * 151
