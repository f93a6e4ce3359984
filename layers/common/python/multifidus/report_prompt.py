"""What the language model reads, and how its answer becomes a text.

The model is told what to say, not the numbers: which statements the rules chose, about one side or
both. It answers with marks such as `[area]` in the place of every number, level and side, and code
fills those from the rules' facts. Copying digits is what small language models get wrong; here no
digit passes through one.
"""

from __future__ import annotations

from multifidus import report_grammar
from multifidus.report_facts import facts
from multifidus.report_input import ReportInput
from multifidus.report_rules import ReportText
from multifidus.report_statements import SECTIONS, fat_form, statements, subject_form

TASK = "report"
"""First word of the prompt."""


def prompt(report_input: ReportInput) -> str:
    """Say what the report has to state, as the model reads it.

    Inputs that allow the same statements have the same prompt, whatever their numbers.
    """
    return f"{TASK}: {plan(report_input)}"


def plan(report_input: ReportInput) -> str:
    """Return the statements section by section, after what it is about."""
    form = [*subject_form(report_input), fat_form(report_input)]
    said = statements(report_input)
    parts = [", ".join(form)]
    for section in SECTIONS:
        codes = [
            f"{statement.code} {statement.position}".strip()
            for statement in said
            if statement.section == section
        ]
        parts.append(f"{section}: {', '.join(codes)}")
    return "; ".join(parts)


def fill_marks(answer: str, report_input: ReportInput) -> str:
    """Put the facts in the place of the marks in a model's answer, one section on each line.

    A mark that the input has no fact for stays, and `report_checker` refuses it. So does an answer
    without its sections, which comes back on one line.
    """
    text = report_grammar.fill(" ".join(answer.split()), facts(report_input))
    report = ReportText.parse(text)
    return text if report is None else str(report)
