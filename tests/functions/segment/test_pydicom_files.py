"""Every file that comes with pydicom through the app: the same ends as from `read_image`."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.multifidus.test_pydicom_files import files, outcomes


@pytest.mark.parametrize("kind", ["image", "refused"])
def test_no_file_of_pydicoms_is_our_fault(client: TestClient, kind: str) -> None:
    for name, (status, code) in outcomes().items():
        if (status == 200) != (kind == "image"):
            continue
        answer = client.post(
            "/segment?include=mask",
            content=files()[name].read_bytes(),
            headers={"Content-Type": "application/dicom"},
        )
        assert answer.status_code == status, name
        assert answer.json().get("code", "ok") == code, name
