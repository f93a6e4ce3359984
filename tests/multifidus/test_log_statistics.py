"""What is computed from the rows of the inference log, and how stages are timed."""

from __future__ import annotations

import json
import math
import time

import pytest

from multifidus.inference_log import StageTimer, nearest_rank, summarise
from tests.multifidus.log_records import a_record


@pytest.mark.parametrize(
    ("count", "percent", "expected"),
    [(1, 50, 1), (1, 99, 1), (2, 50, 1), (3, 50, 2), (100, 95, 95), (100, 99, 99), (20, 95, 19)],
)
def test_nearest_rank(count: int, percent: int, expected: int) -> None:
    assert nearest_rank(list(range(1, count + 1)), percent) == expected


def test_statistics_of_nothing() -> None:
    stats = summarise([])
    assert (stats.count, stats.error_count, stats.latency, stats.stages) == (0, 0, None, {})


def test_statistics_count_errors_but_take_durations_from_successes() -> None:
    records = [
        a_record(f"{n}", latency_ms=float(n), timings_ms={"inference": 2.0 * n})
        for n in range(1, 101)
    ]
    records += [a_record("x", status=415, code="unsupported_media", latency_ms=0.1, timings_ms={})]
    records += [a_record("y", status=500, code="internal", latency_ms=9e9, cold_start=True)]
    records += [a_record("z", latency_ms=50.0, timings_ms={"inference": 100.0}, trusted=False)]
    stats = summarise(records)
    assert (stats.count, stats.error_count, stats.cold_start_count) == (103, 2, 1)
    assert stats.untrusted_count == 1
    assert stats.errors == {"internal": 1, "unsupported_media": 1}
    assert stats.latency is not None
    assert (stats.latency.p50_ms, stats.latency.p95_ms, stats.latency.p99_ms) == (50, 95, 99)
    assert set(stats.stages) == {"inference"}
    assert stats.stages["inference"].p99_ms == 198


def test_quick_routes_do_not_flatter_the_latency_of_the_model() -> None:
    records = [a_record("s", latency_ms=80.0)]
    records += [a_record(f"m{n}", route="/measure", latency_ms=5.0) for n in range(9)]
    records += [a_record("x", route="/measure", status=422, code="invalid_parameter")]
    stats = summarise(records)
    assert stats.latency is not None
    assert (stats.count, stats.error_count, stats.latency.p50_ms) == (11, 1, 80.0)
    assert list(stats.routes) == ["/measure", "/segment"]
    measured = stats.routes["/measure"]
    assert measured.latency is not None
    assert (measured.count, measured.error_count, measured.latency.p50_ms) == (10, 1, 5.0)
    alone = summarise(records[1:])
    assert alone.latency is None


def test_stages_are_timed_and_a_stage_that_fails_is_not_counted() -> None:
    timer = StageTimer()
    with timer.stage("decode"):
        time.sleep(0.01)
    with pytest.raises(ValueError, match="broken"), timer.stage("inference"):
        raise ValueError("broken")
    assert set(timer.timings_ms) == {"decode"}
    assert 10.0 <= timer.timings_ms["decode"] <= timer.elapsed_ms()
    assert math.isfinite(timer.elapsed_ms())
    assert json.dumps(timer.timings_ms)
