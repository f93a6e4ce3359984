"""JSON lines on standard output: what the service says about itself, and nothing about a patient.

The parameters of `emit` are the complete list of what a line can hold, besides the numbers of
`multifidus.metrics`. File names, tags, paths and queries are not among them. Libraries quote what
they read in their warnings, so the composition roots call `silence_libraries` first.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Mapping
from typing import Any, Literal

Level = Literal["INFO", "WARNING", "ERROR"]

_QUOTING_LOGGERS = (
    "jpeg_ls",
    "mangum",
    "mangum.http",
    "multipart",
    "openjpeg",
    "pydicom",
    "pylibjpeg",
    "python_multipart",
)
"""Loggers whose messages can hold parts of a request: header values, paths, form fields."""


def emit(
    event: str,
    *,
    level: Level = "INFO",
    request_id: str | None = None,
    method: str | None = None,
    route: str | None = None,
    status: int | None = None,
    code: str | None = None,
    media: str | None = None,
    rows: int | None = None,
    columns: int | None = None,
    latency_ms: float | None = None,
    timings_ms: Mapping[str, float] | None = None,
    cold_start: bool | None = None,
    trusted: bool | None = None,
    error_type: str | None = None,
    error_at: str | None = None,
    version: str | None = None,
    model_version: str | None = None,
    log: str | None = None,
    threads: int | None = None,
) -> None:
    """Write one line. What is None is left out.

    Parameters
    ----------
    event : str
        What happened, as a fixed name.
    level : str
        For filters; `ERROR` is for what somebody has to look at.
    route : str
        The route's template, never the path that was asked for.
    error_type, error_at : str
        Class of an unexpected exception, and the module and line that raised it. Its message is
        left out: libraries quote their input.
    """
    fields = {name: value for name, value in locals().items() if value is not None}
    write_line(fields)


def where(error: BaseException) -> str | None:
    """Name the module and line that raised an exception."""
    traceback = error.__traceback__
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = traceback.tb_frame.f_globals.get("__name__", "?")
    return f"{module}:{traceback.tb_lineno}"


def silence_libraries() -> None:
    """Keep libraries from writing what they read in a request to standard error."""
    warnings.simplefilter("ignore")
    for name in _QUOTING_LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


def write_line(fields: Mapping[str, Any]) -> None:
    """Write one JSON object on a line of its own, with the time; `emit` is what callers want."""
    now = time.time()
    # To the millisecond, in UTC: a line is found by its time, also where nothing collects it.
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now * 1000) % 1000:03d}Z"
    line = json.dumps({"time": stamp, **fields}, separators=(",", ":"), allow_nan=False)
    # One write per line, so that lines of several threads do not run into each other.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
