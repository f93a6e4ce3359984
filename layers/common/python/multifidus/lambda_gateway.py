"""`GatewayHandler`: an app as the handler of a Lambda function behind API Gateway.

Mangum carries events to the app and its answers back. It raises on events that it cannot read;
those, and invocations that begin too close to their end, are answered here.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from typing import Any, cast

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.types import ASGI, LambdaContext, LambdaEvent

from multifidus.errors import (
    Deadline,
    Internal,
    InvalidParameter,
    MalformedRequest,
    MultifidusError,
)
from multifidus.gateway import PROBLEM_MEDIA_TYPE, method_and_path, problem_reply, request_id_of
from multifidus.log_lines import emit, where
from multifidus.recorder import Recorder
from multifidus.request_trace import RequestTrace

MAX_QUERY_BYTES = 8 * 1024
"""Gateways let a little more pass; whoever invokes the function directly can send megabytes. On one
machine the server bounds a request's head itself."""


class GatewayHandler:
    """Answers API Gateway (payload 1.0 or 2.0) and Function URL events by an app.

    Parameters
    ----------
    app : ASGI application
        With the layers of `multifidus.web.install`.
    recorder : Recorder
        Reports what is refused before the app sees it.
    min_remaining_ms : int
        An invocation with less time left than this is refused instead of begun.
    """

    def __init__(self, app: ASGI, *, recorder: Recorder, min_remaining_ms: int) -> None:
        self._recorder = recorder
        self._min_remaining_ms = min_remaining_ms
        self._adapter = Mangum(
            app,
            lifespan="off",  # otherwise start-up and shut-down run around every invocation
            text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, PROBLEM_MEDIA_TYPE],
        )

    def __call__(self, event: object, context: object) -> dict[str, Any]:
        """Answer an event; never raises."""
        try:
            self._check_time(context)
            readable = self._readable(event, context)
        except MultifidusError as error:
            return self._refused(error, event, context)
        try:
            return self._adapter(readable, cast(LambdaContext, context))
        except Exception as error:  # Mangum's own, while it builds the response
            emit(
                "unexpected_error",
                level="ERROR",
                request_id=request_id_of(event, context),
                error_type=type(error).__name__,
                error_at=where(error),
            )
            return self._refused(Internal(), event, context)

    def _check_time(self, context: object) -> None:
        remaining_ms = getattr(context, "get_remaining_time_in_millis", None)
        if callable(remaining_ms) and remaining_ms() < self._min_remaining_ms:
            raise Deadline

    def _readable(self, event: object, context: object) -> LambdaEvent:
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
            request = self._adapter.infer(decoded, cast(LambdaContext, context))
            query, _ = request.scope["query_string"], request.body
        except Exception as error:  # whatever Mangum trips over: a missing key, null, a wrong port
            raise MalformedRequest("The event is no HTTP request that can be read.") from error
        # The framework takes the whole query apart before any route is asked.
        if len(query) > MAX_QUERY_BYTES:
            raise InvalidParameter(f"The query is over the limit of {MAX_QUERY_BYTES // 1024} KiB.")
        return decoded

    def _refused(self, error: MultifidusError, event: object, context: object) -> dict[str, Any]:
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
            for method, route in self._recorder.logged:
                if request[0] == method and request[1].endswith(route):
                    trace.method, trace.route = method, route
        trace.latency_ms = trace.timer.elapsed_ms()
        self._recorder(trace)
        return problem_reply(error, trace.request_id)
