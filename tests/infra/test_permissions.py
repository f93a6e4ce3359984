"""What each role allows, against the calls that its function makes when every route is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session
from fastapi import FastAPI
from fastapi.testclient import TestClient
from moto import mock_aws

from functions.report.app import create_app as create_report_app
from functions.report.reporter import Reporter
from functions.segment.app import create_app as create_segment_app
from multifidus.dynamodb_log import DynamoDbLog
from multifidus.inference import Segmenter
from multifidus.settings import Settings
from tests.functions.factories import png, two_muscles, two_muscles_mask, write_model
from tests.infra.template import REGION, of_type, written

LINES = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
ROLES = {"SegmentRole": "Segment", "ReportRole": "Report", "HealthRole": "Health"}


class Calls:
    """A log in a table of moto's, and the actions that were called on it."""

    def __init__(self) -> None:
        self.actions: set[str] = set()
        session = get_session()
        session.set_credentials("testing", "testing")
        client: Any = session.create_client("dynamodb", region_name=REGION)
        table = written()["Resources"]["InferenceLogTable"]["Properties"]
        client.create_table(
            TableName="recorded",
            **{name: table[name] for name in ("AttributeDefinitions", "BillingMode", "KeySchema")},
        )
        client.meta.events.register("before-call.dynamodb", self._record)
        self.log = DynamoDbLog("recorded", client=client, ttl_days=90)

    def _record(self, model: Any, **_: object) -> None:
        self.actions.add(f"dynamodb:{model.name}")


@pytest.fixture
def calls() -> Iterator[Calls]:
    with mock_aws():
        yield Calls()


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_model(folder)
    return folder


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        statement
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def actions(statement: dict[str, Any]) -> set[str]:
    found = statement["Action"]
    return {found} if isinstance(found, str) else set(found)


def allowed_on_the_table(deployed: dict[str, Any], name: str) -> set[str]:
    role = of_type(deployed, "AWS::IAM::Role")[name]
    table = {"Fn::GetAtt": ["InferenceLogTable", "Arn"]}
    return {
        action
        for statement in statements(role)
        if statement["Resource"] == table
        for action in actions(statement)
    }


def used(app: FastAPI, requests: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Send each request, and see to it that every route of the app was among them."""
    client = TestClient(app)
    for method, path, arguments in requests:
        assert client.request(method, path, **arguments).status_code == 200, path
    routes = {route.path for route in app.routes if hasattr(route, "methods")}
    assert {path for path in routes if "{" not in path} <= {path for _, path, _ in requests} | {
        "/openapi.json",
        "/report",
    }


def test_segment_may_do_on_the_table_what_it_does(
    deployed: dict[str, Any], calls: Calls, model_dir: Path
) -> None:
    app = create_segment_app(
        Settings(model_dir=model_dir, sqlite_path=model_dir / "unused"),
        Segmenter(model_dir, threads=1),
        calls.log,
    )
    picture = ("a.png", png(two_muscles()), "image/png")
    mask = ("m.png", png(two_muscles_mask()), "image/png")
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/segment", {"files": {"file": picture}}),
        ("POST", "/measure", {"files": {"file": picture, "mask": mask}}),
        *((("GET", path, {})) for path in ("/health", "/ready", "/stats", "/docs")),
    ]
    used(app, requests)
    assert calls.actions == {"dynamodb:PutItem", "dynamodb:Query"}
    assert allowed_on_the_table(deployed, "SegmentRole") == calls.actions


def test_report_may_do_on_the_table_what_it_does(
    deployed: dict[str, Any], calls: Calls, model_dir: Path
) -> None:
    app = create_report_app(
        Settings(model_dir=model_dir, sqlite_path=model_dir / "unused"), Reporter(None), calls.log
    )
    numbers = {
        "level": "L4-L5",
        "side": "right",
        "muscle_area_mm2": 800.0,
        "fat_infiltration_pct": 20.0,
        "degeneration_grade": 1,
    }
    used(app, [("POST", "/report", {"json": numbers})])
    assert calls.actions == {"dynamodb:PutItem"}
    assert allowed_on_the_table(deployed, "ReportRole") == calls.actions


def test_health_may_do_nothing_on_the_table(deployed: dict[str, Any]) -> None:
    assert allowed_on_the_table(deployed, "HealthRole") == set()


@pytest.mark.parametrize(("name", "function"), ROLES.items())
def test_functions_write_their_own_log_and_traces_and_nothing_else(
    deployed: dict[str, Any], name: str, function: str
) -> None:
    role = of_type(deployed, "AWS::IAM::Role")[name]
    assert not role.get("ManagedPolicyArns")
    by_resource = {str(each["Resource"]): actions(each) for each in statements(role)}
    by_resource.pop(str({"Fn::GetAtt": ["InferenceLogTable", "Arn"]}), None)
    assert by_resource == {
        str({"Fn::GetAtt": [f"{function}LogGroup", "Arn"]}): LINES,
        "*": TRACES,  # X-Ray knows no resource
    }
    assert deployed["Resources"][f"{function}Function"]["Properties"]["Role"] == {
        "Fn::GetAtt": [name, "Arn"]
    }
    trusted = role["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trusted] == [{"Service": "lambda.amazonaws.com"}]


def test_no_role_allows_any_action_by_a_wildcard(deployed: dict[str, Any]) -> None:
    roles = of_type(deployed, "AWS::IAM::Role")
    assert roles.keys() == {*ROLES, "RolloutRole"}
    for role in roles.values():
        for statement in statements(role):
            assert not [action for action in actions(statement) if "*" in action]
            assert statement["Resource"] != "*" or actions(statement) == TRACES


def test_the_rollout_shifts_the_aliases_of_these_functions_only(deployed: dict[str, Any]) -> None:
    (shift, watch) = statements(of_type(deployed, "AWS::IAM::Role")["RolloutRole"])
    assert actions(shift) == {
        "lambda:GetAlias",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:UpdateAlias",
    }
    named = str(shift["Resource"])
    assert "SegmentFunction" in named
    assert "'*'" not in named
    assert actions(watch) == {"cloudwatch:DescribeAlarms"}
