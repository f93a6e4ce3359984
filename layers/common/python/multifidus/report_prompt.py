"""What the language model reads, and how its answer becomes a text.

The model is told what to say, not the numbers: which statements the rules chose, about one side or
both. It answers with marks such as `[area]` in the place of every number, level and side, and code
fills those from the rules' facts. Copying digits is what small language models get wrong; here no
digit passes through one.

Before each statement it names it, by the word of the prompt; code takes the names out again, and
puts what it named into the order of the rules. So it goes through its plan word by word, and writes
one sentence at a time. Without the names a small model learns whole combinations by heart, and
fails on those that it has not seen.
"""

from __future__ import annotations

import re

from multifidus import report_grammar
from multifidus.report_facts import facts
from multifidus.report_input import ReportInput
from multifidus.report_rules import ReportText
from multifidus.report_statements import (
    SECTIONS,
    Statement,
    fat_form,
    statements,
    subject_form,
)

TASK = "report"
"""First word of the prompt."""

PROMPT_WORD = re.compile(r"(?:about|summary|risk|recommendation)\.[a-z-]+")
"""What the other words of a prompt look like."""

_HEADING = re.compile("|".join(f"{section.capitalize()}:" for section in SECTIONS))


def prompt(report_input: ReportInput) -> str:
    """Say what the report has to state, as the model reads it.

    Inputs that allow the same statements have the same prompt, whatever their numbers.
    """
    return f"{TASK} {plan(report_input)}"


def plan(report_input: ReportInput) -> str:
    """Return what it is about and the statements, in order, as one word each."""
    return " ".join((about(report_input), *map(word, statements(report_input))))


def about(report_input: ReportInput) -> str:
    """Say whether it is about one side or both, and whether level and interval are known."""
    form = (*subject_form(report_input), fat_form(report_input))
    return " ".join(_word("about", name) for name in form)


def word(statement: Statement) -> str:
    """Return a statement as the prompt names it, such as `summary.area-and-fat`."""
    name = statement.code.removeprefix(f"{statement.section} ")
    return _word(statement.section, f"{name} {statement.position}".strip())


def _word(section: str, name: str) -> str:
    return f"{section}.{name.replace(' ', '-')}"


def fill_marks(answer: str, report_input: ReportInput) -> str:
    """Put the facts in the place of the marks in a model's answer, one section on each line.

    A mark that the input has no fact for stays, and `report_checker` refuses it. So does an answer
    without its sections, which comes back on one line.
    """
    plain = " ".join(_in_order(answer, report_input).split())
    text = report_grammar.fill(plain, facts(report_input))
    report = ReportText.parse(text)
    return text if report is None else str(report)


def _in_order(answer: str, report_input: ReportInput) -> str:
    """Put the statements that an answer names under their headings, in the rules' order.

    Each once, and none that the rules did not choose. What was left out stays left out.
    """
    names = list(PROMPT_WORD.finditer(answer))
    if not names:
        return answer
    ends = [*(name.start() for name in names[1:]), len(answer)]
    worded: dict[str, str] = {}
    for name, end in zip(names, ends, strict=True):
        worded.setdefault(name.group(), _HEADING.sub("", answer[name.end() : end]))
    parts = []
    for section in SECTIONS:
        chosen = [word(item) for item in statements(report_input) if item.section == section]
        parts += [f"{section.capitalize()}:", *(worded.get(name, "") for name in chosen)]
    return " ".join(parts)
