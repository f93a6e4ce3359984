"""What good requests get, and what is written about every request."""

from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any

import anyio
import httpx
import pytest
from fastapi.testclient import TestClient

from functions.report.app import RUNNING_AT_ONCE, WAITING_AT_MOST, create_app
from functions.report.engine import ReportEngine
from functions.report.reporter import Reporter
from functions.segment.app import create_app as create_segment_app
from multifidus.inference import Segmenter
from multifidus.report_checker import check
from multifidus.report_rules import ReportText, sources
from multifidus.report_schemas import ReportEntry
from multifidus.report_wording import DISCLAIMER
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.report.asking import FIVE_FIELDS, KNOWN, Document, assert_problem, post, report
from tests.functions.report.parrot import KNOWN_INPUT, REPORT_MODEL_VERSION


def test_one_side_gets_one_report(client: TestClient) -> None:
    answer = report(client, KNOWN)
    assert set(answer) == {
        "request_id",
        "level",
        "side",
        "summary",
        "risk",
        "recommendation",
        "text",
        "source",
        "sources",
        "disclaimer",
        "model",
        "latency_ms",
    }
    assert (answer["level"], answer["side"]) == ("L4-L5", "right")
    assert answer["source"] == "model"
    assert answer["model"]["version"] == REPORT_MODEL_VERSION
    assert answer["sources"] == list(sources(KNOWN_INPUT))
    assert answer["recommendation"].endswith(DISCLAIMER)
    assert answer["disclaimer"] == DISCLAIMER
    assert answer["latency_ms"] > 0
    sections = {name: answer[name] for name in ("summary", "risk", "recommendation")}
    assert ReportText.parse(answer["text"]) == ReportText(**sections)
    assert check(answer["text"], KNOWN_INPUT) == []


def test_the_five_original_fields_are_enough(client: TestClient) -> None:
    answer = report(client, FIVE_FIELDS)
    assert answer["source"] == "rules"
    for stated in ("left", "L5-S1", "640", "58.3", "grade 2"):
        assert stated in answer["summary"]


def test_a_side_alone_is_a_report_that_says_what_is_missing(client: TestClient) -> None:
    answer = report(client, {"side": "right"})
    assert answer["summary"]
    assert "None" not in answer["text"]
    assert "null" not in answer["text"]


@pytest.mark.parametrize("wrap", [list, lambda sides: {"sides": sides}])
def test_both_sides_in_one_call_get_a_report_each_in_their_order(
    client: TestClient, wrap: Any
) -> None:
    answer = report(client, wrap([KNOWN, FIVE_FIELDS]))
    assert set(answer) == {"request_id", "reports", "disclaimer", "latency_ms"}
    assert [each["side"] for each in answer["reports"]] == ["right", "left"]
    assert [each["source"] for each in answer["reports"]] == ["model", "rules"]
    assert all(each["disclaimer"] == DISCLAIMER for each in answer["reports"])
    assert answer["latency_ms"] >= max(each["latency_ms"] for each in answer["reports"])


def test_a_list_of_one_is_answered_by_a_list_of_one(client: TestClient) -> None:
    assert len(report(client, [KNOWN])["reports"]) == 1


def test_no_risk_is_stated_for_what_is_not_trusted(client: TestClient) -> None:
    trusted, doubted = report(
        client, [FIVE_FIELDS, FIVE_FIELDS | {"trusted": False, "quality_flags": ["low_confidence"]}]
    )["reports"]
    assert "odds" in trusted["risk"].lower() or "associated" in trusted["risk"]
    assert "associated" not in doubted["risk"]
    assert "odds" not in doubted["risk"].lower()
    assert doubted["risk"] != trusted["risk"]


def test_bilateral_is_a_side_of_its_own(client: TestClient) -> None:
    assert report(client, FIVE_FIELDS | {"side": "bilateral"})["side"] == "bilateral"


def test_each_request_is_a_row_with_its_stages_good_or_bad(
    client: TestClient, log: MemoryLog
) -> None:
    report(client, [KNOWN, FIVE_FIELDS])
    post(client, KNOWN | {"level": "L9"})
    post(client, {"side": "left", "muscle_area_mm2": -1})
    client.get("/report")
    good, *bad = log.records
    assert (good.route, good.status, good.code) == ("/report", 200, None)
    assert good.model_version == REPORT_MODEL_VERSION
    assert set(good.timings_ms) == {"model", "check"}
    assert good.latency_ms >= sum(good.timings_ms.values())
    assert [(row.status, row.code) for row in bad] == [(422, "invalid_parameter")] * 2


def lines(text: str) -> list[Document]:
    return [json.loads(line) for line in text.splitlines()]


def test_what_is_caught_is_counted_by_its_kind_alone(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    request_id = report(client, [KNOWN, FIVE_FIELDS])["request_id"]
    written = lines(capsys.readouterr().out)
    caught = [line for line in written if line.get("event") == "report_text_caught"]
    assert {line["code"] for line in caught} >= {"statement"}
    assert {line["request_id"] for line in caught} == {request_id}
    assert set(caught[0]) == {"time", "event", "level", "request_id", "code"}
    (metric,) = [line for line in written if "TextsCaught" in line]
    assert metric["TextsCaught"] == 1
    assert not [line for line in written if "58.3" in json.dumps(line)]


def test_nothing_is_counted_where_nothing_is_caught(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    report(client, KNOWN)
    assert "aught" not in capsys.readouterr().out


class FailingEngine:
    """Fails with words that must not be repeated."""

    def __init__(self, engine: ReportEngine) -> None:
        self.manifest = engine.manifest

    def write(self, prompts: Any) -> list[str]:
        raise RuntimeError(f"failed on {prompts}")


def test_a_failing_model_is_told_in_the_log_and_the_caller_gets_the_rules_words(
    engine: ReportEngine,
    settings: Settings,
    log: MemoryLog,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with TestClient(create_app(settings, Reporter(FailingEngine(engine)), log)) as client:
        answer = report(client, KNOWN)
    assert (answer["source"], answer["model"]["name"]) == ("rules", "parrot")
    written = capsys.readouterr().out
    (line,) = [line for line in lines(written) if line.get("event") == "report_model_failed"]
    assert (line["level"], line["error_type"]) == ("ERROR", "RuntimeError")
    assert line["error_at"].startswith("tests.")
    assert "failed on" not in written


def test_without_a_model_none_is_named(settings: Settings, log: MemoryLog) -> None:
    with TestClient(create_app(settings, Reporter(None), log)) as client:
        answer = report(client, KNOWN)
    assert (answer["source"], answer["model"]) == ("rules", None)
    assert log.records[0].model_version is None


class HeldEngine:
    """Waits until it is let go."""

    def __init__(self, engine: ReportEngine) -> None:
        self.manifest = engine.manifest
        self.let_go = threading.Event()
        self._engine = engine

    def write(self, prompts: Any) -> list[str]:
        assert self.let_go.wait(30)
        return self._engine.write(prompts)


def test_who_finds_no_place_to_wait_is_told_to_come_back(
    engine: ReportEngine, settings: Settings, log: MemoryLog
) -> None:
    held = HeldEngine(engine)
    app = create_app(settings, Reporter(held), log)
    room = RUNNING_AT_ONCE + WAITING_AT_MOST
    statuses: list[int] = []

    async def ask(client: httpx.AsyncClient) -> None:
        response = await client.post("/report", json=KNOWN)
        statuses.append(response.status_code)
        if response.status_code == 429:
            assert_problem(response, 429, "throttled")
            assert response.headers["retry-after"]
            held.let_go.set()

    async def ask_all() -> None:
        transport = httpx.ASGITransport(app=app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client,
            anyio.create_task_group() as group,
        ):
            for _ in range(room + 1):
                group.start_soon(ask, client)

    anyio.run(ask_all)
    assert sorted(statuses) == [200] * room + [429]


def test_both_functions_describe_the_route_alike(
    client: TestClient, segmenter: Segmenter, settings: Settings, log: MemoryLog
) -> None:
    own = client.get("/openapi.json").json()
    with TestClient(create_segment_app(settings, segmenter, log)) as segment:
        other = segment.get("/openapi.json").json()
    path = own["paths"]["/report"]["post"]
    told = other["paths"]["/report"]["post"]
    assert path["requestBody"] == told["requestBody"]
    assert path["responses"] == told["responses"]
    assert set(path["responses"]) == {"200", *(["400", "413", "415", "422", "429", "500", "503"])}
    for name in ("Report", "Reports", "Problem"):
        assert own["components"]["schemas"][name] == other["components"]["schemas"][name]


def test_the_schema_has_every_field_and_its_bounds(client: TestClient) -> None:
    body = client.get("/openapi.json").json()["paths"]["/report"]["post"]["requestBody"]
    one, several, sides = body["content"]["application/json"]["schema"]["anyOf"]
    assert set(one["properties"]) == set(ReportEntry.model_fields)
    assert one["required"] == ["side"]
    for name, highest in (("fat_infiltration_pct", 100), ("degeneration_grade", 2), ("age", 120)):
        (number, _) = one["properties"][name]["anyOf"]
        assert (number["minimum"], number["maximum"]) == (0, highest)
    assert several["items"] == one
    assert sides["properties"]["sides"] == several


def test_another_origin_may_call_only_where_it_is_named(
    engine: ReportEngine, settings: Settings, log: MemoryLog
) -> None:
    origin = "https://example.org"
    named = dataclasses.replace(settings, cors_origins=(origin,))
    for used, expected in ((named, origin), (settings, None)):
        with TestClient(create_app(used, Reporter(engine), log)) as client:
            response = client.post("/report", json=KNOWN, headers={"origin": origin})
        assert response.headers.get("access-control-allow-origin") == expected
