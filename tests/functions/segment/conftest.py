"""What holds after every refused request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.functions.factories import dicom


@pytest.fixture
def the_next_request_is_fine(client: TestClient) -> Iterator[None]:
    yield
    assert client.post("/segment", files={"file": ("a.dcm", dicom())}).status_code == 200
