"""The report image on Lambda's terms and stricter: no network, no rights, no disk but /tmp."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.gateway_events import HttpRequest, event
from infra.image_function import ImageFunction, docker, image_function
from multifidus.report_checker import check
from multifidus.report_manifest import ReportManifest
from multifidus.report_schemas import ReportEntry
from tests.e2e.http import Answer, http_answer
from tests.functions.report.asking import FIVE_FIELDS, KNOWN
from tests.images.confinement import (
    call_out,
    identity,
    packets_without_a_route,
    temporary_files,
)
from tests.infra.template import ROOT, written

REPORT = ("multifidus-report", "functions.report.handler.handler")
MODEL = ROOT / "functions" / "report" / "model"
NOT_SERVED = (
    *("torch", "transformers", "numpy", "onnxruntime", "cv2", "pydicom", "yaml", "boto3"),
    *("pytest", "ctranslate2.converters", "ctranslate2.specs"),
)
PEAK_MEMORY_MB = 400.0
BUDGET_MB = 350.0


def least_memory_mb() -> int:
    """The least that the template's parameter lets a user choose."""
    least: int = written()["Parameters"]["ReportMemoryMb"]["MinValue"]
    return least


@pytest.fixture(scope="module")
def report() -> Iterator[ImageFunction]:
    with image_function(*REPORT, memory_mb=least_memory_mb()) as function:
        yield function


def send(function: ImageFunction, document: object) -> Answer:
    request = HttpRequest(
        method="POST",
        path="/report",
        headers={"content-type": "application/json"},
        body=json.dumps(document).encode(),
    )
    return http_answer(function.invoke(event(request, form="http_api")), function.log)


def reports(function: ImageFunction, *documents: dict[str, Any]) -> list[Any]:
    answer = send(function, list(documents))
    assert answer.status == 200, answer.body
    found: list[Any] = answer.document["reports"]
    return found


def test_it_reports_by_the_model_that_is_shipped(report: ImageFunction) -> None:
    manifest = ReportManifest.load(MODEL)
    made = reports(report, KNOWN, FIVE_FIELDS)
    # A text may be caught now and then; that none is by the model would be a fault.
    assert "model" in {found["source"] for found in made}
    for document, found in zip((KNOWN, FIVE_FIELDS), made, strict=True):
        assert found["model"]["sha256"] == manifest.sha256
        assert check(found["text"], ReportEntry(**document).to_input()) == []


def test_rejected_measurements_are_a_problem_and_no_crash(report: ImageFunction) -> None:
    answer = send(report, KNOWN | {"fat_infiltration_pct": 130})
    assert (answer.status, answer.document["code"]) == (422, "invalid_parameter")


def test_it_runs_as_nobody_in_particular(report: ImageFunction) -> None:
    assert identity(report) == (10001, 0, True)


def test_it_fits_into_the_smallest_memory_that_can_be_chosen(report: ImageFunction) -> None:
    reports(report, KNOWN, FIVE_FIELDS)
    assert report.peak_memory_mb < min(PEAK_MEMORY_MB, least_memory_mb())


def test_nothing_calls_home(report: ImageFunction) -> None:
    reports(report, KNOWN)
    assert packets_without_a_route(report) == 0
    call_out(report)
    assert packets_without_a_route(report) > 0, "a call home would not have been seen"


def test_without_a_table_only_the_log_lies_in_tmp(report: ImageFunction) -> None:
    reports(report, KNOWN)
    assert {path.rsplit("/", 1)[1].split(".")[0] for path in temporary_files(report)} <= {
        "inference"
    }


def test_it_is_within_its_budget_of_size() -> None:
    size_bytes = int(docker("image", "inspect", "--format", "{{.Size}}", REPORT[0]))
    assert 50.0 < size_bytes / 1e6 < BUDGET_MB


@pytest.mark.parametrize("program", ["sh", "pip", "apt-get", "perl"])
def test_there_is_no_shell_and_nothing_to_install_with(report: ImageFunction, program: str) -> None:
    found = report.execute(f"import shutil; print(shutil.which('{program}'))")
    assert found.strip() == "None"


def test_what_only_trains_or_serves_elsewhere_is_not_there(report: ImageFunction) -> None:
    found = report.execute(
        "import sys, importlib.util\n"
        "sys.path.insert(0, '/srv/packages')\n"
        f"print(*[name for name in {NOT_SERVED} if importlib.util.find_spec(name)])"
    )
    assert found.split() == []
