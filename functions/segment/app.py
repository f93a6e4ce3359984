"""The routes: plain functions, so that their work runs in threads and not on the event loop."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from starlette.responses import Response

from functions.segment import csv_table, docs, schemas, status_schemas
from functions.segment.openapi import (
    DESCRIPTION,
    MEASURE_EXTRA,
    SEGMENT_EXTRA,
    measured,
)
from functions.segment.options import MEASURE_NAMES, SegmentOptions, parse_options
from functions.segment.pipeline import (
    Segmenter,
    SliceResult,
    analyse_slice,
    measure_mask,
    self_test,
)
from functions.segment.upload import (
    MAX_BODY_BYTES,
    MaskedUpload,
    Upload,
    read_masked_upload,
    read_upload,
)
from multifidus.answer import Answer, ModelInfo
from multifidus.errors import ReportDisabled
from multifidus.gateway import health
from multifidus.inference_log import MAX_RECENT, InferenceLog, StageTimer, summarise
from multifidus.metrics import Metrics
from multifidus.openapi import answers, describe
from multifidus.places import Places
from multifidus.recorder import Recorder
from multifidus.report_schemas import route_description
from multifidus.request_trace import RequestTrace
from multifidus.settings import Settings
from multifidus.web import install, json_answer, trace_of

RUNNING_AT_ONCE = 2
"""Slices that are worked on side by side; one run uses the threads of the settings already."""

WAITING_AT_MOST = 16
"""Further requests wait for a place; those beyond are told to come back (429). Kept well below the
number of worker threads, so that `/health` always finds one."""

MEASURED = frozenset({("POST", "/segment"), ("POST", "/measure")})
"""Requests that send a slice, good or bad, get a row of the log; the others a line alone."""


def create_app(
    settings: Settings,
    segmenter: Segmenter,
    log: InferenceLog,
    *,
    recorder: Recorder | None = None,
    places: Places | None = None,
) -> FastAPI:
    """Compose the service.

    Parameters
    ----------
    settings : Settings
        Origins, version and the model's folder are used.
    segmenter : Segmenter
        The loaded model.
    log : InferenceLog
        Takes a row for each slice that was sent and answers `/stats`.
    recorder : Recorder, optional
        Writes the rows, where the composition root has one of its own.
    places : Places, optional
        How many slices are worked on side by side and how many wait, where that is not what suits
        a server of Starlette's usual 40 threads.
    """
    places = places or Places(running=RUNNING_AT_ONCE, waiting=WAITING_AT_MOST)
    recorder = recorder or Recorder(
        log,
        logged=MEASURED,
        model_version=segmenter.manifest.version,
        metrics=Metrics(function=settings.function_name),
    )
    app = FastAPI(
        title="Multifidus",
        version=settings.version,
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
    )
    routes = _Routes(settings, segmenter, log, recorder, places)
    app.add_api_route(
        "/health",
        routes.health,
        summary="What is deployed",
        responses=answers(status_schemas.Health),
    )
    app.add_api_route(
        "/ready",
        routes.ready,
        summary="Run the model on its built-in slice and compare",
        responses=answers(status_schemas.Ready, 429, 503),
    )
    app.add_api_route(
        "/segment",
        routes.segment,
        methods=["POST"],
        summary="Segment and measure one slice",
        responses=measured(schemas.SegmentResponse),
        openapi_extra=SEGMENT_EXTRA,
    )
    app.add_api_route(
        "/measure",
        routes.measure,
        methods=["POST"],
        summary="Measure one slice with a mask of your own",
        responses=measured(schemas.MeasureResponse),
        openapi_extra=MEASURE_EXTRA,
    )
    app.add_api_route(
        "/report",
        routes.report,
        **route_description(),  # of where it is answered, which a reader of the schema wants
    )
    app.add_api_route(
        "/stats",
        routes.stats,
        summary="Counts and durations of the newest requests",
        responses=answers(status_schemas.Stats, 422, 503),
    )
    app.include_router(docs.router)
    describe(app)
    install(
        app,
        max_body_bytes=MAX_BODY_BYTES,
        cors_origins=settings.cors_origins,
        on_answer=recorder,
    )
    return app


class _Routes:
    def __init__(
        self,
        settings: Settings,
        segmenter: Segmenter,
        log: InferenceLog,
        recorder: Recorder,
        places: Places,
    ) -> None:
        self._settings = settings
        self._segmenter = segmenter
        self._log = log
        self._recorder = recorder
        self._places = places

    def health(self) -> Response:
        """Say which service, model and log answer. Does not run the model."""
        document = health(
            self._segmenter.manifest, version=self._settings.version, log=self._log.kind
        )
        return _json(status_schemas.Health.model_validate(document))

    def ready(self) -> Response:
        """Run the model on the slice that is shipped with it; 503 where the mask differs."""
        timer = StageTimer()
        with self._places.take():
            result = self_test(self._segmenter, self._settings.model_dir)
        answer = status_schemas.Ready(
            status="ready",
            model=ModelInfo.of(self._segmenter.manifest),
            dice_right=result.dice_right,
            dice_left=result.dice_left,
            latency_ms=timer.elapsed_ms(),
        )
        return _json(answer)

    def segment(
        self, request: Request, upload: Annotated[Upload, Depends(read_upload)]
    ) -> Response:
        """Segment and measure both multifidus muscles of an axial slice (DICOM, PNG or JPEG)."""
        trace = trace_of(request)
        options = parse_options(upload.fields)
        with self._places.take():
            result = analyse_slice(
                upload.data, segmenter=self._segmenter, options=options, timer=trace.timer
            )
        _note(trace, result)
        answer = schemas.SegmentResponse.of(
            result,
            request_id=trace.request_id,
            filename=upload.filename,
            options=options,
            manifest=self._segmenter.manifest,
            timings_ms=trace.timer.timings_ms,
            latency_ms=trace.timer.elapsed_ms(),
        )
        return _in_the_format_asked_for(answer, options)

    def measure(
        self, request: Request, upload: Annotated[MaskedUpload, Depends(read_masked_upload)]
    ) -> Response:
        """Measure a slice with the caller's own mask, by the code that measures the model's."""
        trace = trace_of(request)
        options = parse_options(upload.fields, names=MEASURE_NAMES, default_parts=frozenset())
        with self._places.take():
            result = measure_mask(
                upload.data,
                upload.mask,
                manifest=self._segmenter.manifest,
                options=options,
                timer=trace.timer,
            )
        _note(trace, result)
        answer = schemas.MeasureResponse.of(
            result,
            request_id=trace.request_id,
            filename=upload.filename,
            options=options,
            timings_ms=trace.timer.timings_ms,
            latency_ms=trace.timer.elapsed_ms(),
        )
        return _in_the_format_asked_for(answer, options)

    def report(self) -> Response:
        """Word what the measurements allow to say: summary, risk and recommendation."""
        # Where the function that does so is deployed, the path leads there.
        raise ReportDisabled

    def stats(self, last: Annotated[int, Query(ge=1, le=MAX_RECENT)] = MAX_RECENT) -> Response:
        """Count the newest slices that were sent; take percentiles of the successful ones."""
        answer = status_schemas.Stats.of(
            summarise(self._log.recent(last)),
            log=self._log.kind,
            last=last,
            lost_row_count=self._recorder.lost_row_count,
        )
        return _json(answer)


def _note(trace: RequestTrace, result: SliceResult) -> None:
    trace.media, trace.trusted = result.image.media, result.quality.trusted
    trace.rows, trace.columns = result.image.pixels.shape


def _in_the_format_asked_for(
    answer: schemas.SegmentResponse | schemas.MeasureResponse, options: SegmentOptions
) -> Response:
    if options.format == "json":
        return _json(answer)
    headers = {"content-disposition": f'attachment; filename="{csv_table.FILE_NAME}"'}
    return Response(csv_table.to_csv(answer), media_type=csv_table.MEDIA_TYPE, headers=headers)


def _json(answer: Answer) -> Response:
    # Encoded once, here: FastAPI's own way would validate and walk the answer a second time.
    return json_answer(answer.model_dump_json().encode())
