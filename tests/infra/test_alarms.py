"""Alarms, the roll-out that they stop, and the dashboard: names that the code really writes."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest

from functions.segment.schemas import Timings
from multifidus import metrics
from tests.infra.template import ALIAS, ROOT, of_type, written

EMBEDDED = {
    *get_args(metrics.Counted),
    *("Requests", "Latency", "Untrusted", "ColdStarts", "Errors"),
    *(metrics.stage_metric(stage) for stage in Timings.model_fields),
}
"""The table in the module's docstring, which its own tests hold."""


@pytest.fixture
def alarms(deployed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return of_type(deployed, "AWS::CloudWatch::Alarm")


def dimensions(alarm: dict[str, Any]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in alarm["Dimensions"]}


def watched(alarms: dict[str, dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Namespace, metric and what it is of."""
    return {
        (
            alarm["Namespace"],
            alarm["MetricName"],
            next(iter(dimensions(alarm).values()))["Ref"],
        )
        for alarm in alarms.values()
    }


def test_what_a_user_would_notice_is_an_alarm(alarms: dict[str, dict[str, Any]]) -> None:
    assert watched(alarms) == {
        ("AWS/Lambda", "Errors", "SegmentFunction"),
        ("AWS/Lambda", "Throttles", "SegmentFunction"),
        ("AWS/Lambda", "Duration", "SegmentFunction"),
        (metrics.NAMESPACE, "LogWriteFailed", "SegmentFunction"),
        ("AWS/Lambda", "Errors", "ReportFunction"),
        ("AWS/Lambda", "Throttles", "ReportFunction"),
        (metrics.NAMESPACE, "LogWriteFailed", "ReportFunction"),
        ("AWS/Lambda", "Errors", "HealthFunction"),
        ("AWS/ApiGateway", "5xx", "Api"),
    }
    assert alarms["SegmentLatencyAlarm"]["ExtendedStatistic"] == "p95"


def test_alarms_end_in_a_letter_where_an_address_is_given(
    alarms: dict[str, dict[str, Any]],
) -> None:
    for alarm in alarms.values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"]["Fn::If"] == ["WithEmail", [{"Ref": "AlarmTopic"}], []]


def test_own_metrics_are_named_and_divided_as_the_code_writes_them(
    alarms: dict[str, dict[str, Any]],
) -> None:
    own = [alarm for alarm in alarms.values() if alarm["Namespace"] == metrics.NAMESPACE]
    assert own
    for alarm in own:
        assert alarm["MetricName"] in EMBEDDED
        assert set(dimensions(alarm)) == {"Function"}


@pytest.mark.parametrize(
    ("function", "stopped_by"),
    [
        ("SegmentFunction", {"SegmentErrorsAlarm", "SegmentLatencyAlarm", "ApiErrorsAlarm"}),
        ("ReportFunction", {"ReportErrorsAlarm", "ApiErrorsAlarm"}),
    ],
)
def test_a_new_version_takes_over_step_by_step_and_alarms_take_it_back(
    deployed: dict[str, Any], function: str, stopped_by: set[str]
) -> None:
    alias = deployed["Resources"][f"{function}{ALIAS}"]
    group_name = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]
    group = deployed["Resources"][group_name]["Properties"]
    assert {alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]} == stopped_by
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert written()["Parameters"]["Rollout"]["Default"].startswith("Canary")
    assert group["ServiceRoleArn"] == {"Fn::GetAtt": ["RolloutRole", "Arn"]}


def test_a_change_of_memory_alone_is_rolled_out_too() -> None:
    functions = [
        resource["Properties"]
        for resource in written()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    assert len(functions) == 3
    assert all(function["AutoPublishAliasAllProperties"] is True for function in functions)


def test_the_alarms_of_the_roll_out_watch_the_alias(alarms: dict[str, dict[str, Any]]) -> None:
    for name in ("SegmentErrorsAlarm", "SegmentLatencyAlarm", "ReportErrorsAlarm"):
        function = dimensions(alarms[name])["FunctionName"]["Ref"]
        assert dimensions(alarms[name])["Resource"] == {"Fn::Sub": f"${{{function}}}:live"}


def test_the_dashboard_shows_metrics_that_there_are(deployed: dict[str, Any]) -> None:
    (dashboard,) = of_type(deployed, "AWS::CloudWatch::Dashboard").values()
    text, _names = dashboard["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{[\w:]+\}", "it", text))["widgets"]
    shown = [line for each in widgets for line in each["properties"].get("metrics", [])]
    own = [line for line in shown if line[0] == metrics.NAMESPACE]
    assert {line[1] for line in own} >= {"Requests", "Latency", "InferenceLatency"}
    assert [line[1] for line in own if line[1] not in EMBEDDED] == []
    for line in own:
        names = [name for name in line[2::2] if isinstance(name, str)]
        by_function = line[1] in (*get_args(metrics.Counted), "Errors")
        assert names == (["Function"] if by_function else ["Function", "Route"]), line
    assert {line[0] for line in shown} == {metrics.NAMESPACE, "AWS/Lambda", "AWS/ApiGateway"}


def test_each_alarm_is_explained(alarms: dict[str, dict[str, Any]]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in alarms if f"`{name}`" not in page] == []
