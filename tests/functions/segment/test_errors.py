"""Every row of the error table: status, code, problem document, and the next request fine."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydicom.uid import MPEG2MPML, JPEG2000Lossless

from functions.segment.app import RUNNING_AT_ONCE, WAITING_AT_MOST, create_app
from functions.segment.upload import MAX_BODY_BYTES, MAX_FIELDS
from multifidus.image_io import MAX_UPLOAD_BYTES
from multifidus.inference import Segmenter
from multifidus.manifest import ModelManifest
from multifidus.preprocess import FloatImage
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.factories import dicom, jpeg, multipart, png, two_muscles, write_model

LIBRARY_WORDS = (
    "traceback",
    'file "',
    "line ",
    "pydicom",
    "numpy",
    "opencv",
    "onnx",
    "starlette",
    "fastapi",
    "pydantic",
    "python",
    "exception",
    "site-packages",
    "multipart.",
)


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    document = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert set(document) == {"type", "title", "status", "detail", "code", "request_id"}
    assert document["type"] == f"urn:multifidus:error:{code}"
    assert document["status"] == status
    assert document["request_id"] == response.headers["x-request-id"]
    assert document["title"]
    assert document["detail"]
    lower = response.text.lower().replace("online", "")
    assert not [word for word in LIBRARY_WORDS if word in lower]


@pytest.fixture(autouse=True)
def the_next_request_is_fine(client: TestClient) -> Iterator[None]:
    yield
    assert client.post("/segment", files={"file": ("a.dcm", dicom())}).status_code == 200


def png_that_claims(width: int, height: int) -> bytes:
    """Write a tiny PNG whose header promises another size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 10)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def noise(rows: int, columns: int, levels: int = 256) -> np.ndarray:
    step = 256 // levels
    return np.random.default_rng(1).integers(0, levels, (rows, columns), dtype=np.uint8) * step


BAD_FILES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 415, "unsupported_media"),
    "text": (b"hello, this is no picture", 415, "unsupported_media"),
    "gif": (b"GIF89a" + bytes(100), 415, "unsupported_media"),
    "pdf": (b"%PDF-1.7\n" + bytes(100), 415, "unsupported_media"),
    "zip": (b"PK\x03\x04" + bytes(100), 415, "unsupported_media"),
    "html with a DICOM's name": (b"<html></html>", 415, "unsupported_media"),
    "png cut off": (png(two_muscles())[:60], 422, "unreadable_image"),
    "jpeg cut off": (jpeg(two_muscles())[:80], 422, "unreadable_image"),
    "dicom cut off": (dicom()[:-100], 422, "unreadable_image"),
    "png that claims gigapixels": (png_that_claims(60_000, 60_000), 413, "image_too_large"),
    "png much wider than high": (png(noise(32, 200)), 413, "image_too_large"),
    "small png": (png(noise(31, 31)), 422, "too_small"),
    "small dicom": (dicom(noise(16, 16)), 422, "too_small"),
    "dicom that claims gigapixels": (dicom(Rows=65_535, Columns=65_535), 413, "image_too_large"),
    "dicom without pixels": (dicom(PixelData=None), 422, "no_pixel_data"),
    "dicom of two frames": (
        dicom(NumberOfFrames=2, PixelData=two_muscles().astype("<u2").tobytes() * 2),
        422,
        "multi_frame",
    ),
    "video": (
        dicom(TransferSyntaxUID=MPEG2MPML, PixelData=b"\xfe\xff\x00\xe0" + bytes(4)),
        415,
        "unsupported_transfer_syntax",
    ),
    "jpeg 2000 rubbish": (
        dicom(TransferSyntaxUID=JPEG2000Lossless, PixelData=b"\xfe\xff\x00\xe0" + bytes(4)),
        422,
        "unreadable_image",
    ),
    "colour png": (
        png(np.random.default_rng(2).integers(0, 255, (64, 64, 3), dtype=np.uint8)),
        422,
        "not_greyscale",
    ),
    "over 4 MiB": (png(two_muscles()) + bytes(MAX_UPLOAD_BYTES), 413, "payload_too_large"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_named_by_a_problem(client: TestClient, log: MemoryLog, name: str) -> None:
    data, status, code = BAD_FILES[name]
    as_form = client.post("/segment", files={"file": ("slice.dcm", data)})
    assert_problem(as_form, status, code)
    as_body = client.post("/segment", content=data, headers={"content-type": "application/dicom"})
    assert_problem(as_body, status, code)
    assert [(record.status, record.code) for record in log.records] == [(status, code)] * 2


BAD_FORMS: dict[str, tuple[str, bytes]] = {
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "empty boundary": ("multipart/form-data; boundary=", b"--x\r\n"),
    "boundary beyond ASCII": ('multipart/form-data; boundary="é"', b"--x\r\n"),
    "no form at all": ("multipart/form-data; boundary=x", b"hello"),
    "cut off": ("multipart/form-data; boundary=x", multipart(b"data")[1][:80]),
    "part without a name": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--x--\r\n",
    ),
    "part without a disposition": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Type: text/plain\r\n\r\nvalue\r\n--x--\r\n",
    ),
    "header without an end": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 10_000,
    ),
    "too many headers": (
        "multipart/form-data; boundary=x",
        b"--x\r\n" + b"a: b\r\n" * 100 + b"\r\nvalue\r\n--x--\r\n",
    ),
    "too many fields": (
        multipart(b"")[0],
        multipart(b"", fields={f"f{n}": "1" for n in range(MAX_FIELDS + 1)})[1],
    ),
    "a field that is too long": (
        multipart(b"")[0],
        multipart(b"", fields={"level": "L" * 2000})[1],
    ),
    "two files": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n' * 2
        + b"--x--\r\n",
    ),
}


@pytest.mark.parametrize("name", BAD_FORMS)
def test_a_form_that_cannot_be_read_is_malformed(client: TestClient, name: str) -> None:
    content_type, body = BAD_FORMS[name]
    headers = {b"content-type": content_type.encode("latin-1")}
    response = client.post("/segment", content=body, headers=headers)
    assert_problem(response, 400, "malformed_request")


def test_a_form_without_a_file_says_which_field_it_needs(client: TestClient) -> None:
    boundary = "multipart/form-data; boundary=x"
    as_text = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n'
    other = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n1\r\n--x--\r\n'
    for body in (as_text, other):
        response = client.post("/segment", content=body, headers={"content-type": boundary})
        assert_problem(response, 422, "invalid_parameter")
        assert "`file`" in response.json()["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "image/gif",
        "nonsense",
    ],
)
def test_other_content_types_are_refused_with_a_hint(client: TestClient, content_type: str) -> None:
    response = client.post("/segment", content=dicom(), headers={"content-type": content_type})
    assert_problem(response, 415, "unsupported_media")
    assert "multipart/form-data" in response.json()["detail"]


BAD_PARAMETERS = [
    ("threshold", "0"),
    ("threshold", "1"),
    ("threshold", "-0.1"),
    ("threshold", "nan"),
    ("threshold", "inf"),
    ("threshold", "half"),
    ("threshold", "0.5,0.6"),
    ("level", "L6-L7"),
    ("level", "<script>"),
    ("pixel_spacing_mm", "0.5"),
    ("pixel_spacing_mm", "0.5,0.5,0.5"),
    ("pixel_spacing_mm", "0,0.5"),
    ("pixel_spacing_mm", "-1,-1"),
    ("pixel_spacing_mm", "nan,nan"),
    ("pixel_spacing_mm", "1e9,1"),
    ("pixel_spacing_mm", "a,b"),
    ("include", "everything"),
    ("include", "overlay,dicom"),
    ("style", "rainbow"),
    ("threshhold", "0.5"),
]


@pytest.mark.parametrize(("name", "value"), BAD_PARAMETERS)
def test_a_bad_parameter_is_named(client: TestClient, name: str, value: str) -> None:
    in_query = client.post("/segment", params={name: value}, files={"file": ("a", dicom())})
    in_form = client.post("/segment", data={name: value}, files={"file": ("a", dicom())})
    for response in (in_query, in_form):
        assert_problem(response, 422, "invalid_parameter")
        assert "<script>" not in response.text
        if name != "threshhold":
            assert name in response.json()["detail"]


def test_a_parameter_with_two_values_is_refused(client: TestClient) -> None:
    response = client.post(
        "/segment",
        params={"threshold": "0.4"},
        data={"threshold": "0.6"},
        files={"file": ("a", dicom())},
    )
    assert_problem(response, 422, "invalid_parameter")


@pytest.mark.parametrize("last", ["0", "1001", "-1", "x", ""])
def test_statistics_take_a_number_in_range(client: TestClient, last: str) -> None:
    assert_problem(client.get("/stats", params={"last": last}), 422, "invalid_parameter")


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
    data = png(noise(1900, 2200, levels=16))
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
