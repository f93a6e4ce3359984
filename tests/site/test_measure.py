from __future__ import annotations

import base64
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.site.actions import try_sample
from tests.site.conftest import Watch
from tests.site.pictures import blank, broken, decoded, encoded, sample

RESULT, ERROR = "#result", "#error"


def shown(value: float, places: int) -> str:
    """As the browser writes it: halves are rounded up, and not to the even neighbour."""
    step = Decimal(1).scaleb(-places)
    return str(Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP))


def area(page: Page, side: str) -> Locator:
    return page.locator(f".side-{side} .area")


def test_a_sample_shows_its_overlay_and_its_numbers(page: Page) -> None:
    answer = try_sample(page)
    picture = page.get_by_role("img", name="The slice with the multifidus outlined on each side")
    expect(picture).to_be_visible()
    size = picture.evaluate("(picture) => [picture.naturalWidth, picture.naturalHeight]")
    assert size == [answer["width"], answer["height"]]
    for name, side in answer["sides"].items():
        expect(area(page, name)).to_have_text(f"{shown(side['area_mm2'], 0)}mm\u00b2")
        expect(page.locator(f".side-{name}")).to_contain_text(shown(side["mean_probability"], 2))
    facts = page.locator(".facts")
    expect(facts).to_contain_text(f"{shown(answer['asymmetry_pct'], 1)} %")
    expect(facts).to_contain_text("0.75 \u00d7 0.75 mm")
    expect(facts).to_contain_text(answer["model"]["version"])
    expect(page.locator(".verdict-untrusted")).to_have_count(0)
    expect(page.locator("#caption")).to_be_empty()


def try_with_side(page: Page, **fields: object) -> Locator:
    """Measure the sample with fields of the right side put in place of the service's."""

    def changed(route: Route) -> None:
        response = route.fetch()
        answer = response.json()
        answer["sides"]["right"] |= fields
        route.fulfill(response=response, json=answer)

    page.route("**/segment", changed)
    try_sample(page)
    return page.locator(".side-right")


def test_fat_is_shown_with_its_interval_and_its_grade(page: Page) -> None:
    grade = {"scale": "kjaer", "value": 1, "candidates": [1]}
    side = try_with_side(
        page, fat_infiltration_pct=23.4, fat_infiltration_ci95=[18.2, 28.9], grade=grade
    )
    expect(side.locator(".fat")).to_have_text("Fat 23 % (18\u201329 %)")
    expect(side.locator(".grade")).to_have_text("Kjaer grade 1")


def test_a_grade_that_cannot_be_told_names_its_candidates(page: Page) -> None:
    grade = {"scale": "kjaer", "value": None, "candidates": [0, 1]}
    side = try_with_side(
        page, fat_infiltration_pct=9.0, fat_infiltration_ci95=[6.0, 12.0], grade=grade
    )
    expect(side.locator(".grade")).to_have_text("Kjaer grade 0 or 1")


def test_what_was_not_measured_is_not_mentioned(page: Page) -> None:
    side = try_with_side(page, fat_infiltration_pct=None, fat_infiltration_ci95=None, grade=None)
    text = side.inner_text().lower()
    for word in ("fat", "grade", "null", "nan", "undefined"):
        assert word not in text


def test_the_time_is_shown_by_stage(page: Page) -> None:
    answer = try_sample(page)
    timings = page.locator(".timings")
    expect(timings.locator("table")).to_be_hidden()
    timings.locator("summary").click()
    expect(timings.locator("tr")).to_have_count(len(answer["timings_ms"]))
    expect(timings).to_contain_text(f"{shown(answer['timings_ms']['inference'], 1)} ms")


def test_the_sides_are_marked_as_radiologists_do(page: Page) -> None:
    try_sample(page)
    expect(page.locator("#mark-start")).to_have_text("R")
    expect(page.locator("#mark-end")).to_have_text("L")


def test_the_marks_follow_the_mask_and_not_the_habit(page: Page) -> None:
    def mirror(route: Route) -> None:
        """Answer as for a slice that is stored with the patient's left on the image's left."""
        response = route.fetch()
        answer = response.json()
        mask = decoded(base64.b64decode(answer["mask_base64"]))
        answer["mask_base64"] = base64.b64encode(encoded(mask[:, ::-1])).decode()
        route.fulfill(response=response, json=answer)

    page.route("**/segment", mirror)
    try_sample(page)
    expect(page.locator("#mark-start")).to_have_text("L")
    expect(page.locator("#mark-end")).to_have_text("R")


def test_a_file_without_spacing_is_measured_in_pixels_and_says_why(page: Page) -> None:
    with page.expect_response("**/segment") as caught:
        page.set_input_files("#file", sample("moderate.png"))
    answer = caught.value.json()
    expect(area(page, "right")).to_have_text(f"{answer['sides']['right']['area_px']}px")
    expect(page.locator(".reason")).to_contain_text("No pixel spacing")
    expect(page.locator("#caption")).to_contain_text("by radiological convention")
    expect(page.locator(".facts")).not_to_contain_text("Pixel spacing")


def test_a_blank_picture_is_marked_as_not_to_be_relied_on(page: Page) -> None:
    page.set_input_files("#file", blank())
    warning = page.locator(".verdict-untrusted")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("Do not rely on these numbers")
    expect(warning.locator("li")).not_to_have_count(0)
    # Before the numbers, not after them.
    assert warning.bounding_box()["y"] < page.locator(".sides").bounding_box()["y"]
    expect(page.locator("#status")).to_contain_text("do not rely on the numbers")


def test_a_broken_file_is_explained_and_the_next_one_works(page: Page, watch: Watch) -> None:
    watch.expected.append("status of 422")  # the browser's own words
    page.set_input_files("#file", broken())
    error = page.locator(ERROR)
    expect(error).to_be_visible()
    expect(error).to_be_focused()
    expect(error).to_contain_text("The file cannot be read")
    expect(error).to_contain_text("Request ")
    expect(page.locator("#status")).to_have_text("Not measured. The file cannot be read")
    try_sample(page)
    expect(error).to_be_hidden()


def test_overlay_and_mask_can_be_kept(page: Page, tmp_path: Path) -> None:
    answer = try_sample(page)
    for label, field, name in (
        ("Overlay (PNG)", "overlay_base64", "moderate-overlay.png"),
        ("Mask (PNG)", "mask_base64", "moderate-mask.png"),
    ):
        with page.expect_download() as caught:
            page.get_by_role("link", name=label).click()
        assert caught.value.suggested_filename == name
        caught.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes() == base64.b64decode(answer[field])
    mask = decoded((tmp_path / "moderate-mask.png").read_bytes())
    assert set(mask.ravel().tolist()) == {0, 1, 2}


def test_the_name_of_a_file_stays_on_this_machine(page: Page, watch: Watch) -> None:
    name = '<img src=x onerror="document.title=1">Doe^Jane.dcm'
    with page.expect_response("**/segment") as caught:
        page.set_input_files("#file", sample("healthy.dcm", shown_as=name))
    assert caught.value.json()["filename"] == "slice"
    # It is shown to its owner, as text.
    expect(page.locator(".filename")).to_have_text(name)
    expect(page).to_have_title("Multifidus")
    (request,) = watch.sent("/segment")
    assert b"Doe" not in (request.post_data_buffer or b"")


def test_the_policy_would_stop_a_call_to_a_third_party(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    with page.expect_console_message(
        lambda message: "refused by policy: connect-src" in message.text
    ):
        reached = page.evaluate("fetch('https://third.invalid/').then(() => true, () => false)")
    assert reached is False


@pytest.mark.parametrize("label", ["Lean", "Some fat", "Much fat"])
def test_each_sample_is_one_that_can_be_relied_on(page: Page, label: str) -> None:
    answer = try_sample(page, label)
    assert answer["quality"]["trusted"] is True
