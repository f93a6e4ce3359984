"""What keeps a written report to its facts: no text passes that says anything else.

A text passes where it consists of the statements that the rules chose for the input, each once and
in order, in words of their templates, and of nothing else. The other checks would each catch its
own kind of fault without that; they say what was wrong, and stand guard should a template ever hold
what it must not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from multifidus import report_grammar
from multifidus.report_facts import facts
from multifidus.report_input import ReportInput
from multifidus.report_rules import ReportText
from multifidus.report_statements import SECTIONS, Statement, statements
from multifidus.report_wording import DISCLAIMER

MAX_CHARACTERS = 4000
"""Of a text. The longest that the rules can write is under half of that."""

CERTAINTY = re.compile(
    r"\b(?:predict\w*|prove[sdn]?|proof|guarantee\w*|certainly|definite\w*|undoubtedly|surely"
    r"|always|never|inevitab\w*|confirms?|confirmed|diagnos\w*|causes|caused|causing|leads?"
    r"|results? in|will|must|cures?|pathological|abnormally|disease\w*|safe|dangerous|urgent\w*"
    r"|surgery)\b",
    re.IGNORECASE,
)
"""Words that claim more than one cross-sectional study can carry, or that only a clinician may say.
No template holds one."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LEVEL = re.compile(r"\b[LST]\d+(?:\s*[-/]\s*[LST]?\d+)?\b", re.IGNORECASE)
_SIDE = re.compile(r"\b(left|right|bilateral|both)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a text is refused.

    Attributes
    ----------
    code : str
        Its kind: `too_long`, `format`, `unfilled_mark`, `number`, `level`, `side`, `certainty`,
        `disclaimer` or `statement`. Fit for a log: it holds nothing of the text.
    detail : str
        What it is about, for people who train a model. May hold words of the text.
    """

    code: str
    detail: str


def check(text: str, report_input: ReportInput) -> list[Problem]:
    """Hold a text against what it was written about.

    Parameters
    ----------
    text : str
        A report with its headings, as `str(ReportText)` gives it.
    report_input : ReportInput
        The measurements.

    Returns
    -------
    list of Problem
        Empty where it may be shown.
    """
    if len(text) > MAX_CHARACTERS:
        return [Problem(code="too_long", detail=f"{len(text)} characters")]
    report = ReportText.parse(text)
    if report is None:
        return [Problem(code="format", detail="Summary, Risk and Recommendation, once each")]
    known, said = facts(report_input), statements(report_input)
    return [
        *_marks(text),
        *_numbers(text, said, known),
        *_levels(text, known.get("level")),
        *_sides(text, report_input.side),
        *_certainty(text),
        *_disclaimer(report),
        *(problem for name in SECTIONS for problem in _section(name, report, said, known)),
    ]


def _marks(text: str) -> list[Problem]:
    found = report_grammar.MARK.findall(text)
    return [Problem(code="unfilled_mark", detail=mark) for mark in found]


def _numbers(text: str, said: tuple[Statement, ...], known: dict[str, str]) -> list[Problem]:
    stated = {mark for statement in said for mark in report_grammar.marks(statement.template)}
    allowed = {
        number for mark in stated for number in _NUMBER.findall(_LEVEL.sub("", known.get(mark, "")))
    }
    found = _NUMBER.findall(_LEVEL.sub("", text))
    return [Problem(code="number", detail=number) for number in found if number not in allowed]


def _levels(text: str, level: str | None) -> list[Problem]:
    return [Problem(code="level", detail=found) for found in _LEVEL.findall(text) if found != level]


def _sides(text: str, side: str) -> list[Problem]:
    named = {word.lower() for word in _SIDE.findall(text)}
    allowed = {"left", "right", "both"} if side == "bilateral" else {side}
    problems = [Problem(code="side", detail=word) for word in sorted(named - allowed)]
    if side == "bilateral" and len(named & {"left", "right"}) == 1:
        problems.append(Problem(code="side", detail="one of two"))
    if not named:
        problems.append(Problem(code="side", detail="none"))
    return problems


def _certainty(text: str) -> list[Problem]:
    return [Problem(code="certainty", detail=word) for word in CERTAINTY.findall(text)]


def _disclaimer(report: ReportText) -> list[Problem]:
    if report.recommendation.endswith(DISCLAIMER):
        return []
    return [Problem(code="disclaimer", detail="not the last sentence")]


def _section(
    name: str, report: ReportText, said: tuple[Statement, ...], known: dict[str, str]
) -> list[Problem]:
    text: str = getattr(report, name)
    places = frozenset({0})
    for number, statement in enumerate(item for item in said if item.section == name):
        if number:
            places = frozenset(place + 1 for place in places if text[place : place + 1] == " ")
        places = report_grammar.ends(statement.template, text, places, known)
        if not places:
            return [Problem(code="statement", detail=f"{name}: {statement.code}")]
    if len(text) not in places:
        return [Problem(code="statement", detail=f"{name}: more than was to be said")]
    return []
