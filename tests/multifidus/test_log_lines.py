"""What a line may hold."""

from __future__ import annotations

import inspect
import json
import logging
import re
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from multifidus.log_lines import emit, silence_libraries, where

ALLOWED = {
    "event",
    "level",
    "request_id",
    "method",
    "route",
    "status",
    "code",
    "media",
    "rows",
    "columns",
    "latency_ms",
    "timings_ms",
    "cold_start",
    "trusted",
    "error_type",
    "error_at",
    "version",
    "model_version",
    "log",
    "threads",
}


def test_the_fields_are_these_and_no_others() -> None:
    assert set(inspect.signature(emit).parameters) == ALLOWED


def test_a_field_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(TypeError):
        emit("request", filename="Meier.dcm")  # type: ignore[call-arg]


def test_a_line_is_one_json_object_without_nulls(capsys: pytest.CaptureFixture[str]) -> None:
    emit("request", status=200, cold_start=False, timings_ms={"decode": 1.5}, code=None)
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    fields = json.loads(line)
    assert fields.pop("time") is not None
    assert fields == {
        "event": "request",
        "level": "INFO",
        "status": 200,
        "cold_start": False,
        "timings_ms": {"decode": 1.5},
    }


def test_a_line_says_when(capsys: pytest.CaptureFixture[str]) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)  # cut off, not rounded
    emit("request")
    stamp = json.loads(capsys.readouterr().out)["time"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stamp)
    assert before <= datetime.fromisoformat(stamp) <= datetime.now(UTC)


def test_line_breaks_in_a_value_stay_in_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    emit("request", request_id="a\nb")
    assert capsys.readouterr().out.count("\n") == 1


def test_a_place_is_named_by_module_and_line() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        module, line = str(where(error)).split(":")
    assert module == "json.decoder"
    assert line.isdecimal()
    assert where(ValueError()) is None


def test_silenced_libraries_do_not_speak(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("pydicom", "mangum.http")
    before = {name: logging.getLogger(name).propagate for name in names}
    try:
        with warnings.catch_warnings():
            silence_libraries()
            warnings.warn("Meier", stacklevel=1)
        for name in names:
            logging.getLogger(name).error("Meier")
    finally:
        for name, propagate in before.items():
            logging.getLogger(name).propagate = propagate
    written = capsys.readouterr()
    assert "Meier" not in written.out + written.err
