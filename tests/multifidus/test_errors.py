"""The error tree: codes, statuses and public words."""

from __future__ import annotations

import re

import pytest

from multifidus import errors
from multifidus.errors import MultifidusError, RequestError, ServiceError, TooSmall


def tree(root: type[MultifidusError] = MultifidusError) -> list[type[MultifidusError]]:
    return [root, *(found for child in root.__subclasses__() for found in tree(child))]


LEAVES = [kind for kind in tree() if kind not in (MultifidusError, RequestError, ServiceError)]


def test_codes_are_unique_and_stable_names() -> None:
    codes = [kind.code for kind in LEAVES]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", LEAVES)
def test_the_module_draws_the_tree_as_it_is(kind: type[MultifidusError]) -> None:
    assert re.search(rf"-- {kind.__name__} +{kind.status} {kind.code}$", errors.__doc__ or "", re.M)


@pytest.mark.parametrize("kind", LEAVES)
def test_statuses_fit_the_branches(kind: type[MultifidusError]) -> None:
    if issubclass(kind, RequestError):
        assert 400 <= kind.status < 500
    elif issubclass(kind, ServiceError):
        assert kind.status == 503
    else:
        assert kind.status == 500


def test_detail_defaults_to_the_class_and_can_be_told() -> None:
    assert TooSmall().detail == TooSmall.default_detail
    assert TooSmall("12 x 12").detail == str(TooSmall("12 x 12")) == "12 x 12"


@pytest.mark.parametrize("kind", LEAVES)
def test_every_error_has_a_title_and_a_sentence(kind: type[MultifidusError]) -> None:
    assert kind.title
    assert kind().detail.endswith(".")
