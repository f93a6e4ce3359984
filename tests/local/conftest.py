"""The real server, once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.local.running import LocalServer, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("data") / "made-by-the-server") as server:
        yield server


@pytest.fixture(scope="session")
def client(server: LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=30, trust_env=False) as client:
        yield client
