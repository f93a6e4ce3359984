"""schemathesis: every route of the OpenAPI schema with data that fit it and data that do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.functions.factories import write_model
from tests.functions.handler_process import HandlerProcess
from tests.hostile.described import assert_as_described, schema_of
from tests.hostile.gateway_app import GatewayApp

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
    return schema_of(gateway)


def test_every_route_is_tried(api: BaseSchema) -> None:
    described = {(method.upper(), path) for path in api for method in api[path]}
    assert described == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path", "mode"), TRIED)
def test_answers_are_as_the_schema_says(
    api: BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    assert_as_described(api, method, path, mode, excluded=OPERATIONS[method, path])
