"""The segment function in the real runtime: every form of event, good and bad, one at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.emulator import Emulator, EmulatorError, segment_emulator
from infra.gateway_events import Form, HttpRequest, event, upload
from infra.make_events import EVENTS, SAMPLES, smallest
from tests.e2e.conftest import Rows
from tests.e2e.http import Answer, answer_to, decoded_png, send

FORMS: tuple[Form, ...] = ("http_api", "rest_api", "function_url")
STAGES = {"decode", "preprocess", "inference", "postprocess", "measure", "render"}
TELLING_NAME = "DOE^JANE 1970-01-01.dcm"


def get(path: str) -> HttpRequest:
    return HttpRequest(method="GET", path=path)


def a_good_request() -> HttpRequest:
    sample = smallest("*.dcm")
    return upload(
        "/segment",
        sample.read_bytes(),
        filename=TELLING_NAME,
        media_type="application/octet-stream",
        fields={"level": "L4-L5"},
    )


def raw(body: bytes, media_type: str) -> HttpRequest:
    return HttpRequest(
        method="POST", path="/segment", headers={"content-type": media_type}, body=body
    )


def assert_complete(answer: Answer) -> None:
    assert answer.status == 200, answer.body
    document = answer.document
    original = {"filename", "latency_ms", "overlay_base64", "width", "height"}
    assert original <= document.keys()
    assert document["timings_ms"].keys() >= STAGES
    mask, overlay = (decoded_png(document[name]) for name in ("mask_base64", "overlay_base64"))
    assert mask.shape == overlay.shape[:2] == (document["height"], document["width"])
    for value, side in ((1, "right"), (2, "left")):
        assert document["sides"][side]["area_px"] == int((mask == value).sum()) > 0


@pytest.mark.parametrize("form", FORMS)
def test_dicom_in_a_form_is_measured(segment: Emulator, rows: Rows, form: Form) -> None:
    before = len(rows())
    answer = send(segment, a_good_request(), form=form)
    assert_complete(answer)
    document = answer.document
    assert document["filename"] == TELLING_NAME
    assert document["level"] == "L4-L5"
    assert document["orientation"] == "patient"
    assert all(document["sides"][side]["area_mm2"] > 0 for side in ("right", "left"))
    (row,) = rows()[before:]
    assert row["request_id"]["S"] == document["request_id"] == answer.headers["x-request-id"]
    assert row["status"]["N"] == "200"
    assert row["timings_ms"]["M"].keys() >= STAGES
    assert int(row["expires_at"]["N"]) > float(row["created_at"]["N"])


@pytest.mark.parametrize("form", FORMS)
def test_png_as_raw_bytes_is_measured(segment: Emulator, form: Form) -> None:
    answer = send(segment, raw(smallest("*.png").read_bytes(), "image/png"), form=form)
    assert_complete(answer)
    assert answer.document["orientation"] == "image"
    assert answer.document["sides"]["right"]["area_mm2"] is None


@pytest.mark.parametrize("form", FORMS)
def test_a_mask_of_ones_own_is_measured(segment: Emulator, rows: Rows, form: Form) -> None:
    sample = smallest("*.dcm")
    first = send(segment, raw(sample.read_bytes(), "application/dicom"), form=form).document
    before = len(rows())
    request = upload(
        "/measure",
        sample.read_bytes(),
        filename=TELLING_NAME,
        media_type="application/dicom",
        fields={},
        mask=base64.b64decode(first["mask_base64"]),
    )
    answer = send(segment, request, form=form)
    assert answer.status == 200, answer.body
    for side in ("right", "left"):
        assert answer.document["sides"][side]["area_mm2"] == first["sides"][side]["area_mm2"]
    (row,) = rows()[before:]
    assert (row["route"]["S"], row["status"]["N"]) == ("/measure", "200")


@pytest.mark.parametrize("form", FORMS)
def test_the_numbers_come_as_a_table_too(segment: Emulator, form: Form) -> None:
    request = HttpRequest(
        method="POST",
        path="/segment",
        query="format=csv",
        headers={"content-type": "application/dicom"},
        body=smallest("*.dcm").read_bytes(),
    )
    answer = send(segment, request, form=form)
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.body.splitlines()) == 3


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_shipped_events_are_answered(segment: Emulator, path: Path) -> None:
    expected = 415 if "no_image" in path.stem else 200
    assert answer_to(segment, json.loads(path.read_text(encoding="utf-8"))).status == expected


def test_every_sample_is_measured(segment: Emulator) -> None:
    samples = sorted(SAMPLES.glob("*.dcm"))
    assert samples
    for path in samples:
        assert_complete(send(segment, raw(path.read_bytes(), "application/octet-stream")))


NO_HEADERS = {**event(a_good_request(), form="http_api"), "headers": None}
BAD_BASE64 = {**event(a_good_request(), form="http_api"), "body": "%%% no base64 %%%"}
NO_BOUNDARY = HttpRequest(
    method="POST", path="/segment", headers={"content-type": "multipart/form-data"}, body=b"x"
)

BAD_EVENTS: dict[str, tuple[object, int, str]] = {
    "no event at all": ({}, 400, "malformed_request"),
    "a list": ([], 400, "malformed_request"),
    "null": (None, 400, "malformed_request"),
    "a queue's event": ({"Records": []}, 400, "malformed_request"),
    "headers are null": (NO_HEADERS, 400, "malformed_request"),
    "bad base64": (BAD_BASE64, 400, "malformed_request"),
    "form without boundary": (event(NO_BOUNDARY, form="http_api"), 400, "malformed_request"),
    "no image": (
        event(raw(b"no image at all", "image/png"), form="http_api"),
        415,
        "unsupported_media",
    ),
    "half an image": (
        event(raw(smallest("*.png").read_bytes()[:2000], "image/png"), form="http_api"),
        422,
        "unreadable_image",
    ),
    "too many bytes": (
        event(raw(b"\x89PNG\r\n\x1a\n" + bytes(4_400_000), "image/png"), form="http_api"),
        413,
        "payload_too_large",
    ),
    "unknown path": (event(get("/nothing"), form="http_api"), 404, "not_found"),
    "wrong method": (event(get("/segment"), form="http_api"), 405, "method_not_allowed"),
}


@pytest.mark.parametrize("kind", BAD_EVENTS)
def test_bad_input_is_named_and_the_next_request_is_fine(segment: Emulator, kind: str) -> None:
    bad, status, code = BAD_EVENTS[kind]
    inits = len(segment.init_durations_ms)
    answer = answer_to(segment, bad)
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.document
    assert problem.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert b"Traceback" not in answer.body
    assert send(segment, a_good_request()).status == 200
    # The first request starts the function, if this is the first test; nothing starts it again.
    assert len(segment.init_durations_ms) == max(inits, 1)


def test_failed_requests_are_logged_by_code(segment: Emulator, rows: Rows) -> None:
    before = len(rows())
    send(segment, raw(b"no image at all", "image/png"))
    (row,) = rows()[before:]
    assert (row["status"]["N"], row["code"]["S"]) == ("415", "unsupported_media")


def test_stats_count_what_was_logged(segment: Emulator, rows: Rows) -> None:
    send(segment, a_good_request())
    stats = send(segment, get("/stats"))
    assert stats.status == 200
    assert stats.document["count"] == len(rows())


def test_ready_runs_the_model(segment: Emulator) -> None:
    assert send(segment, get("/ready")).status == 200


def test_docs_and_schema_are_served(segment: Emulator) -> None:
    assert send(segment, get("/docs")).headers["content-type"].startswith("text/html")
    assert "/segment" in send(segment, get("/openapi.json")).document["paths"]
    script = send(segment, get("/docs/swagger-ui-bundle.js"))
    assert script.status == 200
    assert len(script.body) > 100_000


def test_file_names_stay_out_of_log_lines_and_rows(segment: Emulator, rows: Rows) -> None:
    answer = send(segment, a_good_request())
    assert TELLING_NAME in answer.body.decode()
    assert "DOE" not in segment.log
    assert "DOE" not in json.dumps(rows())


def test_without_a_table_the_log_is_a_file(function_environment: Mapping[str, str]) -> None:
    without: dict[str, Any] = dict(function_environment)
    del without["MULTIFIDUS_TABLE"], without["AWS_ENDPOINT_URL"]
    with segment_emulator(without) as function:
        assert send(function, a_good_request()).status == 200
        assert send(function, get("/stats")).document["count"] == 1


def test_a_table_that_does_not_answer_fails_no_request(
    function_environment: Mapping[str, str],
) -> None:
    nowhere = {**function_environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with segment_emulator(nowhere) as function:
        assert send(function, a_good_request()).status == 200


def test_a_broken_model_stops_the_start(
    function_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = str(tmp_path_factory.mktemp("model"))
    with segment_emulator({**function_environment, "MULTIFIDUS_MODEL_DIR": empty}) as function:
        invocation = function.invoke(event(get("/ready"), form="http_api"))
        assert "statusCode" not in (invocation.payload or {})
        assert "INIT RTDONE(status: error" in function.log


def test_an_event_over_lambdas_limit_is_refused_by_the_harness(segment: Emulator) -> None:
    with pytest.raises(EmulatorError, match="over Lambda's limit"):
        segment.invoke({"body": "x" * 7_000_000})
