"""The reader's own outline: the area follows at once, the rest from the service."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.site.actions import (
    cell,
    draw_on_the_image,
    held_back,
    try_sample,
    until_one_is_held,
)
from tests.site.conftest import Watch
from tests.site.pictures import decoded


def figure(page: Page, side: str) -> int:
    return int(cell(page, "Area", side).locator(".figure").inner_text())


def areas(page: Page) -> tuple[int, int]:
    return figure(page, "right"), figure(page, "left")


def test_the_area_follows_the_outline_before_the_service_has_answered(page: Page) -> None:
    before = try_sample(page)
    held = held_back(page, "measure")
    draw_on_the_image(page, tool="Erase")
    expect(page.locator(".correction")).to_contain_text("Outline corrected by you")
    at_once = areas(page)
    assert at_once != tuple(round(before["sides"][side]["area_mm2"]) for side in ("right", "left"))
    expect(cell(page, "Fat", "right")).to_have_class("pending right")
    route = until_one_is_held(page, held)
    with page.expect_response("**/measure") as caught:
        route.continue_()
    answer = caught.value.json()
    expect(page.locator("#status")).to_have_text("The numbers are those of your outline.")
    # By the same definition: what the page counted is what the service measures.
    assert areas(page) == at_once
    assert at_once == tuple(round(answer["sides"][side]["area_mm2"]) for side in ("right", "left"))
    expect(cell(page, "Fat", "right")).to_have_text(
        f"{round(answer['sides']['right']['fat_infiltration_pct'])} %"
    )
    expect(page.locator(".facts")).to_contain_text(before["model"]["version"])


def test_several_strokes_are_sent_once(page: Page, watch: Watch) -> None:
    try_sample(page)
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    for _ in range(3):
        draw_on_the_image(page, tool="Erase")
        page.clock.run_for(300)
    assert watch.sent("/measure") == []
    with page.expect_response("**/measure"):
        page.clock.run_for(500)
    page.clock.resume()
    expect(page.locator(".correction")).not_to_contain_text("\u2026")
    assert len(watch.sent("/measure")) == 1


def test_a_correction_can_be_discarded(page: Page) -> None:
    try_sample(page)
    model = page.locator("table.sides").inner_text()
    with page.expect_response("**/measure"):
        draw_on_the_image(page, tool="Erase")
    expect(page.locator("#status")).to_have_text("The numbers are those of your outline.")
    assert page.locator("table.sides").inner_text() != model
    page.get_by_role("button", name="Discard the correction").click()
    expect(page.locator(".correction")).to_have_count(0)
    assert page.locator("table.sides").inner_text() == model


def test_taking_the_only_stroke_back_takes_the_correction_back(page: Page) -> None:
    try_sample(page)
    model = page.locator("table.sides").inner_text()
    draw_on_the_image(page, tool="Erase")
    expect(page.locator(".correction")).to_have_count(1)
    page.locator("#viewer canvas").first.focus()
    page.keyboard.press("Control+z")
    expect(page.locator(".correction")).to_have_count(0)
    assert page.locator("table.sides").inner_text() == model


def test_the_corrected_mask_is_what_is_sent_and_what_is_kept(page: Page) -> None:
    model = try_sample(page)
    with page.expect_response("**/measure"):
        draw_on_the_image(page, tool="Erase")
    expect(page.locator("#status")).to_have_text("The numbers are those of your outline.")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Mask (PNG)").click()
    mask = decoded(caught.value.path().read_bytes())
    before = decoded(base64.b64decode(model["mask_base64"]))
    assert mask.shape == before.shape
    assert set(mask.ravel().tolist()) <= {0, 1, 2}
    erased = before != mask
    assert erased.any()
    assert (mask[erased] == 0).all()
    spacing = model["pixel_spacing_mm"]
    counted = tuple(round(int((mask == side).sum()) * spacing[0] * spacing[1]) for side in (1, 2))
    assert areas(page) == counted


def test_where_the_service_cannot_measure_it_the_area_stays(page: Page, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    try_sample(page)
    page.route("**/measure", lambda route: route.fulfill(status=503, json={"code": "deadline"}))
    draw_on_the_image(page, tool="Erase")
    expect(page.locator(".correction")).to_contain_text("could not be measured again")
    at_once = areas(page)
    page.unroute("**/measure")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#status")).to_have_text("The numbers are those of your outline.")
    assert areas(page) == at_once
