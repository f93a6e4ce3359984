"""The viewer alone, on the real server: one page for all tests, with a new viewer for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.local.running import LocalServer
from tests.site.conftest import Watch, observe
from tests.site.viewer.stage import Stage

DESK: dict[str, Any] = {"viewport": {"width": 900, "height": 700}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}


@contextmanager
def opened(browser: Browser, server: LocalServer, device: dict[str, Any]) -> Iterator[Stage]:
    watch = Watch(server=server)
    context = browser.new_context(base_url=server.address, **device)
    observe(context, watch)
    yield Stage(context.new_page(), watch)
    context.close()


@pytest.fixture(scope="session")
def desk_stage(browser: Browser, server: LocalServer) -> Iterator[Stage]:
    with opened(browser, server, DESK) as stage:
        yield stage


@pytest.fixture(scope="session")
def phone_stage(browser: Browser, server: LocalServer) -> Iterator[Stage]:
    with opened(browser, server, PHONE) as stage:
        yield stage


@pytest.fixture
def stage(desk_stage: Stage) -> Iterator[Stage]:
    """At 900 x 700. Afterwards: nobody complained, no third party was asked."""
    desk_stage.renew()
    yield desk_stage
    desk_stage.expect_no_complaints()


@pytest.fixture
def phone(phone_stage: Stage) -> Iterator[Stage]:
    """On a touch screen of 360 x 640 with three device pixels to one."""
    phone_stage.renew()
    yield phone_stage
    phone_stage.expect_no_complaints()
