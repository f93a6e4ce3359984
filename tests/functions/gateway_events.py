"""Golden events of API Gateway and Function URLs, filled in; and what is no request at all."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parent / "events"
NAMES = ("http_api_v2", "rest_api_v1", "function_url")
Event = dict[str, Any]


def event(
    name: str,
    *,
    method: str = "POST",
    path: str = "/segment",
    body: bytes = b"",
    content_type: str = "application/dicom",
    query: dict[str, str] | None = None,
) -> Event:
    """Fill a golden event in."""
    filled: Event = json.loads((EVENTS / f"{name}.json").read_text())
    filled["body"] = base64.b64encode(body).decode() if body else None
    filled["isBase64Encoded"] = bool(body)
    if name == "rest_api_v1":
        filled |= {"path": path, "httpMethod": method}
        filled["requestContext"]["httpMethod"] = method
        filled["headers"]["Content-Type"] = content_type
        filled["multiValueHeaders"]["Content-Type"] = [content_type]
        filled["queryStringParameters"] = query
        filled["multiValueQueryStringParameters"] = {k: [v] for k, v in (query or {}).items()}
    else:
        filled["rawPath"] = filled["requestContext"]["http"]["path"] = path
        filled["requestContext"]["http"]["method"] = method
        filled["headers"]["content-type"] = content_type
        filled["rawQueryString"] = "&".join(f"{k}={v}" for k, v in (query or {}).items())
    return filled


def body_of(response: dict[str, Any]) -> Any:
    assert response["isBase64Encoded"] is False
    return json.loads(response["body"])


def assert_problem(response: dict[str, Any], status: int, code: str) -> None:
    document = body_of(response)
    assert response["statusCode"] == status
    assert response["headers"]["content-type"] == "application/problem+json"
    assert response["headers"]["x-request-id"] == document["request_id"]
    assert set(document) == {"type", "title", "status", "detail", "code", "request_id"}
    assert (document["status"], document["code"]) == (status, code)
    assert "Traceback" not in response["body"]


def changed(name: str, *keys: str, value: Any) -> Event:
    made = copy.deepcopy(event(name, body=b"x"))
    target = made
    for key in keys[:-1]:
        target = target[key]
    target[keys[-1]] = value
    return made


NOT_HTTP: dict[str, Any] = {
    "empty": {},
    "null": None,
    "a list": [],
    "a text": "event",
    "a number": 7,
    "queue": {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]},
    "no records": {"Records": []},
    "schedule": {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
    "edge": {"Records": [{"cf": {"request": {"method": "GET", "uri": "/", "headers": {}}}}]},
    "context null": {"version": "2.0", "requestContext": None},
    "context empty": {"version": "2.0", "requestContext": {}},
    "headers null": changed("http_api_v2", "headers", value=None),
    "headers a list": changed("http_api_v2", "headers", value=[]),
    "header null": changed("http_api_v2", "headers", value={"host": None}),
    "host with a port in words": changed("http_api_v2", "headers", value={"host": "a:b"}),
    "host with many colons": changed("http_api_v2", "headers", value={"host": "::1"}),
    "bad base64": changed("http_api_v2", "body", value="%%% not base64 %%%"),
    "base64 cut off": changed("http_api_v2", "body", value="QUJD" + "Q"),
    "base64 beyond ASCII": changed("http_api_v2", "body", value="é"),
    "body a number": changed("http_api_v2", "body", value=5),
    "body an object": changed("http_api_v2", "body", value={"a": 1}),
    "path missing": changed("http_api_v2", "rawPath", value=None),
    "method a number": changed("rest_api_v1", "httpMethod", value=5),
    "v1 bad base64": changed("rest_api_v1", "body", value="%%%"),
    "v1 query a text": changed("rest_api_v1", "queryStringParameters", value="a=b"),
    "unknown version": changed("http_api_v2", "version", value="9.9"),
}
