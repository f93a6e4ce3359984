"""From measurements to a report, by rules alone.

The rules decide what is said (`report_statements`) and with what numbers (`report_facts`). Their
own words are each statement's first wording; a language model may choose other wordings of the same
statements (`report_prompt`), and `report_checker` holds it to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from multifidus import report_grammar
from multifidus.report_facts import facts
from multifidus.report_grammar import Node
from multifidus.report_input import ReportInput
from multifidus.report_statements import SECTIONS, statements

_HEADINGS = re.compile(
    r"\s+".join(rf"{name.capitalize()}: (?P<{name}>\S.*?)" for name in SECTIONS), re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class ReportText:
    """A report.

    Attributes
    ----------
    summary : str
        What was measured.
    risk : str
        What the evidence allows to say about it.
    recommendation : str
        What to do with it; ends in the disclaimer.
    """

    summary: str
    risk: str
    recommendation: str

    def __str__(self) -> str:
        return "\n".join(f"{name.capitalize()}: {getattr(self, name)}" for name in SECTIONS)

    @classmethod
    def parse(cls, text: str) -> ReportText | None:
        """Take a text apart by its headings; None where it does not have each of them once."""
        found = _HEADINGS.fullmatch(text.strip())
        if found is None or any(text.count(f"{name.capitalize()}:") != 1 for name in SECTIONS):
            return None
        return cls(**{name: found[name].strip() for name in SECTIONS})


def rules_report(report_input: ReportInput) -> ReportText:
    """Write the report in the rules' own words."""
    return filled(marked_report(report_input, report_grammar.first), report_input)


def marked_report(report_input: ReportInput, write: Callable[[Node], str]) -> ReportText:
    """Write the report with marks in the place of facts.

    Parameters
    ----------
    report_input : ReportInput
        The measurements.
    write : callable
        Chooses one text of a statement's template.
    """
    said = statements(report_input)
    return ReportText(
        **{
            section: " ".join(
                write(statement.template) for statement in said if statement.section == section
            )
            for section in SECTIONS
        }
    )


def filled(report: ReportText, report_input: ReportInput) -> ReportText:
    """Put the facts in the place of a report's marks."""
    known = facts(report_input)
    return ReportText(
        **{section: report_grammar.fill(getattr(report, section), known) for section in SECTIONS}
    )


def sources(report_input: ReportInput) -> tuple[str, ...]:
    """Return the studies that a report rests on, each once."""
    found = (statement.source for statement in statements(report_input))
    return tuple(dict.fromkeys(source for source in found if source is not None))
