"""The log's file is locked, or its disk is full: the answer stands, its row is lost and said."""

from __future__ import annotations

import json
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.functions.factories import dicom
from tests.functions.gateway_events import event
from tests.functions.handler_process import HandlerProcess, running_handler

LONGEST_S = 3.0
FULL_AT_BYTES = 40_000


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite3"


@pytest.fixture
def process(database: Path, model_dir: Path, tmp_path: Path) -> Iterator[HandlerProcess]:
    with running_handler("segment", model_dir, tmp_path, database=database) as process:
        yield process


def send(process: HandlerProcess, request_id: str) -> None:
    sent = event("http_api_v2", body=dicom())
    sent["requestContext"]["requestId"] = request_id
    answer = process.invoke(sent)
    assert answer["statusCode"] == 200, answer["body"]


def rows(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT request_id FROM inference ORDER BY created_at")
        return [request_id for (request_id,) in found]


def lost(process: HandlerProcess) -> list[dict[str, Any]]:
    return [line for line in process.lines() if line["event"] == "log_row_lost"]


def test_a_locked_file_costs_the_row_and_half_a_second(
    process: HandlerProcess, database: Path
) -> None:
    send(process, "before")
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        send(process, "during")
        assert time.monotonic() - started < LONGEST_S
        other.execute("ROLLBACK")
    send(process, "after")
    assert rows(database) == ["before", "after"]
    (line,) = lost(process)
    assert (line["request_id"], line["error_type"]) == ("during", "SQLITE_BUSY")
    counted = [line["request_id"] for line in process.lines() if "LogWriteFailed" in line]
    assert counted == ["during"]


def test_a_full_disk_costs_rows_until_there_is_room_again(
    process: HandlerProcess, database: Path
) -> None:
    # A limit on the size of files stands in for the disk's end: the write fails half-way.
    send(process, "before")
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (FULL_AT_BYTES, before[1]))
    names = [f"during-{number}" for number in range(14)]
    for name in names:
        send(process, name)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
    send(process, "after")
    missing = [line["request_id"] for line in lost(process)]
    assert missing
    # Nothing is lost but what is said to be, and nothing is said to be lost that is there.
    assert rows(database) == ["before", *(n for n in names if n not in missing), "after"]
    stats = process.invoke(event("http_api_v2", method="GET", path="/stats"))
    assert json.loads(stats["body"])["lost_row_count"] == len(missing)


def test_a_folder_for_temporary_files_that_is_gone_costs_no_request(
    process: HandlerProcess, database: Path
) -> None:
    send(process, "before")
    for path in database.parent.glob("log.sqlite3*"):
        path.unlink()
    send(process, "during")
    send(process, "after")
    assert {line["request_id"] for line in lost(process)} <= {"during", "after"}
