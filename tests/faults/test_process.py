"""The process is killed while it works, or has no time left: what is answered, and what is kept."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.functions.factories import dicom
from tests.functions.gateway_events import event
from tests.functions.handler_process import HandlerProcess, running_handler
from tests.local.running import SAMPLES, running_server

SAMPLE = SAMPLES / "healthy.dcm"


def segment(address: str) -> httpx.Response:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        return client.post("/segment", files={"file": ("x.dcm", SAMPLE.read_bytes())})


def test_a_server_killed_mid_request_loses_that_request_alone(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        assert segment(server.address).status_code == 200
        errors: list[Exception] = []

        def ask() -> None:
            try:
                segment(server.address)
            except httpx.HTTPError as error:
                errors.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        while_working(server.process.pid)
        server.process.send_signal(signal.SIGKILL)
        asking.join(timeout=60)
        assert len(errors) == 1, "the caller must see that there is no answer"
    with closing(sqlite3.connect(tmp_path / "inference.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM inference").fetchone() == (1,)
    with running_server(tmp_path) as server:
        assert segment(server.address).status_code == 200
        with httpx.Client(base_url=server.address, trust_env=False) as client:
            assert client.get("/stats").json()["count"] == 2


def while_working(pid: int) -> None:
    """Wait until the process has used some processor time since now: it is at the slice."""
    begun = used_ticks(pid)
    give_up_at = time.monotonic() + 30
    while used_ticks(pid) < begun + 2:
        assert time.monotonic() < give_up_at
        time.sleep(0.002)


def used_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.fixture
def process(model_dir: Path, tmp_path: Path) -> Iterator[HandlerProcess]:
    with running_handler("segment", model_dir, tmp_path) as process:
        yield process


def test_too_little_time_is_said_logged_and_counted(process: HandlerProcess) -> None:
    answer = process.invoke(event("http_api_v2", body=dicom()), remaining_ms=1500)
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["code"] == "deadline"
    assert process.invoke(event("http_api_v2", body=dicom()))["statusCode"] == 200
    stats = json.loads(process.invoke(event("http_api_v2", method="GET", path="/stats"))["body"])
    assert (stats["count"], stats["errors"]) == (2, {"deadline": 1})
    (failed,) = (line for line in process.lines() if line.get("Code") == "deadline")
    assert failed["Errors"] == 1
