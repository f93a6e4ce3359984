"""The real handler in a process of its own, as Lambda's runtime would hold it.

Run as a program it imports the handler and answers events, one JSON line each; what the function
writes to standard output and error goes to files, so that tests can search them.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Context:
    """What is used of Lambda's context."""

    aws_request_id: str = "lambda-request-id"
    remaining_ms: int = 28_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


class HandlerProcess:
    """Holds the process; `invoke` sends it an event."""

    def __init__(
        self, module: str, folder: Path, environment: dict[str, str], *, writes: Path
    ) -> None:
        self.stdout_path = writes / "stdout"
        self.stderr_path = writes / "stderr"
        path = os.pathsep.join([str(ROOT), str(ROOT / "layers" / "common" / "python")])
        answers_read, answers_write = os.pipe()
        with self.stdout_path.open("wb") as stdout, self.stderr_path.open("wb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, __file__, module, str(answers_write)],
                cwd=folder,
                env={"PYTHONPATH": path, "PATH": os.environ["PATH"], **environment},
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                pass_fds=[answers_write],
            )
        os.close(answers_write)
        self._answers = os.fdopen(answers_read)

    @property
    def pid(self) -> int:
        return self._process.pid

    def invoke(self, event: Any, *, remaining_ms: int = 28_000) -> dict[str, Any]:
        assert self._process.stdin is not None
        line = json.dumps({"event": event, "remaining_ms": remaining_ms}) + "\n"
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()
        answer = self._answers.readline()
        assert answer, self.stderr_path.read_text()
        result: dict[str, Any] = json.loads(answer)
        return result

    def written(self) -> str:
        """All that the function has written so far."""
        return self.stdout_path.read_text() + self.stderr_path.read_text()

    def written_bytes(self) -> int:
        """Bytes that the process has passed to write calls so far, answers included."""
        text = Path(f"/proc/{self._process.pid}/io").read_text()
        return int(dict(line.split(": ") for line in text.splitlines())["wchar"])

    def lines(self) -> list[dict[str, Any]]:
        """The lines of standard output."""
        return [json.loads(line) for line in self.stdout_path.read_text().splitlines()]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._answers.close()


@contextmanager
def running_handler(
    function: str, model_dir: Path, writes: Path, *, database: Path | None = None, **more: str
) -> Iterator[HandlerProcess]:
    """Hold `segment` or `report` with its model, and the log in `writes` unless said otherwise."""
    model = "MULTIFIDUS_REPORT_MODEL_DIR" if function == "report" else "MULTIFIDUS_MODEL_DIR"
    environment = {
        model: str(model_dir),
        "MULTIFIDUS_SQLITE_PATH": str(database or writes / "log.sqlite3"),
        "AWS_LAMBDA_FUNCTION_NAME": function,
        **more,
    }
    process = HandlerProcess(f"functions.{function}.handler", writes, environment, writes=writes)
    try:
        yield process
    finally:
        process.close()


def main(module: str, answers_fd: int) -> None:
    logging.basicConfig(level=logging.DEBUG)  # libraries say all that they have to say
    logging.getLogger("asyncio").setLevel(logging.WARNING)  # but for the name of the selector
    plugins = [logging.getLogger(name) for name in ("openjpeg", "pylibjpeg")]
    for logger in plugins:
        logger.setLevel(logging.WARNING)  # they list themselves while they are imported
    handler = importlib.import_module(module).handler
    for logger in plugins:
        logger.setLevel(logging.NOTSET)
    with os.fdopen(answers_fd, "w") as answers:
        for line in sys.stdin:
            request = json.loads(line)
            answer = handler(request["event"], Context(remaining_ms=request["remaining_ms"]))
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
