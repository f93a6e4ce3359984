"""Many clients at once: nobody fails, nobody is passed over, and too many are told to come back.

`MULTIFIDUS_CLIENT_ROUNDS=40` sends that many requests from each client instead of 6, and with
`MULTIFIDUS_REAL_MODEL=1` the served model works on them, rather than a tiny one.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.functions.factories import dicom, write_model
from tests.local.running import ROOT, SECONDS_TO_END, SECONDS_TO_START

CLIENTS = 50
WORKERS = 2
ROUNDS = int(os.environ.get("MULTIFIDUS_CLIENT_ROUNDS", "6"))
REAL_MODEL = os.environ.get("MULTIFIDUS_REAL_MODEL") == "1"
NAME, UID = "Zwetschgenbaum", "1.2.826.0.1.3680043.8.498.74747474"


@contextmanager
def server(folder: Path, *arguments: str) -> Iterator[str]:
    """Start a server whose output goes to a file; its address."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/common/python'}"}
    if not REAL_MODEL:
        write_model(folder / "model")
        environment["MULTIFIDUS_MODEL_DIR"] = str(folder / "model")
    output = folder / "output"
    with output.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "local", "--port", "0"),
                *("--data", str(folder / "data"), *arguments),
            ],
            cwd=ROOT,
            env=environment,
            stdout=stream,
            stderr=stream,
        )
    try:
        give_up_at = time.monotonic() + SECONDS_TO_START
        while not (found := re.search(r"http://localhost:\d+", output.read_text())):
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < give_up_at, output.read_text()
            time.sleep(0.05)
        yield found.group()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=SECONDS_TO_END)


@dataclass
class Crowd:
    """What clients that ask again and again were answered, in the order of the answers."""

    answers: list[tuple[int, int]] = field(default_factory=list)
    retry_after: set[str | None] = field(default_factory=set)
    health_s: list[float] = field(default_factory=list)
    took_s: float = 0.0

    def ask(self, address: str, *, clients: int, rounds: int, body: bytes) -> None:
        start = threading.Barrier(clients)
        all_began = time.monotonic()

        def client(number: int) -> None:
            with httpx.Client(base_url=address, timeout=120, trust_env=False) as session:
                start.wait()
                for _ in range(rounds):
                    answer = session.post("/segment", content=body)
                    self.answers.append((number, answer.status_code))
                    if answer.status_code == 429:
                        self.retry_after.add(answer.headers.get("retry-after"))

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as session:
            while any(thread.is_alive() for thread in threads):
                began = time.monotonic()
                assert session.get("/health").status_code == 200
                self.health_s.append(time.monotonic() - began)
                time.sleep(0.05)
        for thread in threads:
            thread.join()
        self.took_s = time.monotonic() - all_began


def slice_of_somebody() -> bytes:
    return dicom(PatientName=f"{NAME}^Anna", PatientID=NAME, StudyInstanceUID=UID)


def test_fifty_clients_are_served_alike_and_none_fails(tmp_path: Path) -> None:
    crowd = Crowd()
    with server(tmp_path, "--workers", str(WORKERS)) as address:
        crowd.ask(address, clients=CLIENTS, rounds=ROUNDS, body=slice_of_somebody())
        stats = httpx.get(f"{address}/stats", trust_env=False).json()
    assert Counter(status for _, status in crowd.answers) == {200: CLIENTS * ROUNDS}
    assert stats["lost_row_count"] == 0
    # While the first client gets all its answers the others get theirs too: nobody is passed over.
    counts: Counter[int] = Counter()
    for number, _ in crowd.answers:
        counts[number] += 1
        if counts[number] == ROUNDS:
            break
    assert min(counts[number] for number in range(CLIENTS)) >= ROUNDS - 3, sorted(counts.values())
    assert_not_queued(crowd)
    with closing(sqlite3.connect(tmp_path / "data" / "inference.sqlite3")) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM inference").fetchone()
    assert rows == CLIENTS * ROUNDS
    # Nothing that the run has written holds what was planted in its input.
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"output", "inference.sqlite3"} <= {path.name for path in written}
    for path in written:
        content = path.read_bytes()
        assert NAME.encode() not in content, path
        assert UID.encode() not in content, path


def test_more_than_can_wait_are_told_when_to_come_back(tmp_path: Path) -> None:
    crowd = Crowd()
    with server(tmp_path, "--workers", "1") as address:
        crowd.ask(address, clients=CLIENTS + 20, rounds=2, body=dicom())
        assert httpx.get(f"{address}/health", trust_env=False).status_code == 200
    found = Counter(status for _, status in crowd.answers)
    assert set(found) == {200, 429}
    assert crowd.retry_after == {"1"}
    assert_not_queued(crowd)


def assert_not_queued(crowd: Crowd) -> None:
    """`/health` was answered again and again meanwhile, and did not stand in the slices' queue."""
    assert len(crowd.health_s) >= 3
    assert sum(crowd.health_s) / len(crowd.health_s) < crowd.took_s / 3, crowd.health_s


@pytest.mark.parametrize("workers", ["0", "x", "1000"])
def test_a_number_of_workers_that_is_none_is_refused(workers: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "local", "--workers", workers],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/common/python'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "workers are a number" in done.stderr
