"""What the app does around a slice: ids, rows, health, statistics, headers."""

from __future__ import annotations

import inspect
import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from functions.segment.app import create_app
from multifidus import __version__
from multifidus.errors import LogUnavailable
from multifidus.inference import Segmenter
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.factories import MODEL_VERSION, dicom
from tests.functions.segment.asking import segment


def test_each_answer_has_its_own_id(client: TestClient) -> None:
    first, second = (client.post("/segment", content=dicom()) for _ in range(2))
    assert first.headers["x-request-id"] == first.json()["request_id"]
    assert first.json()["request_id"] != second.json()["request_id"]
    sent = client.get("/health", headers={"x-request-id": "Patient^Name"})
    assert sent.headers["x-request-id"] != "Patient^Name"


def test_each_request_is_one_row(client: TestClient, log: MemoryLog) -> None:
    answer = segment(client, dicom())
    (record,) = log.records
    assert record.request_id == answer["request_id"]
    assert (record.status, record.code, record.media) == (200, None, "dicom")
    assert (record.rows, record.columns) == (64, 64)
    assert record.model_version == MODEL_VERSION
    assert record.timings_ms == answer["timings_ms"]
    assert record.latency_ms >= answer["latency_ms"] >= sum(answer["timings_ms"].values()) * 0.99
    assert record.trusted is answer["quality"]["trusted"]
    assert record.cold_start is True
    segment(client, dicom())
    assert [record.cold_start for record in log.records] == [True, False]


@pytest.mark.parametrize("error", [LogUnavailable(reason="SQLITE_FULL"), OSError(), KeyError("x")])
def test_a_lost_row_is_counted_and_costs_no_request(
    client: TestClient, log: MemoryLog, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    log.broken = error
    segment(client, dicom())
    assert client.post("/segment", content=b"rubbish").status_code == 415
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    reasons = [line["error_type"] for line in lines if line["event"] == "log_row_lost"]
    assert reasons == [getattr(error, "reason", None) or type(error).__name__] * 2
    assert not [line for line in lines if line["event"] == "metrics"]  # nobody reads them here
    log.broken = None
    assert client.get("/stats").json()["lost_row_count"] == 2


def test_health_says_what_is_deployed(client: TestClient, segmenter: Segmenter) -> None:
    manifest = segmenter.manifest
    assert client.get("/health").json() == {
        "status": "ok",
        "version": __version__,
        "model": {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256},
        "log": "sqlite",
    }


def test_ready_runs_the_model(client: TestClient) -> None:
    answer = client.get("/ready").json()
    assert answer["status"] == "ready"
    assert (answer["dice_right"], answer["dice_left"]) == (1.0, 1.0)


def test_statistics_count_good_and_bad(client: TestClient) -> None:
    for _ in range(3):
        segment(client, dicom())
    client.post("/segment", content=b"rubbish")
    client.get("/nowhere")
    stats = client.get("/stats").json()
    assert (stats["count"], stats["error_count"]) == (4, 1)
    assert stats["errors"] == {"unsupported_media": 1}
    assert stats["log"] == "sqlite"
    assert set(stats["stages"]["inference"]) == {"p50_ms", "p95_ms", "p99_ms"}
    assert stats["latency"]["p50_ms"] <= stats["latency"]["p99_ms"]
    assert client.get("/stats", params={"last": 2}).json()["count"] == 2


def test_statistics_of_nothing_are_no_error(client: TestClient) -> None:
    stats = client.get("/stats").json()
    assert (stats["count"], stats["latency"], stats["stages"]) == (0, None, {})


def test_answers_may_not_be_kept_sniffed_or_framed(client: TestClient) -> None:
    for response in (client.get("/health"), client.get("/nowhere"), client.post("/segment")):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]


def cors(
    settings: Settings, segmenter: Segmenter, log: MemoryLog, origins: tuple[str, ...]
) -> TestClient:
    made = Settings(
        model_dir=settings.model_dir, sqlite_path=settings.sqlite_path, cors_origins=origins
    )
    return TestClient(create_app(made, segmenter, log))


def test_browsers_of_other_origins_are_let_in_only_where_allowed(
    settings: Settings, segmenter: Segmenter, log: MemoryLog
) -> None:
    sent = {"origin": "https://a.example"}
    allowed = cors(settings, segmenter, log, ("https://a.example",))
    none, other = (cors(settings, segmenter, log, o) for o in ((), ("https://b.example",)))
    for response in (allowed.get("/health", headers=sent), allowed.get("/nowhere", headers=sent)):
        assert response.headers["access-control-allow-origin"] == "https://a.example"
        assert "access-control-allow-credentials" not in response.headers
        assert "x-request-id" in response.headers["access-control-expose-headers"]
    for client in (none, other):
        assert "access-control-allow-origin" not in client.get("/health", headers=sent).headers
    preflight = sent | {"access-control-request-method": "POST"}
    assert allowed.options("/segment", headers=preflight).status_code == 200


def test_any_origin_never_with_credentials(
    settings: Settings, segmenter: Segmenter, log: MemoryLog
) -> None:
    client = cors(settings, segmenter, log, ("*",))
    response = client.get("/health", headers={"origin": "https://a.example", "cookie": "a=b"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


def test_routes_are_plain_functions(app: FastAPI) -> None:
    endpoints = [route.endpoint for route in app.routes if hasattr(route, "dependant")]
    assert len(endpoints) >= 5
    assert not [name for name in endpoints if inspect.iscoroutinefunction(name)]
