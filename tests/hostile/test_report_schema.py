"""schemathesis through the report's real handler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from tests.functions.handler_process import HandlerProcess
from tests.functions.report.parrot import write_report_model
from tests.hostile.described import assert_as_described, schema_of
from tests.hostile.gateway_app import GatewayApp

EXAMPLES = 100


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    folder = tmp_path_factory.mktemp("report-schema")
    write_report_model(folder / "model")
    environment = {
        "MULTIFIDUS_REPORT_MODEL_DIR": str(folder / "model"),
        "MULTIFIDUS_SQLITE_PATH": str(folder / "log.sqlite3"),
        "AWS_LAMBDA_FUNCTION_NAME": "report",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    }
    process = HandlerProcess("functions.report.handler", folder, environment, writes=folder)
    yield schema_of(GatewayApp(process))
    process.close()


def test_there_is_one_route(api: BaseSchema) -> None:
    assert [(method, path) for path in api for method in api[path]] == [("post", "/report")]


def in_order(case: schemathesis.Case) -> bool:
    """Whether each interval has its lower end first, which a schema cannot ask for."""
    body: Any = case.body
    if isinstance(body, dict):
        body = body.get("sides", [body])
    intervals = [entry.get("fat_infiltration_ci95") for entry in body]
    return all(interval is None or interval[0] <= interval[1] for interval in intervals)


def test_what_fits_the_schema_is_answered(api: BaseSchema) -> None:
    assert_as_described(
        api, "POST", "/report", GenerationMode.POSITIVE, examples=EXAMPLES, suits=in_order
    )


def test_what_does_not_is_refused_as_the_schema_says(api: BaseSchema) -> None:
    assert_as_described(api, "POST", "/report", GenerationMode.NEGATIVE, examples=EXAMPLES)
