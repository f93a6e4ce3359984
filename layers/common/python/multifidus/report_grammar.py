"""The template language of a report's sentences: one source to write from, to vary and to check by.

::

    {a|b}      one of these; the first is what the rules write
    {a|}       a, or nothing
    [area]     a mark, filled with a fact
    <name>     another template of the same set; <Name> with its first letter capitalised

A template stands for a finite set of texts. `first` gives its first text, `variant` one by number,
`sample` a random one, and `ends` says whether a given text is one of them, in time that is
polynomial in its length: the ends of all partial matches are carried forward as a set, nothing is
tried twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

_TOKEN = re.compile(r"[{}|]|\[[A-Za-z_]+\]|<[A-Za-z_ ]+>|[^{}|\[<]+")
MARK = re.compile(r"\[[A-Za-z_]+\]")
"""What a mark looks like in a text."""


@dataclass(frozen=True)
class Literal:
    """Characters as they stand."""

    text: str


@dataclass(frozen=True)
class Mark:
    """A place that a fact fills.

    Attributes
    ----------
    name : str
        Without brackets; capitalised where it begins a sentence.
    """

    name: str


@dataclass(frozen=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Sequence:
    """One after another."""

    parts: tuple[Node, ...]


Node: TypeAlias = Literal | Mark | Choice | Sequence
Templates: TypeAlias = Mapping[str, str]


def parse(template: str, templates: Templates) -> Node:
    """Read a template.

    Parameters
    ----------
    template : str
        As in this module's description.
    templates : mapping of str to str
        Those that it may name.

    Raises
    ------
    ValueError
        A bracket is not closed.
    KeyError
        It names a template that does not exist.
    """
    tokens = _TOKEN.findall(template)
    if "".join(tokens) != template:
        raise ValueError(f"a bracket is not closed in {template!r}")
    node, rest = _alternatives(tokens, templates)
    if rest:
        raise ValueError(f"a brace is not opened in {template!r}")
    return node


def _alternatives(tokens: list[str], templates: Templates) -> tuple[Node, list[str]]:
    options: list[Node] = []
    parts: list[Node] = []
    while tokens and tokens[0] != "}":
        piece, *tokens = tokens
        if piece == "|":
            options.append(Sequence(tuple(parts)))
            parts = []
        elif piece == "{":
            node, tokens = _alternatives(tokens, templates)
            if not tokens:
                raise ValueError("a brace is not closed")
            parts.append(node)
            tokens = tokens[1:]
        elif piece.startswith("["):
            parts.append(Mark(piece[1:-1]))
        elif piece.startswith("<"):
            parts.append(_named(piece[1:-1], templates))
        else:
            parts.append(Literal(piece))
    options.append(Sequence(tuple(parts)))
    return (options[0] if len(options) == 1 else Choice(tuple(options))), tokens


def _named(name: str, templates: Templates) -> Node:
    if name[0].isupper():
        return capitalised(parse(templates[name[0].lower() + name[1:]], templates))
    return parse(templates[name], templates)


def capitalised(node: Node) -> Node:
    """Begin every text of a template with a capital letter."""
    match node:
        case Literal(text):
            return Literal(text[:1].upper() + text[1:])
        case Mark(name):
            return Mark(name[:1].upper() + name[1:])
        case Choice(options):
            return Choice(tuple(capitalised(option) for option in options))
        case Sequence(parts):
            return Sequence((capitalised(parts[0]), *parts[1:])) if parts else node


def first(node: Node) -> str:
    """Return the first text of a template, marks unfilled."""
    match node:
        case Literal(text):
            return text
        case Mark(name):
            return f"[{name}]"
        case Choice(options):
            return first(options[0])
        case Sequence(parts):
            return "".join(first(part) for part in parts)


def variant(node: Node, number: int) -> str:
    """Return a text of a template by number, marks unfilled; number 0 is the first.

    Every choice takes the option of that number, counted round. So the numbers under the least
    common multiple of the choices' sizes reach every option of every choice.
    """
    match node:
        case Literal() | Mark():
            return first(node)
        case Choice(options):
            return variant(options[number % len(options)], number)
        case Sequence(parts):
            return "".join(variant(part, number) for part in parts)


def sample(node: Node, random: Random) -> str:
    """Return a random text of a template, marks unfilled; every option is as likely."""
    match node:
        case Literal() | Mark():
            return first(node)
        case Choice(options):
            return sample(random.choice(options), random)
        case Sequence(parts):
            return "".join(sample(part, random) for part in parts)


def ends(node: Node, text: str, starts: frozenset[int], facts: Mapping[str, str]) -> frozenset[int]:
    """Return where a template's texts end that begin at one of some places.

    Parameters
    ----------
    node : Node
        The template.
    text : str
        What is read; filled, not with marks.
    starts : frozenset of int
        Places in it.
    facts : mapping of str to str
        What fills each mark. A mark without a fact matches nothing.
    """
    match node:
        case Literal(word):
            return _after(word, text, starts)
        case Mark(name):
            return _after(facts[name], text, starts) if name in facts else frozenset()
        case Choice(options):
            found = [ends(option, text, starts, facts) for option in options]
            return frozenset().union(*found)
        case Sequence(parts):
            for part in parts:
                if not starts:
                    break
                starts = ends(part, text, starts, facts)
            return starts


def _after(word: str, text: str, starts: frozenset[int]) -> frozenset[int]:
    return frozenset(start + len(word) for start in starts if text.startswith(word, start))


def literals(node: Node) -> Iterator[str]:
    """Yield all characters as they stand in a template, option by option."""
    match node:
        case Literal(text):
            yield text
        case Choice(options):
            for option in options:
                yield from literals(option)
        case Sequence(parts):
            for part in parts:
                yield from literals(part)


def marks(node: Node) -> Iterator[str]:
    """Yield the name of every mark of a template."""
    match node:
        case Mark(name):
            yield name
        case Choice(options):
            for option in options:
                yield from marks(option)
        case Sequence(parts):
            for part in parts:
                yield from marks(part)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Put facts in the place of marks; a mark without a fact stays as it is."""
    return MARK.sub(lambda found: facts.get(found.group()[1:-1], found.group()), text)
