"""From a sample to its report, on the server that `make run` starts."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from multifidus.report_checker import check
from multifidus.report_schemas import ReportEntry
from tests.functions.report.asking import KNOWN
from tests.functions.report.parrot import REPORT_MODEL_VERSION, write_report_model
from tests.local.running import SAMPLES, running_server, start_process


def measured(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/segment", files={"file": (name, (SAMPLES / name).read_bytes())})


@pytest.mark.parametrize("name", ["healthy.dcm", "severe.png"])
def test_what_was_measured_is_reported(client: httpx.Client, name: str) -> None:
    report_input = measured(client, name).raise_for_status().json()["report_input"]
    answer = client.post("/report", json=report_input).raise_for_status().json()
    assert [each["side"] for each in answer["reports"]] == ["right", "left"]
    for entry, each in zip(report_input, answer["reports"], strict=True):
        assert check(each["text"], ReportEntry(**entry).to_input()) == []


def test_what_cannot_be_is_refused_and_counted(client: httpx.Client) -> None:
    before = client.get("/stats").json()["routes"].get("/report", {"error_count": 0})
    answer = client.post("/report", json={"side": "left", "fat_infiltration_pct": 130})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")
    after = client.get("/stats").json()["routes"]["/report"]
    assert after["error_count"] == before["error_count"] + 1


def test_other_methods_on_the_path_are_the_reports_to_refuse(client: httpx.Client) -> None:
    answer = client.get("/report")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_large_body_is_refused_there_and_taken_beside_it(client: httpx.Client) -> None:
    large = b"{" + b" " * 20_000
    headers = {"content-type": "application/json"}
    assert client.post("/report", content=large, headers=headers).status_code == 413
    assert client.post("/segment", content=large).status_code == 415


def test_the_language_model_is_loaded_by_the_first_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report_model(tmp_path / "model")
    monkeypatch.setenv("MULTIFIDUS_REPORT_MODEL_DIR", str(tmp_path / "model"))
    with running_server(tmp_path / "data") as server:
        mapped = Path(f"/proc/{server.process.pid}/maps")
        assert "libctranslate2" not in mapped.read_text()
        answer = httpx.post(f"{server.address}/report", json=KNOWN, trust_env=False, timeout=30)
        assert "libctranslate2" in mapped.read_text()
    document = answer.raise_for_status().json()
    assert (document["source"], document["model"]["version"]) == ("model", REPORT_MODEL_VERSION)


def test_a_damaged_language_model_is_refused_at_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report_model(tmp_path)
    (tmp_path / "model.bin").write_bytes(b"another")
    monkeypatch.setenv("MULTIFIDUS_REPORT_MODEL_DIR", str(tmp_path))
    process = start_process("--port", "0")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error == (
        f"The report model's file model.bin does not match its manifest. Looked in {tmp_path}.\n"
    )
