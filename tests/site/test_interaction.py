from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.site.actions import try_sample
from tests.site.conftest import Watch
from tests.site.pictures import sample

# Gives the page files as a drop or a paste would; [name, type, base64] each.
GIVE_FILES = """([event, files]) => {
  const data = new DataTransfer();
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  const options = { bubbles: true, cancelable: true };
  document.body.dispatchEvent(
    event === "paste"
      ? new ClipboardEvent("paste", { ...options, clipboardData: data })
      : new DragEvent(event, { ...options, dataTransfer: data }),
  );
}"""


def give(page: Page, event: str, *names: str) -> None:
    payloads = [sample(name) for name in names]
    files = [
        [item["name"], item["mimeType"], base64.b64encode(item["buffer"]).decode()]
        for item in payloads
    ]
    page.evaluate(GIVE_FILES, [event, files])


@pytest.fixture
def held(page: Page) -> list[Route]:
    """Requests to the model, held back as a slow service would."""
    routes: list[Route] = []
    page.route("**/segment", lambda route: routes.append(route))
    return routes


def until_one_is_held(page: Page, held: list[Route]) -> None:
    for _ in range(200):
        if held:
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing was sent")


def test_a_dropped_file_is_measured(page: Page) -> None:
    give(page, "dragenter", "healthy.dcm")
    expect(page.locator("body[data-drag]")).to_have_count(1)
    give(page, "drop", "healthy.dcm")
    expect(page.locator("#result")).to_contain_text("healthy.dcm")
    expect(page.locator("body[data-drag]")).to_have_count(0)


def test_a_pasted_picture_is_measured(page: Page) -> None:
    give(page, "paste", "severe.png")
    expect(page.locator("#result")).to_contain_text("severe.png")


def test_of_several_files_none_is_sent(page: Page, watch: Watch) -> None:
    give(page, "drop", "healthy.dcm", "severe.dcm")
    expect(page.locator("#status")).to_contain_text("One slice at a time")
    expect(page.locator("#file-hint")).to_contain_text("One slice at a time")
    assert watch.sent("/segment") == []


def test_the_slice_is_shown_while_it_is_measured(page: Page, held: list[Route]) -> None:
    page.get_by_role("button", name="Lean").click()
    expect(page.get_by_role("progressbar", name="Measuring")).to_be_visible()
    expect(page.get_by_role("img", name="The slice as it was sent")).to_be_visible()
    expect(page.locator("#status")).to_have_text("Measuring healthy.dcm")
    expect(page.locator("#result")).to_be_hidden()
    until_one_is_held(page, held)
    held[0].continue_()
    expect(page.locator("#result")).to_be_visible()
    expect(page.locator("#busy")).to_be_hidden()


@pytest.mark.parametrize(
    "cancel",
    [
        lambda page: page.get_by_role("button", name="Cancel").click(),
        lambda page: page.keyboard.press("Escape"),
    ],
    ids=["button", "escape"],
)
def test_measuring_can_be_cancelled(
    page: Page, held: list[Route], cancel: Callable[[Page], None]
) -> None:
    page.get_by_role("button", name="Lean").click()
    until_one_is_held(page, held)
    expect(page.locator("#busy")).to_be_visible()
    cancel(page)
    expect(page.locator("#busy")).to_be_hidden()
    expect(page.locator("#result")).to_be_hidden()
    expect(page.locator("#error")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("Cancelled. Nothing was measured.")
    page.unroute("**/segment")
    try_sample(page)


def test_a_second_slice_replaces_the_first_that_is_still_under_way(
    page: Page, held: list[Route]
) -> None:
    page.get_by_role("button", name="Lean").click()
    until_one_is_held(page, held)
    page.unroute("**/segment")
    try_sample(page, "Much fat")
    expect(page.locator("#result")).to_contain_text("severe.dcm")


def test_everything_can_be_done_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator("#file")).to_be_focused()
    outline = page.locator(".pick").evaluate("(label) => getComputedStyle(label).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Lean")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_be_focused()
    expect(page.locator("#status")).to_have_text("Measured.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Overlay (PNG)")).to_be_focused()


@pytest.mark.parametrize(
    ("size", "title"), [(0, "The file is empty"), (4 * 1024 * 1024 + 1, "The file is too large")]
)
def test_what_cannot_be_measured_anyway_is_not_sent(
    page: Page, watch: Watch, size: int, title: str
) -> None:
    page.set_input_files("#file", {"name": "slice.dcm", "mimeType": "", "buffer": bytes(size)})
    expect(page.locator("#error")).to_contain_text(title)
    assert watch.sent("/segment") == []


@pytest.mark.parametrize(
    ("status", "body", "title"),
    [
        (0, "", "The service does not answer"),
        (200, "<h1>Welcome to the hotel's network</h1>", "The answer could not be understood"),
        (200, "{}", "The answer could not be understood"),
        (413, "too long", "The file is too large"),
        (429, '{"message": "Too Many Requests"}', "The service is busy"),
        (500, '{"message": "Internal Server Error"}', "Something went wrong in the service"),
        (503, '{"message": "Service Unavailable"}', "The service ran out of time"),
        (504, "", "The service ran out of time"),
        (418, '{"code": "tea", "detail": "Short and stout."}', "The service refused the slice"),
    ],
)
def test_answers_that_are_not_the_services_own_have_words_too(
    page: Page, watch: Watch, status: int, body: str, title: str
) -> None:
    watch.expected.append("Failed to load resource")  # the browser's own words
    page.route(
        "**/segment",
        lambda route: route.fulfill(status=status, body=body) if status else route.abort(),
    )
    page.get_by_role("button", name="Lean").click()
    expect(page.locator("#error")).to_contain_text(title)


def test_the_api_may_be_elsewhere(page: Page, watch: Watch) -> None:
    elsewhere = f"{watch.server.address}/elsewhere/"
    page.route("**/config.json", lambda route: route.fulfill(json={"api": elsewhere}))
    page.route("**/elsewhere/segment", lambda route: route.fulfill(status=200, body="{}"))
    page.reload()
    expect(page.get_by_role("link", name="API")).to_have_attribute("href", f"{elsewhere}docs")
    page.get_by_role("button", name="Lean").click()
    expect(page.locator("#error")).to_be_visible()
    assert len(watch.sent("/elsewhere/segment")) == 1
    assert watch.sent(f"{watch.server.address}/segment") == []


def test_the_apis_own_page_loads_nothing_from_others(page: Page) -> None:
    page.get_by_role("link", name="API").click()
    expect(page.get_by_text("/segment").first).to_be_visible()
