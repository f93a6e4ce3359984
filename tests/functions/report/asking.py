"""Measurements to ask for a report with, and the way to ask."""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx
from fastapi.testclient import TestClient

from tests.functions.report.parrot import KNOWN_INPUT

Document = dict[str, Any]

KNOWN: Document = {
    name: list(value) if isinstance(value, tuple) else value
    for name, value in dataclasses.asdict(KNOWN_INPUT).items()
}
FIVE_FIELDS = {
    "level": "L5-S1",
    "side": "left",
    "muscle_area_mm2": 640,
    "fat_infiltration_pct": 58.3,
    "degeneration_grade": 2,
}
"""Those of the original service."""


def post(client: TestClient, document: Any) -> httpx.Response:
    return client.post("/report", json=document)


def report(client: TestClient, document: Any) -> Any:
    response = post(client, document)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def assert_problem(response: httpx.Response, status: int, code: str) -> str:
    document = response.json()
    assert (response.status_code, document["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert document["request_id"] == response.headers["x-request-id"]
    detail: str = document["detail"]
    assert "pydantic" not in response.text
    return detail
