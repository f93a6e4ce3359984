"""The rest of the error table: bodies too long, answers too long, and what fails in the app."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from functions.segment.app import RUNNING_AT_ONCE, WAITING_AT_MOST, create_app
from functions.segment.upload import MAX_BODY_BYTES
from multifidus.image_io import MAX_UPLOAD_BYTES
from multifidus.inference import Segmenter
from multifidus.manifest import ModelManifest
from multifidus.preprocess import FloatImage
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.factories import dicom, noise, png, write_model
from tests.functions.segment.asking import assert_problem

pytestmark = pytest.mark.usefixtures("the_next_request_is_fine")


def test_a_body_that_is_announced_too_long_is_not_read(client: TestClient) -> None:
    headers = {"content-type": "image/png", "content-length": str(MAX_BODY_BYTES + 1)}
    response = client.post("/segment", content=b"", headers=headers)
    assert_problem(response, 413, "payload_too_large")


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "many", ""])
def test_a_strange_length_does_no_harm(client: TestClient, length: str) -> None:
    headers = {"content-type": "image/png", "content-length": length}
    response = client.post("/segment", content=b"", headers=headers)
    assert response.json()["code"] in ("payload_too_large", "unsupported_media")


@pytest.mark.parametrize("content_type", ["image/png", "multipart/form-data; boundary=x"])
def test_a_body_that_does_not_say_its_length_is_cut_off(app: FastAPI, content_type: str) -> None:
    sent = 0

    async def post() -> dict[str, Any]:
        answer: dict[str, Any] = {}

        async def receive() -> dict[str, Any]:
            nonlocal sent
            sent += 65_536
            return {"type": "http.request", "body": b"-" * 65_536, "more_body": True}

        async def send(message: Any) -> None:
            answer.update(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/segment",
            "query_string": b"",
            "headers": [(b"content-type", content_type.encode())],
        }
        await app(scope, receive, send)
        return answer

    document = json.loads(anyio.run(post)["body"])
    if content_type == "image/png":
        assert document["code"] == "payload_too_large"
    else:
        assert document["code"] in ("payload_too_large", "malformed_request")
    assert sent <= MAX_BODY_BYTES + 2 * 65_536


def test_a_caller_that_goes_away_is_no_fault_of_ours(app: FastAPI, log: MemoryLog) -> None:
    async def post() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            pass

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/segment",
            "query_string": b"",
            "headers": [(b"content-type", b"image/png")],
        }
        await app(scope, receive, send)

    anyio.run(post)
    assert log.records[-1].code == "malformed_request"


def test_an_answer_that_would_not_fit_is_refused(client: TestClient) -> None:
    data = png(noise(1900, 2200, levels=32))
    assert len(data) < MAX_UPLOAD_BYTES
    assert_problem(client.post("/segment", files={"file": ("a", data)}), 413, "response_too_large")
    answer = client.post("/segment", files={"file": ("a", data)}, data={"include": "mask"})
    assert answer.status_code == 200


def test_unknown_paths_and_methods_are_problems(client: TestClient) -> None:
    assert_problem(client.get("/patients/Meier"), 404, "not_found")
    assert_problem(client.post("/health"), 405, "method_not_allowed")
    assert client.get("/segment").headers["allow"] == "POST"


def test_a_report_is_not_made_here(client: TestClient) -> None:
    assert_problem(client.post("/report", json={"level": "L4-L5"}), 503, "report_disabled")


class Broken:
    """A model that fails while it runs."""

    def __init__(self, segmenter: Segmenter, error: BaseException) -> None:
        self.manifest: ModelManifest = segmenter.manifest
        self.error = error

    def probabilities(self, _tensor: FloatImage) -> FloatImage:
        raise self.error


@pytest.mark.parametrize(
    "error", [RuntimeError("secret /var/task/x.py"), MemoryError("secret"), KeyError("secret")]
)
def test_anything_else_is_internal_and_says_nothing(
    settings: Settings,
    segmenter: Segmenter,
    log: MemoryLog,
    error: BaseException,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = TestClient(create_app(settings, Broken(segmenter, error), log))
    response = broken.post("/segment", files={"file": ("a", dicom())})
    assert_problem(response, 500, "internal")
    written = capsys.readouterr()
    assert "secret" not in response.text + written.out + written.err
    assert type(error).__name__ in written.out
    assert (log.records[-1].status, log.records[-1].code) == (500, "internal")
    assert set(log.records[-1].timings_ms) == {"decode", "preprocess"}


def test_more_requests_than_can_wait_are_told_to_come_back(
    settings: Settings, segmenter: Segmenter, log: MemoryLog
) -> None:
    gate, running = threading.Event(), threading.Semaphore(0)

    class Waiting:
        manifest = segmenter.manifest

        def probabilities(self, tensor: FloatImage) -> FloatImage:
            running.release()
            assert gate.wait(30)
            return segmenter.probabilities(tensor)

    app = create_app(settings, Waiting(), log)
    room = RUNNING_AT_ONCE + WAITING_AT_MOST
    statuses: list[int] = []
    refused: list[httpx.Response] = []

    async def main() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

            async def post() -> None:
                response = await client.post("/segment", files={"file": ("a", dicom())})
                statuses.append(response.status_code)
                if response.status_code != 200:
                    refused.append(response)
                if len(statuses) == 3:  # the three that found no room have been answered
                    assert (await client.get("/health")).status_code == 200
                    gate.set()

            async with anyio.create_task_group() as tasks:
                for _ in range(room + 3):
                    tasks.start_soon(post)

    anyio.run(main)
    assert sorted(statuses) == [200] * room + [429] * 3
    assert_problem(refused[0], 429, "throttled")
    assert refused[0].headers["retry-after"] == "1"


@pytest.mark.parametrize("damage", ["other mask", "other size", "missing"])
def test_a_model_that_answers_otherwise_than_at_its_making_is_not_ready(
    settings: Settings, segmenter: Segmenter, log: MemoryLog, tmp_path: Path, damage: str
) -> None:
    write_model(tmp_path)
    mask = tmp_path / "ready_mask.png"
    if damage == "other mask":
        mask.write_bytes(png(np.full((64, 64), 1, dtype=np.uint8)))
    elif damage == "other size":
        mask.write_bytes(png(np.full((65, 64), 1, dtype=np.uint8)))
    else:
        mask.unlink()
    client = TestClient(create_app(replace(settings, model_dir=tmp_path), segmenter, log))
    assert_problem(client.get("/ready"), 503, "model_unavailable")
    assert client.get("/health").status_code == 200


def test_a_log_that_cannot_be_read_is_said(client: TestClient, log: MemoryLog) -> None:
    log.broken = RuntimeError()
    assert_problem(client.get("/stats"), 503, "log_unavailable")
