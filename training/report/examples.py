"""Pairs of prompt and answer, for the base and for the adapter.

The base learns to word statements, sections and whole texts in several forms, none of which is the
report's. The adapter learns the report: Summary, Risk, Recommendation.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from multifidus import report_grammar
from multifidus.report_facts import facts
from multifidus.report_input import ReportInput
from multifidus.report_prompt import TASK, about, plan, prompt, word
from multifidus.report_rules import ReportText
from multifidus.report_statements import SECTIONS, WORDING, Statement, statements
from training.report.gold import Gold, gold_examples
from training.report.inputs import draw_input, is_held_out, is_held_out_plan, seeded

_PLACES = {code: place for place, code in enumerate(WORDING)}

ANYTHING_SHARE = 0.4
"""Of the adapter's examples: statements that no rule would join; see `_form_of_anything`."""

LETTER_HEADINGS = ("Findings", "Meaning", "Advice")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A prompt and what is to be answered, marks unfilled.

    Attributes
    ----------
    prompt, answer : str
        As the model reads and writes them.
    """

    prompt: str
    answer: str


def one_line(report: ReportText) -> str:
    """Return a report as the model writes it."""
    return " ".join(str(report).split("\n"))


def report_example(random: Random, report_input: ReportInput) -> Example:
    """Return an example of the adapter's task, in any wording of the grammar."""
    return Example(
        prompt=prompt(report_input), answer=one_line(_named_report(random, report_input))
    )


def fine_tuning_example(random: Random, gold_share: float) -> Example:
    """Draw an example of the adapter's task: handwritten, or of the grammar."""
    if random.random() < gold_share:
        gold = random.choice(_gold_for_training())
        return Example(prompt=prompt(gold.report_input), answer=_named_gold(gold))
    drawn = draw_input(random, held_out=False)
    if random.random() < ANYTHING_SHARE:
        example = _form_of_anything(random, drawn)
        return dataclasses.replace(example, prompt=example.prompt.replace("form", TASK, 1))
    return report_example(random, drawn)


@lru_cache(maxsize=1)
def _gold_for_training() -> tuple[Gold, ...]:
    return tuple(gold for gold in gold_examples() if not is_held_out(gold.report_input))


def _named_gold(gold: Gold) -> str:
    """Put each statement's name before its words in a handwritten report."""
    report = ReportText.parse(gold.marked)
    assert report is not None, "a test holds that every handwritten report has its sections"  # noqa: S101
    unfilled = {mark: f"[{mark}]" for mark in facts(gold.report_input)}
    parts = []
    for section in SECTIONS:
        rest: str = getattr(report, section)
        parts.append(f"{section.capitalize()}:")
        for item in statements(gold.report_input):
            if item.section == section:
                end = max(report_grammar.ends(item.template, rest, frozenset({0}), unfilled))
                parts += [word(item), rest[:end]]
                rest = rest[end:].lstrip()
    return " ".join(parts)


def pretraining_example(random: Random) -> Example:
    """Draw an example of one of the base's tasks."""
    drawn = draw_input(random, held_out=False)
    task = random.choices(
        (_statement, _section, _note, _letter, form_example, _form_of_anything),
        (1, 1, 0.5, 1, 5, 12),
    )[0]
    return task(random, drawn)


def corpus(seed: int, count: int) -> list[str]:
    """Return lines for the tokenizer: prompts and answers of all tasks."""
    random = seeded(seed)
    lines = []
    for _ in range(count):
        report = report_example(random, draw_input(random, held_out=False))
        other = pretraining_example(random)
        lines += [report.prompt, report.answer, other.prompt, other.answer]
    return lines


def _named(statement: Statement, random: Random) -> str:
    """Return a statement's name and a random text of it; see `multifidus.report_prompt`."""
    return f"{word(statement)} {report_grammar.sample(statement.template, random)}"


def _named_report(random: Random, report_input: ReportInput) -> ReportText:
    said = statements(report_input)
    return ReportText(
        **{
            section: " ".join(_named(item, random) for item in said if item.section == section)
            for section in SECTIONS
        }
    )


def _statement(random: Random, report_input: ReportInput) -> Example:
    said = random.choice(statements(report_input))
    return Example(
        prompt=f"say {about(report_input)} {word(said)}",
        answer=_named(said, random),
    )


def _section(random: Random, report_input: ReportInput) -> Example:
    section = random.choice(SECTIONS)
    report = _named_report(random, report_input)
    said = [word(item) for item in statements(report_input) if item.section == section]
    return Example(
        prompt=f"section {about(report_input)} {' '.join(said)}",
        answer=f"{section.capitalize()}: {getattr(report, section)}",
    )


def _note(random: Random, report_input: ReportInput) -> Example:
    report = _named_report(random, report_input)
    return Example(
        prompt=f"note {plan(report_input)}",
        answer=" ".join(getattr(report, section) for section in SECTIONS),
    )


def _letter(random: Random, report_input: ReportInput) -> Example:
    report = _named_report(random, report_input)
    parts = [
        f"{heading}: {getattr(report, section)}"
        for heading, section in zip(LETTER_HEADINGS, SECTIONS, strict=True)
    ]
    return Example(prompt=f"letter {plan(report_input)}", answer=" ".join(parts))


def _form_of_anything(random: Random, report_input: ReportInput) -> Example:
    """Draw statements for each section that no rule would put together, often in any order.

    Real combinations come so often that a model learns them by heart, and fails on new ones. From
    these it can only learn to read.
    """
    form = statements(report_input)[0].form
    drawn = [item for _ in range(10) for item in statements(draw_input(random))]
    in_order = random.random() < 0.5
    words, parts = [about(report_input)], []
    for section in SECTIONS:
        pool = {word(item): item for item in drawn if item.section == section}
        chosen = random.sample(sorted(pool), min(len(pool), random.randint(1, 5)))
        if in_order:
            chosen.sort(key=lambda name: _PLACES[pool[name].code])
        words += chosen
        said = [
            # What the wording depends on is this input's, but for where a value stands.
            dataclasses.replace(pool[name], form=(*form, *pool[name].form[len(form) :]))
            for name in chosen
        ]
        texts = [_named(item, random) for item in said]
        parts.append(f"{section.capitalize()}: {' '.join(texts)}")
    if is_held_out_plan(" ".join(words)):
        return _form_of_anything(random, report_input)
    return Example(prompt=f"form {' '.join(words)}", answer=" ".join(parts))


def form_example(random: Random, report_input: ReportInput) -> Example:
    """Return a report under the name by which the base knows it."""
    example = report_example(random, report_input)
    return Example(prompt=f"form {plan(report_input)}", answer=example.answer)
