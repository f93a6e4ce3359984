"""The inference log in an SQLite file: on one machine, and on Lambda where there is no table."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from multifidus.errors import LogUnavailable
from multifidus.inference_log import MAX_RECENT, SECONDS_PER_DAY, InferenceRecord, LogKind

BUSY_TIMEOUT_S = 0.5
"""How long a writer waits for another one, in this process and between processes."""

WRITES_BETWEEN_PURGES = 1000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS inference (
    created_at    REAL NOT NULL,
    request_id    TEXT NOT NULL,
    status        INTEGER NOT NULL,
    latency_ms    REAL NOT NULL,
    cold_start    INTEGER NOT NULL,
    code          TEXT,
    media         TEXT,
    rows          INTEGER,
    columns       INTEGER,
    model_version TEXT,
    timings_ms    TEXT NOT NULL,
    trusted       INTEGER,
    route         TEXT NOT NULL DEFAULT '/segment',
    PRIMARY KEY (created_at, request_id)
) WITHOUT ROWID
"""
_COLUMNS = "SELECT name FROM pragma_table_info('inference')"
_ADD_ROUTE = "ALTER TABLE inference ADD COLUMN route TEXT NOT NULL DEFAULT '/segment'"
_INSERT = "INSERT OR IGNORE INTO inference VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_RECENT = "SELECT * FROM inference WHERE created_at >= ? ORDER BY created_at DESC LIMIT ?"
_PURGE = "DELETE FROM inference WHERE created_at < ?"


class SqliteLog:
    """`multifidus.inference_log.InferenceLog` in a file.

    One connection for the process, behind a lock: SQLite lets one writer in at a time anyway. After
    any failure the connection is opened anew, so that a mended disk is used again. Write-ahead
    logging lets readers and other processes go on meanwhile.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made at the first write.
    ttl_days : int
        Days after which a row is neither returned nor kept.
    clock : callable
        Seconds since 1970.
    """

    kind: LogKind = "sqlite"

    def __init__(
        self, path: Path, *, ttl_days: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._ttl_s = ttl_days * SECONDS_PER_DAY
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._writes = 0

    def write(self, record: InferenceRecord) -> None:
        """Store a record; see `InferenceLog.write`."""
        row = (
            record.created_at,
            record.request_id,
            record.status,
            record.latency_ms,
            record.cold_start,
            record.code,
            record.media,
            record.rows,
            record.columns,
            record.model_version,
            json.dumps(dict(record.timings_ms)),
            record.trusted,
            record.route,
        )
        with self._session() as connection:
            connection.execute(_INSERT, row)
            self._writes += 1
            if self._writes % WRITES_BETWEEN_PURGES == 0:
                connection.execute(_PURGE, (self._oldest(),))

    def recent(self, limit: int) -> list[InferenceRecord]:
        """Return the newest records; see `InferenceLog.recent`."""
        with self._session() as connection:
            rows = connection.execute(_RECENT, (self._oldest(), min(limit, MAX_RECENT))).fetchall()
        return [_record(row) for row in rows]

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._drop()

    def _oldest(self) -> float:
        return self._clock() - self._ttl_s

    @contextmanager
    def _session(self) -> Iterator[sqlite3.Connection]:
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_S):
            raise LogUnavailable(reason="busy")
        try:
            if self._connection is None:
                self._connection = self._open()
            yield self._connection
        except (sqlite3.Error, OSError) as error:
            self._drop()
            reason = getattr(error, "sqlite_errorname", type(error).__name__)
            raise LogUnavailable(reason=reason) from error
        finally:
            self._lock.release()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,  # each statement is its own transaction
            check_same_thread=False,  # the lock sees to it
        )
        try:
            connection.row_factory = sqlite3.Row
            self._switch_to_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_SCHEMA)
            self._bring_up_to_date(connection)
            connection.execute(_PURGE, (self._oldest(),))
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        """Give a file of version 0.1 the column that it lacks."""
        if ("route",) in map(tuple, connection.execute(_COLUMNS)):
            return
        try:
            connection.execute(_ADD_ROUTE)
        except sqlite3.OperationalError:
            # Another process may have done it in between; if not, the next write says so.
            if ("route",) not in map(tuple, connection.execute(_COLUMNS)):
                raise

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        # Two processes that open a new file at once: the one that is late is told "locked" without
        # its time-out being waited for (the switch needs the file alone), so the waiting is here.
        give_up_at = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.01)
            else:
                return

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _record(row: sqlite3.Row) -> InferenceRecord:
    fields = dict(row)
    return InferenceRecord(
        **fields
        | {
            "cold_start": bool(fields["cold_start"]),
            "timings_ms": json.loads(fields["timings_ms"]),
            "trusted": None if fields["trusted"] is None else bool(fields["trusted"]),
        }
    )
