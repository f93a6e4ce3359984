"""Runs a function in the Lambda Runtime Interface Emulator, without Docker.

The emulator is AWS's own, from the SAM CLI's wheel; it speaks the real runtime API to
`awslambdaric`, enforces the time-out and the size of responses, and reports the init phase. What it
does not do: it enforces no memory, cuts oversize requests off silently and crashes on overlapping
ones, so invocations wait for each other here.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RELATIVE_EMULATOR = Path("samcli/local/rapid/aws-lambda-rie-x86_64")
INVOCATIONS_PATH = "/2015-03-31/functions/function/invocations"
MAX_REQUEST_BYTES = 6_291_456
"""Lambda's limit for a synchronous event."""

START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0
_INIT_REPORT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")


class EmulatorError(RuntimeError):
    """The emulator is not installed, does not start, or was asked what Lambda would refuse."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What came back from one invocation.

    Attributes
    ----------
    status : int
        The emulator's HTTP status: 200 also for a function's own error response, 502 for a
        function that exited or answered too much.
    payload : Any
        The function's result, from JSON; None where the emulator's answer is no JSON.
    text : str
        The answer as it came.
    duration_ms : float
        Seen from outside; the first one includes the init phase.
    """

    status: int
    payload: Any
    text: str
    duration_ms: float


def find_emulator() -> Path:
    """Path of the emulator: from `.venv-sam` of this checkout, else from this Python's packages.

    Raises
    ------
    EmulatorError
        It is in neither.
    """
    candidates = sorted(ROOT.glob(f".venv-sam/lib/python3*/site-packages/{RELATIVE_EMULATOR}"))
    spec = importlib.util.find_spec("samcli")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        candidates.append(Path(folder).parent / RELATIVE_EMULATOR)
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise EmulatorError("The Runtime Interface Emulator is missing. `make venv-sam` installs it.")


class Emulator:
    """One function behind the emulator, as a context manager.

    Parameters
    ----------
    handler : str
        As in the template, for example `functions.segment.handler.handler`.
    python_path : sequence of Path
        Where the function's modules are: its own folder and its layers.
    environment : mapping of str, optional
        The function's variables. Nothing of this process's environment is passed on.
    memory_mb, timeout_s : int
        As in the template.
    """

    def __init__(
        self,
        handler: str,
        *,
        python_path: Sequence[Path],
        environment: Mapping[str, str] | None = None,
        memory_mb: int = 1769,
        timeout_s: int = 28,
    ) -> None:
        self._handler = handler
        self._timeout_s = timeout_s
        self._environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(str(folder) for folder in python_path),
            "AWS_LAMBDA_FUNCTION_NAME": handler.split(".")[-3] if handler.count(".") > 1 else "it",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_s),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
            **(environment or {}),
        }
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> Emulator:
        with contextlib.ExitStack() as stack:
            stack.callback(self._stop)
            self._start(stack)
            self._cleanup = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def _start(self, stack: contextlib.ExitStack) -> None:
        self._port, runtime_api_port = free_ports(2)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emulator-")))
        self._log_path = folder / "log"
        log = stack.enter_context(self._log_path.open("wb"))
        # Only the temporary folder is writable on Lambda; here at least nothing is written beside
        # the code, and each emulator has its own /tmp.
        environment = {"TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **self._environment}
        command = [
            *(str(find_emulator()), "--log-level", "info"),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{self._port}"),
            *("--runtime-api-address", f"127.0.0.1:{runtime_api_port}"),
            *(sys.executable, "-m", "awslambdaric", self._handler),
        ]
        self._process = subprocess.Popen(  # noqa: S603 - the emulator and this Python
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # an interrupt at the terminal must not reach it before _stop
        )
        deadline_s = time.monotonic() + START_LIMIT_S
        while not self._listening():
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                raise EmulatorError(f"The emulator did not start:\n{self.log}")
            time.sleep(0.05)

    def _listening(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _stop(self) -> None:
        if self._process is None:
            return
        # At SIGTERM the emulator ends its runtime process too.
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def invoke(self, event: object) -> Invocation:
        """Send one event and wait for the answer.

        Raises
        ------
        EmulatorError
            The event is larger than Lambda takes; the emulator itself would cut it off.
        """
        body = json.dumps(event).encode()
        if len(body) > MAX_REQUEST_BYTES:
            raise EmulatorError(f"An event of {len(body)} bytes is over Lambda's limit.")
        with self._lock:
            started = time.perf_counter()
            # The init phase, which the first invocation waits for, has a limit of its own.
            connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=self._timeout_s + START_LIMIT_S
            )
            with contextlib.closing(connection):
                connection.request("POST", INVOCATIONS_PATH, body)
                response = connection.getresponse()
                text = response.read().decode()
            duration_ms = (time.perf_counter() - started) * 1000.0
        try:
            payload = json.loads(text)
        except ValueError:
            payload = None
        return Invocation(
            status=response.status, payload=payload, text=text, duration_ms=duration_ms
        )

    @property
    def pid(self) -> int:
        """Process of the emulator, whose child is the function's."""
        if self._process is None:
            raise EmulatorError("The emulator does not run.")
        return self._process.pid

    @property
    def log(self) -> str:
        """What the emulator and the function have printed so far."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    @property
    def init_durations_ms(self) -> tuple[float, ...]:
        """Duration of each init phase so far; more than one: the function was restarted."""
        return tuple(float(text) for text in _INIT_REPORT.findall(self.log))


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nothing listens on."""
    with contextlib.ExitStack() as stack:
        # All held until all are known, so that they differ.
        return [_bound_port(stack) for _ in range(count)]


def _bound_port(stack: contextlib.ExitStack) -> int:
    holder = stack.enter_context(socket.socket())
    holder.bind(("127.0.0.1", 0))
    port: int = holder.getsockname()[1]
    return port


def segment_emulator(
    environment: Mapping[str, str] | None = None,
) -> contextlib.AbstractContextManager[Emulator]:
    """Start the `segment` function of this checkout, with its modules where the image has them."""
    return _of_checkout("segment", environment, memory_mb=1769)


def report_emulator(
    environment: Mapping[str, str] | None = None,
) -> contextlib.AbstractContextManager[Emulator]:
    """Start the `report` function of this checkout, likewise."""
    return _of_checkout("report", environment, memory_mb=512)


def _of_checkout(name: str, environment: Mapping[str, str] | None, *, memory_mb: int) -> Emulator:
    return Emulator(
        f"functions.{name}.handler.handler",
        python_path=[ROOT, ROOT / "layers/common/python"],
        environment=environment,
        memory_mb=memory_mb,
    )
