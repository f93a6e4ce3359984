"""The harness around the emulator: what it passes on, reports and cleans up."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.emulator import Emulator, free_ports

SOURCE = """
import json, os, sys

def handler(event, context):
    if event == "exit":
        sys.exit(3)
    if event == "environment":
        return sorted(os.environ)
    if event == "large":
        return "x" * 7_000_000
    return {"event": event, "pid": os.getpid(), "name": context.function_name}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "echo.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_event_and_answer_pass_through_and_nothing_is_left_running(folder: Path) -> None:
    with Emulator("echo.handler", python_path=[folder]) as function:
        first = function.invoke({"text": "é", "number": 1})
        assert (first.status, first.payload["event"]) == (200, {"text": "é", "number": 1})
        assert function.invoke(None).payload["pid"] == first.payload["pid"]
        assert len(function.init_durations_ms) == 1
        assert is_running(first.payload["pid"])
    assert not is_running(first.payload["pid"])


def test_nothing_is_left_running_after_an_error(folder: Path) -> None:
    pids: list[int] = []

    def fail() -> None:
        with Emulator("echo.handler", python_path=[folder]) as function:
            pids.append(function.invoke(None).payload["pid"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not is_running(pids[0])


def test_a_function_that_exits_is_started_again(folder: Path) -> None:
    with Emulator("echo.handler", python_path=[folder]) as function:
        function.invoke(None)
        assert function.invoke("exit").status == 502
        assert function.invoke(None).status == 200
        assert len(function.init_durations_ms) == 2


def test_this_machines_environment_is_not_passed_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTIFIDUS_TABLE", "of-the-developer")
    given = {"MULTIFIDUS_THREADS": "1"}
    with Emulator("echo.handler", python_path=[folder], environment=given) as function:
        names = function.invoke("environment").payload
    assert [name for name in names if name.startswith("MULTIFIDUS")] == ["MULTIFIDUS_THREADS"]


def test_an_answer_over_lambdas_limit_is_refused(folder: Path) -> None:
    with Emulator("echo.handler", python_path=[folder]) as function:
        assert function.invoke("large").payload["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_handler_that_cannot_be_imported_is_reported(folder: Path) -> None:
    with Emulator("nowhere.handler", python_path=[folder]) as function:
        assert function.invoke(None).payload["errorType"] == "Runtime.ImportModuleError"


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20
