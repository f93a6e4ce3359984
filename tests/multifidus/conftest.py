"""Fixtures of the shared package's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import get_session

from tests.moto_server import running_moto
from tests.multifidus.log_records import TABLE
from tests.multifidus.samples import RealSlice, data_folder, real_dixon_slices, real_t2_slices


@pytest.fixture(scope="session")
def t2_slices() -> list[RealSlice]:
    _skip_without("musclemap")
    return real_t2_slices()


@pytest.fixture(scope="session")
def dixon_slices() -> list[RealSlice]:
    _skip_without("lpm")
    return real_dixon_slices()


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    with running_moto() as url:
        yield url


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.fixture
def table(request: pytest.FixtureRequest, moto_url: str) -> Iterator[str]:
    request.getfixturevalue("aws_environment")
    client: Any = get_session().create_client("dynamodb", endpoint_url=moto_url)
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    yield moto_url
    client.delete_table(TableName=TABLE)
    client.close()


def _skip_without(name: str) -> None:
    pytest.importorskip("nibabel", reason="nibabel reads the real slices and is not installed")
    if not (data_folder() / name).is_dir():
        pytest.skip("no real MRI here: MULTIFIDUS_DATA names no folder that holds it")
