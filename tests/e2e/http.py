"""Talks HTTP with a function in the emulator, as API Gateway does."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from infra.emulator import Emulator
from infra.gateway_events import Form, HttpRequest, event

MaskImage = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a client would have got."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def answer_to(function: Emulator, raw_event: object) -> Answer:
    """Send an event and require an HTTP response."""
    invocation = function.invoke(raw_event)
    assert invocation.status == 200, function.log
    return http_answer(invocation.payload, invocation.text)


def http_answer(payload: Any, seen: str) -> Answer:
    """Read a function's result as the HTTP response that it must be; `seen` explains a failure."""
    assert isinstance(payload, dict), seen
    assert "statusCode" in payload, seen
    headers = {name.lower(): value for name, value in payload.get("headers", {}).items()}
    for name, values in payload.get("multiValueHeaders", {}).items():
        headers.setdefault(name.lower(), values[-1])
    body = payload.get("body") or ""
    decoded = base64.b64decode(body) if payload.get("isBase64Encoded") else body.encode()
    return Answer(status=payload["statusCode"], headers=headers, body=decoded)


def send(function: Emulator, request: HttpRequest, *, form: Form = "http_api") -> Answer:
    """Send a request in the way of one of the services."""
    return answer_to(function, event(request, form=form))


def decoded_png(text: str) -> MaskImage:
    """Decode a PNG of an answer, with its channels and depth as they are."""
    raw = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    image = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED)
    assert image is not None
    return np.asarray(image, dtype=np.uint8)
