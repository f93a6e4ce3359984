"""What the model is told, and what is made of its answer."""

from __future__ import annotations

import dataclasses
import re

from multifidus.report_checker import check
from multifidus.report_grammar import first
from multifidus.report_input import ReportInput
from multifidus.report_prompt import PROMPT_WORD, fill_marks, prompt
from multifidus.report_rules import marked_report, rules_report
from training.report.inputs import draw_input, seeded

ABOUT = ReportInput(
    level="L4-L5",
    side="right",
    muscle_area_mm2=812.4,
    fat_infiltration_pct=23.4,
    degeneration_grade=1,
    asymmetry_pct=7.3,
)


def test_the_prompt_says_what_to_say() -> None:
    assert prompt(ABOUT) == (
        "report about.one-side about.level about.no-interval summary.area-and-fat summary.grade "
        "summary.asymmetry risk.fat-of-women-and-men risk.fat-otherwise-measured "
        "risk.area-against-men-within risk.middle-grade risk.asymmetry "
        "recommendation.read-together recommendation.compare-alike recommendation.disclaimer"
    )


def test_no_number_level_or_side_is_in_a_prompt() -> None:
    random = seeded("prompts")
    for _ in range(500):
        task, *words = prompt(draw_input(random)).split(" ")
        assert task == "report"
        assert all(PROMPT_WORD.fullmatch(word) for word in words)
        assert not re.search(r"\d", " ".join(words))


def test_other_numbers_that_allow_the_same_are_the_same_prompt() -> None:
    other = dataclasses.replace(
        ABOUT, level="L5-S1", side="left", muscle_area_mm2=700.0, fat_infiltration_pct=30.1
    )
    assert prompt(other) == prompt(ABOUT)
    assert prompt(dataclasses.replace(ABOUT, level=None)) != prompt(ABOUT)


def test_an_answer_on_one_line_becomes_a_report() -> None:
    random = seeded("answers")
    for about in (ABOUT, *(draw_input(random) for _ in range(100))):
        answer = " ".join(str(marked_report(about, first)).split("\n"))
        assert fill_marks(answer, about) == str(rules_report(about))


def test_named_statements_are_put_in_order_and_their_names_taken_out() -> None:
    answer = (
        "Summary: summary.grade Grade. summary.area-and-fat It is [area]. summary.grade Again. "
        "risk.no-such No. Risk: risk.middle-grade None. Recommendation: "
        "recommendation.disclaimer X."
    )
    assert fill_marks(answer, ABOUT) == (
        "Summary: It is 812 mm2. Grade.\nRisk: None.\nRecommendation: X."
    )


def test_what_the_model_left_out_is_not_made_up() -> None:
    answer = "Summary: summary.area-and-fat It is [area]. Risk: risk.middle-grade None."
    text = fill_marks(answer, ABOUT)
    assert text == "Summary: It is 812 mm2. Risk: None. Recommendation:"
    assert [problem.code for problem in check(text, ABOUT)] == ["format"]


def test_marks_without_a_fact_stay_and_are_refused() -> None:
    unknown = dataclasses.replace(ABOUT, level=None)
    answer = str(marked_report(ABOUT, first))
    text = fill_marks(answer, unknown)
    assert "[level]" in text
    assert "unfilled_mark" in {problem.code for problem in check(text, unknown)}


def test_an_answer_without_sections_comes_back_on_one_line() -> None:
    assert fill_marks("  [area] \n and more ", ABOUT) == "812 mm2 and more"
