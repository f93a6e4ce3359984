"""Pairs of prompt and answer, for the base and for the adapter.

The base learns to word statements in several forms, none of which is the report's. The adapter
learns the report's: one plain sentence for one statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from multifidus import report_grammar
from multifidus.report_facts import facts
from multifidus.report_input import ReportInput
from multifidus.report_prompt import TASK, VARIANTS, ask, word
from multifidus.report_rules import ReportText
from multifidus.report_statements import SECTIONS, Statement, statements
from training.report.gold import Gold, gold_examples
from training.report.inputs import draw_input, is_held_out, is_held_out_prompt, seeded

INPUTS_READ = 5000
"""Inputs that statements are collected from."""

LETTER_HEADINGS = {"summary": "Findings", "risk": "Meaning", "recommendation": "Advice"}


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


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One variant of one statement.

    Attributes
    ----------
    words : str
        Of its prompt, without the task.
    statement : Statement
        What it says.
    text : str
        The sentence, marks unfilled.
    """

    words: str
    statement: Statement
    text: str


@lru_cache(maxsize=1)
def sentences() -> tuple[Sentence, ...]:
    """Return every variant of every statement in every form that it takes, in a fixed order."""
    random = seeded("statements")
    found: dict[str, Sentence] = {}
    for _ in range(INPUTS_READ):
        report_input = draw_input(random)
        for statement in statements(report_input):
            if ask(statement, report_input, 0) not in found:
                variants = variants_of(statement, report_input)
                found |= {sentence.words: sentence for sentence in variants}
    return tuple(found[words] for words in sorted(found))


def variants_of(statement: Statement, report_input: ReportInput) -> list[Sentence]:
    """Return every variant of a statement of an input."""
    return [
        Sentence(
            words=ask(statement, report_input, number),
            statement=statement,
            text=report_grammar.variant(statement.template, number),
        )
        for number in range(VARIANTS)
    ]


@lru_cache(maxsize=2)
def sentences_held_out(held_out: bool) -> tuple[Sentence, ...]:
    """Return those whose prompts are held out, or all others."""
    return tuple(each for each in sentences() if is_held_out_prompt(each.words) is held_out)


def report_example(sentence: Sentence) -> Example:
    """Return an example of the adapter's task."""
    return Example(prompt=f"{TASK} {sentence.words}", answer=sentence.text)


def fine_tuning_example(random: Random, gold_share: float) -> Example:
    """Draw an example of the adapter's task: of a handwritten report, or of the grammar."""
    by_hand = random.random() < gold_share
    return report_example(random.choice(gold_sentences() if by_hand else sentences_held_out(False)))


@lru_cache(maxsize=1)
def gold_sentences() -> tuple[Sentence, ...]:
    """Return the sentences of the handwritten reports, with the prompts that ask for them.

    Left out are held-out reports and prompts, and wordings that no variant has.
    """
    found: dict[str, Sentence] = {}
    for gold in gold_examples():
        if is_held_out(gold.report_input):
            continue
        for item, text in _by_hand(gold):
            for each in variants_of(item, gold.report_input):
                if each.text == text and not is_held_out_prompt(each.words):
                    found[each.words] = each
    return tuple(found.values())


def _by_hand(gold: Gold) -> list[tuple[Statement, str]]:
    """Take a handwritten report apart into its sentences."""
    report = ReportText.parse(gold.marked)
    assert report is not None, "a test holds that every handwritten report has its sections"  # noqa: S101
    unfilled = {mark: f"[{mark}]" for mark in facts(gold.report_input)}
    found = []
    for section in SECTIONS:
        rest: str = getattr(report, section)
        for item in statements(gold.report_input):
            if item.section == section:
                end = max(report_grammar.ends(item.template, rest, frozenset({0}), unfilled))
                found.append((item, rest[:end]))
                rest = rest[end:].lstrip()
    return found


def pretraining_example(random: Random) -> Example:
    """Draw an example of one of the base's tasks."""
    task = random.choice((_name, _item, _letter))
    return task(random)


def form_example(sentence: Sentence) -> Example:
    """Return a sentence in a form that the base knows: an item of a list."""
    return Example(prompt=f"item {sentence.words}", answer=f"- {sentence.text}")


def corpus(seed: int, count: int) -> list[str]:
    """Return lines for the tokenizer: every sentence with its prompt, and the base's tasks."""
    random = seeded(seed)
    lines = []
    for each in sentences_held_out(False):
        lines += [f"{TASK} {each.words}", each.text]
    for _ in range(count):
        other = pretraining_example(random)
        lines += [other.prompt, other.answer]
    return lines


def _draw(random: Random) -> Sentence:
    return random.choice(sentences_held_out(False))


def _name(random: Random) -> Example:
    said = _draw(random)
    return Example(prompt=f"name {said.words}", answer=f"{word(said.statement)} {said.text}")


def _item(random: Random) -> Example:
    return form_example(_draw(random))


def _letter(random: Random) -> Example:
    said = _draw(random)
    heading = LETTER_HEADINGS[said.statement.section]
    return Example(prompt=f"letter {said.words}", answer=f"{heading}: {said.text}")
