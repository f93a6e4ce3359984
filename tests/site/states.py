"""Every state that the page can be in, and how a visitor gets there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.site.actions import (
    choose,
    draw_on_the_image,
    drop,
    expect_result,
    held_back,
    measure_file,
    rows,
    try_sample,
    until_one_is_held,
)
from tests.site.dicom_slices import with_identity
from tests.site.pictures import SAMPLES, blank, broken, sample

State = Callable[[Page], None]


def empty(page: Page) -> None:
    expect(page.locator("#invite")).to_be_visible()


def dragging(page: Page) -> None:
    drop(page, SAMPLES / "healthy.dcm", let_go=False)
    expect(page.locator("body[data-drag]")).to_have_count(1)


def measuring(page: Page) -> None:
    held = held_back(page)
    choose(page, sample("moderate.dcm"))
    until_one_is_held(page, held)


def trusted(page: Page) -> None:
    try_sample(page, "Lean")


def opened(page: Page) -> None:
    """Everything that can be unfolded is."""
    choose(page, {"name": "slice.dcm", "mimeType": "", "buffer": identified()})
    expect_result(page)
    page.evaluate(
        "() => document.querySelectorAll('#panel details').forEach((one) => { one.open = true; })"
    )


def untrusted(page: Page) -> None:
    measure_file(page, blank())


def without_spacing(page: Page) -> None:
    measure_file(page, sample("moderate.png"))


def several(page: Page) -> None:
    choose(page, sample("healthy.dcm"), broken(), sample("severe.dcm"), blank())
    expect(page.locator("#queue-progress")).to_have_text("4 of 4 done")


def review(page: Page) -> None:
    page.get_by_label("Let me look before anything is sent").check()
    choose(page, {"name": "slice.dcm", "mimeType": "", "buffer": identified()})
    expect(page.get_by_role("button", name="Send this slice")).to_be_visible()


def burnt_in(page: Page) -> None:
    file = identified(BurnedInAnnotation="YES")
    choose(page, {"name": "slice.dcm", "mimeType": "", "buffer": file})
    expect(page.locator(".burnt-in")).to_be_visible()


def failed(page: Page) -> None:
    choose(page, broken())
    expect(page.locator("#error")).to_be_visible()


def failed_on_the_way(page: Page) -> None:
    problem = {"code": "internal", "request_id": "3f6c2a0e-5d43-4d0e-9b6f-0c1f2f0f7f55"}
    page.route("**/segment", lambda route: route.fulfill(status=500, json=problem))
    choose(page, sample("healthy.dcm"))
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def cancelled(page: Page) -> None:
    measuring(page)
    page.get_by_role("button", name="Cancel").click()
    expect(rows(page, "cancelled")).to_have_count(1)


def busy(page: Page) -> None:
    page.route(
        "**/segment",
        lambda route: route.fulfill(status=429, headers={"retry-after": "30"}, body="{}"),
    )
    choose(page, sample("moderate.dcm"))
    expect(page.locator("#busy-text")).to_contain_text("Trying again")


def offline(page: Page) -> None:
    try_sample(page, "Much fat")
    page.context.set_offline(True)
    choose(page, sample("healthy.dcm"))
    expect(page.locator("#offline")).to_be_visible()
    expect(rows(page).nth(1).locator("img")).to_have_count(1)


def corrected(page: Page) -> None:
    try_sample(page, "Lean")
    with page.expect_response("**/measure"):
        draw_on_the_image(page)
    expect(page.locator("#status")).to_have_text("The numbers are those of your outline.")


def reported(page: Page) -> None:
    try_sample(page)
    page.get_by_role("button", name="Write the report").click()
    expect(page.locator(".side-report")).to_have_count(2)


def report_disabled(page: Page) -> None:
    problem = {"code": "report_disabled"}
    page.route("**/report", lambda route: route.fulfill(status=503, json=problem))
    try_sample(page, "Lean")
    page.get_by_role("button", name="Write the report").click()
    expect(page.locator(".report .notice")).to_be_visible()


def identified(**more: str) -> bytes:
    return with_identity(sample("moderate.dcm")["buffer"], **more)


STATES: tuple[State, ...] = (
    *(empty, dragging, measuring, trusted, opened, untrusted, without_spacing, several),
    *(review, burnt_in, failed, failed_on_the_way, cancelled, busy, offline, corrected),
    *(reported, report_disabled),
)
