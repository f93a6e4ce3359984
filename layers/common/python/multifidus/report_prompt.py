"""What the language model reads, and how its answers become a text.

The model is asked for one statement at a time: which it is, what its wording depends on, and which
of its variants to write. It is told no number, and answers with one sentence that has marks such as
`[area]` in the place of every number, level and side. Code fills those from the rules' facts, and
puts the sentences under their headings in the rules' order. Copying digits, and keeping long lists
in order, is what small language models get wrong; here neither passes through one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from multifidus import report_grammar
from multifidus.report_facts import facts
from multifidus.report_input import ReportInput
from multifidus.report_statements import (
    SECTIONS,
    WORDING,
    Statement,
    fat_form,
    statements,
    subject_form,
)

TASK = "report"
"""First word of a prompt."""

VARIANTS = 12
"""Wordings that may be asked for: a multiple of every number of options in a template, so that all
of them are reached."""

PROMPT_WORD = re.compile(r"(?:variant|about|summary|risk|recommendation)\.[a-z-]+")
"""What the other words of a prompt look like."""

_NAMED = re.compile(r"<([A-Za-z_ ]+)>")
_OF_SIDES = {"subject", "measures", "has", "fat noun", "area"}
_OF_LEVEL = {"subject"}
_OF_INTERVAL = {"fat"}


def prompts(report_input: ReportInput) -> tuple[str, ...]:
    """Return what the model is asked: one prompt for each statement, in the rules' order.

    Which variant is asked for hangs on the facts that the report states: other numbers are often
    put in other words, the same ones always in the same.
    """
    stated = repr(sorted(facts(report_input).items()))
    return tuple(
        f"{TASK} {ask(statement, report_input, _number(f'{statement.code} {stated}'))}"
        for statement in statements(report_input)
    )


def ask(statement: Statement, report_input: ReportInput, number: int) -> str:
    """Return the words of a prompt: variant, what the wording depends on, statement."""
    letter = chr(ord("a") + number)
    return " ".join((f"variant.{letter}", *_about(statement, report_input), word(statement)))


def plan(report_input: ReportInput) -> str:
    """Return everything that a report says, in order, as one word each: its combination."""
    form = (*subject_form(report_input), fat_form(report_input))
    named = (_word("about", name) for name in form)
    return " ".join((*named, *map(word, statements(report_input))))


def word(statement: Statement) -> str:
    """Return a statement as a prompt names it, such as `summary.area-and-fat`."""
    name = statement.code.removeprefix(f"{statement.section} ")
    return _word(statement.section, f"{name} {statement.position}".strip())


def _about(statement: Statement, report_input: ReportInput) -> list[str]:
    """Say one side or both, level and interval, where the statement's wording depends on it."""
    named = {name[0].lower() + name[1:] for name in _NAMED.findall(WORDING[statement.code])}
    sides, level = subject_form(report_input)
    depends = ((_OF_SIDES, sides), (_OF_LEVEL, level), (_OF_INTERVAL, fat_form(report_input)))
    return [_word("about", form) for names, form in depends if named & names]


def _word(section: str, name: str) -> str:
    return f"{section}.{name.replace(' ', '-')}"


def _number(text: str) -> int:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") % VARIANTS


def fill_marks(answers: Sequence[str], report_input: ReportInput) -> str:
    """Put a model's sentences under their headings, one section on each line, marks filled.

    A mark that the input has no fact for stays, and `report_checker` refuses it.

    Parameters
    ----------
    answers : sequence of str
        One for each of `prompts`, in their order.
    report_input : ReportInput
        What they are about.

    Raises
    ------
    ValueError
        There are more or fewer answers than statements.
    """
    pairs = list(zip(statements(report_input), answers, strict=True))
    known, lines = facts(report_input), []
    for section in SECTIONS:
        said = [" ".join(answer.split()) for item, answer in pairs if item.section == section]
        lines.append(f"{section.capitalize()}: {' '.join(said)}")
    return report_grammar.fill("\n".join(lines), known)
