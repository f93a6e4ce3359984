"""What DynamoDB alone does: pages, months, expiry, refusals."""

from __future__ import annotations

import dataclasses
import socket
import time
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from multifidus.dynamodb_log import DynamoDbLog, connect
from multifidus.errors import LogUnavailable
from multifidus.inference_log import InferenceRecord
from tests.multifidus.log_records import DAY, NOW, TABLE, TTL_DAYS, a_record


class FakeClient:
    """Keeps items in a dict; answers queries in pages of two; raises what it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.items: list[dict[str, Any]] = []
        self.queries: list[dict[str, Any]] = []
        self.error = error

    def put_item(self, **request: Any) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        self.items.append(request["Item"])
        return {}

    def query(self, **request: Any) -> dict[str, Any]:
        self.queries.append(request)
        month = request["ExpressionAttributeValues"][":month"]["S"]
        found = [item for item in self.items if item["pk"]["S"] == month]
        found.sort(key=lambda item: cast(str, item["sk"]["S"]), reverse=True)
        start = request.get("ExclusiveStartKey", 0)
        page = found[start : start + min(2, request["Limit"])]
        following = {"LastEvaluatedKey": start + 2} if start + 2 < len(found) else {}
        return {"Items": page} | following


def dynamodb_log(client: FakeClient, now: float = NOW, ttl_days: int = TTL_DAYS) -> DynamoDbLog:
    return DynamoDbLog(TABLE, client=client, ttl_days=ttl_days, clock=lambda: now)


def test_pages_are_read_until_there_is_enough() -> None:
    client = FakeClient()
    log = dynamodb_log(client)
    for number in range(7):
        log.write(a_record(f"{number}", NOW - number))
    assert [record.request_id for record in log.recent(5)] == ["0", "1", "2", "3", "4"]
    assert [query["Limit"] for query in client.queries] == [5, 3, 1]
    assert len(log.recent(100)) == 7


def test_no_month_is_asked_for_that_lies_before_the_oldest_row() -> None:
    client = FakeClient()
    dynamodb_log(client, ttl_days=40).recent(10)
    months = [query["ExpressionAttributeValues"][":month"]["S"] for query in client.queries]
    assert months == ["2026-03", "2026-02", "2026-01"]


def test_an_item_expires_at_a_whole_second_and_holds_nothing_else() -> None:
    client = FakeClient()
    dynamodb_log(client).write(a_record())
    (item,) = client.items
    assert item["expires_at"] == {"N": str(int(NOW + TTL_DAYS * DAY))}
    assert item["pk"] == {"S": "2026-03"}
    fields = {field.name for field in dataclasses.fields(InferenceRecord)}
    assert set(item) - fields == {"pk", "sk", "expires_at"}


@pytest.mark.parametrize(
    "code",
    [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "AccessDeniedException",
        "ResourceNotFoundException",
        "InternalServerError",
    ],
)
def test_what_the_table_refuses_is_one_error_with_the_reason(code: str) -> None:
    client = FakeClient(ClientError({"Error": {"Code": code, "Message": "secret"}}, "PutItem"))
    with pytest.raises(LogUnavailable) as caught:
        dynamodb_log(client).write(a_record())
    assert caught.value.reason == code
    assert "secret" not in caught.value.detail


def test_a_table_that_is_not_there_is_a_lost_row(table: str) -> None:
    log = DynamoDbLog("no-such-table", client=connect(endpoint_url=table), ttl_days=1)
    with pytest.raises(LogUnavailable) as caught:
        log.write(a_record())
    assert caught.value.reason == "ResourceNotFoundException"
    with pytest.raises(LogUnavailable):
        log.recent(1)


@pytest.mark.usefixtures("aws_environment")
def test_an_endpoint_that_refuses_is_given_up_within_seconds() -> None:
    log = DynamoDbLog(TABLE, client=connect(endpoint_url="http://127.0.0.1:9"), ttl_days=1)
    started = time.perf_counter()
    with pytest.raises(LogUnavailable) as caught:
        log.write(a_record())
    assert time.perf_counter() - started < 4.0
    assert caught.value.reason == "EndpointConnectionError"


@pytest.mark.usefixtures("aws_environment")
def test_an_endpoint_that_never_answers_is_given_up_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        log = DynamoDbLog(TABLE, client=connect(endpoint_url=url), ttl_days=1)
        started = time.perf_counter()
        with pytest.raises(LogUnavailable) as caught:
            log.write(a_record())
    assert time.perf_counter() - started < 4.5
    assert caught.value.reason == "ReadTimeoutError"
