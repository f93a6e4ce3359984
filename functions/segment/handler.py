"""Composition root and Lambda handler of the `segment` function.

Importing it is the init phase: settings are read, and the model is loaded and verified. What does
not fit aborts the init, so that a broken deployment never answers.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from typing import Any, cast

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.types import LambdaContext, LambdaEvent

from functions.segment.app import create_app
from functions.segment.recorder import MEASURED, Recorder
from multifidus.errors import (
    Deadline,
    Internal,
    InvalidParameter,
    MalformedRequest,
    MultifidusError,
)
from multifidus.gateway import PROBLEM_MEDIA_TYPE, method_and_path, problem_reply, request_id_of
from multifidus.inference import Segmenter
from multifidus.inference_log import open_log
from multifidus.log_lines import emit, silence_libraries, where
from multifidus.request_trace import RequestTrace
from multifidus.settings import Settings

MAX_QUERY_BYTES = 8 * 1024
"""Gateways let a little more pass; whoever invokes the function directly can send megabytes. On one
machine the server bounds a request's head itself."""

silence_libraries()
SETTINGS = Settings.from_env()
SEGMENTER = Segmenter(SETTINGS.model_dir, threads=SETTINGS.threads)
LOG = open_log(SETTINGS)
RECORDER = Recorder(LOG, model_version=SEGMENTER.manifest.version)
ADAPTER = Mangum(
    create_app(SETTINGS, SEGMENTER, LOG, recorder=RECORDER),
    lifespan="off",  # otherwise start-up and shut-down run around every invocation
    text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, PROBLEM_MEDIA_TYPE],
)
emit(
    "start",
    version=SETTINGS.version,
    model_version=SEGMENTER.manifest.version,
    log=LOG.kind,
    threads=SETTINGS.threads,
)


def handler(event: object, context: object) -> dict[str, Any]:
    """Answer an API Gateway (payload 1.0 or 2.0) or Function URL event.

    Mangum raises on events that it cannot read. Those, and invocations that begin too close to
    their end, are answered here; everything else by the app.
    """
    try:
        _check_time(context)
        readable = _readable(event, context)
    except MultifidusError as error:
        return _refused(error, event, context)
    try:
        return ADAPTER(readable, cast(LambdaContext, context))
    except Exception as error:  # Mangum's own, while it builds the response
        emit("unexpected_error", error_type=type(error).__name__, error_at=where(error))
        return _refused(Internal(), event, context)


def _check_time(context: object) -> None:
    remaining_ms = getattr(context, "get_remaining_time_in_millis", None)
    if callable(remaining_ms) and remaining_ms() < SETTINGS.min_remaining_ms:
        raise Deadline


def _readable(event: object, context: object) -> LambdaEvent:
    """Return the event with its body decoded, after Mangum has read it once without error."""
    if method_and_path(event) is None:
        raise MalformedRequest("The event is no HTTP request.")
    decoded = dict(cast(Mapping[str, Any], event))
    if decoded.get("isBase64Encoded"):
        try:
            # Strictly: the default skips over what is not base64 and returns rubbish.
            decoded["body"] = base64.b64decode(decoded.get("body") or "", validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise MalformedRequest("The body is not valid base64.") from error
        decoded["isBase64Encoded"] = False
    try:
        request = ADAPTER.infer(decoded, cast(LambdaContext, context))
        query, _ = request.scope["query_string"], request.body
    except Exception as error:  # whatever Mangum trips over: a missing key, null, a port in words
        raise MalformedRequest("The event is no HTTP request that can be read.") from error
    # The framework takes the whole query apart before any route is asked.
    if len(query) > MAX_QUERY_BYTES:
        raise InvalidParameter(f"The query is over the limit of {MAX_QUERY_BYTES // 1024} KiB.")
    return decoded


def _refused(error: MultifidusError, event: object, context: object) -> dict[str, Any]:
    trace = RequestTrace(
        request_id=request_id_of(event, context),
        received_at=time.time(),
        method="",
        cold_start=False,
        status=error.status,
        code=error.code,
    )
    request = method_and_path(event)
    if request is not None:
        # A gateway's stage may stand before the route.
        for method, route in MEASURED:
            if request[0] == method and request[1].endswith(route):
                trace.method, trace.route = method, route
    trace.latency_ms = trace.timer.elapsed_ms()
    RECORDER(trace)
    return problem_reply(error, trace.request_id)
