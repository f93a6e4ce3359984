"""Composition root and handler of the `health` function.

No framework and no numeric packages: it starts in some tens of milliseconds, and says which
service, model and log are deployed without loading the model.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import Any

from multifidus.errors import MalformedRequest, MethodNotAllowed, MultifidusError, NotFound
from multifidus.gateway import health, method_and_path, problem_reply, reply, request_id_of
from multifidus.inference_log import log_kind
from multifidus.log_lines import Level, emit
from multifidus.manifest import ModelManifest
from multifidus.settings import Settings

SETTINGS = Settings.from_env()

_STARTS = chain([True], repeat(False))
"""Whether an invocation is the first of its process; Lambda runs one at a time."""


def handler(event: object, context: object) -> dict[str, Any]:
    """Answer an API Gateway (payload 1.0 or 2.0) or Function URL event."""
    request_id, cold_start = request_id_of(event, context), next(_STARTS)
    try:
        _check(event)
        manifest = ModelManifest.load(SETTINGS.model_dir)
    except MultifidusError as error:
        _report(request_id, cold_start, error.status, error.code)
        return problem_reply(error, request_id)
    document = health(manifest, version=SETTINGS.version, log=log_kind(SETTINGS))
    _report(request_id, cold_start, 200)
    return reply(document, request_id=request_id)


def _report(request_id: str, cold_start: bool, status: int, code: str | None = None) -> None:
    level: Level = "ERROR" if status >= 500 else "INFO"
    emit(
        "request",
        level=level,
        request_id=request_id,
        cold_start=cold_start,
        status=status,
        code=code,
    )


def _check(event: object) -> None:
    request = method_and_path(event)
    if request is None:
        raise MalformedRequest("The event is no HTTP request.")
    method, path = request
    # Behind a named stage the path of a payload 2.0 event begins with the stage's name.
    if not path.rstrip("/").endswith("/health"):
        raise NotFound
    if method != "GET":
        raise MethodNotAllowed
