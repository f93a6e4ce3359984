"""From measurements to reports. Read this first.

::

    ReportInput -> prompts -> engine -> fill_marks -> check -> report
                                                       `-> the rules' own words, if anything fails

The rules choose what is said; the model only words it, one sentence for each prompt, and what it
writes is held to that choice. A text that says anything else is caught and never shown.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, Protocol

from multifidus.inference_log import StageTimer
from multifidus.report_checker import check
from multifidus.report_input import ReportInput
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import fill_marks, prompts
from multifidus.report_rules import ReportText, rules_report

MAX_REMEMBERED = 2048
"""Sentences that are kept: all that there are, with the rules of today. A prompt and its sentence
hold no number of anybody's, only which statement it is, so that other measurements find them."""


class Engine(Protocol):
    """What is needed of `functions.report.engine.ReportEngine`."""

    @property
    def manifest(self) -> ReportManifest:
        """Names the model."""

    def write(self, prompts: Sequence[str], /) -> list[str]:
        """Write a sentence for each prompt; see `functions.report.engine.ReportEngine.write`."""


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
        Sentences of the model that are kept; the oldest go first.
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
            All sentences of all of them are made in one run of the model.
        timer : StageTimer
            Takes the duration of the model's run, and of holding its texts to the rules.
        """
        if self._engine is None:
            return [Written(text=rules_report(each), source="rules") for each in inputs]
        try:
            with timer.stage("model"):
                asked = [prompts(each) for each in inputs]
                known = self._sentences(self._engine, list(chain.from_iterable(asked)))
            with timer.stage("check"):
                return [
                    _checked([known[each] for each in those], about)
                    for those, about in zip(asked, inputs, strict=True)
                ]
        except Exception as failure:  # whatever happens in a library, a report can be given
            return [
                Written(text=rules_report(each), source="rules", failure=failure) for each in inputs
            ]

    def _sentences(self, engine: Engine, asked: list[str]) -> dict[str, str]:
        with self._lock:
            known = {each: self._remembered[each] for each in asked if each in self._remembered}
        new = [each for each in dict.fromkeys(asked) if each not in known]
        if new:
            made = dict(zip(new, engine.write(new), strict=True))
            known |= made
            self._remember(made)
        return known

    def _remember(self, made: dict[str, str]) -> None:
        with self._lock:
            self._remembered |= made
            while len(self._remembered) > self._max_remembered:
                self._remembered.popitem(last=False)


def _checked(answers: list[str], report_input: ReportInput) -> Written:
    filled = fill_marks(answers, report_input)
    problems = check(filled, report_input)
    text = ReportText.parse(filled)
    if problems or text is None:
        codes = tuple(dict.fromkeys(problem.code for problem in problems)) or ("format",)
        return Written(text=rules_report(report_input), source="rules", caught=codes)
    return Written(text=text, source="model")
