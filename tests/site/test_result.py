"""What a reader learns from a result, and how to get there from what the file does not say."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.site.actions import (
    box,
    cell,
    change_answer,
    choose,
    expect_result,
    held_back,
    measure_file,
    rows,
    try_sample,
    until_one_is_held,
)
from tests.site.conftest import Watch
from tests.site.pictures import blank, decoded, encoded, sample


def shown(value: float, places: int = 0) -> str:
    """As the service's own texts have it: a half goes to the even neighbour."""
    return f"{value:.{places}f}"


@pytest.mark.parametrize("places", [0, 1, 2, 3])
def test_numbers_are_rounded_as_the_service_does(page: Page, places: int) -> None:
    values = [0.0, 0.5, 1.5, 1192.5, 2.25, 36.55, 36.65, 36.75, 1.005, 0.125, 1e-9, -0.01, 1234.56]
    written = page.evaluate(
        """async ([values, places]) => {
          const { decimal } = await import("/js/numbers.js");
          return values.map((value) => decimal(value, places));
        }""",
        [values, places],
    )
    # But a zero has no sign.
    texts = [f"{value:.{places}f}" for value in values]
    assert written == [text if float(text) else text.lstrip("-") for text in texts]


def test_both_sides_with_intervals_grades_and_asymmetry(page: Page) -> None:
    answer = try_sample(page)
    for name, side in answer["sides"].items():
        low, high = (shown(end) for end in side["fat_infiltration_ci95"])
        for label, text in {
            "Area": f"{shown(side['area_mm2'])} mm\u00b2",
            "Fat": f"{shown(side['fat_infiltration_pct'])} %",
            "95 % interval": f"{low}\u2013{high} %",
            "Lean area": f"{shown(side['functional_csa_mm2'])} mm\u00b2",
            "Kjaer grade": " or ".join(map(str, side["grade"]["candidates"])),
            "Mean probability": shown(side["mean_probability"], 2),
        }.items():
            expect(cell(page, label, name)).to_have_text(text)
    expect(page.locator(".asymmetry .number")).to_have_text(
        f"{shown(answer['asymmetry_pct'], 1)} %"
    )


def test_a_grade_that_cannot_be_told_names_both_neighbours(page: Page) -> None:
    def straddling(answer: dict[str, Any]) -> None:
        grade = {"scale": "kjaer", "value": None, "candidates": [0, 1]}
        answer["sides"]["right"] |= {"fat_infiltration_ci95": [6.0, 12.0], "grade": grade}

    change_answer(page, straddling)
    try_sample(page)
    expect(cell(page, "Kjaer grade", "right")).to_have_text("0 or 1")
    expect(page.locator(".numbers")).to_contain_text("lies across their border")


def test_what_was_not_measured_is_not_mentioned(page: Page) -> None:
    def without_fat(answer: dict[str, Any]) -> None:
        for side in answer["sides"].values():
            side |= dict.fromkeys(
                ("fat_infiltration_pct", "fat_infiltration_ci95", "functional_csa_mm2", "grade")
            )
        answer["norms"] = []

    change_answer(page, without_fat)
    try_sample(page)
    text = page.locator("#panel").inner_text().lower()
    for word in ("fat", "grade", "lean", "published", "null", "nan", "undefined"):
        assert word not in text.replace("moderate", "")


def test_where_the_sides_stand_among_published_values(page: Page) -> None:
    answer = try_sample(page)
    chart = page.locator(".norms")
    expect(chart.locator("li")).to_have_count(len(answer["norms"]))
    # Drawn: both marks of the first row lie where the numbers say on a scale that starts at zero.
    row = chart.locator("li").first
    track, right, mean = (box(row.locator(name)) for name in (".track", ".marker.right", ".mean"))
    per_pct = (mean["x"] + 1 - track["x"]) / answer["norms"][0]["mean"]
    drawn = (right["x"] + right["width"] / 2 - track["x"]) / per_pct
    assert abs(drawn - answer["norms"][0]["sides"]["right"]["value"]) < 0.5
    # Said: the same for those who do not see it.
    value = shown(answer["norms"][0]["sides"]["right"]["value"])
    expect(row.locator(".sr-only")).to_contain_text(answer["norms"][0]["population"])
    expect(row.locator(".sr-only")).to_contain_text(f"Right {value} %")
    # And with its sources.
    chart.locator("summary").click()
    for norm in answer["norms"]:
        expect(chart.locator("table")).to_contain_text(norm["source"])


def test_a_level_leaves_only_its_reference_values(page: Page) -> None:
    everything = len(try_sample(page)["norms"])
    page.get_by_label("Disc level").focus()
    with page.expect_response("**/segment") as caught:
        page.get_by_label("Disc level").select_option("L1-L2")
    answer = caught.value.json()
    assert answer["level"] == "L1-L2"
    assert 0 < len(answer["norms"]) < everything
    expect(page.locator(".norms li")).to_have_count(len(answer["norms"]))
    expect(page.get_by_label("Disc level")).to_have_value("L1-L2")
    expect(page.get_by_label("Disc level")).to_be_focused()


def test_of_two_levels_chosen_in_a_hurry_the_last_one_counts(page: Page) -> None:
    try_sample(page)
    held = held_back(page)
    page.get_by_label("Disc level").select_option("L1-L2")
    until_one_is_held(page, held)
    page.unroute("**/segment")
    with page.expect_response("**/segment") as caught:
        page.get_by_label("Disc level").select_option("L4-L5")
    answer = caught.value.json()
    assert answer["level"] == "L4-L5"
    expect(page.locator(".facts")).to_contain_text(answer["request_id"])
    expect(page.get_by_label("Disc level")).to_have_value("L4-L5")
    expect(rows(page, "done")).to_have_count(1)


def test_without_spacing_there_are_pixels_until_the_reader_enters_it(page: Page) -> None:
    answer = measure_file(page, sample("moderate.png"))
    pixels = answer["sides"]["right"]["area_px"]
    expect(cell(page, "Area", "right")).to_have_text(f"{pixels} px")
    expect(page.locator(".flag-no_spacing")).to_contain_text("Enter the spacing")
    expect(page.locator(".assumed")).to_contain_text("by radiological convention")
    page.get_by_label("Between rows (mm)").fill("0")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_contain_text("0.05 to 10")
    expect(page.get_by_label("Between rows (mm)")).to_be_focused()
    page.get_by_label("Between rows (mm)").fill("0.75")
    page.get_by_label("Between columns (mm)").fill("0,75")
    with page.expect_response("**/segment") as caught:
        page.get_by_role("button", name="Apply").click()
    side = caught.value.json()["sides"]["right"]
    assert abs(side["area_mm2"] - side["area_px"] * 0.75**2) < 0.01
    expect(cell(page, "Area", "right")).to_have_text(f"{shown(side['area_mm2'])} mm\u00b2")


def test_the_service_may_refuse_a_setting_and_the_result_stays(page: Page, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    try_sample(page)
    problem = {"code": "invalid_parameter", "detail": "`level` is one of ..."}
    page.route("**/segment", lambda route: route.fulfill(status=422, json=problem))
    page.get_by_label("Disc level").select_option("L4-L5")
    expect(page.locator("#error")).to_contain_text("A setting is not valid")
    expect_result(page)


def test_time_by_stage_model_and_size_are_told(page: Page) -> None:
    answer = try_sample(page)
    timings = page.locator(".timings")
    timings.locator("summary").click()
    expect(timings.locator("tr")).to_have_count(len(answer["timings_ms"]) + 1)
    expect(timings).to_contain_text(f"{shown(answer['timings_ms']['inference'], 1)} ms")
    facts = page.locator(".facts")
    expect(facts).to_contain_text(f"{answer['model']['name']} {answer['model']['version']}")
    expect(facts).to_contain_text("0.75 \u00d7 0.75 mm")
    expect(facts).to_contain_text("320 \u00d7 320 px")
    expect(facts).to_contain_text(answer["request_id"])


def test_a_blank_picture_is_marked_as_not_to_be_relied_on(page: Page) -> None:
    measure_file(page, blank())
    warning = page.locator(".verdict.is-doubtful")
    expect(warning).to_contain_text("Do not rely on these numbers")
    expect(warning.locator("li")).not_to_have_count(0)
    # Before the numbers, not after them.
    assert box(warning)["y"] < box(page.locator("table.sides"))["y"]
    expect(page.locator("#status")).to_contain_text("do not rely on the numbers")
    expect(rows(page, "doubtful")).to_have_count(1)


def test_the_sides_are_marked_on_the_image_by_the_mask_and_not_by_habit(page: Page) -> None:
    def mirror(answer: dict[str, Any]) -> None:
        """Answer as for a slice that is stored with the patient's left on the image's left."""
        mask = decoded(base64.b64decode(answer["mask_base64"]))
        answer["mask_base64"] = base64.b64encode(encoded(mask[:, ::-1])).decode()

    try_sample(page)
    image = page.locator("#viewer canvas").first
    expect(image).to_have_attribute("aria-label", re.compile("right is at the image's left"))
    change_answer(page, mirror)
    choose(page, sample("moderate.dcm"))
    expect(rows(page, "done")).to_have_count(2)
    rows(page).nth(1).get_by_role("button").first.click()
    expect(image).to_have_attribute("aria-label", re.compile("right is at the image's right"))


def test_the_policy_would_stop_a_call_to_a_third_party(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    with page.expect_console_message(
        lambda message: "refused by policy: connect-src" in message.text
    ):
        reached = page.evaluate("fetch('https://third.invalid/').then(() => true, () => false)")
    assert reached is False
