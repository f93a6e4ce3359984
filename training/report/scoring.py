"""How good a model's texts are: form, facts, and what the checker lets through."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from multifidus import report_grammar
from multifidus.report_checker import Problem, check
from multifidus.report_facts import facts
from multifidus.report_input import ReportInput
from multifidus.report_prompt import TASK, fill_marks, prompts
from multifidus.report_rules import ReportText, rules_report
from multifidus.report_statements import statements
from training.report.examples import Sentence, sentences_held_out
from training.report.inputs import draw_input, seeded
from training.report.writer import Writer

HELD_OUT_INPUTS = 500
SENTENCES_SCORED = 4000
"""At most; there are fewer."""

HELD_OUT_SEED = "held out, scored"

_ABOUT_FACTS = {"number", "level", "side", "unfilled_mark"}


def held_out_inputs(count: int) -> list[ReportInput]:
    """Return the inputs that are scored: of combinations of statements that are held out."""
    random = seeded(HELD_OUT_SEED)
    return [draw_input(random, held_out=True) for _ in range(count)]


def score(inputs: Sequence[ReportInput], answers: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Score a model's sentences, marks unfilled, put together, before and after the checker.

    Returns
    -------
    dict
        Percentages: `format_pct` (the three sections, once each, in order), `facts_pct` (every
        number, level and side is the input's, and every fact that the rules state is there),
        `let_through_pct` (the checker has nothing against it), and the first two after the
        checker, where a text that was caught is replaced. `caught`: how often by what.
        `distinct_texts` and `distinct_wordings`: of texts, after and before they are filled.
    """
    texts = [fill_marks(answer, each) for answer, each in zip(answers, inputs, strict=True)]
    problems = [check(text, each) for text, each in zip(texts, inputs, strict=True)]
    shown = [
        str(rules_report(each)) if found else text
        for text, each, found in zip(texts, inputs, problems, strict=True)
    ]
    return {
        "inputs": len(inputs),
        "prompts": len({each for about in inputs for each in prompts(about)}),
        "format_pct": _share([ReportText.parse(text) is not None for text in texts]),
        "facts_pct": _share(map(_facts_agree, texts, inputs, problems)),
        "let_through_pct": _share([not found for found in problems]),
        "format_after_pct": _share([ReportText.parse(text) is not None for text in shown]),
        "facts_after_pct": _share(
            _facts_agree(text, each, check(text, each))
            for text, each in zip(shown, inputs, strict=True)
        ),
        "caught": dict(Counter(problem.code for found in problems for problem in found[:1])),
        "distinct_texts": len(set(texts)),
        "distinct_wordings": len(set(map(tuple, answers))),
    }


def compare(adapted: Writer, base: Writer) -> dict[str, Any]:
    """Score a base and its adapter on the held-out inputs, and count the texts that differ."""
    inputs = held_out_inputs(HELD_OUT_INPUTS)
    asked = [prompts(each) for each in inputs]
    by_adapter, by_base = adapted.write(asked), base.write(asked)
    changed = [one != other for one, other in zip(by_adapter, by_base, strict=True)]
    median_ms = round(1000.0 * statistics.median(adapted.seconds), 1)
    return {
        "adapter": score(inputs, by_adapter) | score_sentences(adapted),
        "base": score(inputs, by_base) | score_sentences(base),
        "changed_by_adapter_pct": _share(changed),
        "median_ms_per_text": median_ms,
    }


def score_sentences(writer: Writer) -> dict[str, Any]:
    """Score a model's sentences one by one: all that were in training, and all held out."""
    scores: dict[str, Any] = {}
    for name, asked in (("known", sentences_held_out(False)), ("unseen", sentences_held_out(True))):
        chosen = asked[:SENTENCES_SCORED]
        (written,) = writer.write([[f"{TASK} {each.words}" for each in chosen]])
        scores[f"{name}_prompts"] = len(chosen)
        scores[f"{name}_prompts_right_pct"] = _share(map(_says, written, chosen))
    return scores


def _says(text: str, sentence: Sentence) -> bool:
    template = sentence.statement.template
    unfilled = {mark: f"[{mark}]" for mark in report_grammar.marks(template)}
    return len(text) in report_grammar.ends(template, text, frozenset({0}), unfilled)


def _facts_agree(text: str, report_input: ReportInput, problems: list[Problem]) -> bool:
    if any(problem.code in _ABOUT_FACTS for problem in problems):
        return False
    known = facts(report_input)
    written = " ".join(report_grammar.first(each.template) for each in statements(report_input))
    return all(known[mark[1:-1]] in text for mark in report_grammar.MARK.findall(written))


def _share(holds: Any) -> float:
    values = list(holds)
    return round(100.0 * sum(values) / len(values), 1)
