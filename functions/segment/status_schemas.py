"""The answers about the service itself: `/health`, `/ready` and `/stats`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from multifidus.answer import Answer, ModelInfo, Share
from multifidus.inference_log import LogStats, Percentiles, RouteStats


class Health(Answer):
    """The service is up."""

    status: Literal["ok"]
    version: str
    model: ModelInfo
    log: Literal["sqlite", "dynamodb"]


class Ready(Answer):
    """The model gives the result that it gave when it was made."""

    status: Literal["ready"]
    model: ModelInfo
    dice_right: Share
    dice_left: Share
    latency_ms: float


class Durations(Answer):
    """Percentiles by nearest rank, of successful requests."""

    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, percentiles: Percentiles) -> Durations:
        """Take them from the log's statistics."""
        return cls(p50_ms=percentiles.p50_ms, p95_ms=percentiles.p95_ms, p99_ms=percentiles.p99_ms)


class RouteCounts(Answer):
    """What the newest requests to one route say together."""

    count: int
    error_count: int
    latency: Durations | None = Field(description="Of the whole request.")

    @classmethod
    def of(cls, stats: RouteStats) -> RouteCounts:
        """Take them from the log's statistics."""
        return cls(
            count=stats.count,
            error_count=stats.error_count,
            latency=None if stats.latency is None else Durations.of(stats.latency),
        )


class Stats(Answer):
    """What the newest requests of the inference log say together."""

    log: Literal["sqlite", "dynamodb"]
    last: int = Field(description="At most this many requests were looked at.")
    count: int
    error_count: int
    errors: dict[str, int] = Field(description="Requests per error code.")
    cold_start_count: int
    untrusted_count: int
    latency: Durations | None = Field(description="Of the whole request to `/segment`.")
    routes: dict[str, RouteCounts] = Field(description="The same for each route.")
    stages: dict[str, Durations]
    lost_row_count: int = Field(description="Rows that this process could not write.")

    @classmethod
    def of(
        cls,
        stats: LogStats,
        *,
        log: Literal["sqlite", "dynamodb"],
        last: int,
        lost_row_count: int,
    ) -> Stats:
        """Take them from the log's statistics."""
        return cls(
            log=log,
            last=last,
            count=stats.count,
            error_count=stats.error_count,
            errors=dict(stats.errors),
            cold_start_count=stats.cold_start_count,
            untrusted_count=stats.untrusted_count,
            latency=None if stats.latency is None else Durations.of(stats.latency),
            routes={route: RouteCounts.of(value) for route, value in stats.routes.items()},
            stages={name: Durations.of(value) for name, value in stats.stages.items()},
            lost_row_count=lost_row_count,
        )
