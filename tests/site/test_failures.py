"""What goes wrong has words that help, and a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, Route, expect

from tests.site.actions import (
    choose,
    expect_result,
    held_back,
    rows,
    show_samples,
    try_sample,
    until_one_is_held,
)
from tests.site.conftest import Watch
from tests.site.pictures import broken, noise, sample

BROWSERS_OWN_WORDS = "Failed to load resource"
ERROR = "#error"


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ({"name": "slice.png", "mimeType": "image/png", "buffer": b""}, "The file is empty"),
        (noise(), "The file is too large"),
    ],
    ids=["empty", "too_large"],
)
def test_what_cannot_be_measured_anyway_is_not_sent(
    page: Page, watch: Watch, file: FilePayload, title: str
) -> None:
    choose(page, file)
    expect(page.locator(ERROR)).to_contain_text(title)
    assert watch.sent("/segment") == []


def test_what_is_no_slice_is_not_sent(page: Page, watch: Watch) -> None:
    choose(page, {"name": "letter.dcm", "mimeType": "", "buffer": b"Dear colleague, " * 40})
    expect(page.locator(ERROR)).to_contain_text("This is no DICOM, PNG or JPEG")
    assert watch.sent("/segment") == []


def test_a_broken_file_is_explained_and_the_next_one_works(page: Page) -> None:
    choose(page, broken())
    expect(page.locator(ERROR)).to_contain_text("The file cannot be read")
    expect(page.locator(ERROR)).to_be_focused()
    expect(page.locator("#status")).to_have_text("broken.dcm not measured. The file cannot be read")
    # Sending the same again would not help, and is not offered.
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    choose(page, sample("healthy.dcm"))
    expect(rows(page, "done")).to_have_count(1)
    expect_result(page)


@pytest.mark.parametrize(
    ("status", "body", "title", "offers_another_try"),
    [
        (0, "", "The service does not answer", True),
        (
            200,
            "<h1>Welcome to the hotel's network</h1>",
            "The answer could not be understood",
            True,
        ),
        (200, "{}", "The answer could not be understood", True),
        (413, "too long", "The file is too large", False),
        (500, '{"message": "Internal Server Error"}', "Something went wrong in the service", True),
        (502, "Bad Gateway", "The service does not answer", True),
        (503, '{"message": "Service Unavailable"}', "The service ran out of time", True),
        (503, '{"code": "model_unavailable"}', "The model is not available", True),
        (504, "", "The service ran out of time", True),
        (422, '{"code": "not_greyscale"}', "The image is in colour", False),
        (
            418,
            '{"code": "tea", "detail": "Short and stout."}',
            "The service refused the slice",
            False,
        ),
    ],
)
def test_each_failure_has_words_and_a_way_on(
    page: Page, watch: Watch, status: int, body: str, title: str, offers_another_try: bool
) -> None:
    watch.expected.append(BROWSERS_OWN_WORDS)
    page.route(
        "**/segment",
        lambda route: route.fulfill(status=status, body=body) if status else route.abort(),
    )
    show_samples(page)
    page.get_by_role("button", name="Lean").click()
    expect(page.locator(ERROR)).to_contain_text(title)
    expect(page.locator(ERROR)).not_to_contain_text("undefined")
    again = page.get_by_role("button", name="Try again")
    if not offers_another_try:
        expect(again).to_have_count(0)
        return
    page.unroute("**/segment")
    again.click()
    expect_result(page)


def busy(times: int, **headers: str) -> Callable[[Route], None]:
    """Refuse so many times, then let through."""
    left = [times]

    def answer(route: Route) -> None:
        left[0] -= 1
        if left[0] < 0:
            route.continue_()
        else:
            route.fulfill(
                status=429,
                json={"code": "throttled"},
                headers={name.replace("_", "-"): value for name, value in headers.items()},
            )

    return answer


def test_a_busy_service_is_asked_again_when_it_says_so(page: Page, watch: Watch) -> None:
    watch.expected.append(BROWSERS_OWN_WORDS)
    page.route("**/segment", busy(1, retry_after="2"))
    show_samples(page)
    page.get_by_role("button", name="Lean").click()
    expect(page.locator("#busy-text")).to_have_text("The service is busy. Trying again in 2 s.")
    expect_result(page)
    first, second = watch.sent("/segment")
    waited_ms = second.timing["startTime"] - first.timing["startTime"]
    assert waited_ms >= 2000


def test_waiting_for_a_busy_service_can_be_cancelled(page: Page, watch: Watch) -> None:
    watch.expected.append(BROWSERS_OWN_WORDS)
    page.route("**/segment", busy(9, retry_after="30"))
    show_samples(page)
    page.get_by_role("button", name="Lean").click()
    expect(page.locator("#busy-text")).to_contain_text("Trying again in 30 s")
    page.get_by_role("button", name="Cancel").click()
    expect(rows(page, "cancelled")).to_have_count(1)
    assert len(watch.sent("/segment")) == 1


def test_a_service_that_stays_busy_is_given_up_with_a_way_on(page: Page, watch: Watch) -> None:
    watch.expected.append(BROWSERS_OWN_WORDS)
    page.route("**/segment", busy(4, retry_after="1"))
    show_samples(page)
    page.get_by_role("button", name="Lean").click()
    expect(page.locator(ERROR)).to_contain_text("The service is busy")
    assert len(watch.sent("/segment")) == 4
    page.get_by_role("button", name="Try again").click()
    expect_result(page)


def test_a_slow_service_is_waited_for_with_words(page: Page) -> None:
    page.clock.install()
    held = held_back(page)
    choose(page, sample("healthy.dcm"))
    until_one_is_held(page, held)
    page.clock.run_for(9000)
    expect(page.locator("#busy-text")).to_contain_text("This takes longer than usual")
    held[0].continue_()
    expect_result(page)


def test_offline_slices_wait_and_go_on_by_themselves(page: Page, watch: Watch) -> None:
    watch.expected.append(BROWSERS_OWN_WORDS)
    try_sample(page)
    page.context.set_offline(True)
    choose(page, sample("severe.dcm"))
    # What can be done here is done: it is read and shown.
    expect(rows(page).nth(1).locator("img")).to_have_count(1)
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("Offline")
    expect(page.locator("#busy-text")).to_contain_text("Offline")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(rows(page, "done")).to_have_count(2)


def test_a_connection_that_breaks_during_a_request_is_waited_for(page: Page, watch: Watch) -> None:
    watch.expected.append(BROWSERS_OWN_WORDS)
    held = held_back(page)
    choose(page, sample("healthy.dcm"))
    route = until_one_is_held(page, held)
    page.context.set_offline(True)
    route.abort("internetdisconnected")
    expect(page.locator("#busy-text")).to_contain_text("Offline")
    page.unroute("**/segment")
    page.context.set_offline(False)
    expect_result(page)


def test_a_machine_without_a_network_can_use_its_own_service(page: Page) -> None:
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })"
    )
    page.reload()
    try_sample(page)
    expect(page.locator("#offline")).to_be_hidden()


def test_scripts_that_do_not_come_are_told_of(context: BrowserContext) -> None:
    page = context.new_page()
    page.route("**/norms_chart.js", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_text("A part of this page has not come yet")).to_be_visible()


def test_the_api_may_be_elsewhere(page: Page, watch: Watch) -> None:
    elsewhere = f"{watch.server.address}/elsewhere/"
    page.route("**/config.json", lambda route: route.fulfill(json={"api": elsewhere}))
    page.route("**/elsewhere/segment", lambda route: route.fulfill(status=200, body="{}"))
    page.reload()
    expect(page.get_by_role("link", name="API")).to_have_attribute("href", f"{elsewhere}docs")
    page.get_by_role("button", name="Lean").click()
    expect(page.locator(ERROR)).to_be_visible()
    assert len(watch.sent("/elsewhere/segment")) == 1
    assert watch.sent(f"{watch.server.address}/segment") == []


def test_the_apis_own_page_loads_nothing_from_others(page: Page) -> None:
    page.get_by_role("link", name="API").click()
    expect(page.get_by_text("/segment").first).to_be_visible()
