"""The whole way by keyboard alone: from an empty page to a file in the downloads."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.local.running import SAMPLES
from tests.site.actions import expect_result, rows

MANY = 60


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus, which must then be seen to have it."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            break
    focused = page.locator(":focus-visible")
    expect(focused).to_have_count(1)
    outline = focused.evaluate(
        "(node) => [getComputedStyle(node).outlineStyle, getComputedStyle(node).outlineWidth]"
    )
    assert outline[0] != "none"
    assert outline[1] != "0px"
    assert page.evaluate("(selector) => document.activeElement.matches(selector)", selector)


def test_everything_can_be_done_by_keyboard(page: Page) -> None:
    # Choose.
    tab_to(page, "#choose")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([SAMPLES / "healthy.dcm", SAMPLES / "moderate.dcm"])
    # The result takes the focus when it comes, and says what it is.
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page.locator("#queue-progress")).to_have_text("2 of 2 done")
    # Settings.
    tab_to(page, "#level")
    with page.expect_response("**/segment") as caught:
        page.keyboard.press("ArrowDown")
    expect(page.locator(".facts")).to_contain_text(caught.value.json()["request_id"])
    expect(page.locator("#level")).to_have_value("L1-L2")
    expect(page.locator("#level")).to_be_focused()
    # Sources of the reference values.
    tab_to(page, ".norms summary")
    page.keyboard.press("Enter")
    expect(page.locator(".norms .scrolls")).to_be_visible()
    # The report.
    tab_to(page, "#write-report")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .side-report")).to_have_count(2)
    # Take along.
    tab_to(page, "#take-csv")
    with page.expect_download():
        page.keyboard.press("Space")
    expect(page.locator("#take-csv")).to_be_focused()
    # The other slice, by the skip link and the list.
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    page.locator("body").press("Home")
    page.evaluate("() => document.activeElement.blur()")
    page.locator(".skip").focus()
    tab_to(page, ".slice[aria-current]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#panel .filename")).to_have_text("moderate.dcm")
    # Correct it: the brush moves and draws by keys.
    tab_to(page, "#viewer canvas")
    # Remove it.
    rows(page).nth(1).get_by_role("button").nth(1).focus()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)


def test_a_sample_is_one_key_away(page: Page) -> None:
    tab_to(page, ".sample")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    expect_result(page)
    expect(page.locator("#status")).to_contain_text("measured")
