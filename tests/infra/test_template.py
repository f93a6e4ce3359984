"""The SAM template against the code that it deploys, and against what it must not allow."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from functions.segment import docs
from functions.segment.app import create_app
from functions.segment.upload import RAW_MEDIA_TYPES
from multifidus.settings import Settings
from tests.infra.template import ALIAS, ROOT, of_type, written

Routes = dict[tuple[str, str], str]


@pytest.fixture(scope="module", params=[True, False], ids=["with report", "without report"])
def with_report(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def routes(deployed: dict[str, Any], with_report: bool) -> Routes:
    """Method and path of each route, and the function it leads to."""
    (api,) = of_type(deployed, "AWS::ApiGatewayV2::Api").values()
    return {
        (method.upper(), path): integrated_function(operation, with_report=with_report)
        for path, operations in api["Body"]["paths"].items()
        for method, operation in operations.items()
    }


def integrated_function(operation: dict[str, Any], *, with_report: bool) -> str:
    integration = operation["x-amazon-apigateway-integration"]
    assert (integration["type"], integration["payloadFormatVersion"]) == ("aws_proxy", "2.0")
    assert integration["httpMethod"] == "POST"
    uri = chosen(integration["uri"], with_report=with_report)
    (name,) = re.findall(rf"\$\{{(\w+){ALIAS}\}}", str(uri))
    return str(name)


def chosen(value: Any, *, with_report: bool) -> Any:
    """Return what a value is where the report is deployed, or where it is not."""
    if not isinstance(value, dict) or "Fn::If" not in value:
        return value
    condition, if_so, if_not = value["Fn::If"]
    assert condition == "WithReport"
    return if_so if with_report else if_not


def environment(function: dict[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = function["Environment"]["Variables"]
    return variables


def test_each_route_of_the_app_is_deployed(
    routes: Routes, with_report: bool, settings_in_a_checkout: Settings
) -> None:
    app = create_app(settings_in_a_checkout, NoSegmenter(), NoLog())  # type: ignore[arg-type]
    served = {
        (method, route.path)
        for route in (*app.routes, *docs.router.routes)
        if hasattr(route, "methods")
        for method in route.methods - {"HEAD"}
    }
    assert set(routes) == served
    special = {("GET", "/health"): "HealthFunction"}
    if with_report:
        special["POST", "/report"] = "ReportFunction"
    assert routes == dict.fromkeys(routes, "SegmentFunction") | special


def test_the_api_may_call_the_functions_that_its_routes_lead_to(
    deployed: dict[str, Any], routes: Routes, with_report: bool
) -> None:
    conditions = {None: True, "WithReport": with_report, "WithoutReport": not with_report}
    allowed: Routes = {}
    for resource in deployed["Resources"].values():
        if (
            resource["Type"] != "AWS::Lambda::Permission"
            or not conditions[resource.get("Condition")]
        ):
            continue
        properties = resource["Properties"]
        assert properties["Principal"] == "apigateway.amazonaws.com"
        (found,) = re.findall(r"/(GET|POST)(/[^']*)", str(properties["SourceArn"]))
        name = properties["FunctionName"]
        # SAM writes `*` for the variable parts of a path.
        allowed[found] = name["Ref"].removesuffix(ALIAS)
        assert name["Ref"].endswith(ALIAS), "a permission for a version that nobody calls"
    assert allowed == {
        (method, re.sub(r"\{\w+\}", "*", path)): name for (method, path), name in routes.items()
    }


def test_the_report_leaves_nothing_behind_where_it_is_not_deployed(
    deployed: dict[str, Any],
) -> None:
    made = {name for name in deployed["Resources"] if name.startswith("Report")}
    assert made >= {
        *("ReportFunction", "ReportRole", "ReportLogGroup", "ReportFunctionReportPermission"),
        *("ReportErrorsAlarm", f"ReportFunction{ALIAS}", "ReportFunctionDeploymentGroup"),
    }
    assert {deployed["Resources"][name].get("Condition") for name in made} == {"WithReport"}
    assert deployed["Conditions"]["WithReport"] == {"Fn::Equals": [{"Ref": "DeployReport"}, "true"]}


def test_functions_know_only_settings_that_exist(deployed: dict[str, Any]) -> None:
    documented = set(re.findall(r"MULTIFIDUS_\w+", settings_source()))
    for function in of_type(deployed, "AWS::Lambda::Function").values():
        assert environment(function).keys() <= documented
        assert environment(function)["MULTIFIDUS_TABLE"] == {"Ref": "InferenceLogTable"}


def settings_source() -> str:
    path = ROOT / "layers/common/python/multifidus/settings.py"
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["SegmentFunction", "ReportFunction"])
def test_images_answer_before_the_api_gives_up(deployed: dict[str, Any], name: str) -> None:
    function = of_type(deployed, "AWS::Lambda::Function")[name]
    assert function["PackageType"] == "Image"
    assert function["Architectures"] == ["x86_64"]
    assert function["Timeout"] < 30


def test_segment_has_a_whole_processor() -> None:
    assert written()["Parameters"]["MemoryMb"]["Default"] >= 1769


def test_health_is_small_and_uses_the_layer(deployed: dict[str, Any]) -> None:
    function = of_type(deployed, "AWS::Lambda::Function")["HealthFunction"]
    assert function["Runtime"] == "python3.11"
    assert function["MemorySize"] <= 256
    (layer,) = of_type(deployed, "AWS::Lambda::LayerVersion").values()
    assert layer["CompatibleRuntimes"] == ["python3.11"]
    assert len(function["Layers"]) == 1
    assert not list((ROOT / "functions/health").glob("requirements*"))


def test_rows_expire_and_an_idle_table_costs_nothing(deployed: dict[str, Any]) -> None:
    (table,) = of_type(deployed, "AWS::DynamoDB::Table").values()
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_rows_are_encrypted_and_can_be_had_back(deployed: dict[str, Any]) -> None:
    (table,) = of_type(deployed, "AWS::DynamoDB::Table").values()
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_api_is_throttled_logged_and_knows_binary_bodies(deployed: dict[str, Any]) -> None:
    (api,) = of_type(deployed, "AWS::ApiGatewayV2::Api").values()
    (stage,) = of_type(deployed, "AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"].keys() == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    binary = set(api["Body"]["x-amazon-apigateway-binary-media-types"])
    assert binary == {*RAW_MEDIA_TYPES, "multipart/form-data"}
    logged = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSettings"]["Format"]))
    assert {"requestId", "routeKey", "status", "responseLatency"} <= logged
    assert not {name for name in logged if re.search("ip|identity|path|query|user", name, re.I)}
    json.loads(re.sub(r"\$context\.[\w.]+", "1", stage["AccessLogSettings"]["Format"]))


def test_one_origin_may_call_from_a_browser_and_none_by_a_wildcard(
    deployed: dict[str, Any],
) -> None:
    (api,) = of_type(deployed, "AWS::ApiGatewayV2::Api").values()
    cors = api["Body"]["x-amazon-apigateway-cors"]
    assert cors["allowOrigins"] == ["http://localhost:8000"]
    assert cors["allowMethods"] == ["GET", "POST"]
    assert cors["allowHeaders"] == ["authorization", "content-type"]
    assert cors["exposeHeaders"] == ["retry-after", "x-request-id"]
    assert not cors.get("allowCredentials")
    pattern = written()["Parameters"]["SiteOrigin"]["AllowedPattern"]
    assert re.fullmatch(pattern, "https://example.org:8443")
    for bad in ("*", "https://*.example.org", "https://example.org/", "https://a,https://b"):
        assert not re.fullmatch(pattern, bad), bad


def test_what_touches_an_image_or_a_log_row_asks_for_a_token_where_an_issuer_is_named(
    deployed: dict[str, Any],
) -> None:
    (api,) = of_type(deployed, "AWS::ApiGatewayV2::Api").values()
    condition, scheme, without = api["Body"]["components"]["securitySchemes"]["LogIn"]["Fn::If"]
    assert (condition, without) == ("WithLogIn", {"Ref": "AWS::NoValue"})
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "jwt",
        "identitySource": "$request.header.Authorization",
        "jwtConfiguration": {
            "issuer": {"Ref": "JwtIssuer"},
            "audience": [{"Ref": "JwtAudience"}],
        },
    }
    protected = {
        path
        for path, operations in api["Body"]["paths"].items()
        for operation in operations.values()
        if operation.get("security")
        == {"Fn::If": ["WithLogIn", [{"LogIn": []}], {"Ref": "AWS::NoValue"}]}
    }
    assert protected == {"/segment", "/measure", "/report", "/ready", "/stats"}
    issuer = {"Fn::Equals": [{"Ref": "JwtIssuer"}, ""]}
    assert deployed["Conditions"]["WithLogIn"] == {"Fn::Not": [issuer]}


def test_log_lines_are_not_kept_for_ever(deployed: dict[str, Any]) -> None:
    groups = of_type(deployed, "AWS::Logs::LogGroup")
    assert all("RetentionInDays" in group for group in groups.values())
    used = {
        function["LoggingConfig"]["LogGroup"]["Ref"]
        for function in of_type(deployed, "AWS::Lambda::Function").values()
    }
    assert used < set(groups)


def test_functions_are_traced_bounded_and_tagged(deployed: dict[str, Any]) -> None:
    functions = of_type(deployed, "AWS::Lambda::Function")
    assert functions
    for function in functions.values():
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["ReservedConcurrentExecutions"]["Fn::If"] == [
            "WithReserve",
            {"Ref": "ReservedConcurrency"},
            {"Ref": "AWS::NoValue"},
        ]
        assert {"Key": "project", "Value": "multifidus"} in function["Tags"]
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::CloudFront::Distribution"):
        for properties in of_type(deployed, kind).values():
            assert {"Key": "project", "Value": "multifidus"} in properties["Tags"]


def test_parameters_and_outputs_say_what_they_are() -> None:
    template = written()
    for described in (*template["Parameters"].values(), *template["Outputs"].values()):
        assert described["Description"].strip()
    assert {"Url", "ApiUrl", "SiteBucketName", "DistributionId"} <= template["Outputs"].keys()


def test_each_parameter_is_in_a_group_and_in_the_documentation() -> None:
    template = written()
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"])
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert [name for name in grouped if f"`{name}`" not in page] == []


class NoSegmenter:
    """Stands where the app only needs to be built."""

    class manifest:  # noqa: N801 - stands in for an attribute
        version = "0"


class NoLog:
    """Takes nothing."""

    kind = "sqlite"


@pytest.fixture
def settings_in_a_checkout() -> Settings:
    return Settings.from_env({})
