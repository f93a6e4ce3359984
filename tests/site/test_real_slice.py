"""A real T2 slice, dropped as a file: what a reader has within ten seconds."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.real_slice import real_slices
from tests.site.actions import cell, drop, expect_result
from tests.site.conftest import DESKTOP, PHONE, SCREENSHOTS
from tests.site.dicom_slices import with_identity

SECONDS = 10


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_numbers_sides_trust_and_a_pdf(page: Page, tmp_path: Path, size: ViewportSize) -> None:
    real = real_slices()["middle"]
    path = tmp_path / "IM000007"
    path.write_bytes(with_identity(real.dicom()))
    page.set_viewport_size(size)
    began = time.monotonic()
    drop(page, path)
    expect_result(page)
    for value, side in ((1, "right"), (2, "left")):
        shown_mm2 = float(cell(page, "Area", side).locator(".figure").inner_text())
        assert shown_mm2 == pytest.approx(real.area_mm2(value), rel=0.25)
        expect(cell(page, "Fat", side)).to_contain_text("%")
    expect(page.locator(".verdict h3")).to_contain_text("No reason found to doubt this result")
    expect(page.locator("table.sides thead")).to_contain_text("Right")
    expect(page.locator("#viewer canvas").first).to_have_attribute(
        "aria-label", re.compile("right is at the image's left")
    )
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True, print_background=True)
    took_s = time.monotonic() - began
    page.screenshot(path=SCREENSHOTS / f"real-{size['width']}.png", full_page=size == PHONE)
    facts = subprocess.run(  # noqa: S603
        ["pdfinfo", tmp_path / "page.pdf"],  # noqa: S607 - what scripts/browser.sh installs
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert "Pages:           1" in facts
    assert took_s < SECONDS
