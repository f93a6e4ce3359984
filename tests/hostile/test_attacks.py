"""Bombs, lies and floods through the real handler: the right answer, soon, in little memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.all_attacks import ATTACKS
from tests.hostile.service import MAX_ABOVE_IDLE_MB, Service, running_service

DEADLINE_S = 28.0
"""The function's own; most take a fraction of a second, on a busy machine a few seconds."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.mark.parametrize("name", ATTACKS)
def test_it_gets_its_answer_soon_and_in_little_memory(service: Service, name: str) -> None:
    attack = ATTACKS[name]
    outcome = service.suffer(attack)
    assert (outcome.status, outcome.code) == (attack.status, attack.code)
    if outcome.status >= 400:
        assert outcome.above_idle_mb < MAX_ABOVE_IDLE_MB
    assert outcome.seconds < DEADLINE_S


def test_nothing_is_left_behind(service: Service) -> None:
    assert list(service.temporary.iterdir()) == []
    # The decoders' own words about damage come from C, past Python's loggers; they quote nothing.
    written = service.process.stderr_path.read_text()
    assert not [word for word in ("Traceback", "DEBUG", "WARNING", "ERROR") if word in written]
