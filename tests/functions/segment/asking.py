"""Slices sent to the app, and what each of its problems must hold."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi.testclient import TestClient

LIBRARY_WORDS = (
    "traceback",
    'file "',
    "line ",
    "pydicom",
    "numpy",
    "opencv",
    "onnx",
    "starlette",
    "fastapi",
    "pydantic",
    "python",
    "exception",
    "site-packages",
    "multipart.",
)


def segment(client: TestClient, data: bytes, **fields: Any) -> Any:
    response = client.post("/segment", files={"file": ("slice.dcm", data)}, data=fields)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    document = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert set(document) == {"type", "title", "status", "detail", "code", "request_id"}
    assert document["type"] == f"urn:multifidus:error:{code}"
    assert document["status"] == status
    assert document["request_id"] == response.headers["x-request-id"]
    assert document["title"]
    assert document["detail"]
    lower = response.text.lower().replace("online", "")
    assert not [word for word in LIBRARY_WORDS if word in lower]
