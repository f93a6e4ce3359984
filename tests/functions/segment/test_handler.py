"""Gateway events through the real handler: real settings, real ONNX session, real SQLite log."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import RunPython
from tests.functions.factories import (
    MODEL_VERSION,
    dicom,
    multipart,
    png,
    two_muscles,
    two_muscles_mask,
    write_model,
)
from tests.functions.gateway_events import NAMES, NOT_HTTP, assert_problem, body_of, event
from tests.functions.handler_process import HandlerProcess, running_handler


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "log.sqlite3"


@pytest.fixture(scope="module")
def process(
    model_dir: Path, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HandlerProcess]:
    writes = tmp_path_factory.mktemp("writes")
    with running_handler(
        "segment", model_dir, writes, database=database, AWS_LAMBDA_FUNCTION_MEMORY_SIZE="1769"
    ) as process:
        yield process


@pytest.mark.parametrize("name", NAMES)
def test_a_raw_slice_is_measured(process: HandlerProcess, name: str) -> None:
    response = process.invoke(event(name, body=dicom()))
    answer = body_of(response)
    assert response["statusCode"] == 200, answer
    assert response["headers"]["content-type"] == "application/json"
    assert answer["sides"]["right"]["area_mm2"] == answer["sides"]["right"]["area_px"] * 16
    assert answer["model"]["version"] == MODEL_VERSION


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_measured(process: HandlerProcess, name: str) -> None:
    content_type, body = multipart(png(two_muscles()), fields={"pixel_spacing_mm": "0.5,1"})
    response = process.invoke(event(name, body=body, content_type=content_type))
    assert body_of(response)["pixel_spacing_mm"] == [0.5, 1.0]
    assert body_of(response)["filename"] == "slice.dcm"


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_of_ones_own_is_measured(process: HandlerProcess, name: str) -> None:
    # Stored with its columns running to the patient's right: the mask is as the file is stored.
    data = dicom(ImageOrientationPatient=[-1, 0, 0, 0, 1, 0])
    first = body_of(process.invoke(event(name, body=data)))
    mask = base64.b64decode(first["mask_base64"])
    content_type, body = multipart(data, mask=mask)
    response = process.invoke(event(name, path="/measure", body=body, content_type=content_type))
    answer = body_of(response)
    assert response["statusCode"] == 200, answer
    for side in ("right", "left"):
        for field in ("area_px", "area_mm2", "fat_infiltration_pct", "grade"):
            assert answer["sides"][side][field] == first["sides"][side][field]
    assert answer["model"] is None


@pytest.mark.parametrize("name", NAMES)
def test_a_table_passes_the_gateway_as_text(process: HandlerProcess, name: str) -> None:
    response = process.invoke(event(name, body=dicom(), query={"format": "csv"}))
    assert response["isBase64Encoded"] is False
    assert response["headers"]["content-type"].startswith("text/csv")
    assert len(response["body"].splitlines()) == 3


@pytest.mark.parametrize("name", NAMES)
def test_parameters_in_the_query_count(process: HandlerProcess, name: str) -> None:
    query = {"level": "L4-L5", "include": "mask"}
    answer = body_of(process.invoke(event(name, body=dicom(), query=query)))
    assert answer["level"] == "L4-L5"
    assert answer["overlay_base64"] is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["/health", "/ready", "/stats"])
def test_the_other_routes_answer(process: HandlerProcess, name: str, path: str) -> None:
    response = process.invoke(event(name, method="GET", path=path))
    assert response["statusCode"] == 200, response["body"]


@pytest.mark.parametrize("name", NAMES)
def test_the_gateways_request_id_is_used(process: HandlerProcess, name: str) -> None:
    sent = event(name, method="GET", path="/health")
    response = process.invoke(sent)
    assert response["headers"]["x-request-id"] == sent["requestContext"]["requestId"]


def test_lambdas_request_id_is_used_without_a_gateways(process: HandlerProcess) -> None:
    sent = event("http_api_v2", method="GET", path="/health")
    del sent["requestContext"]["requestId"]
    assert process.invoke(sent)["headers"]["x-request-id"] == "lambda-request-id"


def test_a_request_id_that_is_no_id_is_not_repeated(process: HandlerProcess) -> None:
    sent = event("http_api_v2", method="GET", path="/health")
    sent["requestContext"]["requestId"] = 'x"\r\nset-cookie: a=b'
    assert process.invoke(sent)["headers"]["x-request-id"] == "lambda-request-id"


def test_files_of_the_documentation_survive_the_gateway(process: HandlerProcess) -> None:
    sent = event("http_api_v2", method="GET", path="/docs/swagger-ui.css")
    sent["headers"]["accept-encoding"] = "gzip, br"
    response = process.invoke(sent)
    assert response["isBase64Encoded"] is True
    assert base64.b64decode(response["body"]).startswith(b"\x1f\x8b")


@pytest.mark.parametrize("name", NOT_HTTP)
def test_what_is_no_readable_request_is_malformed(process: HandlerProcess, name: str) -> None:
    assert_problem(process.invoke(NOT_HTTP[name]), 400, "malformed_request")
    assert process.invoke(event("http_api_v2", body=dicom()))["statusCode"] == 200


def test_headers_null_of_a_rest_api_are_no_headers(process: HandlerProcess) -> None:
    sent = event("rest_api_v1", method="GET", path="/health")
    sent |= {"headers": None, "multiValueHeaders": None}  # the console's test button sends this
    assert process.invoke(sent)["statusCode"] == 200


@pytest.mark.parametrize("name", NAMES)
def test_unknown_paths_and_methods_are_problems(process: HandlerProcess, name: str) -> None:
    assert_problem(process.invoke(event(name, method="GET", path="/no")), 404, "not_found")
    response = process.invoke(event(name, method="DELETE"))
    assert_problem(response, 405, "method_not_allowed")
    assert response["headers"]["allow"] == "POST"


def test_too_little_time_left_is_said_at_once(process: HandlerProcess) -> None:
    sent = event("http_api_v2", body=dicom())
    assert_problem(process.invoke(sent, remaining_ms=1999), 503, "deadline")
    assert process.invoke(sent, remaining_ms=2000)["statusCode"] == 200


def test_each_slice_that_is_sent_is_one_row_good_or_bad(
    process: HandlerProcess, database: Path
) -> None:
    def rows() -> list[tuple[int, str | None]]:
        connection = sqlite3.connect(database)
        found = connection.execute("SELECT status, code FROM inference ORDER BY created_at")
        result: list[tuple[int, str | None]] = found.fetchall()
        connection.close()
        return result

    process.invoke(event("http_api_v2", body=dicom()))
    before = len(rows())
    process.invoke(event("http_api_v2", body=dicom()))
    process.invoke(event("http_api_v2", body=b"no picture"))
    process.invoke(event("http_api_v2", body=b"{}", content_type="application/json"))
    process.invoke(event("rest_api_v1", body=b"x", content_type="multipart/form-data"))
    process.invoke(event("http_api_v2", body=dicom(), query={"threshold": "2"}))
    process.invoke(NOT_HTTP["bad base64"])
    process.invoke(event("http_api_v2", body=dicom()), remaining_ms=0)
    content_type, body = multipart(dicom(), mask=png(two_muscles_mask()))
    sent = event("rest_api_v1", path="/measure", body=body, content_type=content_type)
    process.invoke(sent)
    process.invoke(sent, remaining_ms=0)
    process.invoke(event("http_api_v2", path="/measure", body=dicom()))
    process.invoke({})
    process.invoke(event("http_api_v2", method="GET", path="/health"))
    process.invoke(event("http_api_v2", method="GET"))
    assert rows()[before:] == [
        (200, None),
        (415, "unsupported_media"),
        (415, "unsupported_media"),
        (400, "malformed_request"),
        (422, "invalid_parameter"),
        (400, "malformed_request"),
        (503, "deadline"),
        (200, None),
        (503, "deadline"),
        (415, "unsupported_media"),
    ]


def test_standard_output_holds_json_lines_alone(process: HandlerProcess) -> None:
    process.invoke(event("http_api_v2", body=dicom()))
    lines = process.lines()
    assert lines[0]["event"] == "start"
    assert lines[0]["model_version"] == MODEL_VERSION
    assert lines[0]["threads"] == 1
    request, metrics = lines[-2:]
    assert (request["event"], metrics["event"]) == ("request", "metrics")
    assert request["route"] == metrics["Route"] == "/segment"
    assert metrics["Function"] == "segment"
    assert metrics["request_id"] == request["request_id"]
    assert process.stderr_path.read_text() == ""


def test_each_line_of_a_request_says_which_and_whether_it_was_the_first(
    model_dir: Path, tmp_path: Path
) -> None:
    environment = {
        "MULTIFIDUS_MODEL_DIR": str(model_dir),
        "MULTIFIDUS_SQLITE_PATH": "/dev/null/log.sqlite3",
        "AWS_LAMBDA_FUNCTION_NAME": "segment",
    }
    process = HandlerProcess("functions.segment.handler", tmp_path, environment, writes=tmp_path)
    sent = [event("http_api_v2", body=dicom()), event("http_api_v2", body=b"no picture")]
    for number, one in enumerate(sent):
        one["requestContext"]["requestId"] = f"id-{number}"
        process.invoke(one)
    process.close()
    lines = [line for line in process.lines() if line["event"] != "start"]
    assert [(line["event"], line["request_id"]) for line in lines] == [
        (event, f"id-{number}")
        for number in (0, 1)
        for event in ("request", "metrics", "log_row_lost", "metrics")
    ]
    told = [line for line in lines if line["event"] != "metrics"]
    assert [line["cold_start"] for line in told] == [True, True, False, False]
    numbers = [line for line in lines if line["event"] == "metrics"]
    assert [line.get("ColdStarts") for line in numbers] == [1, None, None, None]
    assert [line.get("LogWriteFailed") for line in numbers] == [None, 1, None, 1]
    assert numbers[2]["Code"] == "unsupported_media"


def test_a_model_that_is_not_its_manifests_aborts_the_init(
    tmp_path: Path, run_python: RunPython
) -> None:
    write_model(tmp_path)
    with (tmp_path / "model.onnx").open("ab") as file:
        file.write(b"\0")
    done = run_python(
        "import functions.segment.handler",
        env={"MULTIFIDUS_MODEL_DIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode != 0
    assert "does not match its manifest" in done.stderr


def test_a_bad_setting_aborts_the_init(model_dir: Path, run_python: RunPython) -> None:
    done = run_python(
        "import functions.segment.handler",
        env={"MULTIFIDUS_MODEL_DIR": str(model_dir), "MULTIFIDUS_LOG_TTL_DAYS": "never"},
        check=False,
    )
    assert done.returncode != 0
    assert "MULTIFIDUS_LOG_TTL_DAYS" in done.stderr


def test_it_imports_only_what_it_needs(model_dir: Path, run_python: RunPython) -> None:
    unneeded = (
        *("boto3", "botocore", "matplotlib", "pandas", "scipy", "skimage", "torch"),
        *("highdicom", "imagecodecs"),
    )
    code = f"""
import sys
import functions.segment.handler
print([name for name in {unneeded!r} if name in sys.modules])
"""
    done = run_python(code, env={"MULTIFIDUS_MODEL_DIR": str(model_dir)})
    assert done.stdout.splitlines()[-1] == "[]"
