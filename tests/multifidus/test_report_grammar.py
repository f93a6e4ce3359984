"""The template language: what it writes, it recognises, and nothing else."""

from __future__ import annotations

import itertools
import time

import pytest

from multifidus.report_grammar import Node, capitalised, ends, fill, first, marks, parse, sample
from training.report.inputs import seeded

FACTS = {"area": "812 mm2", "Side": "Right", "side": "right"}


def matches(template: str, text: str, **named: str) -> bool:
    return len(text) in ends(parse(template, named), text, frozenset({0}), FACTS)


@pytest.mark.parametrize(
    ("template", "good", "bad"),
    [
        ("a", ["a"], ["", "b", "aa", "A"]),
        ("{a|b}c", ["ac", "bc"], ["c", "abc", "bac"]),
        ("{a |}b", ["a b", "b"], ["ab", "a"]),
        ("{a|ab}{c|bc}", ["ac", "abc", "abbc"], ["ab", "abcc"]),
        ("It is [area].", ["It is 812 mm2."], ["It is 813 mm2.", "It is [area].", "It is ."]),
        ("[unknown]", [], ["", "[unknown]"]),
        ("{{a|b}|c}d", ["ad", "bd", "cd"], ["d", "abd"]),
    ],
)
def test_a_template_is_its_texts_and_no_others(
    template: str, good: list[str], bad: list[str]
) -> None:
    assert [text for text in good if not matches(template, text)] == []
    assert [text for text in bad if matches(template, text)] == []


def test_templates_name_each_other() -> None:
    named = {"subject": "the {[side] one|one on the [side]}", "of": "of <subject>"}
    assert matches("The area <of>.", "The area of the right one.", **named)
    assert matches("<Subject> is it.", "The one on the right is it.", **named)
    assert not matches("<Subject> is it.", "the one on the right is it.", **named)


def test_a_mark_that_begins_a_sentence_is_capitalised() -> None:
    node = capitalised(parse("[side] {is|was}", {}))
    assert fill(first(node), FACTS) == "Right is"
    assert list(marks(node)) == ["Side"]


def test_what_is_sampled_is_recognised() -> None:
    node = parse("{a|b|<x>}{ c|} [area]{.|, {d|e}.}", {"x": "y{z|}"})
    random = seeded(1)
    texts = {fill(sample(node, random), FACTS) for _ in range(300)}
    assert len(texts) == 4 * 2 * 3
    assert all(len(text) in ends(node, text, frozenset({0}), FACTS) for text in texts)


def test_the_first_option_of_each_is_the_plain_text() -> None:
    assert first(parse("{a|b} {c|d} [area]", {})) == "a c [area]"


@pytest.mark.parametrize("template", ["{a", "a}", "[area", "<name"])
def test_an_open_bracket_is_an_error(template: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse(template, {})


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        parse("<nothing>", {})


def test_recognising_does_not_explode() -> None:
    node: Node = parse("".join(itertools.repeat("{a|aa|}", 60)), {})
    began = time.process_time()
    assert not {200} & ends(node, "a" * 200, frozenset({0}), {})
    assert time.process_time() - began < 1.0


def test_filling_leaves_marks_without_a_fact() -> None:
    assert fill("[area] at [level], [AREA] [1]", FACTS) == "812 mm2 at [level], [AREA] [1]"
