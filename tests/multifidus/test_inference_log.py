"""The contract of the inference log, for both stores, and which of them settings open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multifidus.dynamodb_log import DynamoDbLog, connect
from multifidus.inference_log import MAX_RECENT, InferenceLog, InferenceRecord, open_log
from multifidus.settings import Settings
from multifidus.sqlite_log import SqliteLog
from tests.multifidus.log_records import DAY, NOW, TABLE, TTL_DAYS, a_record

MakeLog = Callable[[], InferenceLog]


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


@pytest.mark.usefixtures("aws_environment")
def test_settings_with_a_table_open_dynamodb(tmp_path: Path) -> None:
    settings = Settings(model_dir=tmp_path, sqlite_path=tmp_path / "x", table_name=TABLE)
    assert open_log(settings).kind == "dynamodb"


def test_settings_without_a_table_open_sqlite_and_touch_nothing(tmp_path: Path) -> None:
    settings = Settings(model_dir=tmp_path, sqlite_path=tmp_path / "folder" / "log.sqlite3")
    assert open_log(settings).kind == "sqlite"
    assert list(tmp_path.iterdir()) == []
