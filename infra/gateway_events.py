"""Lambda events as API Gateway and Function URLs build them from an HTTP request.

Forms: HTTP API payload 2.0, which Function URLs share, and REST API payload 1.0 (API Gateway
developer guide, "Lambda proxy integrations"). Addresses are from the documentation ranges.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

Form = Literal["http_api", "rest_api", "function_url"]

BOUNDARY = "multifidus-event"
SOURCE_ADDRESS = "192.0.2.1"
DOMAIN_NAMES: dict[Form, str] = {
    "http_api": "api1234567.execute-api.eu-central-1.amazonaws.com",
    "rest_api": "api1234567.execute-api.eu-central-1.amazonaws.com",
    "function_url": "url1234567.lambda-url.eu-central-1.on.aws",
}


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """What a client sent.

    Attributes
    ----------
    method, path : str
        As in the request line, without the query.
    query : str
        Without the question mark.
    headers : dict of str to str
        Names in lower case.
    body : bytes
        Empty for none.
    """

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def upload(
    path: str,
    content: bytes,
    *,
    filename: str,
    media_type: str,
    fields: dict[str, str],
    mask: bytes | None = None,
) -> HttpRequest:
    """Make a multipart/form-data request with one `file`, text fields and maybe a `mask`."""
    parts = [
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    files = [("file", filename, media_type, content)]
    if mask is not None:
        files.append(("mask", "mask.png", "image/png", mask))
    for name, shown, type_, data in files:
        head = (
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"; '
            f'filename="{shown}"\r\ncontent-type: {type_}\r\n\r\n'
        )
        parts += [head.encode(), data, b"\r\n"]
    body = b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return HttpRequest(method="POST", path=path, headers=headers, body=body)


def event(request: HttpRequest, *, form: Form, request_id: str | None = None) -> dict[str, Any]:
    """Wrap a request into an event.

    Parameters
    ----------
    request : HttpRequest
        What the client sent.
    form : str
        Which service builds the event.
    request_id : str, optional
        The gateway's id of the request; a random one by default.
    """
    request_id = request_id or str(uuid.uuid4())
    headers = {
        "accept": "*/*",
        "content-length": str(len(request.body)),
        "host": DOMAIN_NAMES[form],
        "user-agent": "event",
        "x-forwarded-for": SOURCE_ADDRESS,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        **request.headers,
    }
    if form == "rest_api":
        return _version_1(request, headers, request_id)
    return _version_2(request, headers, request_id, form)


def _body(request: HttpRequest) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def _version_2(
    request: HttpRequest, headers: dict[str, str], request_id: str, form: Form
) -> dict[str, Any]:
    route = "$default" if form == "function_url" else f"{request.method} {request.path}"
    domain_name = DOMAIN_NAMES[form]
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        **({"queryStringParameters": dict(parse_qsl(request.query))} if request.query else {}),
        "requestContext": {
            "accountId": "anonymous" if form == "function_url" else "123456789012",
            "apiId": domain_name.split(".", 1)[0],
            "domainName": domain_name,
            "domainPrefix": domain_name.split(".", 1)[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": SOURCE_ADDRESS,
                "userAgent": headers["user-agent"],
            },
            "requestId": request_id,
            "routeKey": route,
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1767225600000,
        },
        **_body(request),
    }


def _version_1(request: HttpRequest, headers: dict[str, str], request_id: str) -> dict[str, Any]:
    query = dict(parse_qsl(request.query))
    return {
        "resource": request.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api1234567",
            "domainName": DOMAIN_NAMES["rest_api"],
            "httpMethod": request.method,
            "identity": {"sourceIp": SOURCE_ADDRESS, "userAgent": headers["user-agent"]},
            "path": f"/prod{request.path}",
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "requestTimeEpoch": 1767225600000,
            "resourcePath": request.path,
            "stage": "prod",
        },
        "body": None,
        **_body(request),
    }
