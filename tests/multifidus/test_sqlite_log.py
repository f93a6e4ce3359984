"""What can go wrong with a file: locks, full disks, other processes, rubbish."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest

from multifidus.errors import LogUnavailable
from multifidus.inference_log import InferenceRecord
from multifidus.sqlite_log import BUSY_TIMEOUT_S, WRITES_BETWEEN_PURGES, SqliteLog
from tests.conftest import RunPython

NOW = 1_772_366_400.0
DAY = 86_400.0


def a_record(request_id: str = "a", created_at: float = NOW) -> InferenceRecord:
    return InferenceRecord(
        request_id=request_id, created_at=created_at, status=200, latency_ms=1.0, cold_start=False
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite3"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteLog]:
    log = SqliteLog(path, ttl_days=30, clock=lambda: NOW)
    yield log
    log.close()


def test_the_file_uses_write_ahead_logging(log: SqliteLog, path: Path) -> None:
    log.write(a_record())
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "data" / "log.sqlite3", ttl_days=30)
    log.write(a_record())
    log.close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


VERSION_0_1 = """
CREATE TABLE inference (
    created_at REAL NOT NULL, request_id TEXT NOT NULL, status INTEGER NOT NULL,
    latency_ms REAL NOT NULL, cold_start INTEGER NOT NULL, code TEXT, media TEXT, rows INTEGER,
    columns INTEGER, model_version TEXT, timings_ms TEXT NOT NULL, trusted INTEGER,
    PRIMARY KEY (created_at, request_id)
) WITHOUT ROWID
"""


def test_a_file_of_the_first_version_is_used_on(log: SqliteLog, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(VERSION_0_1)
    old = (NOW - 1.0, "old", 200, 50.0, 0, None, "png", 64, 64, "0.1.0", "{}", 1)
    connection.execute(f"INSERT INTO inference VALUES ({','.join('?' * len(old))})", old)  # noqa: S608
    connection.commit()
    connection.close()
    log.write(a_record("new"))
    log.close()  # and the file is opened once more, now with the column
    found = log.recent(10)
    assert [(record.request_id, record.route) for record in found] == [
        ("new", "/segment"),
        ("old", "/segment"),
    ]
    assert found[1].rows == 64


def test_a_locked_file_loses_the_row_quickly_and_works_again_after(
    log: SqliteLog, path: Path
) -> None:
    log.write(a_record("before"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.perf_counter()
    with pytest.raises(LogUnavailable) as caught:
        log.write(a_record("lost"))
    assert time.perf_counter() - started < 4 * BUSY_TIMEOUT_S
    assert caught.value.reason == "SQLITE_BUSY"
    other.execute("ROLLBACK")
    other.close()
    log.write(a_record("after"))
    assert {record.request_id for record in log.recent(10)} == {"before", "after"}


def test_rows_are_read_while_another_process_writes(log: SqliteLog, path: Path) -> None:
    log.write(a_record())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert len(log.recent(10)) == 1
    other.execute("ROLLBACK")
    other.close()


def test_a_file_that_is_no_database_is_a_lost_row(log: SqliteLog, path: Path) -> None:
    path.write_bytes(b"this is not a database, it is a letter" * 100)
    with pytest.raises(LogUnavailable) as caught:
        log.write(a_record())
    assert caught.value.reason == "SQLITE_NOTADB"
    with pytest.raises(LogUnavailable):
        log.recent(1)
    path.unlink()
    log.write(a_record())
    assert len(log.recent(10)) == 1


def test_a_folder_that_cannot_be_made_is_a_lost_row(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    log = SqliteLog(tmp_path / "file" / "log.sqlite3", ttl_days=30)
    with pytest.raises(LogUnavailable) as caught:
        log.write(a_record())
    assert caught.value.reason in ("FileExistsError", "NotADirectoryError")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
def test_a_folder_that_nobody_may_write_to_is_a_lost_row() -> None:
    log = SqliteLog(Path("/proc/log.sqlite3"), ttl_days=30)
    with pytest.raises(LogUnavailable) as caught:
        log.write(a_record())
    assert caught.value.reason.startswith("SQLITE_")


@pytest.mark.skipif(os.name != "posix", reason="needs resource limits")
def test_a_full_disk_loses_rows_and_nothing_else(run_python: RunPython, path: Path) -> None:
    # A limit on the size of files stands in for the disk's end: the write fails half-way.
    code = f"""
import resource
from pathlib import Path
from multifidus.errors import LogUnavailable
from multifidus.inference_log import InferenceRecord
from multifidus.sqlite_log import SqliteLog

log = SqliteLog(Path({str(path)!r}), ttl_days=30)
def write(number):
    log.write(InferenceRecord(
        request_id=f"{{number}}", created_at={NOW}, status=200, latency_ms=1.0, cold_start=False))
log = SqliteLog(Path({str(path)!r}), ttl_days=30, clock=lambda: {NOW})
write(0)
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
written, reasons = 1, set()
for number in range(1, 200):
    try:
        write(number)
        written += 1
    except LogUnavailable as error:
        reasons.add(error.reason)
resource.setrlimit(resource.RLIMIT_FSIZE, before)
write(1000)
print(written + 1 == len(log.recent(1000)), bool(reasons), written < 200, sorted(reasons))
"""
    output = run_python(code).stdout
    assert output.startswith("True True True"), output


def test_processes_that_start_together_lose_no_row(path: Path) -> None:
    code = """
import sys
from pathlib import Path
from multifidus.inference_log import InferenceRecord
from multifidus.sqlite_log import SqliteLog

log = SqliteLog(Path(sys.argv[1]), ttl_days=30, clock=lambda: 1_772_366_400.0)
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
for number in range(25):
    log.write(InferenceRecord(
        request_id=f"{sys.argv[2]}-{number}", created_at=1_772_366_400.0, status=200,
        latency_ms=1.0, cold_start=False))
"""
    package = Path(__file__).parents[2] / "layers" / "common" / "python"
    processes = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", code, str(path), str(worker)],
            env={"PYTHONPATH": str(package)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for worker in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    log = SqliteLog(path, ttl_days=30, clock=lambda: NOW)
    assert len(log.recent(1000)) == 100
    log.close()


def test_a_new_file_that_is_opened_by_several_at_once_loses_no_row(tmp_path: Path) -> None:
    # Without the wait for the switch to write-ahead logging about one opening in fifty fails.
    for attempt in range(40):
        path, failures, barrier = tmp_path / f"{attempt}", list[LogUnavailable](), Barrier(4)

        def open_and_write(
            worker: int,
            path: Path = path,
            failures: list[LogUnavailable] = failures,
            barrier: Barrier = barrier,
        ) -> None:
            log = SqliteLog(path, ttl_days=30, clock=lambda: NOW)
            barrier.wait()
            try:
                log.write(a_record(f"{worker}"))
            except LogUnavailable as error:
                failures.append(error)
            log.close()

        threads = [Thread(target=open_and_write, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert _ids(path) == {"0", "1", "2", "3"}


def test_expired_rows_are_removed_at_opening_and_after_many_writes(path: Path) -> None:
    log = SqliteLog(path, ttl_days=30, clock=lambda: NOW)
    log.write(a_record("old", NOW - 31 * DAY))
    log.write(a_record("new", NOW))
    assert _ids(path) == {"old", "new"}
    log.close()
    log.write(a_record("newer", NOW))
    assert _ids(path) == {"new", "newer"}
    log.write(a_record("old again", NOW - 31 * DAY))
    for _ in range(WRITES_BETWEEN_PURGES):
        log.write(a_record("newer", NOW))
    assert _ids(path) == {"new", "newer"}
    log.close()


def _ids(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT request_id FROM inference").fetchall()
    connection.close()
    return {row[0] for row in rows}
