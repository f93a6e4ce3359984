"""The inference log: one row per slice that was sent, in SQLite or DynamoDB, behind one protocol.

A row says how a request went, never what was in it: no file name, no tag, no UID, no pixel. A store
raises `LogUnavailable` where it cannot write or read; whoever answers requests counts a row that
was lost and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from multifidus.settings import Settings

MAX_RECENT = 1000
"""Most rows that are read at once."""

SECONDS_PER_DAY = 86_400.0

SEGMENT_ROUTE = "/segment"
"""Of rows that were written before there was another."""

LogKind = Literal["sqlite", "dynamodb"]


@dataclass(frozen=True, kw_only=True)
class InferenceRecord:
    """How one request went.

    Attributes
    ----------
    request_id : str
        Identifies the request to its caller.
    route : str
        Template of the route that took it: `/segment`, or `/measure`, where no model runs.
    created_at : float
        When it came in, in seconds since 1970 (UTC).
    status : int
        HTTP status of the answer.
    code : str, optional
        The error's code; None for an answer of 200.
    media : str, optional
        `dicom`, `png` or `jpeg`; None where the bytes were not recognised.
    rows, columns : int, optional
        Size of the slice; None where it was not decoded.
    model_version : str, optional
        Version of the model that would have run or ran.
    timings_ms : mapping of str to float
        Duration of each stage that was finished.
    latency_ms : float
        From the request's arrival to its answer.
    cold_start : bool
        Whether it was the first request of its process.
    trusted : bool, optional
        The quality verdict; None where there is no result.
    """

    request_id: str
    created_at: float
    status: int
    latency_ms: float
    cold_start: bool
    route: str = SEGMENT_ROUTE
    code: str | None = None
    media: str | None = None
    rows: int | None = None
    columns: int | None = None
    model_version: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    trusted: bool | None = None


class InferenceLog(Protocol):
    """Where records go."""

    @property
    def kind(self) -> LogKind:
        """Name of the store."""

    def write(self, record: InferenceRecord) -> None:
        """Store a record; a second record with the same time and request id changes nothing.

        Raises
        ------
        LogUnavailable
            The record was not stored. Waits two to four seconds at the very most before that.
        """

    def recent(self, limit: int) -> list[InferenceRecord]:
        """Return the newest records that have not expired, newest first, `MAX_RECENT` at most.

        Raises
        ------
        LogUnavailable
            The log could not be read.
        """


class StageTimer:
    """Measures the stages of one request, by the monotonic clock."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._timings_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the body as the stage `name`; one that raises is not counted."""
        started = time.perf_counter()
        yield
        self._timings_ms[name] = _milliseconds_since(started)

    @property
    def timings_ms(self) -> dict[str, float]:
        """Duration of each finished stage so far."""
        return dict(self._timings_ms)

    def elapsed_ms(self) -> float:
        """Time since the timer was made."""
        return _milliseconds_since(self._started)


def _milliseconds_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000.0, 3)


@dataclass(frozen=True, kw_only=True)
class Percentiles:
    """Percentiles of a duration."""

    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, kw_only=True)
class RouteStats:
    """What the newest records of one route say together.

    Attributes
    ----------
    count, error_count : int
        Records, and those with a status of 400 or above.
    latency : Percentiles, optional
        Of the whole request; None where no request succeeded.
    """

    count: int
    error_count: int
    latency: Percentiles | None


@dataclass(frozen=True, kw_only=True)
class LogStats:
    """What the newest records say together; see `summarise`.

    Attributes
    ----------
    count, error_count, cold_start_count, untrusted_count : int
        Records, those with a status of 400 or above, first requests of a process, and results
        that were marked as not to be trusted.
    errors : mapping of str to int
        Records per error code.
    latency : Percentiles, optional
        Of the whole request to `/segment`, which the others, without a model, would flatter; None
        where none succeeded.
    routes : mapping of str to RouteStats
        The same for each route that there are records of.
    stages : mapping of str to Percentiles
        Of each stage.
    """

    count: int
    error_count: int
    cold_start_count: int
    untrusted_count: int
    errors: Mapping[str, int]
    latency: Percentiles | None
    routes: Mapping[str, RouteStats]
    stages: Mapping[str, Percentiles]


def summarise(records: Sequence[InferenceRecord]) -> LogStats:
    """Count records and take percentiles of the successful ones.

    Refused requests are quick and would flatter the percentiles; they are only counted.
    """
    successes = [record for record in records if record.status < 400]
    durations_ms: dict[str, list[float]] = {}
    for record in successes:
        for stage, duration_ms in record.timings_ms.items():
            durations_ms.setdefault(stage, []).append(duration_ms)
    errors: dict[str, int] = {}
    for record in records:
        if record.code is not None:
            errors[record.code] = errors.get(record.code, 0) + 1
    routes = {
        route: _of_route([record for record in records if record.route == route])
        for route in sorted({record.route for record in records})
    }
    segment = routes.get(SEGMENT_ROUTE)
    return LogStats(
        count=len(records),
        error_count=len(records) - len(successes),
        cold_start_count=sum(record.cold_start for record in records),
        untrusted_count=sum(record.trusted is False for record in records),
        errors=dict(sorted(errors.items())),
        latency=None if segment is None else segment.latency,
        routes=routes,
        stages={stage: _percentiles(values) for stage, values in durations_ms.items()},
    )


def _of_route(records: Sequence[InferenceRecord]) -> RouteStats:
    latencies_ms = [record.latency_ms for record in records if record.status < 400]
    return RouteStats(
        count=len(records),
        error_count=len(records) - len(latencies_ms),
        latency=_percentiles(latencies_ms) if latencies_ms else None,
    )


def _percentiles(values_ms: list[float]) -> Percentiles:
    ordered = sorted(values_ms)
    return Percentiles(
        p50_ms=nearest_rank(ordered, 50),
        p95_ms=nearest_rank(ordered, 95),
        p99_ms=nearest_rank(ordered, 99),
    )


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """Percentile by nearest rank: the smallest value with at least `percent` % at or below it.

    Parameters
    ----------
    ordered : sequence of float
        In ascending order, not empty.
    percent : int
        From 1 to 100.
    """
    rank = -(-len(ordered) * percent // 100)  # rounded up, in whole numbers
    return ordered[rank - 1]


def log_kind(settings: Settings) -> LogKind:
    """Name the store that `open_log` would open."""
    return "sqlite" if settings.table_name is None else "dynamodb"


def open_log(settings: Settings) -> InferenceLog:
    """Open the store that the settings name. Does not touch it yet, so it cannot fail a start."""
    # Imported here: a process needs one of them, and DynamoDB's client is slow to import.
    if settings.table_name is not None:
        from multifidus.dynamodb_log import DynamoDbLog, connect

        return DynamoDbLog(settings.table_name, client=connect(), ttl_days=settings.log_ttl_days)
    from multifidus.sqlite_log import SqliteLog

    return SqliteLog(settings.sqlite_path, ttl_days=settings.log_ttl_days)
