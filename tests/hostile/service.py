"""The real handler with the served model, in a process of its own whose memory is watched."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.gateway_events import HttpRequest, event
from tests.functions.factories import dicom, jpeg, multipart, png, two_muscles
from tests.functions.handler_process import HandlerProcess
from tests.hostile.attack import Attack
from tests.infra.image_settings import malloc_settings

ROOT = Path(__file__).resolve().parents[2]
MAX_ABOVE_IDLE_MB = 150.0
_RESET_PEAK = "5"  # of /proc/PID/clear_refs: the highest memory is counted anew (Linux, proc(5))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a request.

    Attributes
    ----------
    status, code : int, str or None
        Of the answer.
    above_idle_mb : float
        Highest resident memory while it was answered, less that of the idle process.
    seconds : float
        Until the answer.
    """

    status: int
    code: str | None
    above_idle_mb: float
    seconds: float


class Service:
    """A warm process; `idle_mb` is its memory before the first attack."""

    def __init__(self, process: HandlerProcess, folder: Path) -> None:
        self.process = process
        self.temporary = folder / "tmp"
        self.database = folder / "log.sqlite3"
        content_type, form = multipart(png(two_muscles()), fields={"include": "overlay,contours"})
        for body, media_type in (
            (dicom(), "application/dicom"),
            (jpeg(two_muscles()), "image/jpeg"),
            (form, content_type),
        ):
            assert self.post(body, media_type)["statusCode"] == 200
        self.idle_mb = self.memory_mb("VmRSS")

    def post(self, body: bytes, content_type: str, *, path: str = "/segment") -> dict[str, Any]:
        """Send a body as the gateway would."""
        request = HttpRequest(
            method="POST", path=path, headers={"content-type": content_type}, body=body
        )
        return self.process.invoke(event(request, form="http_api"))

    def suffer(self, attack: Attack) -> Outcome:
        """Send an attack and watch."""
        sent = attack.event()
        Path(f"/proc/{self.process.pid}/clear_refs").write_text(_RESET_PEAK)
        started = time.perf_counter()
        answer = self.process.invoke(sent)
        seconds = time.perf_counter() - started
        return Outcome(
            status=answer["statusCode"],
            code=json.loads(answer["body"]).get("code"),
            above_idle_mb=self.memory_mb("VmHWM") - self.idle_mb,
            seconds=seconds,
        )

    def memory_mb(self, name: str) -> float:
        """Resident memory now (`VmRSS`) or at its highest since it was last asked for (`VmHWM`)."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in text.splitlines())
        return int(fields[name].split()[0]) * 1024 / 1e6

    def logged(self) -> list[tuple[str, int, str | None]]:
        """Request id, status and code of each row of the inference log, oldest first."""
        connection = sqlite3.connect(self.database)
        query = "SELECT request_id, status, code FROM inference ORDER BY created_at"
        rows: list[tuple[str, int, str | None]] = connection.execute(query).fetchall()
        connection.close()
        return rows


@contextmanager
def running_service(folder: Path) -> Iterator[Service]:
    """Start the service; its temporary files and its log lie in the folder."""
    (folder / "tmp").mkdir()
    environment = {
        "MULTIFIDUS_MODEL_DIR": str(ROOT / "layers" / "model"),
        "MULTIFIDUS_SQLITE_PATH": str(folder / "log.sqlite3"),
        "AWS_LAMBDA_FUNCTION_NAME": "segment",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "TMPDIR": str(folder / "tmp"),
        **malloc_settings(),
    }
    process = HandlerProcess("functions.segment.handler", folder, environment, writes=folder)
    try:
        yield Service(process, folder)
    finally:
        process.close()
