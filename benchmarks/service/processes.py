"""Both services in processes of their own: on one processor, warm, from cold, and their memory."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.service.slices import Upload

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 120.0
POLL_S = 0.002


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service that can be started.

    Attributes
    ----------
    name : str
        In tables.
    app : str
        Where the ASGI app is, as uvicorn names it.
    serve : tuple of str
        Arguments of Python that start its server; `{port}` and `{folder}` are filled in.
    python : Path
        That Python. Ours is that of `make run`: libraries import more where more is installed, as
        in the environment of the tests, in which the baseline runs.
    """

    name: str
    app: str
    serve: tuple[str, ...]
    python: Path = Path(sys.executable)


def _own_python() -> Path:
    own = ROOT / ".venv" / "bin" / "python"
    return own if own.exists() else Path(sys.executable)


OURS = Service(
    name="Multifidus",
    app="functions.segment.handler:APP",
    serve=("-m", "local", "--port", "{port}", "--data", "{folder}"),
    python=_own_python(),
)
BASELINE = Service(
    name="baseline",
    app="benchmarks.service.baseline.app:app",
    serve=(
        *("-m", "uvicorn", "benchmarks.service.baseline.app:app"),
        *("--port", "{port}", "--log-level", "warning"),
    ),
)


def environment(folder: Path, *, threads: int = 1) -> dict[str, str]:
    """Variables of a service; nothing of this process's own but the path."""
    one = str(threads)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers/common/python'}",
        "TMPDIR": str(folder),
        "MULTIFIDUS_SQLITE_PATH": str(folder / "inference.sqlite3"),
        "MULTIFIDUS_THREADS": one,
        "BASELINE_THREADS": one,
        "OMP_NUM_THREADS": one,
        "OPENCV_FOR_THREADS_NUM": one,
    }


def processors(count: int) -> set[int]:
    """Choose the processors that a measured process is held to, the last ones of this machine."""
    return set(sorted(os.sched_getaffinity(0))[-count:])


def driven(service: Service, upload: Upload, *, warm_up: int, count: int) -> dict[str, Any]:
    """Drive an app in a process of its own; see `benchmarks.service.drive`."""
    content_type, body = upload.form
    with tempfile.TemporaryDirectory() as name:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "benchmarks.service.drive", service.app, content_type),
                *("--warm-up", str(warm_up), "--count", str(count)),
            ],
            cwd=ROOT,
            env=environment(Path(name)),
            input=body,
            capture_output=True,
            check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, processors(1)),
        )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@dataclass(frozen=True, kw_only=True)
class Start:
    """One start of a server.

    Attributes
    ----------
    first_answer_ms : float
        From the start of the process to the first answer of 200.
    peak_kib : int
        Peak memory of the process after some more requests.
    """

    first_answer_ms: float
    peak_kib: int


def started(service: Service, upload: Upload, *, requests: int) -> Start:
    """Start a server, wait for its first answer, send some more requests, and end it."""
    with tempfile.TemporaryDirectory() as name, _free_port() as port:
        arguments = [part.format(port=port, folder=name) for part in service.serve]
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [str(service.python), *arguments],
            cwd=ROOT,
            env=environment(Path(name)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, processors(1)),
        )
        try:
            _first_answer(port, upload, process)
            first_answer_ms = (time.perf_counter() - began) * 1000.0
            for _ in range(requests):
                _posted(port, upload)
            peak_kib = _peak_kib(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)
    return Start(first_answer_ms=first_answer_ms, peak_kib=peak_kib)


def _first_answer(port: int, upload: Upload, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + START_LIMIT_S
    while True:
        try:
            _posted(port, upload)
            return
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError("The server does not start.") from None
            time.sleep(POLL_S)


def _posted(port: int, upload: Upload) -> None:
    content_type, body = upload.form
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT_S)
    with contextlib.closing(connection):
        connection.request("POST", "/segment", body, {"content-type": content_type})
        answer = connection.getresponse()
        text = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {text[:500]!r}")


@contextlib.contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    yield port


def _peak_kib(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM:"))
