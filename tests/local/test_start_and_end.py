from __future__ import annotations

import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from local.serving import address_of, listen
from tests.local.running import SAMPLES, running_server, start_process

SECONDS = 60


def test_a_busy_port_is_refused_with_a_sentence() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        process = start_process("--port", str(port))
        printed, error = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert error == (
        f"Port {port} is in use already. Choose another one: make run PORT={port + 1}\n"
    )
    assert printed == ""


def test_an_address_of_another_machine_is_refused_with_a_sentence() -> None:
    process = start_process("--host", "192.0.2.1", "--port", "0")  # reserved for documentation
    _, error = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert error == "Cannot listen on 192.0.2.1, port 0.\n"


@pytest.mark.parametrize("port", ["66000", "-1", "http"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    process = start_process(f"--port={port}")
    _, error = process.communicate(timeout=SECONDS)
    assert process.returncode == 2
    assert "a port is a whole number from 0 to 65535" in error


def test_a_missing_model_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTIFIDUS_MODEL_DIR", str(tmp_path))
    process = start_process("--port", "0")
    _, error = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert error == (f"The model's manifest is missing or not readable. Looked in {tmp_path}.\n")


def test_a_setting_that_cannot_be_used_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MULTIFIDUS_THREADS", "many")
    process = start_process("--port", "0")
    _, error = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert error == "MULTIFIDUS_THREADS must be a whole number.\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_under_way_is_finished_before_the_end(
    tmp_path: Path, number: signal.Signals
) -> None:
    slice_ = (SAMPLES / "healthy.png").read_bytes()
    with running_server(tmp_path) as server:
        place = urlsplit(server.address)
        with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
            connection.sendall(
                b"POST /segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(slice_)
            )
            connection.sendall(slice_[:1000])
            time.sleep(0.5)  # until the server has begun with it
            server.process.send_signal(number)
            time.sleep(0.5)  # until it has been told to end
            connection.sendall(slice_[1000:])
            answer = connection.makefile("rb").read()
        _, errors = server.process.communicate(timeout=SECONDS)
    assert answer.startswith(b"HTTP/1.1 200")
    assert server.process.returncode == 0
    assert errors == ""


def test_the_log_outlives_the_server(tmp_path: Path) -> None:
    for expected in (1, 2):
        with running_server(tmp_path) as server:
            httpx.post(f"{server.address}/segment", content=b"no image", trust_env=False)
            stats = httpx.get(f"{server.address}/stats", trust_env=False).json()
        assert stats["count"] == expected
    assert {path.name for path in tmp_path.iterdir()} == {"inference.sqlite3"}


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - listened on for a moment
def test_the_address_that_is_shown_opens_in_a_browser(host: str) -> None:
    with listen(host, 0) as listener:
        assert address_of(listener) == f"http://localhost:{listener.getsockname()[1]}"
