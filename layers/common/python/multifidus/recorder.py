"""What is written about each request: its line, its metrics, and a row of the inference log."""

from __future__ import annotations

import threading

from multifidus.inference_log import InferenceLog, InferenceRecord
from multifidus.log_lines import emit
from multifidus.metrics import Metrics
from multifidus.request_trace import RequestTrace

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""A caller can send any word as a method; only these are written."""


class Recorder:
    """Reports finished requests. Never raises: what cannot be written is lost and counted.

    Parameters
    ----------
    log : InferenceLog
        Takes the rows.
    logged : frozenset of (str, str)
        Method and route of the requests that get a row and metrics, good or bad; the others get
        a line alone.
    model_version : str, optional
        Stands in each row.
    metrics : Metrics
        Takes the numbers of each request that gets a row, and of each that failed here.
    """

    def __init__(
        self,
        log: InferenceLog,
        *,
        logged: frozenset[tuple[str, str]],
        model_version: str | None,
        metrics: Metrics,
    ) -> None:
        self.logged = logged
        self._log = log
        self._metrics = metrics
        self._model_version = model_version
        self._lock = threading.Lock()
        self._lost_row_count = 0

    @property
    def lost_row_count(self) -> int:
        """Rows that this process could not write."""
        return self._lost_row_count

    def __call__(self, trace: RequestTrace) -> None:
        """Report a request whose answer is about to be sent."""
        status = trace.status or 500
        emit(
            "request",
            level="ERROR" if status >= 500 else "INFO",
            request_id=trace.request_id,
            method=trace.method if trace.method in _METHODS else None,
            route=trace.route,
            status=trace.status,
            code=trace.code,
            media=trace.media,
            rows=trace.rows,
            columns=trace.columns,
            latency_ms=trace.latency_ms,
            timings_ms=trace.timer.timings_ms or None,
            cold_start=trace.cold_start,
            trusted=trace.trusted,
        )
        logged = (trace.method, trace.route) in self.logged
        if logged or status >= 500:
            self._metrics.request(trace)
        if logged and trace.route is not None:
            self._write_row(trace, trace.route)

    def _write_row(self, trace: RequestTrace, route: str) -> None:
        record = InferenceRecord(
            request_id=trace.request_id,
            route=route,
            created_at=trace.received_at,
            status=trace.status or 500,
            code=trace.code,
            media=trace.media,
            rows=trace.rows,
            columns=trace.columns,
            model_version=self._model_version,
            timings_ms=trace.timer.timings_ms,
            latency_ms=trace.latency_ms or 0.0,
            cold_start=trace.cold_start,
            trusted=trace.trusted,
        )
        try:
            self._log.write(record)
        # Stores raise LogUnavailable; but the answer is ready, and no fault of a log may spoil it.
        except Exception as error:
            with self._lock:
                self._lost_row_count += 1
            reason = getattr(error, "reason", "") or type(error).__name__
            emit(
                "log_row_lost",
                level="WARNING",
                request_id=trace.request_id,
                cold_start=trace.cold_start,
                error_type=reason,
            )
            self._metrics.count("LogWriteFailed", request_id=trace.request_id)
