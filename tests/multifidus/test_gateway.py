"""The pieces that a bare handler and the app share."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from multifidus import errors
from multifidus.errors import MultifidusError, UnsupportedMedia
from multifidus.gateway import method_and_path, problem, problem_reply, reply, request_id_of

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def all_errors() -> list[type[MultifidusError]]:
    found = [getattr(errors, name) for name in dir(errors)]
    return [item for item in found if isinstance(item, type) and issubclass(item, MultifidusError)]


@pytest.mark.parametrize("error", all_errors())
def test_each_error_is_a_problem_document(error: type[MultifidusError]) -> None:
    document = problem(error(), "id")
    assert document == {
        "type": f"urn:multifidus:error:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.default_detail,
        "code": error.code,
        "request_id": "id",
    }
    assert re.fullmatch(r"[a-z_]+", error.code)
    assert 400 <= error.status < 600
    assert error.default_detail.endswith(".")


def test_codes_and_statuses_are_the_contracts() -> None:
    assert {(error.status, error.code) for error in all_errors()} == {
        (400, "malformed_request"),
        (404, "not_found"),
        (405, "method_not_allowed"),
        (413, "payload_too_large"),
        (413, "image_too_large"),
        (413, "response_too_large"),
        (415, "unsupported_media"),
        (415, "unsupported_transfer_syntax"),
        (422, "unreadable_image"),
        (422, "no_pixel_data"),
        (422, "multi_frame"),
        (422, "too_small"),
        (422, "not_greyscale"),
        (422, "invalid_parameter"),
        (429, "throttled"),
        (500, "internal"),
        (503, "deadline"),
        (503, "model_unavailable"),
        (503, "report_disabled"),
        (503, "log_unavailable"),
    }


@pytest.mark.parametrize(
    ("event", "context", "expected"),
    [
        ({"requestContext": {"requestId": "a=-_1"}}, None, "a=-_1"),
        ({"requestContext": {"requestId": "a"}}, SimpleNamespace(aws_request_id="b"), "a"),
        ({"requestContext": {}}, SimpleNamespace(aws_request_id="b"), "b"),
        ({"requestContext": {"requestId": "a b"}}, SimpleNamespace(aws_request_id="b"), "b"),
        ({"requestContext": {"requestId": 5}}, SimpleNamespace(aws_request_id="b"), "b"),
        (None, SimpleNamespace(aws_request_id="b"), "b"),
    ],
)
def test_a_request_is_named_by_who_knows_it(event: Any, context: Any, expected: str) -> None:
    assert request_id_of(event, context) == expected


@pytest.mark.parametrize("event", [None, {}, [], {"requestContext": {"requestId": "x" * 129}}])
def test_otherwise_it_gets_a_new_id(event: Any) -> None:
    assert UUID.fullmatch(request_id_of(event, None))
    assert request_id_of(event, None) != request_id_of(event, None)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"requestContext": {}, "httpMethod": "GET", "path": "/a"}, ("GET", "/a")),
        ({"requestContext": {"http": {"method": "GET", "path": "/a"}}}, ("GET", "/a")),
        (
            {"requestContext": {"http": {"method": "GET", "path": "/p/a"}}, "rawPath": "/a"},
            ("GET", "/a"),
        ),
        ({"httpMethod": "GET", "path": "/a"}, None),
        ({"requestContext": {}, "httpMethod": None, "path": "/a"}, None),
        ({"requestContext": {"http": {}}}, None),
        ("x", None),
    ],
)
def test_method_and_path_of_each_kind_of_event(event: Any, expected: Any) -> None:
    assert method_and_path(event) == expected


def test_a_reply_cannot_be_kept_or_sniffed() -> None:
    made = reply({"a": 1}, request_id="id", headers={"cache-control": "max-age=1"})
    assert made["statusCode"] == 200
    assert json.loads(made["body"]) == {"a": 1}
    assert made["headers"]["x-content-type-options"] == "nosniff"
    assert made["headers"]["cache-control"] == "max-age=1"
    assert reply({}, request_id="id")["headers"]["cache-control"] == "no-store"


def test_a_reply_holds_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        reply({"a": float("nan")}, request_id="id")


def test_a_problem_is_replied_with_its_media_type() -> None:
    made = problem_reply(UnsupportedMedia("What was sent is no picture."), "id")
    assert made["statusCode"] == 415
    assert made["headers"]["content-type"] == "application/problem+json"
    assert made["headers"]["x-request-id"] == "id"
    assert json.loads(made["body"])["detail"] == "What was sent is no picture."
