"""The clock jumps: durations do not follow it, and no request and no row is lost to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from functions.segment.app import create_app
from multifidus.inference import Segmenter
from multifidus.settings import Settings
from multifidus.sqlite_log import SqliteLog
from tests.functions.factories import dicom

DAY_S = 86_400.0


class Clock:
    """Seconds since 1970 that can be moved."""

    def __init__(self) -> None:
        self._real = time.time
        self.offset_s = 0.0

    def __call__(self) -> float:
        return self._real() + self.offset_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)  # the whole process's clock, as it is set at a machine
    return clock


@pytest.fixture
def client(model_dir: Path, tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    settings = Settings(model_dir=model_dir, sqlite_path=tmp_path / "log.sqlite3")
    log = SqliteLog(settings.sqlite_path, ttl_days=settings.log_ttl_days, clock=clock)
    app = create_app(settings, Segmenter(model_dir, threads=1), log)
    with TestClient(app) as client:
        yield client
    log.close()


@pytest.mark.parametrize("jump_s", [-30 * DAY_S, -3600.0, -1.0, 1.0, 3600.0, 30 * DAY_S])
def test_durations_and_rows_outlive_a_jump(client: TestClient, clock: Clock, jump_s: float) -> None:
    first = client.post("/segment", content=dicom()).json()
    clock.offset_s = jump_s
    second = client.post("/segment", content=dicom()).json()
    clock.offset_s = 0.0
    third = client.post("/segment", content=dicom()).json()
    for answer in (first, second, third):
        assert 0 < answer["latency_ms"] < 60_000
        assert all(0 <= ms < 60_000 for ms in answer["timings_ms"].values())
    stats = client.get("/stats").json()
    assert (stats["count"], stats["error_count"], stats["lost_row_count"]) == (3, 0, 0)
    assert 0 < stats["latency"]["p50_ms"] < 60_000


def test_a_jump_while_a_request_is_under_way_moves_no_duration(
    client: TestClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Segmenter.probabilities

    def jumping(self: Segmenter, tensor: object) -> object:
        clock.offset_s = -7200.0
        return run(self, tensor)  # type: ignore[arg-type]

    monkeypatch.setattr(Segmenter, "probabilities", jumping)
    answer = client.post("/segment", content=dicom())
    assert answer.status_code == 200
    assert 0 < answer.json()["timings_ms"]["inference"] < 60_000
    assert client.get("/stats").json()["count"] == 1
