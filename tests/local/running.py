"""The local server as people start it: a process of its own on a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "site" / "samples"
SECONDS_TO_START = 60
SECONDS_TO_END = 20


@dataclass(frozen=True, kw_only=True)
class LocalServer:
    """A server that answers: its address, its process, its data folder."""

    address: str
    process: subprocess.Popen[str]
    data: Path


def start_process(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-W", "error", "-m", "local", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/common/python'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_process(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Ask it to end, as Ctrl+C does, and give back the rest of what it printed."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


@contextmanager
def running_server(data: Path) -> Iterator[LocalServer]:
    process = start_process("--port", "0", "--data", str(data))
    # A server that never gets ready is killed, which ends the wait for its line.
    watchdog = threading.Timer(SECONDS_TO_START, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://localhost:\d+", line):
                break
        else:
            raise AssertionError(f"not ready: {end_process(process)[1]}")
        watchdog.cancel()
        yield LocalServer(address=found.group(), process=process, data=data)
    finally:
        watchdog.cancel()
        end_process(process)
