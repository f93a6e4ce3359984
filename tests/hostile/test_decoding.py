"""Fuzzing the decoders: whatever bytes come, a slice within the limits or a named refusal.

A bounded, repeatable run; `make fuzz` goes on for as long as it is told to, with other inputs.
"""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multifidus.errors import RequestError
from multifidus.image_io import read_image
from tests.hostile.corpus import everything, made_here
from tests.hostile.fuzz import by_structure
from tests.hostile.invariant import check_decoding
from tests.hostile.strategies import STRATEGIES

EXAMPLES = 350
SAMPLED_LENGTHS = 60
bounded = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_slice_or_a_named_refusal(name: str) -> None:
    @settings(bounded, max_examples=EXAMPLES)
    @given(data=STRATEGIES[name])
    def check(data: bytes) -> None:
        check_decoding(data)

    check()


@settings(bounded, max_examples=300)
@given(
    start=st.sampled_from([data[:150] for data in made_here().values()]),
    rest=st.binary(max_size=600),
)
def test_any_bytes_after_a_valid_start(start: bytes, rest: bytes) -> None:
    check_decoding(start + rest)


@pytest.mark.parametrize("name", list(everything()))
def test_truncated_anywhere(name: str) -> None:
    data = everything()[name]
    step = math.ceil(len(data) / SAMPLED_LENGTHS)
    for length in {*range(0, 200, 5), *range(0, len(data), step), *range(len(data) - 9, len(data))}:
        check_decoding(data[: max(length, 0)])


@pytest.mark.parametrize("name", list(made_here()))
def test_truncated_at_every_length(name: str) -> None:
    data = made_here()[name]
    for length in range(len(data)):
        check_decoding(data[:length])


@pytest.mark.parametrize("name", list(made_here()))
def test_without_its_second_half_it_is_refused(name: str) -> None:
    data = made_here()[name]
    read_image(data)
    with pytest.raises(RequestError):
        read_image(data[: len(data) // 2])


def test_the_longer_run_draws_of_every_strategy(capfd: pytest.CaptureFixture[str]) -> None:
    by_structure(0.1)
    printed = capfd.readouterr().out
    assert len(STRATEGIES) == printed.count(",") + 1
    assert not re.search(r"\b0 ", printed)
