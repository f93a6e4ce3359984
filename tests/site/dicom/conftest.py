"""The DICOM modules in a browser, on a page of the real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.local.running import LocalServer
from tests.site.conftest import REPORT_VIOLATIONS
from tests.site.dicom.dicom_page import DicomPage


@pytest.fixture(scope="module")
def dicom(browser: Browser, server: LocalServer) -> Iterator[DicomPage]:
    """One page for a module's tests. Afterwards: nobody complained, only the server was asked."""
    complaints: list[str] = []
    context = browser.new_context(base_url=server.address)
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.goto("/")
    yield DicomPage(page)
    context.close()
    assert complaints == []
    assert all(url.startswith((server.address, f"blob:{server.address}")) for url in requests)
