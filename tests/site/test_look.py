from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.site.actions import try_sample
from tests.site.pictures import blank


def is_as_wide_as_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def brightness(page: Page, selector: str) -> float:
    colour = page.locator(selector).evaluate("(node) => getComputedStyle(node).backgroundColor")
    red, green, blue = (float(part) for part in colour[4:-1].split(","))
    return (red + green + blue) / 3


@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
def test_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    assert is_as_wide_as_the_window(page)
    try_sample(page)
    assert is_as_wide_as_the_window(page)
    page.set_input_files("#file", {**blank(), "name": "a-very-long-name" * 20 + ".png"})
    expect(page.locator(".verdict-untrusted")).to_be_visible()
    assert is_as_wide_as_the_window(page)
    page.set_input_files("#file", {"name": "empty", "mimeType": "", "buffer": b""})
    expect(page.locator("#error")).to_be_visible()
    assert is_as_wide_as_the_window(page)


def test_on_a_narrow_page_the_image_is_in_view_after_measuring(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 560})
    try_sample(page)
    expect(page.locator("#picture")).to_be_in_viewport(ratio=0.9)


def test_the_image_is_the_largest_thing_on_a_wide_page(page: Page) -> None:
    try_sample(page)
    box = page.locator("#frame").bounding_box()
    assert box is not None
    assert box["height"] > 600
    assert abs(box["width"] / box["height"] - 1.0) < 0.01  # the sample is square


def test_pixels_that_are_not_square_are_not_shown_square(page: Page) -> None:
    def stretched(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | {"pixel_spacing_mm": [0.5, 1.0]})

    page.route("**/segment", stretched)
    try_sample(page)
    box = page.locator("#frame").bounding_box()
    assert box is not None
    assert abs(box["width"] / box["height"] - 2.0) < 0.01


@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_the_page_follows_the_readers_scheme_and_the_stage_stays_dark(
    page: Page, scheme: str, bright: bool
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert (brightness(page, "body") > 128) is bright
    assert brightness(page, "#stage") < 20


def test_nothing_moves_for_those_who_asked_for_that(page: Page) -> None:
    moves = "getComputedStyle(document.querySelector('progress')).animationName"
    page.route("**/segment", lambda _route: None)
    page.get_by_role("button", name="Lean").click()
    assert page.evaluate(moves) == "sweep"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moves) == "none"
