"""The table is slow, throttled, closed, broken or gone: only its row is lost, and said."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.dynamodb_endpoint import DynamoDbEndpoint, Mode
from tests.functions.factories import dicom
from tests.functions.gateway_events import event
from tests.functions.handler_process import HandlerProcess

LONGEST_S = 6.0
"""Of a request whose row cannot be written: two attempts of a second each, and the slice itself."""

FAULTS: dict[str, tuple[Mode | None, set[str]]] = {
    "slow": ("slow", {"ReadTimeoutError"}),
    "throttled": ("throttled", {"ProvisionedThroughputExceededException"}),
    "denied": ("denied", {"AccessDeniedException"}),
    "broken": ("broken", {"InternalServerError"}),
    "down": (None, {"EndpointConnectionError"}),
}


@pytest.fixture
def endpoint() -> Iterator[DynamoDbEndpoint]:
    with DynamoDbEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def process(
    endpoint: DynamoDbEndpoint, model_dir: Path, tmp_path: Path
) -> Iterator[HandlerProcess]:
    environment = {
        "MULTIFIDUS_MODEL_DIR": str(model_dir),
        "MULTIFIDUS_TABLE": "inference-log",
        "AWS_LAMBDA_FUNCTION_NAME": "segment",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": endpoint.url,
    }
    process = HandlerProcess("functions.segment.handler", tmp_path, environment, writes=tmp_path)
    yield process
    process.close()


def send(process: HandlerProcess, request_id: str) -> dict[str, Any]:
    sent = event("http_api_v2", body=dicom())
    sent["requestContext"]["requestId"] = request_id
    answer: dict[str, Any] = process.invoke(sent)
    assert answer["statusCode"] == 200, answer["body"]
    assert answer["headers"]["x-request-id"] == request_id
    document: dict[str, Any] = json.loads(answer["body"])
    return document


@pytest.mark.parametrize("name", FAULTS)
def test_the_answer_stands_and_the_row_is_lost_and_said(
    process: HandlerProcess, endpoint: DynamoDbEndpoint, name: str
) -> None:
    mode, reasons = FAULTS[name]
    before = send(process, "before")
    if mode is None:
        endpoint.go_down()
    else:
        endpoint.mode = mode
    started = time.monotonic()
    during = send(process, "during")
    assert time.monotonic() - started < LONGEST_S
    assert during["sides"] == before["sides"]

    stats = process.invoke(event("http_api_v2", method="GET", path="/stats"))
    assert stats["statusCode"] == 503
    assert json.loads(stats["body"])["code"] == "log_unavailable"

    if mode is None:
        endpoint.come_up()
    endpoint.mode = "healthy"
    send(process, "after")
    assert [item["request_id"]["S"] for item in endpoint.items] == ["before", "after"]
    stats = process.invoke(event("http_api_v2", method="GET", path="/stats"))
    assert json.loads(stats["body"])["count"] == 2
    assert json.loads(stats["body"])["lost_row_count"] == 1

    lines = process.lines()
    (lost,) = (line for line in lines if line["event"] == "log_row_lost")
    assert lost["request_id"] == "during"
    assert lost["error_type"] in reasons
    assert [line["request_id"] for line in lines if "LogWriteFailed" in line] == ["during"]


def test_a_lost_answer_of_the_table_does_not_count_a_request_twice(
    process: HandlerProcess, endpoint: DynamoDbEndpoint
) -> None:
    endpoint.mode = "late_once"
    send(process, "one")  # by the client's own repetition, which finds the row there
    assert endpoint.calls == 2
    assert [item["request_id"]["S"] for item in endpoint.items] == ["one"]
    assert not [line for line in process.lines() if line["event"] == "log_row_lost"]
