"""Metrics are what CloudWatch's specification of the embedded format asks for, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from multifidus.metrics import NAMESPACE, Metrics, stage_metric
from multifidus.request_trace import RequestTrace

FUNCTION = "stack-SegmentFunction-1A2B"

UNITS = {"Count", "Milliseconds"}
MAX_METRICS, MAX_DIMENSIONS, MAX_TEXT = 100, 30, 1024
"""Of one directive, of one set, of a value: CloudWatch Logs' specification of the format."""


def trace(**changed: Any) -> RequestTrace:
    fields: dict[str, Any] = {
        "request_id": "an-id",
        "received_at": 1_700_000_000.0,
        "method": "POST",
        "cold_start": False,
        "route": "/segment",
        "status": 200,
        "latency_ms": 120.5,
        "trusted": True,
    }
    made = RequestTrace(**fields | changed)
    for stage in ("decode", "inference"):
        with made.timer.stage(stage):
            pass
    return made


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def series(line: dict[str, Any]) -> dict[tuple[str, tuple[tuple[str, str], ...]], Any]:
    """What CloudWatch takes from a line: value by metric and dimensions. Checks the format."""
    assert isinstance(line["_aws"]["Timestamp"], int)
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert directive["Namespace"] == NAMESPACE
        assert directive["Dimensions"]
        assert 0 < len(directive["Metrics"]) <= MAX_METRICS
        for names in directive["Dimensions"]:
            assert 0 < len(names) <= MAX_DIMENSIONS
            for name in names:
                assert isinstance(line[name], str)
                assert 0 < len(line[name]) <= MAX_TEXT
            for metric in directive["Metrics"]:
                assert metric["Unit"] in UNITS
                value = line[metric["Name"]]
                assert isinstance(value, int | float)
                key = (metric["Name"], tuple((name, line[name]) for name in names))
                assert key not in found, "counted twice"
                found[key] = value
    return found


BY_FUNCTION = (("Function", FUNCTION),)
BY_ROUTE = (("Function", FUNCTION), ("Route", "/segment"))


def test_a_success_counts_and_has_its_durations(capsys: pytest.CaptureFixture[str]) -> None:
    Metrics(function=FUNCTION).request(sent := trace())
    line = written(capsys)
    timings_ms = sent.timer.timings_ms
    assert series(line) == {
        ("Requests", BY_ROUTE): 1,
        ("Untrusted", BY_ROUTE): 0,
        ("Latency", BY_ROUTE): 120.5,
        ("DecodeLatency", BY_ROUTE): timings_ms["decode"],
        ("InferenceLatency", BY_ROUTE): timings_ms["inference"],
    }
    assert line["request_id"] == "an-id"


def test_what_is_not_trusted_and_what_starts_cold_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Metrics(function=FUNCTION).request(trace(trusted=False, cold_start=True))
    found = series(written(capsys))
    assert found["Untrusted", BY_ROUTE] == found["ColdStarts", BY_ROUTE] == 1


def test_an_error_counts_by_its_code_and_flatters_no_latency(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Metrics(function=FUNCTION).request(
        trace(status=422, code="too_small", trusted=None, latency_ms=0.4)
    )
    assert series(written(capsys)) == {
        ("Requests", BY_ROUTE): 1,
        ("Errors", BY_FUNCTION): 1,
        ("Errors", (*BY_FUNCTION, ("Code", "too_small"))): 1,
    }


def test_a_request_that_reached_no_route_can_be_counted(capsys: pytest.CaptureFixture[str]) -> None:
    Metrics(function=FUNCTION).request(trace(route=None, status=500, code="internal", trusted=None))
    assert series(written(capsys))["Requests", (*BY_FUNCTION, ("Route", "none"))] == 1


def test_things_beside_the_requests_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics(function=FUNCTION)
    metrics.count("LogWriteFailed", request_id="an-id")
    line = written(capsys)
    assert series(line) == {("LogWriteFailed", BY_FUNCTION): 1}
    assert line["request_id"] == "an-id"
    metrics.count("TextsCaught", by=2)
    assert series(written(capsys)) == {("TextsCaught", BY_FUNCTION): 2}


def test_off_lambda_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics(function=None)
    metrics.request(trace())
    metrics.count("LogWriteFailed")
    assert capsys.readouterr().out == ""


def test_a_line_holds_nothing_but_what_is_named_here(capsys: pytest.CaptureFixture[str]) -> None:
    Metrics(function=FUNCTION).request(trace(code="internal", status=500, media="dicom", rows=64))
    line = written(capsys)
    named = {name for name, _ in series(line)}
    assert set(line) - named == {
        *("_aws", "time", "event", "request_id"),
        *("Function", "Route", "Code"),
    }


def test_stages_have_names_of_their_own() -> None:
    assert stage_metric("decode") == "DecodeLatency"
    assert stage_metric("model_run") == "ModelRunLatency"
