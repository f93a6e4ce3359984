"""An ASGI application that hands requests as gateway events to the real handler."""

from __future__ import annotations

import base64
from typing import Any

from starlette.types import Receive, Scope, Send

from infra.gateway_events import HttpRequest, event
from tests.functions.handler_process import HandlerProcess


class GatewayApp:
    """What API Gateway is between a client and the function."""

    def __init__(self, process: HandlerProcess) -> None:
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1").lower()
            # The gateway joins the values of a header that comes several times.
            headers[key] = ",".join([*filter(None, [headers.get(key)]), value.decode("latin-1")])
        request = HttpRequest(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
        )
        answer: dict[str, Any] = self._process.invoke(event(request, form="http_api"))
        text = answer["body"] or ""
        content = base64.b64decode(text) if answer["isBase64Encoded"] else text.encode()
        await send(
            {
                "type": "http.response.start",
                "status": answer["statusCode"],
                "headers": [(k.encode(), str(v).encode()) for k, v in answer["headers"].items()],
            }
        )
        await send({"type": "http.response.body", "body": content})
