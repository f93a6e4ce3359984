"""Facts, prompts, model, marks, check; and the rules' own words wherever that goes wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from random import Random

import pytest

from functions.report.engine import ReportEngine
from functions.report.reporter import Reporter, Written
from multifidus.inference_log import StageTimer
from multifidus.report_checker import check
from multifidus.report_grammar import first, sample
from multifidus.report_input import ReportInput
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import prompts
from multifidus.report_rules import rules_report
from multifidus.report_statements import statements
from tests.functions.report.parrot import KNOWN_INPUT, KNOWN_LEFT, known_answers

LEFT = KNOWN_LEFT
FATTY = dataclasses.replace(
    KNOWN_INPUT,
    fat_infiltration_pct=70.0,
    fat_infiltration_ci95=(61.0, 79.0),
    degeneration_grade=2,
)


class WordsOf:
    """An engine that answers by a function of the prompt, and counts."""

    manifest = ReportManifest(
        name="words",
        version="1",
        files={"model.bin": "0" * 64, "spiece.model": "0" * 64},
        max_input_tokens=9,
        max_output_tokens=9,
    )

    def __init__(self, answer: Callable[[str], str]) -> None:
        self.asked: list[list[str]] = []
        self._answer = answer

    def write(self, prompts: Sequence[str]) -> list[str]:
        self.asked.append(list(prompts))
        return [self._answer(each) for each in prompts]


def worded(*inputs: ReportInput, random: Random | None = None) -> Callable[[str], str]:
    """Answer the prompts of some inputs by first wordings, or by random ones."""
    said = {
        asked: first(item.template) if random is None else sample(item.template, random)
        for about in inputs
        for asked, item in zip(prompts(about), statements(about), strict=True)
    }
    return said.__getitem__


def written(engine: WordsOf | ReportEngine | None, *inputs: ReportInput) -> list[Written]:
    return Reporter(engine).write(inputs, timer=StageTimer())


def test_a_text_by_the_model_is_given_where_it_says_what_it_must(engine: ReportEngine) -> None:
    (report,) = written(engine, KNOWN_INPUT)
    assert (report.source, report.caught, report.failure) == ("model", (), None)
    assert check(str(report.text), KNOWN_INPUT) == []
    assert "812" in report.text.summary


def test_the_same_words_about_another_side_have_its_numbers(engine: ReportEngine) -> None:
    right, left = written(engine, KNOWN_INPUT, LEFT)
    assert (right.source, left.source) == ("model", "model")
    assert "left" in left.text.summary
    assert "799" in left.text.summary
    assert "812" not in str(left.text)


def test_a_text_that_says_something_else_is_caught(engine: ReportEngine) -> None:
    (report,) = written(engine, FATTY)
    assert report.source == "rules"
    assert report.text == rules_report(FATTY)
    assert "statement" in report.caught


def test_other_wordings_of_the_same_statements_are_let_through() -> None:
    random = Random(5)  # noqa: S311 - of words
    one, other = (
        written(WordsOf(worded(KNOWN_INPUT, random=random)), KNOWN_INPUT)[0] for _ in range(2)
    )
    assert (one.source, other.source) == ("model", "model")
    assert one.text != other.text


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda _: "", "format"),
        (lambda text: f"Risk: {text}", "format"),
        (lambda text: text.replace("[fat]", "24.6 %"), "number"),
        (lambda text: text.replace("[level]", "L5-S1"), "level"),
        (lambda text: text.replace("[side]", "left"), "side"),
        (lambda text: text.replace("[fat]", "[nothing]"), "unfilled_mark"),
        (lambda text: text.replace("Healthy", "This predicts pain. Healthy"), "certainty"),
        (lambda text: text.replace("Healthy", "Do not lift anything. Healthy"), "statement"),
        (lambda text: text.replace("Healthy adults differ", "Healthy adults do not"), "statement"),
        (lambda text: text.replace("and not a medical device", ""), "disclaimer"),
        (lambda text: text * 100, "too_long"),
    ],
)
def test_what_is_caught_is_named_and_replaced(spoil: Callable[[str], str], code: str) -> None:
    (report,) = written(WordsOf(lambda asked: spoil(known_answers()[asked])), KNOWN_INPUT)
    assert report.source == "rules"
    assert report.text == rules_report(KNOWN_INPUT)
    assert code in report.caught


def test_one_sentence_that_is_caught_gives_the_whole_text_to_the_rules() -> None:
    answers = known_answers() | {prompts(KNOWN_INPUT)[1]: "This is Kjaer grade [grade]."}
    (report,) = written(WordsOf(answers.__getitem__), KNOWN_INPUT)
    assert (report.source, report.caught) == ("rules", ("statement",))
    assert report.text == rules_report(KNOWN_INPUT)


def test_one_side_may_be_caught_and_the_other_not(engine: ReportEngine) -> None:
    assert [report.source for report in written(engine, KNOWN_INPUT, FATTY)] == ["model", "rules"]


def test_without_a_model_the_rules_write() -> None:
    timer = StageTimer()
    (report,) = Reporter(None).write([KNOWN_INPUT], timer=timer)
    assert report == Written(text=rules_report(KNOWN_INPUT), source="rules")
    assert timer.timings_ms == {}
    assert Reporter(None).manifest is None


def test_a_model_that_fails_does_not_fail_the_report() -> None:
    def fail(_: str) -> str:
        raise RuntimeError("out of memory")

    reports = written(WordsOf(fail), KNOWN_INPUT, LEFT)
    assert [report.source for report in reports] == ["rules", "rules"]
    assert reports[1].text == rules_report(LEFT)
    assert all(isinstance(report.failure, RuntimeError) for report in reports)


def test_too_few_texts_are_a_failure() -> None:
    class Short(WordsOf):
        def write(self, prompts: Sequence[str]) -> list[str]:
            return super().write(prompts)[:-1]

    (report,) = written(Short(str), KNOWN_INPUT)
    assert report.source == "rules"
    assert isinstance(report.failure, ValueError)


def test_all_sentences_of_both_sides_are_one_run_and_both_stages_are_timed() -> None:
    engine = WordsOf(worded(KNOWN_INPUT, FATTY))
    timer = StageTimer()
    Reporter(engine).write([KNOWN_INPUT, FATTY], timer=timer)
    (asked,) = engine.asked
    assert len(asked) == len(set(asked))
    assert set(asked) == {*prompts(KNOWN_INPUT), *prompts(FATTY)}
    assert set(timer.timings_ms) == {"model", "check"}


def test_the_model_is_told_no_number() -> None:
    engine = WordsOf(worded(KNOWN_INPUT))
    written(engine, KNOWN_INPUT)
    assert not [letter for asked in engine.asked[0] for letter in asked if letter.isdigit()]


def test_what_was_written_before_is_not_written_again() -> None:
    engine = WordsOf(worded(KNOWN_INPUT, LEFT))
    reporter = Reporter(engine)
    first_time = reporter.write([KNOWN_INPUT], timer=StageTimer())
    reporter.write([LEFT], timer=StageTimer())
    again = reporter.write([KNOWN_INPUT], timer=StageTimer())
    assert again == first_time
    # The other side has other facts and so other prompts, but only those are new.
    assert engine.asked == [
        list(prompts(KNOWN_INPUT)),
        [asked for asked in prompts(LEFT) if asked not in prompts(KNOWN_INPUT)],
    ]


def test_what_is_remembered_is_bounded() -> None:
    engine = WordsOf(worded(KNOWN_INPUT, FATTY))
    reporter = Reporter(engine, max_remembered=len(prompts(KNOWN_INPUT)))
    for about in (KNOWN_INPUT, KNOWN_INPUT, FATTY, KNOWN_INPUT):
        reporter.write([about], timer=StageTimer())
    assert len(engine.asked) == 3  # the second was remembered, and forgotten by the fourth
    assert engine.asked[2]
