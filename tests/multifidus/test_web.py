"""The layers around the routes, on an app of their own with every way to fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import anyio
import pytest
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from multifidus.errors import MultifidusError, ResponseTooLarge, TooSmall
from multifidus.request_trace import RequestTrace
from multifidus.web import MAX_RESPONSE_BYTES, install, json_answer, named_error, trace_of

MAX_BODY = 1000


class Body(BaseModel):
    number: int


async def raw(request: Request) -> bytes:
    return await request.body()


@pytest.fixture
def traces() -> list[RequestTrace]:
    return []


@pytest.fixture
def client(traces: list[RequestTrace]) -> Iterator[TestClient]:
    app = FastAPI()
    install(app, max_body_bytes=MAX_BODY, on_answer=traces.append)

    @app.get("/fine/{name}")
    def fine(name: str, request: Request) -> Response:
        trace_of(request).media = "png"
        return json_answer(f'"{len(name)}"'.encode())

    @app.post("/raw")
    def take_raw(body: Annotated[bytes, Depends(raw)]) -> int:
        return len(body)

    @app.post("/json")
    def take_json(body: Body) -> int:
        return body.number

    @app.get("/number")
    def number(n: Annotated[int, Query(ge=1)]) -> int:
        return n

    @app.get("/large")
    def large() -> Response:
        return json_answer(b'"' + b"a" * MAX_RESPONSE_BYTES + b'"')

    @app.get("/raise/{what}")
    def raise_error(what: str) -> None:
        raise {
            "named": TooSmall("Smaller than it may be."),
            "http": HTTPException(418, "library text"),
            "http500": HTTPException(502, "library text"),
            "value": ValueError("library text"),
            "group": ExceptionGroup("library text", [ValueError("library text")]),
        }[what]

    @app.get("/own-headers")
    def own_headers() -> Response:
        headers = {"cache-control": "max-age=60", "content-security-policy": "default-src 'self'"}
        return Response("x", headers=headers)

    @app.get("/stream")
    def stream() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"a"
            raise ValueError("in the middle")

        return StreamingResponse(parts())

    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("named", 422, "too_small"),
        ("http", 400, "malformed_request"),
        ("http500", 500, "internal"),
        ("value", 500, "internal"),
        ("group", 500, "internal"),
    ],
)
def test_every_error_is_a_problem(
    client: TestClient, traces: list[RequestTrace], what: str, status: int, code: str
) -> None:
    response = client.get(f"/raise/{what}")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert "library text" not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert (traces[-1].status, traces[-1].code) == (status, code)
    assert client.get("/fine/a").status_code == 200


def test_the_words_of_a_named_error_are_passed_on(client: TestClient) -> None:
    assert client.get("/raise/named").json()["detail"] == "Smaller than it may be."


def test_fastapis_own_validation_takes_the_same_form(client: TestClient) -> None:
    response = client.get("/number", params={"n": "0"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_parameter")
    assert response.json()["detail"] == "Missing or out of range: `n`."
    response = client.post("/json", json={"Meier": "x"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_parameter")
    assert "Meier" not in response.text
    response = client.post("/json", content=b"{", headers={"content-type": "application/json"})
    assert response.json()["code"] == "invalid_parameter"


@pytest.mark.parametrize("path", ["/raw", "/json"])
def test_a_body_over_the_limit_is_refused_however_it_is_read(client: TestClient, path: str) -> None:
    headers = {"content-type": "application/json"}
    announced = client.post(path, content=b" " * (MAX_BODY + 1), headers=headers)
    assert (announced.status_code, announced.json()["code"]) == (413, "payload_too_large")

    def chunks() -> Iterator[bytes]:
        for _ in range(11):
            yield b" " * 100

    streamed = client.post(path, content=chunks(), headers=headers)
    assert (streamed.status_code, streamed.json()["code"]) == (413, "payload_too_large")


def test_a_body_at_the_limit_is_taken(client: TestClient) -> None:
    assert client.post("/raw", content=b"x" * MAX_BODY).json() == MAX_BODY


def test_an_answer_over_the_limit_is_refused(client: TestClient) -> None:
    response = client.get("/large")
    assert (response.status_code, response.json()["code"]) == (413, "response_too_large")
    with pytest.raises(ResponseTooLarge):
        json_answer(b"a" * (MAX_RESPONSE_BYTES + 1))
    assert json_answer(b"a" * MAX_RESPONSE_BYTES).status_code == 200


def test_the_trace_knows_the_template_and_not_the_path(
    client: TestClient, traces: list[RequestTrace]
) -> None:
    client.get("/fine/Meier")
    assert traces[-1].route == "/fine/{name}"
    assert traces[-1].media == "png"
    assert traces[-1].status == 200
    assert traces[-1].code is None
    assert traces[-1].latency_ms is not None
    client.get("/Meier")
    assert traces[-1].route is None
    assert traces[-1].code == "not_found"


def test_only_the_first_request_is_a_cold_start(
    client: TestClient, traces: list[RequestTrace]
) -> None:
    for _ in range(3):
        client.get("/fine/a")
    assert [trace.cold_start for trace in traces] == [True, False, False]


def test_headers_that_an_answer_sets_itself_stay(client: TestClient) -> None:
    headers = client.get("/own-headers").headers
    assert headers["cache-control"] == "max-age=60"
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["x-content-type-options"] == "nosniff"


def test_an_error_after_the_answer_began_is_left_to_the_server(client: TestClient) -> None:
    with pytest.raises(ValueError, match="in the middle"):
        client.get("/stream")


def test_an_error_that_fastapi_wraps_keeps_its_name() -> None:
    wrapped = HTTPException(400, "There was an error parsing the body")
    wrapped.__cause__ = TooSmall()
    assert isinstance(named_error(wrapped), TooSmall)
    assert type(named_error(TimeoutError())).__name__ == "Internal"


def test_an_answer_is_reported_before_it_is_sent() -> None:
    order: list[str] = []
    app = FastAPI()
    install(app, max_body_bytes=1, on_answer=lambda trace: order.append(f"{trace.status}"))

    async def get() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            order.append(message["type"])

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        await app(scope, receive, send)

    anyio.run(get)
    assert order == ["404", "http.response.start", "http.response.body"]


def test_all_named_errors_are_found_again() -> None:
    for error in (TooSmall(), MultifidusError()):
        assert named_error(error) is error
