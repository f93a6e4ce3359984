"""An endpoint that speaks DynamoDB's protocol and can be told to misbehave.

moto answers as a healthy table does; this one answers slowly, refuses, or is not there.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Mode = Literal["healthy", "slow", "late_once", "throttled", "denied", "broken"]
"""`late_once` writes, but says so too late the first time."""

SLOW_S = 6.0
"""Longer than any client of ours waits."""

_REFUSALS = {
    "throttled": (400, "ProvisionedThroughputExceededException"),
    "denied": (400, "AccessDeniedException"),
    "broken": (500, "InternalServerError"),
}


class DynamoDbEndpoint:
    """Listens on the loopback interface; as a context manager."""

    def __init__(self) -> None:
        self.mode: Mode = "healthy"
        self.items: list[dict[str, Any]] = []
        self.calls = 0
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    def __enter__(self) -> DynamoDbEndpoint:
        self.come_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_down()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def come_up(self) -> None:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, answer = endpoint.answer(self.headers["x-amz-target"], body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/x-amz-json-1.0")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                with contextlib.suppress(OSError):  # whoever asked may have given up
                    self.wfile.write(text)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def go_down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.calls += 1
        if self.mode == "slow":
            time.sleep(SLOW_S)
        if self.mode in _REFUSALS:
            status, name = _REFUSALS[self.mode]
            return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": name}
        if target.endswith(".Query"):
            month = body["ExpressionAttributeValues"][":month"]
            found = [item for item in self.items[::-1] if item["pk"] == month]
            return 200, {"Items": found, "Count": len(found)}
        if self.mode == "slow":  # the wait is over, and whoever asked is gone
            return 200, {}
        if any(item["sk"] == body["Item"]["sk"] for item in self.items):
            name = "ConditionalCheckFailedException"
            return 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": name}
        self.items.append(body["Item"])
        if self.mode == "late_once":
            self.mode = "healthy"
            time.sleep(SLOW_S)
        return 200, {}
