"""What leaves the browser, and what the reader is told of it. (The bytes: dicom/test_wire.py.)"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.site.actions import choose, expect_result, rows
from tests.site.conftest import Watch
from tests.site.dicom_slices import PLANTED
from tests.site.pictures import sample
from tests.site.states import burnt_in, identified, review


def test_what_was_taken_out_is_listed_with_its_values(page: Page) -> None:
    choose(page, {"name": "slice.dcm", "mimeType": "", "buffer": identified()})
    expect_result(page)
    section = page.locator("section.privacy")
    section.locator("summary").first.click()
    for words, value in (
        ("Patient Name", PLANTED["PatientName"]),
        ("Patient ID", PLANTED["PatientID"]),
        ("Institution Name", PLANTED["InstitutionName"]),
        ("Study Date", PLANTED["StudyDate"]),
    ):
        row = section.get_by_role("row").filter(has_text=words).first
        expect(row).to_contain_text(value)


def test_a_slice_can_be_looked_at_before_it_is_sent(page: Page, watch: Watch) -> None:
    review(page)
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("waits for you to look")
    expect(page.locator("#panel")).to_contain_text(PLANTED["PatientName"])
    page.get_by_text("attributes that measuring needs are sent").click()
    expect(page.get_by_role("row").filter(has_text="Pixel Spacing")).to_contain_text("0.75")
    expect(page.locator("#viewer canvas").first).to_be_visible()
    assert watch.sent("/segment") == []
    page.get_by_role("button", name="Send this slice").click()
    expect_result(page)
    assert len(watch.sent("/segment")) == 1


def test_a_slice_that_is_not_let_go_is_not_sent(page: Page, watch: Watch) -> None:
    review(page)
    page.get_by_role("button", name="Do not send").click()
    expect(rows(page, "cancelled")).to_have_count(1)
    # Measuring it after all asks again.
    page.get_by_role("button", name="Measure", exact=True).click()
    expect(page.get_by_role("button", name="Send this slice")).to_be_visible()
    assert watch.sent("/segment") == []


def test_several_can_be_let_go_at_once(page: Page, watch: Watch) -> None:
    page.get_by_label("Let me look before anything is sent").check()
    choose(page, sample("healthy.dcm"), sample("moderate.png"))
    expect(rows(page, "review")).to_have_count(2)
    assert watch.sent("/segment") == []
    page.get_by_role("button", name="Send all that wait").click()
    expect(rows(page, "done")).to_have_count(2)


def test_words_drawn_into_the_image_are_warned_about_before_it_is_sent(
    page: Page, watch: Watch
) -> None:
    burnt_in(page)
    expect(page.locator(".burnt-in")).to_contain_text("Words may be drawn into this image")
    assert watch.sent("/segment") == []
    page.get_by_role("button", name="Send this slice").click()
    expect_result(page)


@pytest.mark.parametrize("name", ["moderate.dcm", "moderate.png"])
def test_nothing_is_kept_by_the_browser(page: Page, name: str) -> None:
    choose(page, sample(name))
    expect_result(page)
    kept = page.evaluate(
        """async () => [
          localStorage.length, sessionStorage.length, document.cookie,
          (await indexedDB.databases()).length, (await caches.keys()).length,
        ]"""
    )
    assert kept == [0, 0, "", 0, 0]
