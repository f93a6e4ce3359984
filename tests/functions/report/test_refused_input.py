"""Input that no report is made of, and what comes near to it and is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from multifidus.report_schemas import MAX_BODY_BYTES
from tests.functions.report.asking import KNOWN, assert_problem, post


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", "L6-S1"),
        ("level", "l4-l5"),
        ("level", 4),
        ("side", "up"),
        ("side", None),
        ("muscle_area_mm2", -1),
        ("muscle_area_mm2", "812"),
        ("muscle_area_mm2", True),
        ("muscle_area_mm2", 1e7),
        ("fat_infiltration_pct", 130),
        ("fat_infiltration_pct", -0.1),
        ("fat_infiltration_ci95", [1]),
        ("fat_infiltration_ci95", [1, 2, 3]),
        ("fat_infiltration_ci95", [30, 20]),
        ("fat_infiltration_ci95", [0, 101]),
        ("fat_infiltration_ci95", "1,2"),
        ("degeneration_grade", 3),
        ("degeneration_grade", -1),
        ("degeneration_grade", 1.5),
        ("degeneration_grade", "1"),
        ("grade_scale", "goutallier"),
        ("asymmetry_pct", 201),
        ("quality_flags", ["unheard_of"]),
        ("quality_flags", "no_spacing"),
        ("trusted", "yes"),
        ("degeneration_grade", True),
        ("age", -1),
        ("age", 30.5),
        ("age", 200),
        ("sex", "other"),
    ],
)
def test_a_value_that_cannot_be_is_named(client: TestClient, field: str, value: Any) -> None:
    detail = assert_problem(post(client, KNOWN | {field: value}), 422, "invalid_parameter")
    assert f"`{field}`" in detail
    # In a list its place is named too.
    listed = post(client, [KNOWN, KNOWN | {field: value}])
    assert assert_problem(listed, 422, "invalid_parameter") == f"Entry 2: {detail}"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
@pytest.mark.parametrize("field", ["muscle_area_mm2", "fat_infiltration_pct", "asymmetry_pct"])
def test_what_is_no_finite_number_is_refused(client: TestClient, field: str, number: str) -> None:
    body = f'{{"side": "left", "{field}": {number}}}'
    response = client.post("/report", content=body, headers={"content-type": "application/json"})
    assert f"`{field}`" in assert_problem(response, 422, "invalid_parameter")


def test_a_whole_number_may_have_a_point(client: TestClient) -> None:
    # JSON knows one kind of number, and some writers put the point to each.
    body = json.dumps(KNOWN | {"degeneration_grade": 1.0, "age": 40.0, "muscle_area_mm2": 812})
    response = client.post("/report", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200, response.text
    assert "grade 1 " in response.json()["summary"]


def test_a_missing_side_and_an_unknown_field_are_named_without_the_callers_words(
    client: TestClient,
) -> None:
    assert "`side`" in assert_problem(post(client, {"level": None}), 422, "invalid_parameter")
    detail = assert_problem(post(client, KNOWN | {"Zwetschge": 1}), 422, "invalid_parameter")
    assert "unknown field" in detail
    assert "`muscle_area_mm2`" in detail
    assert "Zwetschge" not in detail


@pytest.mark.parametrize(
    "document",
    [
        7,
        "text",
        True,
        [],
        {},
        [[]],
        [None],
        [7],
        {"sides": KNOWN},
        {"sides": []},
        {"sides": [KNOWN], "level": "L4-L5"},
        [KNOWN] * 3,
        {"sides": [KNOWN] * 3},
    ],
)
def test_other_shapes_are_refused(client: TestClient, document: Any) -> None:
    assert_problem(post(client, document), 422, "invalid_parameter")


def test_null_is_no_measurement(client: TestClient) -> None:
    response = client.post("/report", content=b"null", headers={"content-type": "application/json"})
    assert_problem(response, 422, "invalid_parameter")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"side=left",
        b"nul",
        b'{"side": "left"} {}',
        b"[" * 5000,
        b'{"side": "\xed\xa0\x80"}',
        "\N{ZERO WIDTH NO-BREAK SPACE}{}".encode(),
    ],
)
def test_what_is_no_json_is_malformed(client: TestClient, body: bytes) -> None:
    response = client.post("/report", content=body, headers={"content-type": "application/json"})
    assert_problem(response, 400, "malformed_request")


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data", "application/xml"])
def test_other_types_are_refused(client: TestClient, media_type: str) -> None:
    response = client.post("/report", content=b"{}", headers={"content-type": media_type})
    assert "application/json" in assert_problem(response, 415, "unsupported_media")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", ""])
def test_json_is_taken_under_its_names(client: TestClient, media_type: str) -> None:
    response = client.post(
        "/report", content=json.dumps(KNOWN), headers={"content-type": media_type}
    )
    assert response.status_code == 200


def test_a_body_over_the_limit_is_refused_while_it_comes_in(client: TestClient) -> None:
    largest = json.dumps([KNOWN]).encode().ljust(MAX_BODY_BYTES)
    headers = {"content-type": "application/json"}
    assert client.post("/report", content=largest, headers=headers).status_code == 200
    response = client.post("/report", content=largest + b" ", headers=headers)
    assert "16 KiB" in assert_problem(response, 413, "payload_too_large")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    response = client.request(method, "/report")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_other_paths_are_not_here(client: TestClient) -> None:
    assert_problem(client.post("/segment"), 404, "not_found")
