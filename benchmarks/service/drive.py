"""Sends one form to an ASGI app in this process, again and again, and prints what it saw as JSON.

Run as a program, by `benchmarks.service.warm`, once for each app; the app is named as uvicorn names
one (``module:attribute``), so that both are driven by the same code. There is no socket: what is
measured is the app, from the request's first byte to the answer's last.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
App = Callable[..., Awaitable[None]]


async def post(app: App, content_type: str, body: bytes) -> tuple[int, bytes]:
    """Send `POST /segment`; status and body of the answer."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/segment",
        "raw_path": b"/segment",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"benchmark"),
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent = False
    status, parts = 0, []

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(parts)


def resident_kib(field: str) -> int:
    """`VmRSS` or `VmHWM` of this process, KiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    raise RuntimeError(f"This system does not report {field}.")


async def drive(app: App, content_type: str, body: bytes, *, warm_up: int, count: int) -> Message:
    """Send `count` requests one after the other, after some that are not counted."""
    latencies_ms: list[float] = []
    stages_ms: dict[str, list[float]] = {}
    after_warm_up_kib = 0
    for number in range(warm_up + count):
        if number == warm_up:
            after_warm_up_kib = resident_kib("VmRSS")
        started = time.perf_counter()
        status, answer = await post(app, content_type, body)
        elapsed_ms = (time.perf_counter() - started) * 1000.0
        if status != 200:
            raise RuntimeError(f"{status}: {answer[:500]!r}")
        if number < warm_up:
            continue
        latencies_ms.append(elapsed_ms)
        for stage, duration_ms in json.loads(answer).get("timings_ms", {}).items():
            stages_ms.setdefault(stage, []).append(duration_ms)
    return {
        "latencies_ms": latencies_ms,
        "stages_ms": stages_ms,
        "resident_kib": [after_warm_up_kib, resident_kib("VmRSS")],
        "peak_kib": resident_kib("VmHWM"),
        "answer_bytes": len(answer),
    }


def main() -> None:
    """Command line; the form's body is read from standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("app")
    parser.add_argument("content_type")
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    body = sys.stdin.buffer.read()
    result = sys.stdout
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    module, _, attribute = options.app.partition(":")
    app = getattr(importlib.import_module(module), attribute)
    found = asyncio.run(
        drive(app, options.content_type, body, warm_up=options.warm_up, count=options.count)
    )
    print(json.dumps(found), file=result)


if __name__ == "__main__":
    main()
