"""From a slice to its report, through both functions in the real runtime."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.emulator import ROOT, Emulator, report_emulator
from infra.gateway_events import Form, HttpRequest, upload
from infra.make_events import SAMPLES
from multifidus.report_checker import check
from multifidus.report_schemas import ReportEntry
from tests.e2e.conftest import Rows
from tests.e2e.http import Answer, answer_to, send
from tests.functions.report.asking import FIVE_FIELDS, KNOWN
from tests.functions.report.parrot import REPORT_MODEL_VERSION, write_report_model

FORMS: tuple[Form, ...] = ("http_api", "rest_api", "function_url")
NAMES = ("healthy", "moderate", "severe")
SHIPPED = ROOT / "functions/report/model"


def asking(document: object) -> HttpRequest:
    return HttpRequest(
        method="POST",
        path="/report",
        headers={"content-type": "application/json"},
        body=json.dumps(document).encode(),
    )


def segmented(segment: Emulator, path: Path, **fields: str) -> Any:
    request = upload(
        "/segment",
        path.read_bytes(),
        filename="slice",
        media_type="application/octet-stream",
        fields={"include": "", **fields},
    )
    answer = send(segment, request)
    assert answer.status == 200, answer.body
    return answer.document


def reports_on(report: Emulator, measured: Any) -> list[Any]:
    answer = send(report, asking(measured["report_input"]))
    assert answer.status == 200, answer.body
    reports: list[Any] = answer.document["reports"]
    return reports


@pytest.mark.parametrize("name", NAMES)
def test_what_segment_measured_is_what_the_report_states(
    segment: Emulator, report: Emulator, name: str
) -> None:
    measured = segmented(segment, SAMPLES / f"{name}.dcm", level="L4-L5")
    reports = reports_on(report, measured)
    assert [each["side"] for each in reports] == ["right", "left"]
    for entry, each in zip(measured["report_input"], reports, strict=True):
        side = measured["sides"][each["side"]]
        assert f"{side['area_mm2']:.0f} mm2" in each["summary"]
        assert f"{side['fat_infiltration_pct']:.1f} %" in each["summary"]
        assert "L4-L5" in each["summary"]
        assert check(each["text"], ReportEntry(**entry).to_input()) == []
        assert "not a medical device" in each["disclaimer"]


def test_a_picture_without_spacing_level_and_side_is_reported_as_far_as_it_is_known(
    segment: Emulator, report: Emulator
) -> None:
    measured = segmented(segment, SAMPLES / "moderate.png")
    assert measured["report_input"][0]["muscle_area_mm2"] is None
    for each in reports_on(report, measured):
        assert "mm2" not in each["summary"]
        assert each["level"] is None


def test_nothing_found_is_nothing_to_report(report: Emulator) -> None:
    answer = send(report, asking([]))
    assert (answer.status, answer.document["code"]) == (422, "invalid_parameter")


def test_each_report_is_a_row_of_the_one_log(
    segment: Emulator, report: Emulator, rows: Rows
) -> None:
    before = len(rows())
    measured = segmented(segment, SAMPLES / "healthy.dcm")
    answer = send(report, asking(measured["report_input"]))
    refused = send(report, asking({"side": "left", "fat_infiltration_pct": 130}))
    assert refused.status == 422
    kept = [
        (row["route"]["S"], row["status"]["N"], row["request_id"]["S"]) for row in rows()[before:]
    ]
    assert kept == [
        ("/segment", "200", measured["request_id"]),
        ("/report", "200", answer.document["request_id"]),
        ("/report", "422", refused.document["request_id"]),
    ]
    stats = send(segment, HttpRequest(method="GET", path="/stats")).document
    assert stats["routes"]["/report"]["count"] >= 2
    assert stats["routes"]["/report"]["latency"]["p50_ms"] > 0


@pytest.fixture(scope="module")
def parrot(
    function_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulator]:
    """The function pointed at another model by its setting."""
    folder = tmp_path_factory.mktemp("report-model")
    write_report_model(folder)
    environment = {**function_environment, "MULTIFIDUS_REPORT_MODEL_DIR": str(folder)}
    with report_emulator(environment) as emulator:
        yield emulator


@pytest.mark.parametrize("form", FORMS)
def test_a_setting_points_it_at_another_model(parrot: Emulator, form: Form) -> None:
    answer: Answer = send(parrot, asking([KNOWN, FIVE_FIELDS]), form=form)
    assert answer.status == 200, answer.body
    model, caught = answer.document["reports"]
    assert model["model"]["version"] == REPORT_MODEL_VERSION
    assert (model["source"], caught["source"]) == ("model", "rules")


def test_what_is_no_request_does_not_stop_it(parrot: Emulator) -> None:
    for broken in ({}, {"Records": []}, None):
        assert answer_to(parrot, broken).status == 400
    assert send(parrot, asking(KNOWN)).status == 200
    assert len(parrot.init_durations_ms) == 1


def test_a_damaged_model_never_answers(
    function_environment: Mapping[str, str], tmp_path: Path
) -> None:
    write_report_model(tmp_path)
    with (tmp_path / "model.bin").open("ab") as file:
        file.write(b"\0")
    environment = {**function_environment, "MULTIFIDUS_REPORT_MODEL_DIR": str(tmp_path)}
    with report_emulator(environment) as function:
        payload = function.invoke({}).payload
        assert "statusCode" not in payload
        assert "does not match its manifest" in payload["errorMessage"]
