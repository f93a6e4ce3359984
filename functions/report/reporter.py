"""From measurements to reports. Read this first.

::

    ReportInput -> prompt -> engine -> fill_marks -> check -> report
                                                      `-> the rules' own words, where anything fails

The rules choose what is said; the model only words it, and what it writes is held to that choice. A
text that says anything else is caught and never shown.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from multifidus.inference_log import StageTimer
from multifidus.report_checker import check
from multifidus.report_input import ReportInput
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import fill_marks, prompt
from multifidus.report_rules import ReportText, rules_report

MAX_REMEMBERED = 512
"""Texts that are kept. A prompt and its text hold no number of anybody's, only which statements
were chosen, so that other measurements find them too."""


class Engine(Protocol):
    """What is needed of `functions.report.engine.ReportEngine`."""

    @property
    def manifest(self) -> ReportManifest:
        """Names the model."""

    def write(self, prompts: Sequence[str], /) -> list[str]:
        """Write a text for each prompt; see `functions.report.engine.ReportEngine.write`."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """One report, and how it came about.

    Attributes
    ----------
    text : ReportText
        Its three sections.
    source : str
        `model` or `rules`.
    caught : tuple of str
        What the model's text was caught with: codes of `multifidus.report_checker.Problem`.
    failure : Exception, optional
        What the model failed with.
    """

    text: ReportText
    source: Literal["model", "rules"]
    caught: tuple[str, ...] = ()
    failure: Exception | None = None


class Reporter:
    """Writes reports; by the rules alone where there is no model.

    Parameters
    ----------
    engine : Engine, optional
        The language model.
    max_remembered : int
        Texts of the model that are kept; the oldest go first.
    """

    def __init__(self, engine: Engine | None, *, max_remembered: int = MAX_REMEMBERED) -> None:
        self._engine = engine
        self._max_remembered = max_remembered
        self._remembered: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def manifest(self) -> ReportManifest | None:
        """Of the model, where there is one."""
        return None if self._engine is None else self._engine.manifest

    def write(self, inputs: Sequence[ReportInput], *, timer: StageTimer) -> list[Written]:
        """Write a report on each input, in their order.

        Does not fail with the model: the rules can always write.

        Parameters
        ----------
        inputs : sequence of ReportInput
            Their texts are made in one run of the model.
        timer : StageTimer
            Takes the duration of the model's run, and of holding its texts to the rules.
        """
        if self._engine is None:
            return [Written(text=rules_report(each), source="rules") for each in inputs]
        try:
            with timer.stage("model"):
                answers = self._answers(self._engine, [prompt(each) for each in inputs])
            with timer.stage("check"):
                return [_checked(*pair) for pair in zip(answers, inputs, strict=True)]
        except Exception as failure:  # whatever happens in a library, a report can be given
            return [
                Written(text=rules_report(each), source="rules", failure=failure) for each in inputs
            ]

    def _answers(self, engine: Engine, prompts: list[str]) -> list[str]:
        with self._lock:
            known = {each: self._remembered[each] for each in prompts if each in self._remembered}
        new = [each for each in dict.fromkeys(prompts) if each not in known]
        if new:
            made = dict(zip(new, engine.write(new), strict=True))
            known |= made
            self._remember(made)
        return [known[each] for each in prompts]

    def _remember(self, made: dict[str, str]) -> None:
        with self._lock:
            self._remembered |= made
            while len(self._remembered) > self._max_remembered:
                self._remembered.popitem(last=False)


def _checked(answer: str, report_input: ReportInput) -> Written:
    filled = fill_marks(answer, report_input)
    problems = check(filled, report_input)
    text = ReportText.parse(filled)
    if problems or text is None:
        codes = tuple(dict.fromkeys(problem.code for problem in problems)) or ("format",)
        return Written(text=rules_report(report_input), source="rules", caught=codes)
    return Written(text=text, source="model")
