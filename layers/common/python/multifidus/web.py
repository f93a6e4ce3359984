"""What every FastAPI app of the service shares: errors as problem documents, request ids, limits.

Layers around the routes, from the outside in::

    AnswerMiddleware       names the request, sets headers, reports the finished answer
    CORSMiddleware         where origins are allowed
    BoundaryMiddleware     bounds the body; an unexpected exception becomes `internal`
    exception handlers     errors that have a name
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from multifidus.errors import (
    Internal,
    InvalidParameter,
    MalformedRequest,
    MethodNotAllowed,
    MultifidusError,
    NotFound,
    PayloadTooLarge,
    ResponseTooLarge,
    ServiceError,
    Throttled,
    UnsupportedMedia,
)
from multifidus.gateway import (
    DEFAULT_HEADERS,
    PROBLEM_MEDIA_TYPE,
    REQUEST_ID_HEADER,
    problem,
    request_id_of,
)
from multifidus.log_lines import emit, where
from multifidus.request_trace import RequestTrace

MAX_RESPONSE_BYTES = 6_000_000
"""Of the body. Lambda's limit is 6,291,556 bytes for the answer around it, in which each quotation
mark of the body takes two bytes and each letter outside ASCII six."""

_NAMED_BY_STATUS: Mapping[int, type[MultifidusError]] = {
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    415: UnsupportedMedia,
    422: InvalidParameter,
    429: Throttled,
}


OnAnswer = Callable[[RequestTrace], None]


def install(
    app: FastAPI,
    *,
    max_body_bytes: int,
    too_large: str | None = None,
    cors_origins: tuple[str, ...] = (),
    on_answer: OnAnswer,
) -> None:
    """Give an app its layers and its exception handlers.

    Parameters
    ----------
    app : FastAPI
        Changed in place.
    max_body_bytes : int
        Longer request bodies are refused while they come in.
    too_large : str, optional
        Tells the caller so, in place of the words about a slice.
    cors_origins : tuple of str
        Origins that browsers may call from.
    on_answer : callable
        Called in a worker thread with each request's trace before its answer is sent. Must not
        raise.
    """
    for known in (MultifidusError, RequestValidationError, HTTPException, ClientDisconnect):
        app.add_exception_handler(known, _answer_error)
    # The last one that is added is the outermost.
    app.add_middleware(BoundaryMiddleware, max_body_bytes=max_body_bytes, too_large=too_large)
    if cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=cors_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("content-type",),
            expose_headers=(REQUEST_ID_HEADER, "retry-after"),
            allow_credentials=False,
            max_age=600,
        )
    app.add_middleware(AnswerMiddleware, on_answer=on_answer)


def trace_of(request: Request) -> RequestTrace:
    """Return the trace of a request that passed `AnswerMiddleware`."""
    return cast(RequestTrace, request.state.trace)


def json_answer(document: bytes) -> Response:
    """Answer with JSON that is encoded already.

    Raises
    ------
    ResponseTooLarge
        It would not fit into a response.
    """
    if len(document) > MAX_RESPONSE_BYTES:
        raise ResponseTooLarge
    return Response(document, media_type="application/json")


class AnswerMiddleware:
    """Names each request, sets the headers of its answer and reports it."""

    def __init__(self, app: ASGIApp, *, on_answer: OnAnswer) -> None:
        self._app = app
        self._on_answer = on_answer
        self._cold = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and its answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = RequestTrace(
            request_id=request_id_of(scope.get("aws.event"), scope.get("aws.context")),
            received_at=time.time(),
            method=scope["method"],
            cold_start=self._cold,
        )
        self._cold = False
        scope.setdefault("state", {})["trace"] = trace

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULT_HEADERS.items():
                    headers.setdefault(name, value)
                headers[REQUEST_ID_HEADER] = trace.request_id
                trace.status = message["status"]
                trace.latency_ms = trace.timer.elapsed_ms()
                # The template, never the path: what a caller typed does not belong in a log.
                trace.route = getattr(scope.get("route"), "path", None)
                # Before the answer leaves, so that whoever has it finds it counted in /stats.
                await run_in_threadpool(self._on_answer, trace)
            await send(message)

        await self._app(scope, receive, send_named)


class BoundaryMiddleware:
    """Bounds the request's body and turns an unexpected exception into `internal`."""

    # Starlette's own body limit answers in plain text and around the exception handlers; its last
    # handler raises the exception again, and the server then logs it with what libraries quoted.

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, too_large: str | None = None) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer in its stead where an exception comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        too_long = _declared_bytes(scope) > self._max_body_bytes
        received_bytes = 0
        started = False

        async def receive_bounded() -> Message:
            nonlocal received_bytes
            if too_long:
                raise PayloadTooLarge(self._too_large)
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._max_body_bytes:
                raise PayloadTooLarge(self._too_large)
            return message

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive_bounded, send_noting)
        except Exception as error:  # the last line: nothing of it may reach the caller or the log
            if started:
                raise
            response = await _answer_error(Request(scope), error)
            await response(scope, receive, send)


def _declared_bytes(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "")
    # Python refuses to convert thousands of digits; fifteen are too many already.
    return int(declared[:15]) if declared.isdecimal() else 0


async def _answer_error(request: Request, error: Exception) -> Response:
    """Answer with the problem document of an error, in place of FastAPI's and Starlette's own."""
    trace = trace_of(request)
    named = named_error(error)
    trace.code = named.code
    if isinstance(named, Internal):
        emit(
            "unexpected_error",
            level="ERROR",
            request_id=trace.request_id,
            cold_start=trace.cold_start,
            error_type=type(error).__name__,
            error_at=where(error),
        )
    headers: dict[str, str] = {}
    if isinstance(error, HTTPException) and error.headers and "Allow" in error.headers:
        headers["allow"] = error.headers["Allow"]
    if isinstance(named, Throttled | ServiceError):
        headers["retry-after"] = "1"
    return Response(
        json.dumps(problem(named, trace.request_id)),
        status_code=named.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=headers,
    )


def named_error(error: Exception) -> MultifidusError:
    """Find the named error that an exception stands for; `Internal` for those without a name."""
    if isinstance(error, MultifidusError):
        return error
    if isinstance(error, RequestValidationError):
        return InvalidParameter(_which_parameter(error.errors()))
    if isinstance(error, ClientDisconnect):
        return MalformedRequest("The connection was closed before the request was complete.")
    if isinstance(error, HTTPException):
        if isinstance(error.__cause__, MultifidusError):  # FastAPI wraps what reading a body raises
            return error.__cause__
        if error.status_code in _NAMED_BY_STATUS:
            return _NAMED_BY_STATUS[error.status_code]()
        if error.status_code < 500:
            return MalformedRequest()
    return Internal()


def _which_parameter(errors: Any) -> str | None:
    """Name the declared parameters that are wrong; names out of a body are the caller's words."""
    places = (error.get("loc", ()) for error in errors)
    names = sorted({str(place[1]) for place in places if len(place) > 1 and place[0] == "query"})
    if not names:
        return None
    return "Missing or out of range: " + ", ".join(f"`{name}`" for name in names) + "."
