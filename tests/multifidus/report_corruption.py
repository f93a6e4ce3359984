"""Ways in which a good report goes wrong; each gives a text that must not be shown, or None."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from multifidus import report_grammar
from multifidus.norms import ALL_LEVELS
from multifidus.report_facts import facts
from multifidus.report_grammar import Node
from multifidus.report_input import ReportInput
from multifidus.report_rules import filled, marked_report
from multifidus.report_statements import SECTIONS, statements
from multifidus.report_wording import DISCLAIMER
from training.report.inputs import draw_input

Corruption = Callable[[str, ReportInput, Random], str | None]

NUMBER = re.compile(r"\d+(?:\.\d+)?")
LEVEL = re.compile(r"L\d-[LS]\d")
CERTAIN = ("certainly", "always", "definitely", "undoubtedly", "never")
ENDINGS = (
    " Surgery is advised.",
    " The patient has back pain.",
    " See a doctor at once.",
    " 7",
    ".",
    "\nNote: 12 %",
)


def good_report(random: Random, report_input: ReportInput) -> str:
    """Return a report in random words of the grammar."""

    def write(node: Node) -> str:
        return report_grammar.sample(node, random)

    return str(filled(marked_report(report_input, write), report_input))


def other_number(text: str, _: ReportInput, random: Random) -> str | None:
    spans = [found.span() for found in NUMBER.finditer(LEVEL.sub(_blank, text))]
    if not spans:
        return None
    start, end = random.choice(spans)
    place = random.randrange(start, end)
    if not text[place].isdigit():
        return None
    digit = random.choice([each for each in "0123456789" if each != text[place]])
    return text[:place] + digit + text[place + 1 :]


def ten_times_the_number(text: str, _: ReportInput, random: Random) -> str | None:
    spans = [found.span() for found in NUMBER.finditer(LEVEL.sub(_blank, text))]
    if not spans:
        return None
    _start, end = random.choice(spans)
    return text[:end] + "0" + text[end:]


def other_level(text: str, about: ReportInput, random: Random) -> str | None:
    if about.level is None or about.level not in text:
        return None
    return text.replace(about.level, random.choice([x for x in ALL_LEVELS if x != about.level]))


def level_from_nowhere(text: str, about: ReportInput, random: Random) -> str | None:
    if about.level is not None:
        return None
    return text.replace(" multifidus", f" multifidus at {random.choice(ALL_LEVELS)}", 1)


def other_side(text: str, about: ReportInput, _: Random) -> str | None:
    swapped = {"left": "right", "right": "left"}.get(about.side)
    return None if swapped is None else text.replace(about.side, swapped)


def both_for_one(text: str, about: ReportInput, _: Random) -> str | None:
    if about.side == "bilateral":
        return text.replace("both", "left").replace("Both", "Left")
    return text.replace(about.side, "bilateral")


def other_unit(text: str, _: ReportInput, random: Random) -> str | None:
    old, new = random.choice((("mm2", "cm2"), ("cm2", "mm2"), (" %", " mm2"), ("mm2", "mm")))
    return text.replace(old, new)


def section_left_out(text: str, _: ReportInput, random: Random) -> str:
    lines = text.split("\n")
    del lines[random.randrange(len(lines))]
    return "\n".join(lines)


def sections_in_other_order(text: str, _: ReportInput, random: Random) -> str:
    lines = text.split("\n")
    first, second = random.sample(range(len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def heading_by_another_name(text: str, _: ReportInput, random: Random) -> str:
    name = random.choice(SECTIONS).capitalize()
    return text.replace(f"{name}:", random.choice((f"{name.upper()}:", f"{name}", "Findings:")), 1)


def no_disclaimer(text: str, _: ReportInput, __: Random) -> str:
    return text.replace(DISCLAIMER, "").strip()


def disclaimer_denied(text: str, _: ReportInput, __: Random) -> str:
    return text.replace("and not a medical device", "and a medical device")


def sentence_twice(text: str, _: ReportInput, random: Random) -> str:
    lines, number, sentences = _sentences(text, random)
    sentences.insert(0, sentences[random.randrange(len(sentences))])
    return _joined(lines, number, sentences)


def sentence_left_out(text: str, _: ReportInput, random: Random) -> str:
    lines, number, sentences = _sentences(text, random)
    del sentences[random.randrange(len(sentences))]
    return _joined(lines, number, sentences)


def sentences_swapped(text: str, _: ReportInput, random: Random) -> str | None:
    lines, number, sentences = _sentences(text, random)
    if len(sentences) < 2:
        return None
    place = random.randrange(len(sentences) - 1)
    sentences[place], sentences[place + 1] = sentences[place + 1], sentences[place]
    return _joined(lines, number, sentences)


def sentence_of_another_report(text: str, about: ReportInput, random: Random) -> str | None:
    said = {each.code for each in statements(about)}
    others = [each for each in statements(draw_input(random)) if each.code not in said]
    if not others:
        return None
    sentence = report_grammar.sample(random.choice(others).template, random)
    lines, number, sentences = _sentences(text, random)
    sentences.insert(random.randrange(len(sentences) + 1), sentence)
    return report_grammar.fill(_joined(lines, number, sentences), facts(about))


def another_report(_: str, about: ReportInput, random: Random) -> str | None:
    other = draw_input(random)
    return None if facts(other) == facts(about) else good_report(random, other)


def denied(text: str, _: ReportInput, random: Random) -> str | None:
    verbs = [found.end() for found in re.finditer(r"\b(?:is|are|was|were|measures?)\b", text)]
    if not verbs:
        return None
    place = random.choice(verbs)
    return f"{text[:place]} not{text[place:]}"


def denial_taken_back(text: str, _: ReportInput, random: Random) -> str | None:
    places = [found.span() for found in re.finditer(r"\b(?:not|No|no|nothing) ", text)]
    if not places:
        return None
    start, end = random.choice(places)
    return text[:start] + text[end:]


def more_than_associated(text: str, _: ReportInput, random: Random) -> str:
    claim = random.choice(("predictive of", "the cause of", "proof of", "followed by"))
    return text.replace("associated with", claim)


def certain(text: str, _: ReportInput, random: Random) -> str:
    words = text.split(" ")
    words.insert(random.randrange(1, len(words)), random.choice(CERTAIN))
    return " ".join(words)


def risk_out_of_nowhere(text: str, _: ReportInput, random: Random) -> str:
    claim = random.choice(
        ("Low back pain is likely.", "This predicts low back pain.", "There is a high risk.")
    )
    return text.replace("Risk:", f"Risk: {claim}", 1)


def mark_unfilled(text: str, about: ReportInput, random: Random) -> str | None:
    known = [(mark, value) for mark, value in facts(about).items() if value in text]
    mark, value = random.choice(known) if known else ("", "")
    return text.replace(value, f"[{mark}]", 1) if mark else None


def cut_short(text: str, _: ReportInput, random: Random) -> str:
    return text[: random.randrange(len(text))]


def something_after_it(text: str, _: ReportInput, random: Random) -> str:
    return text + random.choice(ENDINGS)


def foreign_digits(text: str, _: ReportInput, random: Random) -> str | None:
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return None
    place = random.choice(places)
    return text[:place] + chr(0x0660 + int(text[place])) + text[place + 1 :]


CORRUPTIONS: tuple[Corruption, ...] = (
    other_number,
    ten_times_the_number,
    other_level,
    level_from_nowhere,
    other_side,
    both_for_one,
    other_unit,
    section_left_out,
    sections_in_other_order,
    heading_by_another_name,
    no_disclaimer,
    disclaimer_denied,
    sentence_twice,
    sentence_left_out,
    sentences_swapped,
    sentence_of_another_report,
    another_report,
    denied,
    denial_taken_back,
    more_than_associated,
    certain,
    risk_out_of_nowhere,
    mark_unfilled,
    cut_short,
    something_after_it,
    foreign_digits,
)


def _blank(found: re.Match[str]) -> str:
    return "-" * len(found.group())


def _sentences(text: str, random: Random) -> tuple[list[str], int, list[str]]:
    lines = text.split("\n")
    number = random.randrange(len(lines))
    heading, _, body = lines[number].partition(": ")
    lines[number] = heading
    return lines, number, re.split(r"(?<=\.) (?=[A-Z])", body)


def _joined(lines: list[str], number: int, sentences: list[str]) -> str:
    lines[number] = f"{lines[number]}: {' '.join(sentences)}"
    return "\n".join(lines)
