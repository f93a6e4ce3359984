"""A real browser on the real server, watched: what it asks for, logs and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.local.running import ROOT, LocalServer, running_server

# Not looked for elsewhere and never skipped: `make test` installs it.
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}
# Far more than anything takes by itself: tests run beside others.
SECONDS_AT_MOST = 40
PHONE = {"width": 390, "height": 844}
SCREENSHOTS = ROOT / "build" / "screenshots"
expect.set_options(timeout=SECONDS_AT_MOST * 1000)

# Tells the test of whatever the content security policy refused.
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("refused by policy:", event.violatedDirective, event.blockedURI));
"""


@dataclass(kw_only=True)
class Watch:
    """What a page did that a reader does not see."""

    server: LocalServer
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def unexpected_complaints(self) -> list[str]:
        """Errors and warnings of the console that hold none of the expected texts."""
        return [
            text for text in self.complaints if not any(known in text for known in self.expected)
        ]

    def strangers(self) -> list[str]:
        """Addresses asked for that are not the server's own."""
        own = (f"{self.server.address}/", f"blob:{self.server.address}/")
        return [request.url for request in self.requests if not request.url.startswith(own)]

    def sent(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.url.endswith(path)]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watch(server: LocalServer) -> Watch:
    return Watch(server=server)


@pytest.fixture
def context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP, base_url=watch.server.address)
    observe(context, watch)
    yield context
    context.close()


def observe(context: BrowserContext, watch: Watch) -> None:
    """Note what the context's pages ask for and complain of."""
    context.set_default_timeout(SECONDS_AT_MOST * 1000)
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("request", lambda request: watch.requests.append(request))
    context.on(
        "console",
        lambda message: (
            watch.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    context.on("weberror", lambda error: watch.complaints.append(str(error.error)))


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """The page, opened. Afterwards: no third party was asked, and nobody complained."""
    page = context.new_page()
    # Files are asked for through Playwright from the start: it does not wait until Chromium has
    # taken that in, and a chooser that opens sooner is nobody's.
    page.on("filechooser", lambda _: None)
    page.goto("/")
    page.get_by_role("button", name="Lean").wait_for()
    yield page
    page.unroute_all(behavior="ignoreErrors")
    assert watch.strangers() == []
    assert watch.unexpected_complaints() == []
