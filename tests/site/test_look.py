"""Sizes, schemes, motion; and how much the page weighs."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.site.actions import (
    box,
    choose,
    expect_result,
    held_back,
    is_as_wide_as_the_window,
    measure_file,
    try_sample,
    until_one_is_held,
)
from tests.site.conftest import PHONE
from tests.site.pictures import blank, sample

BUDGET_BYTES = 150 * 1024
# Scripts and styles as they came over the line, without headers; decoders are for what needs them.
TRANSFERRED = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => /\\.(js|css|mjs)$/.test(new URL(name).pathname))
  .filter(({ name }) => !new URL(name).pathname.startsWith("/vendor/"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""


def brightness(page: Page, selector: str) -> float:
    colour = page.locator(selector).evaluate("(node) => getComputedStyle(node).backgroundColor")
    red, green, blue = (float(part) for part in colour[4:-1].split(","))
    return (red + green + blue) / 3


@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
def test_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    assert is_as_wide_as_the_window(page)
    measure_file(page, {**blank(), "name": "a-very-long-name" * 20 + ".png"})
    assert is_as_wide_as_the_window(page)
    choose(page, {"name": "empty", "mimeType": "", "buffer": b""})
    expect(page.locator("#queue-progress")).to_have_text("2 of 2 done")
    assert is_as_wide_as_the_window(page)


def test_on_a_phone_image_and_verdict_come_first(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    try_sample(page)
    image, panel = box(page.locator("#viewer canvas").first), box(page.locator("#panel"))
    assert image["width"] == PHONE["width"]
    assert image["y"] + image["height"] < PHONE["height"]
    assert panel["y"] < PHONE["height"] + 100
    # So they do when another one is added from below them.
    page.locator("#samples-more").scroll_into_view_if_needed()
    try_sample(page, "Lean")
    expect(page.locator("#queue-list")).to_be_in_viewport()


def test_the_image_is_the_largest_thing_on_a_desk(page: Page) -> None:
    try_sample(page)
    image = box(page.locator("#viewer canvas").first)
    assert image["height"] > 500
    assert image["width"] > 550


def test_what_is_to_be_hit_by_a_finger_is_large_enough(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    try_sample(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, summary, a")]
          .filter((one) => one.checkVisibility() && !one.matches(".skip, input[type=checkbox]"))
          .map((one) => [one.id || one.className || one.textContent, one.getBoundingClientRect()])
          .filter(([, { width, height }]) => Math.min(width, height) < 24)
          .map(([name]) => name)"""
    )
    assert [name for name in small if name != "api-link"] == []


@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_the_page_follows_the_readers_scheme_and_the_stage_stays_dark(
    page: Page, scheme: str, bright: bool
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert (brightness(page, "html") > 128) is bright
    assert brightness(page, "#stage") < 20


def test_nothing_moves_for_those_who_asked_for_that(page: Page) -> None:
    moves = "() => getComputedStyle(document.querySelector('#busy progress')).animationName"
    held = held_back(page)
    choose(page, sample("healthy.dcm"))
    until_one_is_held(page, held)
    assert page.evaluate(moves) == "sweep"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moves) == "none"


def test_the_page_is_light(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert 20_000 < page.evaluate(TRANSFERRED) < BUDGET_BYTES
    choose(page, sample("moderate.dcm"))
    expect_result(page)
    assert page.evaluate(TRANSFERRED) < BUDGET_BYTES


def test_the_first_paint_waits_for_no_script(context: BrowserContext) -> None:
    page = context.new_page()
    scripts: list[Route] = []
    page.route("**/*.js", lambda route: scripts.append(route))
    page.goto("/", wait_until="commit")
    expect(page.get_by_text("Drop slices here")).to_be_visible()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    painted = page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) => resolve(
          list.getEntries().map(({ name }) => name),
        )).observe({ type: "paint", buffered: true }))"""
    )
    assert "first-contentful-paint" in painted
    assert scripts
    page.unroute_all(behavior="ignoreErrors")
