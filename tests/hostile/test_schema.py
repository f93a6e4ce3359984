"""schemathesis: every route of the OpenAPI schema with data that fit it and data that do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.functions.factories import write_model
from tests.functions.handler_process import HandlerProcess
from tests.hostile.gateway_app import GatewayApp

EXAMPLES = 20
CONFIG = {"phases": {"stateful": {"enabled": False}}}
OPERATIONS = {
    ("GET", "/health"): (),
    ("GET", "/ready"): (),
    ("GET", "/stats"): (),
    # No bytes that fit "binary" by chance are a slice.
    ("POST", "/segment"): (positive_data_acceptance,),
    ("POST", "/measure"): (positive_data_acceptance,),
    # 503 is its documented answer where it is not deployed.
    ("POST", "/report"): (not_a_server_error, positive_data_acceptance),
}
"""Every route, with the checks of schemathesis that cannot hold there."""

TRIED = [(*route, GenerationMode.POSITIVE) for route in OPERATIONS]
# The other routes take no data that could be wrong.
TRIED += [
    (method, path, GenerationMode.NEGATIVE)
    for method, path in OPERATIONS
    if path in ("/stats", "/segment", "/measure")
]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayApp]:
    folder = tmp_path_factory.mktemp("schema")
    write_model(folder / "model")
    environment = {
        "MULTIFIDUS_MODEL_DIR": str(folder / "model"),
        "MULTIFIDUS_SQLITE_PATH": str(folder / "log.sqlite3"),
        "AWS_LAMBDA_FUNCTION_NAME": "segment",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
    }
    process = HandlerProcess("functions.segment.handler", folder, environment, writes=folder)
    yield GatewayApp(process)
    process.close()


@pytest.fixture(scope="module")
def api(gateway: GatewayApp) -> BaseSchema:
    config = SchemathesisConfig.from_dict(CONFIG)
    return schemathesis.openapi.from_asgi("/openapi.json", gateway, config=config)


def test_every_route_is_tried(api: BaseSchema) -> None:
    described = {(method.upper(), path) for path in api for method in api[path]}
    assert described == set(OPERATIONS)


# Not by schemathesis's own marker: it does not work with this version of pytest.
@pytest.mark.parametrize(("method", "path", "mode"), TRIED)
def test_answers_are_as_the_schema_says(
    api: BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    excluded = list(OPERATIONS[method, path])
    cases = api[path][method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=excluded)

    check()
