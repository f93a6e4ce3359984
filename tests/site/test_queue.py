"""The list: thumbnails, progress, looking at one while others run, cancelling, removing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.site.actions import (
    choose,
    expect_result,
    held_back,
    rows,
    try_sample,
    until_one_is_held,
)
from tests.site.pictures import broken, sample

THREE = ("healthy.dcm", "moderate.dcm", "severe.dcm")


def test_the_slice_is_seen_before_the_answer_comes(page: Page) -> None:
    held = held_back(page)
    choose(page, sample("moderate.dcm"))
    until_one_is_held(page, held)
    expect(page.get_by_role("progressbar", name="Measuring")).to_be_visible()
    expect(page.locator("#busy-text")).to_have_text("Measuring moderate.dcm")
    expect(page.locator("#status")).to_have_text("Measuring moderate.dcm")
    assert bright_share(page) > 0.2
    expect(page.locator("#panel table.sides")).to_have_count(0)
    held[0].continue_()
    expect_result(page)
    expect(page.locator("#busy")).to_be_hidden()


def bright_share(page: Page) -> float:
    """Share of the image's pixels that are not as dark as an empty stage."""
    share: float = page.locator("#viewer canvas").first.evaluate(
        """async (canvas) => {
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const copy = new OffscreenCanvas(canvas.width, canvas.height);
          const context = copy.getContext("2d");
          context.drawImage(canvas, 0, 0);
          const { data } = context.getImageData(0, 0, copy.width, copy.height);
          let bright = 0;
          for (let i = 0; i < data.length; i += 4) if (data[i] > 40) bright += 1;
          return (4 * bright) / data.length;
        }"""
    )
    return share


def test_each_slice_has_a_thumbnail_and_its_own_result(page: Page) -> None:
    choose(page, *map(sample, THREE))
    expect(rows(page, "done")).to_have_count(3)
    sizes = page.locator("#queue-list img").evaluate_all(
        "(images) => images.map((image) => image.naturalWidth)"
    )
    assert len(sizes) == 3
    assert min(sizes) > 50
    expect(page.locator("#panel .filename")).to_have_text("healthy.dcm")
    first = page.locator("#panel table.sides").inner_text()
    rows(page).nth(2).get_by_role("button").first.click()
    expect(page.locator("#panel .filename")).to_have_text("severe.dcm")
    assert page.locator("#panel table.sides").inner_text() != first
    rows(page).nth(0).get_by_role("button").first.click()
    assert page.locator("#panel table.sides").inner_text() == first


def test_one_that_fails_does_not_stop_the_others(page: Page) -> None:
    choose(page, broken(), sample("healthy.dcm"))
    expect(rows(page, "failed")).to_have_count(1)
    expect(rows(page, "done")).to_have_count(1)
    expect(page.locator("#error")).to_contain_text("The file cannot be read")


@pytest.mark.parametrize(
    "cancel",
    [
        lambda page: page.get_by_role("button", name="Cancel").click(),
        lambda page: page.keyboard.press("Escape"),
    ],
    ids=["button", "escape"],
)
def test_measuring_can_be_cancelled_and_done_after_all(
    page: Page, cancel: Callable[[Page], None]
) -> None:
    held = held_back(page)
    choose(page, sample("healthy.dcm"))
    until_one_is_held(page, held)
    with page.expect_event("requestfailed"):  # the request itself ends, not only its waiting
        cancel(page)
    expect(page.locator("#busy")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("Cancelled. healthy.dcm was not measured.")
    expect(rows(page, "cancelled")).to_have_count(1)
    page.unroute("**/segment")
    page.get_by_role("button", name="Measure", exact=True).click()
    expect_result(page)


def test_all_can_be_stopped(page: Page) -> None:
    held = held_back(page)
    choose(page, *map(sample, THREE))
    until_one_is_held(page, held)
    page.get_by_role("button", name="Stop").click()
    expect(rows(page, "cancelled")).to_have_count(3)
    assert len(held) == 1


def test_one_can_be_removed_and_all(page: Page) -> None:
    choose(page, *map(sample, THREE))
    expect(rows(page, "done")).to_have_count(3)
    rows(page).nth(0).hover()
    page.get_by_role("button", name="Remove healthy.dcm").click()
    expect(rows(page)).to_have_count(2)
    expect(page.locator("#panel .filename")).to_have_text("moderate.dcm")
    expect(rows(page).nth(0).get_by_role("button").first).to_be_focused()
    page.get_by_role("button", name="Remove all").click()
    expect(rows(page)).to_have_count(0)
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#choose")).to_be_focused()


def test_removing_what_is_under_way_ends_its_request(page: Page) -> None:
    held = held_back(page)
    choose(page, sample("healthy.dcm"))
    until_one_is_held(page, held)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Remove healthy.dcm").click()
    page.unroute("**/segment")
    try_sample(page)


def test_arrows_go_through_the_list(page: Page) -> None:
    choose(page, *map(sample, THREE))
    expect(rows(page, "done")).to_have_count(3)
    rows(page).nth(0).get_by_role("button").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#panel .filename")).to_have_text("moderate.dcm")
    expect(rows(page).nth(1).get_by_role("button").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#panel .filename")).to_have_text("healthy.dcm")
