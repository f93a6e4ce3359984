"""A short form of `make load`."""

from __future__ import annotations

from pathlib import Path

from tests.load.emulators import Outcome, run


def test_mixed_requests_are_answered_as_they_must_be(tmp_path: Path) -> None:
    outcome = run(tmp_path, count=24, emulators=2)
    assert outcome.problems == []
    assert outcome.answered == 24


def test_what_is_not_as_it_must_be_is_found() -> None:
    outcome = Outcome(rows=1, rows_expected=2, restarts=1, memory_mb=[(100.0, 103.0)])
    outcome.wrong.append("500 instead of 200")
    assert len(outcome.problems) == 4
