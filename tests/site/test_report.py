"""The report text, on paper and in the panel."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.site.actions import draw_on_the_image, measure_file, try_sample
from tests.site.conftest import Watch
from tests.site.pictures import blank, sample


def written(page: Page) -> list[dict[str, object]]:
    with page.expect_response("**/report") as caught:
        page.get_by_role("button", name="Write the report").click()
    reports: list[dict[str, object]] = caught.value.json()["reports"]
    return reports


def test_the_report_is_shown_with_who_wrote_it(page: Page) -> None:
    try_sample(page)
    reports = written(page)
    texts = page.locator("#panel .side-report")
    expect(texts).to_have_count(len(reports))
    for index, report in enumerate(reports):
        for part in ("summary", "risk", "recommendation"):
            expect(texts.nth(index)).to_contain_text(str(report[part]))
        by = "Worded by the language model" if report["source"] == "model" else "Written by rules"
        expect(texts.nth(index).locator(".source")).to_contain_text(by)
    expect(page.locator("#status")).to_have_text("The report is written.")
    expect(page.get_by_role("button", name="Write it again")).to_be_focused()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("rules", "Written by rules"),
        ("model", "Worded by the language model, facts by rules (t5 0.1)"),
    ],
)
def test_rules_and_model_are_told_apart(page: Page, source: str, words: str) -> None:
    report = {"side": "right", "summary": "S.", "risk": "R.", "recommendation": "T."}
    report |= {"source": source, "model": {"name": "t5", "version": "0.1"}}  # type: ignore[dict-item]
    page.route("**/report", lambda route: route.fulfill(json={"reports": [report]}))
    try_sample(page)
    written(page)
    expect(page.locator("#panel .side-report .source")).to_have_text(words)


def test_where_reports_are_not_deployed_that_is_said(page: Page, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    problem = {"code": "report_disabled"}
    page.route("**/report", lambda route: route.fulfill(status=503, json=problem))
    try_sample(page)
    page.get_by_role("button", name="Write the report").click()
    expect(page.locator(".report .notice")).to_contain_text("Reports are not switched on here")
    expect(page.locator("#write-report")).to_have_count(0)


def test_there_is_no_report_about_nothing(page: Page) -> None:
    measure_file(page, blank())
    expect(page.locator(".report")).to_contain_text("no muscle was found")
    expect(page.locator("#write-report")).to_have_count(0)


def test_a_report_on_numbers_that_have_changed_says_so(page: Page) -> None:
    try_sample(page)
    written(page)
    with page.expect_response("**/measure"):
        draw_on_the_image(page, tool="Erase")
    expect(page.locator(".report .problem")).to_contain_text("The numbers have changed since")


def printed(page: Page, folder: Path) -> tuple[int, str]:
    """Print to PDF as the browser does; its number of pages, and its words."""
    path = folder / "page.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)

    def told_by(*command: str) -> str:
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603

    facts = dict(
        line.split(":", 1) for line in told_by("pdfinfo", str(path)).splitlines() if ":" in line
    )
    return int(facts["Pages"]), told_by("pdftotext", "-layout", str(path), "-")


def test_a_result_is_printed_on_one_page(page: Page, tmp_path: Path) -> None:
    try_sample(page)
    with page.expect_response("**/segment") as caught:
        page.get_by_label("Disc level").select_option("L4-L5")
    answer = caught.value.json()
    expect(page.locator(".facts")).to_contain_text(answer["request_id"])
    reports = written(page)
    expect(page.locator("#panel .side-report")).to_have_count(2)
    pages, text = printed(page, tmp_path)
    assert pages == 1
    words = " ".join(text.split())
    for expected in (
        *("Lumbar multifidus on one axial T2 slice", "Research use; not a medical device."),
        *("moderate.dcm", "L4-L5", answer["model"]["version"], "Asymmetry"),
        *(str(round(side["area_mm2"])) for side in answer["sides"].values()),
        *(str(report["summary"]).split(".")[0].split(" ")[0] for report in reports),
        "Against published values",
    ):
        assert expected in words
    # Of the page on the screen nothing is printed.
    assert "Choose files" not in words


def test_the_worst_case_is_one_page_too(page: Page, tmp_path: Path) -> None:
    """A long name, every kind of doubt, no spacing, and nothing of the numbers forgotten."""
    answer = measure_file(
        page, {**sample("moderate.png"), "name": "a-very-long-name" * 12 + ".png"}
    )
    pages, text = printed(page, tmp_path)
    assert pages == 1
    assert "by radiological convention" in " ".join(text.split())
    assert str(answer["sides"]["right"]["area_px"]) in text


def test_an_untrusted_result_says_so_on_paper(page: Page, tmp_path: Path) -> None:
    measure_file(page, blank())
    pages, text = printed(page, tmp_path)
    assert pages == 1
    assert "Do not rely on these numbers" in text
