"""The contract of the inference log, for both stores, and what is computed from its rows."""

from __future__ import annotations

import dataclasses
import json
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session
from moto.server import ThreadedMotoServer

from multifidus.dynamodb_log import DynamoDbLog, connect
from multifidus.errors import LogUnavailable
from multifidus.inference_log import (
    MAX_RECENT,
    InferenceLog,
    InferenceRecord,
    StageTimer,
    nearest_rank,
    open_log,
    summarise,
)
from multifidus.settings import Settings
from multifidus.sqlite_log import SqliteLog

NOW = 1_772_366_400.5  # 2026-03-01 12:00:00.5 UTC: the newest rows lie in two months
DAY = 86_400.0
TTL_DAYS = 90
TABLE = "inference-log"

MakeLog = Callable[[], InferenceLog]


def a_record(request_id: str = "a", created_at: float = NOW, **fields: Any) -> InferenceRecord:
    complete = {
        "status": 200,
        "latency_ms": 61.25,
        "cold_start": False,
        "media": "dicom",
        "rows": 512,
        "columns": 384,
        "model_version": "1.2.3",
        "timings_ms": {"decode": 3.125, "inference": 50.0},
        "trusted": True,
    }
    return InferenceRecord(request_id=request_id, created_at=created_at, **complete | fields)


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.fixture
def table(request: pytest.FixtureRequest, moto_url: str) -> Iterator[str]:
    request.getfixturevalue("aws_environment")
    client: Any = get_session().create_client("dynamodb", endpoint_url=moto_url)
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    yield moto_url
    client.delete_table(TableName=TABLE)
    client.close()


@pytest.fixture(params=["sqlite", "dynamodb"])
def make_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeLog]:
    """Opens the same store again at each call, as another process would."""
    opened: list[SqliteLog] = []

    def sqlite() -> InferenceLog:
        opened.append(
            SqliteLog(tmp_path / "data" / "log.sqlite3", ttl_days=TTL_DAYS, clock=lambda: NOW)
        )
        return opened[-1]

    def dynamodb() -> InferenceLog:
        client = connect(endpoint_url=request.getfixturevalue("table"))
        return DynamoDbLog(TABLE, client=client, ttl_days=TTL_DAYS, clock=lambda: NOW)

    yield sqlite if request.param == "sqlite" else dynamodb
    for log in opened:
        log.close()


@pytest.fixture
def log(make_log: MakeLog) -> InferenceLog:
    return make_log()


def test_the_store_names_itself(log: InferenceLog, request: pytest.FixtureRequest) -> None:
    assert log.kind == request.node.callspec.params["make_log"]


def test_a_new_log_is_empty(log: InferenceLog) -> None:
    assert log.recent(10) == []


def test_a_record_comes_back_as_it_was(log: InferenceLog) -> None:
    record = a_record(latency_ms=1 / 3, created_at=NOW - 0.123456)
    log.write(record)
    assert log.recent(10) == [record]


def test_a_failed_request_comes_back_as_it_was(log: InferenceLog) -> None:
    record = InferenceRecord(
        request_id="bad",
        created_at=NOW,
        status=415,
        code="unsupported_media",
        latency_ms=0.0,
        cold_start=True,
    )
    log.write(record)
    assert log.recent(10) == [record]


def test_a_result_that_is_not_trusted_comes_back_so(log: InferenceLog) -> None:
    log.write(a_record(trusted=False))
    assert log.recent(1)[0].trusted is False


def test_the_route_comes_back(log: InferenceLog) -> None:
    log.write(a_record("m", route="/measure"))
    log.write(a_record("s", NOW - 1.0))
    assert [record.route for record in log.recent(2)] == ["/measure", "/segment"]


def test_the_newest_come_first_across_months(log: InferenceLog) -> None:
    ages_days = [0.0, 0.4, 0.6, 1.0, 27.0, 29.0, 45.0, 80.0]
    for age in [45.0, 0.0, 29.0, 1.0, 80.0, 0.6, 0.4, 27.0]:
        log.write(a_record(f"{age}", NOW - age * DAY))
    assert [record.request_id for record in log.recent(100)] == [f"{age}" for age in ages_days]
    assert [record.request_id for record in log.recent(3)] == ["0.0", "0.4", "0.6"]


def test_writing_a_record_twice_counts_it_once(log: InferenceLog) -> None:
    log.write(a_record())
    log.write(a_record())
    assert len(log.recent(10)) == 1


def test_the_first_of_two_with_one_key_stays(log: InferenceLog) -> None:
    log.write(a_record(status=200))
    log.write(a_record(status=500))
    assert [record.status for record in log.recent(10)] == [200]


def test_two_requests_at_the_same_moment_both_count(log: InferenceLog) -> None:
    log.write(a_record("a"))
    log.write(a_record("b"))
    assert {record.request_id for record in log.recent(10)} == {"a", "b"}


def test_expired_records_are_left_out(log: InferenceLog) -> None:
    log.write(a_record("kept", NOW - (TTL_DAYS - 0.01) * DAY))
    log.write(a_record("expired", NOW - (TTL_DAYS + 0.01) * DAY))
    assert [record.request_id for record in log.recent(10)] == ["kept"]


def test_a_second_opening_sees_the_same_rows(make_log: MakeLog) -> None:
    first, second = make_log(), make_log()
    first.write(a_record("a", NOW - 1))
    second.write(a_record("b", NOW))
    assert [record.request_id for record in first.recent(10)] == ["b", "a"]
    assert first.recent(10) == second.recent(10)


def test_threads_write_side_by_side(make_log: MakeLog) -> None:
    log, failures = make_log(), list[BaseException]()

    def write(worker: int) -> None:
        try:
            for number in range(5):
                log.write(a_record(f"{worker}-{number}", NOW - number))
        except BaseException as error:  # handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(log.recent(100)) == 30


def test_no_more_than_a_thousand_rows_are_read(log: InferenceLog) -> None:
    for number in range(5):
        log.write(a_record(f"{number}", NOW - number))
    assert len(log.recent(4)) == 4
    assert len(log.recent(MAX_RECENT * 10)) == 5


# What DynamoDB alone does


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


@pytest.mark.usefixtures("aws_environment")
def test_settings_with_a_table_open_dynamodb(tmp_path: Path) -> None:
    settings = Settings(model_dir=tmp_path, sqlite_path=tmp_path / "x", table_name=TABLE)
    assert open_log(settings).kind == "dynamodb"


def test_settings_without_a_table_open_sqlite_and_touch_nothing(tmp_path: Path) -> None:
    settings = Settings(model_dir=tmp_path, sqlite_path=tmp_path / "folder" / "log.sqlite3")
    assert open_log(settings).kind == "sqlite"
    assert list(tmp_path.iterdir()) == []


# Statistics and time


@pytest.mark.parametrize(
    ("count", "percent", "expected"),
    [(1, 50, 1), (1, 99, 1), (2, 50, 1), (3, 50, 2), (100, 95, 95), (100, 99, 99), (20, 95, 19)],
)
def test_nearest_rank(count: int, percent: int, expected: int) -> None:
    assert nearest_rank(list(range(1, count + 1)), percent) == expected


def test_statistics_of_nothing() -> None:
    stats = summarise([])
    assert (stats.count, stats.error_count, stats.latency, stats.stages) == (0, 0, None, {})


def test_statistics_count_errors_but_take_durations_from_successes() -> None:
    records = [
        a_record(f"{n}", latency_ms=float(n), timings_ms={"inference": 2.0 * n})
        for n in range(1, 101)
    ]
    records += [a_record("x", status=415, code="unsupported_media", latency_ms=0.1, timings_ms={})]
    records += [a_record("y", status=500, code="internal", latency_ms=9e9, cold_start=True)]
    records += [a_record("z", latency_ms=50.0, timings_ms={"inference": 100.0}, trusted=False)]
    stats = summarise(records)
    assert (stats.count, stats.error_count, stats.cold_start_count) == (103, 2, 1)
    assert stats.untrusted_count == 1
    assert stats.errors == {"internal": 1, "unsupported_media": 1}
    assert stats.latency is not None
    assert (stats.latency.p50_ms, stats.latency.p95_ms, stats.latency.p99_ms) == (50, 95, 99)
    assert set(stats.stages) == {"inference"}
    assert stats.stages["inference"].p99_ms == 198


def test_quick_routes_do_not_flatter_the_latency_of_the_model() -> None:
    records = [a_record("s", latency_ms=80.0)]
    records += [a_record(f"m{n}", route="/measure", latency_ms=5.0) for n in range(9)]
    records += [a_record("x", route="/measure", status=422, code="invalid_parameter")]
    stats = summarise(records)
    assert stats.latency is not None
    assert (stats.count, stats.error_count, stats.latency.p50_ms) == (11, 1, 80.0)
    assert list(stats.routes) == ["/measure", "/segment"]
    measured = stats.routes["/measure"]
    assert measured.latency is not None
    assert (measured.count, measured.error_count, measured.latency.p50_ms) == (10, 1, 5.0)
    alone = summarise(records[1:])
    assert alone.latency is None


def test_stages_are_timed_and_a_stage_that_fails_is_not_counted() -> None:
    timer = StageTimer()
    with timer.stage("decode"):
        time.sleep(0.01)
    with pytest.raises(ValueError, match="broken"), timer.stage("inference"):
        raise ValueError("broken")
    assert set(timer.timings_ms) == {"decode"}
    assert 10.0 <= timer.timings_ms["decode"] <= timer.elapsed_ms()
    assert math.isfinite(timer.elapsed_ms())
    assert json.dumps(timer.timings_ms)
