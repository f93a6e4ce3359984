"""How slices come in: chosen, dropped, pasted, generated, a whole folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.local.running import SAMPLES
from tests.site.actions import choose, drop, expect_result, measure_file, paste, rows, try_sample
from tests.site.conftest import Watch
from tests.site.pictures import sample


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as it comes from a clinic's disc: slices in a deeper one, and other things."""
    inner = tmp_path / "STUDY" / "SER10"
    inner.mkdir(parents=True)
    for number, name in enumerate(("healthy", "moderate", "severe"), 1):
        shutil.copy(SAMPLES / f"{name}.dcm", inner / f"IM{number}")
    (tmp_path / "STUDY" / "DICOMDIR").write_bytes(bytes(200))
    (tmp_path / "STUDY" / "AUTORUN.INF").write_text("[autorun]")
    (tmp_path / "STUDY" / "leaflet").write_text("Your images on this disc")
    return tmp_path / "STUDY"


def test_a_file_that_is_dropped_from_the_desktop_is_measured(page: Page) -> None:
    drop(page, SAMPLES / "healthy.dcm", let_go=False)
    expect(page.locator("body[data-drag]")).to_have_count(1)
    drop(page, SAMPLES / "healthy.dcm")
    expect(page.locator("#panel .filename")).to_have_text("healthy.dcm")
    expect_result(page)
    expect(page.locator("body[data-drag]")).to_have_count(0)


def test_a_picture_that_is_pasted_is_measured(page: Page) -> None:
    paste(page, sample("severe.png"))
    expect(page.locator("#panel .filename")).to_have_text("severe.png")
    expect_result(page)


@pytest.mark.parametrize("label", ["Lean", "Some fat", "Much fat"])
def test_each_sample_is_one_that_can_be_relied_on(page: Page, label: str) -> None:
    answer = try_sample(page, label)
    assert answer["quality"]["trusted"] is True


def test_several_files_are_measured_one_after_another(page: Page, watch: Watch) -> None:
    under_way: list[int] = []
    page.on("request", lambda r: under_way.append(1) if r.url.endswith("/segment") else None)
    page.on(
        "requestfinished", lambda r: under_way.append(-1) if r.url.endswith("/segment") else None
    )
    choose(page, sample("healthy.dcm"), sample("moderate.png"), sample("severe.dcm"))
    expect(rows(page)).to_have_count(3)
    expect(page.locator("#queue-progress")).to_have_text("3 of 3 done")
    expect(rows(page, "done")).to_have_count(3)
    assert under_way == [1, -1, 1, -1, 1, -1]
    assert len(watch.sent("/segment")) == 3


def test_a_folder_that_is_chosen_gives_its_slices_in_order(page: Page, folder: Path) -> None:
    page.set_input_files("#folder", folder)
    expect(rows(page, "done")).to_have_count(3)
    expect(page.locator("#queue-list .name")).to_have_text(["IM1", "IM2", "IM3"])
    expect(page.locator("#left-out")).to_have_text("One file is no slice and was left out.")


def test_a_folder_that_is_dropped_gives_the_same(page: Page, folder: Path) -> None:
    drop(page, folder)
    expect(rows(page, "done")).to_have_count(3)
    expect(page.locator("#queue-list .name")).to_have_text(["IM1", "IM2", "IM3"])
    expect(page.locator("#left-out")).to_have_text("One file is no slice and was left out.")


def test_a_folder_without_slices_says_so(page: Page, tmp_path: Path, watch: Watch) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter").write_text("Dear colleague")
    page.set_input_files("#folder", tmp_path / "letters")
    expect(page.locator("#left-out")).to_contain_text("Nothing that could be measured")
    expect(page.locator("body[data-view=empty]")).to_have_count(1)
    assert watch.sent("/segment") == []


def test_the_name_of_a_file_stays_on_this_machine(page: Page, watch: Watch) -> None:
    name = '<img src=x onerror="document.title=1">Doe^Jane.dcm'
    answer = measure_file(page, sample("healthy.dcm", shown_as=name))
    # It is shown to its owner, as text.
    expect(page.locator("#panel .filename")).to_have_text(name)
    expect(page).to_have_title("Multifidus")
    assert answer["filename"] == "slice"
    (request,) = watch.sent("/segment")
    assert "Doe" not in request.url
