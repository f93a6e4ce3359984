"""The report function in a process of its own: ``python -m benchmarks.report.drive BODIES``.

Imports the real handler, as Lambda's init phase does, hands it each body as an event of API
Gateway, and prints what it took as JSON.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

HANDLER = "functions.report.handler"


def main(bodies: Path) -> dict[str, Any]:
    """Answer every body once."""
    started = time.perf_counter()
    # What the function prints are its own log lines.
    with contextlib.redirect_stdout(io.StringIO()):
        handler = importlib.import_module(HANDLER).handler
        init_ms = _ms_since(started)
        warm_mb = _memory_mb("VmRSS")
        answers = [_answered(handler, body) for body in json.loads(bodies.read_text())]
    return {
        "init_ms": init_ms,
        "idle_mb": warm_mb,
        "peak_mb": _memory_mb("VmHWM"),
        "answers": answers,
    }


def _answered(handler: Any, body: object) -> dict[str, Any]:
    started = time.perf_counter()
    answer = handler(_event(json.dumps(body)), None)
    took_ms = _ms_since(started)
    document = json.loads(answer["body"])
    if answer["statusCode"] != 200:
        raise SystemExit(f"answered {answer['statusCode']}: {document['detail']}")
    reports = document.get("reports", [document])
    return {"took_ms": took_ms, "sources": [report["source"] for report in reports]}


def _event(body: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "POST /report",
        "rawPath": "/report",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "localhost"},
        "requestContext": {
            "http": {"method": "POST", "path": "/report", "sourceIp": "127.0.0.1"},
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000.0


def _memory_mb(name: str) -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    fields = dict(line.split(":", 1) for line in text.splitlines())
    return int(fields[name].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
