"""What a bare handler and the FastAPI app say alike: problems, headers, request ids, health.

Standard library alone, so that the `health` function needs nothing else.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from multifidus.errors import MultifidusError
from multifidus.inference_log import LogKind
from multifidus.manifest import ModelManifest

PROBLEM_MEDIA_TYPE = "application/problem+json"

REQUEST_ID_HEADER = "x-request-id"

DEFAULT_HEADERS: Mapping[str, str] = {
    # Answers hold health data: no cache may keep them, no page may frame or sniff them.
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""Sent with every answer that does not set them itself."""

_PLAIN_ID = re.compile(r"[A-Za-z0-9=_-]{1,128}")


def problem(error: MultifidusError, request_id: str) -> dict[str, Any]:
    """Build the document of RFC 9457 for an error."""
    return {
        "type": f"urn:multifidus:error:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
    }


def health(manifest: ModelManifest, *, version: str, log: LogKind) -> dict[str, Any]:
    """Build the answer of `GET /health`."""
    model = {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256}
    return {"status": "ok", "version": version, "model": model, "log": log}


def request_id_of(event: object, context: object) -> str:
    """Name a request: by API Gateway's id, else by Lambda's, else by a new one.

    Parameters
    ----------
    event, context : object
        As Lambda passes them; anything else, None too, leads to a new id.
    """
    gateway = event.get("requestContext") if isinstance(event, Mapping) else None
    candidates = (
        gateway.get("requestId") if isinstance(gateway, Mapping) else None,
        getattr(context, "aws_request_id", None),
    )
    for candidate in candidates:
        # Ids go into logs and headers, and an event can be made by hand: plain ones only.
        if isinstance(candidate, str) and _PLAIN_ID.fullmatch(candidate):
            return candidate
    return str(uuid.uuid4())


def method_and_path(event: object) -> tuple[str, str] | None:
    """Read method and path of an API Gateway (payload 1.0 or 2.0) or Function URL event.

    Returns
    -------
    tuple of str, or None
        None where the event is no HTTP request.
    """
    if not isinstance(event, Mapping) or not isinstance(event.get("requestContext"), Mapping):
        return None
    http = event["requestContext"].get("http")
    if isinstance(http, Mapping):
        method, path = http.get("method"), event.get("rawPath", http.get("path"))
    else:
        method, path = event.get("httpMethod"), event.get("path")
    if isinstance(method, str) and isinstance(path, str):
        return method, path
    return None


def reply(
    document: Mapping[str, Any],
    *,
    request_id: str,
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Build a proxy response, as both payload versions of API Gateway and Function URLs take it."""
    return {
        "statusCode": status,
        "headers": {
            **DEFAULT_HEADERS,
            **(headers or {}),
            "content-type": media_type,
            REQUEST_ID_HEADER: request_id,
        },
        "body": json.dumps(document, separators=(",", ":"), allow_nan=False),
        "isBase64Encoded": False,
    }


def problem_reply(error: MultifidusError, request_id: str) -> dict[str, Any]:
    """Build the proxy response for an error."""
    return reply(
        problem(error, request_id),
        request_id=request_id,
        status=error.status,
        media_type=PROBLEM_MEDIA_TYPE,
    )
