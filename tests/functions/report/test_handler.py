"""Gateway events through the real handler: real settings, real engine, real SQLite log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import RunPython
from tests.functions.gateway_events import NAMES, NOT_HTTP, Event, assert_problem, body_of, event
from tests.functions.handler_process import HandlerProcess, running_handler
from tests.functions.report.asking import FIVE_FIELDS, KNOWN
from tests.functions.report.parrot import REPORT_MODEL_VERSION, write_report_model


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "log.sqlite3"


@pytest.fixture(scope="module")
def process(
    report_model_dir: Path, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HandlerProcess]:
    writes = tmp_path_factory.mktemp("writes")
    with running_handler(
        "report", report_model_dir, writes, database=database, AWS_LAMBDA_FUNCTION_MEMORY_SIZE="512"
    ) as process:
        yield process


def asking(name: str = "http_api_v2", document: object = KNOWN, **changes: str) -> Event:
    """Fill an event in with measurements."""
    return event(
        name,
        **{
            "path": "/report",
            "body": json.dumps(document).encode(),
            "content_type": "application/json",
            **changes,
        },
    )


@pytest.mark.parametrize("name", NAMES)
def test_measurements_become_a_report(process: HandlerProcess, name: str) -> None:
    response = process.invoke(asking(name))
    answer = body_of(response)
    assert response["statusCode"] == 200, answer
    assert response["headers"]["content-type"] == "application/json"
    assert (answer["source"], answer["side"]) == ("model", "right")
    assert answer["model"]["version"] == REPORT_MODEL_VERSION


@pytest.mark.parametrize("name", NAMES)
def test_both_sides_become_two(process: HandlerProcess, name: str) -> None:
    answer = body_of(process.invoke(asking(name, {"sides": [KNOWN, FIVE_FIELDS]})))
    assert [each["source"] for each in answer["reports"]] == ["model", "rules"]


@pytest.mark.parametrize("name", NAMES)
def test_text_as_text_is_read_as_well(process: HandlerProcess, name: str) -> None:
    sent = asking(name) | {"body": json.dumps(KNOWN), "isBase64Encoded": False}
    assert process.invoke(sent)["statusCode"] == 200


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_is_a_problem(process: HandlerProcess, name: str) -> None:
    sent = asking(name, KNOWN | {"fat_infiltration_pct": 130})
    assert_problem(process.invoke(sent), 422, "invalid_parameter")
    assert_problem(process.invoke(asking(name, content_type="a/b")), 415, "unsupported_media")
    assert_problem(process.invoke(asking(name, body=b"{")), 400, "malformed_request")
    assert_problem(process.invoke(asking(name, body=bytes(20_000))), 413, "payload_too_large")


@pytest.mark.parametrize("name", NAMES)
def test_unknown_paths_and_methods_are_problems(process: HandlerProcess, name: str) -> None:
    assert_problem(process.invoke(asking(name, path="/segment")), 404, "not_found")
    response = process.invoke(asking(name, method="GET"))
    assert_problem(response, 405, "method_not_allowed")
    assert response["headers"]["allow"] == "POST"


@pytest.mark.parametrize("name", NOT_HTTP)
def test_what_is_no_readable_request_is_malformed(process: HandlerProcess, name: str) -> None:
    assert_problem(process.invoke(NOT_HTTP[name]), 400, "malformed_request")
    assert process.invoke(asking())["statusCode"] == 200


@pytest.mark.parametrize("name", NAMES)
def test_the_gateways_request_id_is_used(process: HandlerProcess, name: str) -> None:
    sent = asking(name)
    response = process.invoke(sent)
    assert response["headers"]["x-request-id"] == sent["requestContext"]["requestId"]
    assert body_of(response)["request_id"] == sent["requestContext"]["requestId"]


def test_too_little_time_left_is_said_at_once(process: HandlerProcess) -> None:
    assert_problem(process.invoke(asking(), remaining_ms=1999), 503, "deadline")
    assert process.invoke(asking(), remaining_ms=2000)["statusCode"] == 200


def test_each_request_for_a_report_is_one_row_good_or_bad(
    process: HandlerProcess, database: Path
) -> None:
    def rows() -> list[tuple[str, int, str | None, str]]:
        connection = sqlite3.connect(database)
        found = connection.execute(
            "SELECT route, status, code, model_version FROM inference ORDER BY created_at"
        )
        result: list[tuple[str, int, str | None, str]] = found.fetchall()
        connection.close()
        return result

    process.invoke(asking())
    before = len(rows())
    process.invoke(asking())
    process.invoke(asking(document={}))
    process.invoke(asking(body=b"{"))
    process.invoke(asking(body=bytes(20_000)))
    process.invoke(asking("rest_api_v1") | {"body": "%%"})
    process.invoke(asking(), remaining_ms=0)
    process.invoke({})
    process.invoke(asking(method="GET"))
    version = REPORT_MODEL_VERSION
    assert rows()[before:] == [
        ("/report", 200, None, version),
        ("/report", 422, "invalid_parameter", version),
        ("/report", 400, "malformed_request", version),
        ("/report", 413, "payload_too_large", version),
        ("/report", 400, "malformed_request", version),
        ("/report", 503, "deadline", version),
    ]


def test_standard_output_holds_json_lines_alone(process: HandlerProcess) -> None:
    process.invoke(asking())
    lines = process.lines()
    assert lines[0]["event"] == "start"
    assert lines[0]["model_version"] == REPORT_MODEL_VERSION
    assert lines[0]["threads"] == 1
    (request,) = [line for line in lines[-2:] if line["event"] == "request"]
    assert request["route"] == "/report"
    assert process.stderr_path.read_text() == ""


def started(run_python: RunPython, model: Path | str, **environment: str) -> tuple[int, str]:
    done = run_python(
        "import functions.report.handler",
        env={"MULTIFIDUS_REPORT_MODEL_DIR": str(model), **environment},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_model_that_is_not_its_manifests_aborts_the_init(
    tmp_path: Path, run_python: RunPython
) -> None:
    write_report_model(tmp_path)
    with (tmp_path / "model.bin").open("ab") as file:
        file.write(b"\0")
    status, said = started(run_python, tmp_path)
    assert status != 0
    assert "does not match its manifest" in said


def test_a_model_that_is_named_and_missing_aborts_the_init(
    tmp_path: Path, run_python: RunPython
) -> None:
    status, said = started(run_python, tmp_path / "nowhere")
    assert status != 0
    assert "manifest is missing" in said


def test_a_bad_setting_aborts_the_init(report_model_dir: Path, run_python: RunPython) -> None:
    status, said = started(run_python, report_model_dir, MULTIFIDUS_LOG_TTL_DAYS="never")
    assert status != 0
    assert "MULTIFIDUS_LOG_TTL_DAYS" in said


def test_reports_by_the_rules_alone_need_no_engine(run_python: RunPython) -> None:
    code = """
import json, sys
from functions.report.handler import handler
sent = EVENT
answer = handler(sent, None)
print(answer["statusCode"], json.loads(answer["body"])["source"])
print([name for name in ("ctranslate2", "sentencepiece", "numpy") if name in sys.modules])
""".replace("EVENT", repr(asking()))
    done = run_python(code, env={"MULTIFIDUS_REPORT_MODEL_DIR": "none"})
    assert done.stdout.splitlines()[-2:] == ["200 rules", "[]"]


def test_it_imports_only_what_it_needs(report_model_dir: Path, run_python: RunPython) -> None:
    unneeded = (
        *("boto3", "botocore", "cv2", "matplotlib", "numpy", "onnxruntime", "pandas", "pydicom"),
        *("scipy", "torch", "transformers", "yaml", "httpx", "jinja2"),
    )
    code = f"""
import sys
import functions.report.handler
print([name for name in {unneeded!r} if name in sys.modules])
print(sorted(n for n in sys.modules if n.startswith("functions.") and "report" not in n))
"""
    done = run_python(code, env={"MULTIFIDUS_REPORT_MODEL_DIR": str(report_model_dir)})
    assert done.stdout.splitlines()[-2:] == ["[]", "[]"]
