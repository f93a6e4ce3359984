"""The viewer alone, on the real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.site.conftest import REPORT_VIOLATIONS, Watch
from tests.site.viewer.stage import Stage, serve_test_page


@pytest.fixture
def stage(context: BrowserContext, watch: Watch) -> Iterator[Stage]:
    """The viewer at 900 x 700. Afterwards: nobody complained, no third party was asked."""
    page = context.new_page()
    page.set_viewport_size({"width": 900, "height": 700})
    serve_test_page(page)
    yield Stage(page)
    assert watch.strangers() == []
    assert watch.unexpected_complaints() == []


@pytest.fixture
def phone(browser: Browser, watch: Watch) -> Iterator[Stage]:
    """The same on a phone's touch screen of 360 x 640 with three device pixels to one."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        device_scale_factor=3,
        has_touch=True,
        is_mobile=True,
        base_url=watch.server.address,
    )
    context.set_default_timeout(20_000)
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("weberror", lambda error: watch.complaints.append(str(error.error)))
    page = context.new_page()
    serve_test_page(page)
    yield Stage(page)
    context.close()
    assert watch.unexpected_complaints() == []
