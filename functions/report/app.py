"""The route: a plain function, so that its work runs in threads and not on the event loop."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request
from starlette.responses import Response

from functions.report.body import Asked, read_body
from functions.report.reporter import Reporter, Written
from multifidus.answer import Answer, ModelInfo
from multifidus.inference_log import InferenceLog
from multifidus.log_lines import emit, where
from multifidus.metrics import Metrics
from multifidus.openapi import describe
from multifidus.places import Places
from multifidus.recorder import Recorder
from multifidus.report_input import ReportInput
from multifidus.report_rules import sources
from multifidus.report_schemas import MAX_BODY_BYTES, Report, Reports, route_description
from multifidus.report_wording import DISCLAIMER
from multifidus.request_trace import RequestTrace
from multifidus.settings import Settings
from multifidus.web import install, json_answer, trace_of

RUNNING_AT_ONCE = 1
"""One run uses the threads of the settings already."""

WAITING_AT_MOST = 16
"""Further requests wait; those beyond are told to come back (429)."""

REPORTED = frozenset({("POST", "/report")})
"""Requests that get a row of the log, good or bad."""

TOO_LARGE = f"The body is over the limit of {MAX_BODY_BYTES // 1024} KiB."


def create_app(
    settings: Settings,
    reporter: Reporter,
    log: InferenceLog,
    *,
    recorder: Recorder | None = None,
) -> FastAPI:
    """Compose the service.

    Parameters
    ----------
    settings : Settings
        Origins and version are used.
    reporter : Reporter
        Writes the reports.
    log : InferenceLog
        Takes a row for each request.
    recorder : Recorder, optional
        Writes the rows, where the composition root has one of its own.
    """
    metrics = Metrics(function=settings.function_name)
    recorder = recorder or recorder_of(settings, reporter, log)
    app = FastAPI(
        title="Multifidus: report",
        version=settings.version,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
    )
    app.add_api_route("/report", _Route(reporter, metrics).report, **route_description())
    describe(app)
    install(
        app,
        max_body_bytes=MAX_BODY_BYTES,
        too_large=TOO_LARGE,
        cors_origins=settings.cors_origins,
        on_answer=recorder,
    )
    return app


def recorder_of(settings: Settings, reporter: Reporter, log: InferenceLog) -> Recorder:
    """Build what reports the requests of this function."""
    return Recorder(
        log,
        logged=REPORTED,
        model_version=None if reporter.manifest is None else reporter.manifest.version,
        metrics=Metrics(function=settings.function_name),
    )


class _Route:
    def __init__(self, reporter: Reporter, metrics: Metrics) -> None:
        self._reporter = reporter
        self._metrics = metrics
        self._places = Places(running=RUNNING_AT_ONCE, waiting=WAITING_AT_MOST)

    def report(self, request: Request, asked: Annotated[Asked, Depends(read_body)]) -> Response:
        """Word what the measurements allow to say: summary, risk and recommendation."""
        trace = trace_of(request)
        with self._places.take():
            written = self._reporter.write(asked.inputs, timer=trace.timer)
        reports = [
            self._answer(each, about, trace)
            for each, about in zip(written, asked.inputs, strict=True)
        ]
        answer: Answer = reports[0]
        if asked.several:
            answer = Reports(
                request_id=trace.request_id,
                reports=reports,
                disclaimer=DISCLAIMER,
                latency_ms=trace.timer.elapsed_ms(),
            )
        return json_answer(answer.model_dump_json().encode())

    def _answer(self, written: Written, about: ReportInput, trace: RequestTrace) -> Report:
        self._tell(written, trace.request_id)
        manifest = self._reporter.manifest
        return Report(
            request_id=trace.request_id,
            level=about.level,
            side=about.side,
            summary=written.text.summary,
            risk=written.text.risk,
            recommendation=written.text.recommendation,
            text=str(written.text),
            source=written.source,
            sources=list(sources(about)),
            disclaimer=DISCLAIMER,
            model=None if manifest is None else ModelInfo.of(manifest),
            latency_ms=trace.timer.elapsed_ms(),
        )

    def _tell(self, written: Written, request_id: str) -> None:
        """Count what the rules had to stand in for, by its kind: nothing of a text is written."""
        for code in written.caught:
            emit("report_text_caught", level="WARNING", request_id=request_id, code=code)
        if written.failure is not None:
            emit(
                "report_model_failed",
                level="ERROR",
                request_id=request_id,
                error_type=type(written.failure).__name__,
                error_at=where(written.failure),
            )
        if written.caught or written.failure is not None:
            self._metrics.count("TextsCaught", request_id=request_id)
