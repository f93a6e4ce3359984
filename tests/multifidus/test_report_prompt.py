"""What the model is told, and what is made of its answers."""

from __future__ import annotations

import dataclasses
import math
import re

import pytest

from multifidus.report_checker import check
from multifidus.report_grammar import Choice, Node, Sequence, first, variant
from multifidus.report_input import ReportInput
from multifidus.report_prompt import PROMPT_WORD, VARIANTS, fill_marks, plan, prompts
from multifidus.report_rules import rules_report
from multifidus.report_statements import WORDING, statements
from training.report.inputs import draw_input, seeded

ABOUT = ReportInput(
    level="L4-L5",
    side="right",
    muscle_area_mm2=812.4,
    fat_infiltration_pct=23.4,
    degeneration_grade=1,
    asymmetry_pct=7.3,
)


def answers(about: ReportInput) -> list[str]:
    return [first(statement.template) for statement in statements(about)]


def test_each_statement_has_a_prompt_that_says_what_its_wording_depends_on() -> None:
    asked = [re.sub(r"^report variant\.[a-l] ", "", each) for each in prompts(ABOUT)]
    assert asked == [
        "about.one-side about.level about.no-interval summary.area-and-fat",
        "summary.grade",
        "summary.asymmetry",
        "risk.fat-of-women-and-men",
        "risk.fat-otherwise-measured",
        "risk.area-against-men-within",
        "risk.middle-grade",
        "risk.asymmetry",
        "recommendation.read-together",
        "recommendation.compare-alike",
        "recommendation.disclaimer",
    ]


def test_one_prompt_is_one_set_of_texts() -> None:
    # Were something left out that the wording depends on, the model could not know it.
    random = seeded("sets")
    templates: dict[str, Node] = {}
    for _ in range(1000):
        about = draw_input(random)
        for asked, statement in zip(prompts(about), statements(about), strict=True):
            words = asked.split(" ", 2)[2]
            assert templates.setdefault(words, statement.template) == statement.template
    assert len(templates) > len(WORDING)


def test_no_number_level_or_side_is_in_a_prompt() -> None:
    random = seeded("prompts")
    for _ in range(200):
        for asked in prompts(draw_input(random)):
            task, *words = asked.split(" ")
            assert task == "report"
            assert all(PROMPT_WORD.fullmatch(word) for word in words)
            assert not re.search(r"\d", asked)


def test_the_same_facts_are_asked_for_in_the_same_words_and_others_often_in_others() -> None:
    assert prompts(dataclasses.replace(ABOUT)) == prompts(ABOUT)
    other = dataclasses.replace(ABOUT, muscle_area_mm2=813.7)
    assert plan(other) == plan(ABOUT)
    assert prompts(other) != prompts(ABOUT)
    random = seeded("variants")
    found = {asked.split(" ")[1] for _ in range(50) for asked in prompts(draw_input(random))}
    assert len(found) == VARIANTS


def test_the_variants_reach_every_option_of_every_template() -> None:
    random = seeded("options")
    for _ in range(100):
        for statement in statements(draw_input(random)):
            assert VARIANTS % _common_multiple(statement.template) == 0
            assert variant(statement.template, 0) == first(statement.template)


def _common_multiple(node: Node) -> int:
    match node:
        case Choice(options):
            return math.lcm(len(options), *map(_common_multiple, options))
        case Sequence(parts):
            return math.lcm(*map(_common_multiple, parts))
        case _:
            return 1


def test_sentences_become_a_report() -> None:
    random = seeded("answers")
    for about in (ABOUT, *(draw_input(random) for _ in range(100))):
        assert fill_marks(answers(about), about) == str(rules_report(about))


def test_spaces_around_a_sentence_are_not_the_reports() -> None:
    spaced = [f"  {answer} \n" for answer in answers(ABOUT)]
    assert fill_marks(spaced, ABOUT) == str(rules_report(ABOUT))


def test_what_the_model_left_out_is_not_made_up() -> None:
    said = answers(ABOUT)
    for number in range(len(said)):
        text = fill_marks([*said[:number], "", *said[number + 1 :]], ABOUT)
        assert check(text, ABOUT)


def test_marks_without_a_fact_stay_and_are_refused() -> None:
    unknown = dataclasses.replace(ABOUT, asymmetry_pct=None)
    said = answers(unknown)
    text = fill_marks(["It is [asymmetry].", *said[1:]], unknown)
    assert "[asymmetry]" in text
    assert "unfilled_mark" in {problem.code for problem in check(text, unknown)}


def test_too_few_or_too_many_sentences_are_refused() -> None:
    for wrong in (answers(ABOUT)[:-1], [*answers(ABOUT), "More."]):
        with pytest.raises(ValueError, match="zip"):
            fill_marks(wrong, ABOUT)
