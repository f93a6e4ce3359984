"""The functions in AWS's emulator, with a DynamoDB that speaks over a real connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.session import get_session

from infra.emulator import Emulator, report_emulator, segment_emulator
from tests.infra.template import written
from tests.moto_server import running_moto

TABLE_NAME = "end-to-end"  # moto keeps one set of tables for all servers of a process
REGION = "eu-central-1"
TEST_KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}

Rows = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def dynamodb_url() -> Iterator[str]:
    with running_moto() as url:
        yield url


@pytest.fixture(scope="session")
def dynamodb(dynamodb_url: str) -> Iterator[Any]:
    """A client, and the table as the template describes it."""
    session = get_session()
    session.set_credentials("testing", "testing")
    client = session.create_client("dynamodb", region_name=REGION, endpoint_url=dynamodb_url)
    table = written()["Resources"]["InferenceLogTable"]["Properties"]
    client.create_table(
        TableName=TABLE_NAME,
        **{name: table[name] for name in ("AttributeDefinitions", "BillingMode", "KeySchema")},
    )
    client.update_time_to_live(
        TableName=TABLE_NAME, TimeToLiveSpecification=table["TimeToLiveSpecification"]
    )
    yield client
    client.close()


@pytest.fixture
def rows(dynamodb: Any) -> Rows:
    """Read all rows of the inference log, in order of their time."""

    def read() -> list[dict[str, Any]]:
        items = dynamodb.scan(TableName=TABLE_NAME, ConsistentRead=True)["Items"]
        return sorted(items, key=lambda item: item["sk"]["S"])

    return read


@pytest.fixture(scope="session")
def function_environment(dynamodb_url: str, dynamodb: Any) -> Mapping[str, str]:
    """What the template and Lambda itself put into the functions' environment."""
    del dynamodb  # only so that the table is there
    return {
        "MULTIFIDUS_TABLE": TABLE_NAME,
        "MULTIFIDUS_LOG_TTL_DAYS": "90",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": dynamodb_url,
        **TEST_KEYS,
    }


@pytest.fixture(scope="session")
def segment(function_environment: Mapping[str, str]) -> Iterator[Emulator]:
    with segment_emulator(function_environment) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def report(function_environment: Mapping[str, str]) -> Iterator[Emulator]:
    with report_emulator(function_environment) as emulator:
        yield emulator
