"""The events of `infra/events/`: up to date, small, and complete."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from infra.gateway_events import BOUNDARY, HttpRequest, event, upload
from infra.make_events import EVENTS, REQUEST_ID, requests

MAX_BYTES = 500_000


def test_there_is_a_file_for_each_event() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(requests())


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_event_is_as_made_from_the_samples(path: Path) -> None:
    request, form = requests()[path.stem]
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored == event(request, form=form, request_id=REQUEST_ID), "run `make events`"
    assert path.stat().st_size < MAX_BYTES


def test_upload_is_a_multipart_body() -> None:
    request = upload(
        "/segment", b"\x00\xff", filename="a.dcm", media_type="x/y", fields={"level": "L4-L5"}
    )
    assert request.headers == {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    parts = request.body.split(f"--{BOUNDARY}".encode())
    assert parts[0] == b""
    assert parts[-1] == b"--\r\n"
    assert parts[1].endswith(b'name="level"\r\n\r\nL4-L5\r\n')
    assert parts[2].endswith(b"content-type: x/y\r\n\r\n\x00\xff\r\n")


def test_a_mask_is_a_second_file() -> None:
    request = upload(
        "/measure", b"\x00", filename="a.dcm", media_type="x/y", fields={}, mask=b"\x89PNG"
    )
    parts = request.body.split(f"--{BOUNDARY}".encode())
    assert len(parts) == 4
    assert b'name="mask"; filename="mask.png"' in parts[2]
    assert parts[2].endswith(b"\r\n\r\n\x89PNG\r\n")


def test_forms_differ_where_the_services_do() -> None:
    request = HttpRequest(method="POST", path="/segment", query="a=1", body=b"\x00")
    http_api, rest_api, function_url = (
        event(request, form=form) for form in ("http_api", "rest_api", "function_url")
    )
    assert (http_api["version"], function_url["version"]) == ("2.0", "2.0")
    assert http_api["requestContext"]["routeKey"] == "POST /segment"
    assert function_url["requestContext"]["routeKey"] == "$default"
    assert "version" not in rest_api
    assert rest_api["httpMethod"] == http_api["requestContext"]["http"]["method"] == "POST"
    for made in (http_api, rest_api, function_url):
        assert base64.b64decode(made["body"]) == b"\x00"
        assert made["queryStringParameters"] == {"a": "1"}
    assert rest_api["requestContext"]["requestId"] != http_api["requestContext"]["requestId"]


def test_a_request_without_body_has_none() -> None:
    request = HttpRequest(method="GET", path="/health")
    assert "body" not in event(request, form="http_api")
    assert event(request, form="rest_api")["body"] is None
