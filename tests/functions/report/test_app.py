"""What good and bad requests get, and what is written about them."""

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
from multifidus.report_schemas import MAX_BODY_BYTES, ReportEntry
from multifidus.report_wording import DISCLAIMER
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.report.parrot import KNOWN_INPUT, REPORT_MODEL_VERSION

Document = dict[str, Any]

KNOWN: Document = {
    name: list(value) if isinstance(value, tuple) else value
    for name, value in dataclasses.asdict(KNOWN_INPUT).items()
}
FIVE_FIELDS = {
    "level": "L5-S1",
    "side": "left",
    "muscle_area_mm2": 640,
    "fat_infiltration_pct": 58.3,
    "degeneration_grade": 2,
}
"""Those of the original service."""


def post(client: TestClient, document: Any) -> httpx.Response:
    return client.post("/report", json=document)


def report(client: TestClient, document: Any) -> Any:
    response = post(client, document)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def assert_problem(response: httpx.Response, status: int, code: str) -> str:
    document = response.json()
    assert (response.status_code, document["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert document["request_id"] == response.headers["x-request-id"]
    detail: str = document["detail"]
    assert "pydantic" not in response.text
    return detail


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


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", "L6-S1"),
        ("level", "l4-l5"),
        ("level", 4),
        ("side", "up"),
        ("side", None),
        ("muscle_area_mm2", -1),
        ("muscle_area_mm2", "812"),
        ("muscle_area_mm2", True),
        ("muscle_area_mm2", 1e7),
        ("fat_infiltration_pct", 130),
        ("fat_infiltration_pct", -0.1),
        ("fat_infiltration_ci95", [1]),
        ("fat_infiltration_ci95", [1, 2, 3]),
        ("fat_infiltration_ci95", [30, 20]),
        ("fat_infiltration_ci95", [0, 101]),
        ("fat_infiltration_ci95", "1,2"),
        ("degeneration_grade", 3),
        ("degeneration_grade", -1),
        ("degeneration_grade", 1.5),
        ("degeneration_grade", "1"),
        ("grade_scale", "goutallier"),
        ("asymmetry_pct", 201),
        ("quality_flags", ["unheard_of"]),
        ("quality_flags", "no_spacing"),
        ("trusted", "yes"),
        ("degeneration_grade", True),
        ("age", -1),
        ("age", 30.5),
        ("age", 200),
        ("sex", "other"),
    ],
)
def test_a_value_that_cannot_be_is_named(client: TestClient, field: str, value: Any) -> None:
    detail = assert_problem(post(client, KNOWN | {field: value}), 422, "invalid_parameter")
    assert f"`{field}`" in detail
    # In a list its place is named too.
    listed = post(client, [KNOWN, KNOWN | {field: value}])
    assert assert_problem(listed, 422, "invalid_parameter") == f"Entry 2: {detail}"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
@pytest.mark.parametrize("field", ["muscle_area_mm2", "fat_infiltration_pct", "asymmetry_pct"])
def test_what_is_no_finite_number_is_refused(client: TestClient, field: str, number: str) -> None:
    body = f'{{"side": "left", "{field}": {number}}}'
    response = client.post("/report", content=body, headers={"content-type": "application/json"})
    assert f"`{field}`" in assert_problem(response, 422, "invalid_parameter")


def test_a_whole_number_may_have_a_point(client: TestClient) -> None:
    # JSON knows one kind of number, and some writers put the point to each.
    body = json.dumps(KNOWN | {"degeneration_grade": 1.0, "age": 40.0, "muscle_area_mm2": 812})
    response = client.post("/report", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200, response.text
    assert "grade 1 " in response.json()["summary"]


def test_a_missing_side_and_an_unknown_field_are_named_without_the_callers_words(
    client: TestClient,
) -> None:
    assert "`side`" in assert_problem(post(client, {"level": None}), 422, "invalid_parameter")
    detail = assert_problem(post(client, KNOWN | {"Zwetschge": 1}), 422, "invalid_parameter")
    assert "unknown field" in detail
    assert "`muscle_area_mm2`" in detail
    assert "Zwetschge" not in detail


@pytest.mark.parametrize(
    "document",
    [
        7,
        "text",
        True,
        [],
        {},
        [[]],
        [None],
        [7],
        {"sides": KNOWN},
        {"sides": []},
        {"sides": [KNOWN], "level": "L4-L5"},
        [KNOWN] * 3,
        {"sides": [KNOWN] * 3},
    ],
)
def test_other_shapes_are_refused(client: TestClient, document: Any) -> None:
    assert_problem(post(client, document), 422, "invalid_parameter")


def test_null_is_no_measurement(client: TestClient) -> None:
    response = client.post("/report", content=b"null", headers={"content-type": "application/json"})
    assert_problem(response, 422, "invalid_parameter")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"side=left",
        b"nul",
        b'{"side": "left"} {}',
        b"[" * 5000,
        b'{"side": "\xed\xa0\x80"}',
        "\N{ZERO WIDTH NO-BREAK SPACE}{}".encode(),
    ],
)
def test_what_is_no_json_is_malformed(client: TestClient, body: bytes) -> None:
    response = client.post("/report", content=body, headers={"content-type": "application/json"})
    assert_problem(response, 400, "malformed_request")


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data", "application/xml"])
def test_other_types_are_refused(client: TestClient, media_type: str) -> None:
    response = client.post("/report", content=b"{}", headers={"content-type": media_type})
    assert "application/json" in assert_problem(response, 415, "unsupported_media")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", ""])
def test_json_is_taken_under_its_names(client: TestClient, media_type: str) -> None:
    response = client.post(
        "/report", content=json.dumps(KNOWN), headers={"content-type": media_type}
    )
    assert response.status_code == 200


def test_a_body_over_the_limit_is_refused_while_it_comes_in(client: TestClient) -> None:
    largest = json.dumps([KNOWN]).encode().ljust(MAX_BODY_BYTES)
    headers = {"content-type": "application/json"}
    assert client.post("/report", content=largest, headers=headers).status_code == 200
    response = client.post("/report", content=largest + b" ", headers=headers)
    assert "16 KiB" in assert_problem(response, 413, "payload_too_large")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    response = client.request(method, "/report")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_other_paths_are_not_here(client: TestClient) -> None:
    assert_problem(client.post("/segment"), 404, "not_found")


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
