"""The page itself, used: no byte that leaves the browser holds a secret of the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pydicom.uid
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.local.running import SAMPLES, LocalServer
from tests.multifidus.dicom_results import COMPLETE
from tests.multifidus.samples import png_chunk
from tests.site.conftest import DESKTOP
from tests.site.dicom.planted import planted, secrets_in
from tests.site.dicom.recording_proxy import Recording, recording_proxy

NAME = "Geheim^Patientin 19310417.dcm"


def planted_slice(syntax: str = pydicom.uid.ExplicitVRLittleEndian) -> bytes:
    """A generated slice with muscle in it, and secrets everywhere."""
    made = pydicom.dcmread(SAMPLES / "moderate.dcm")
    return planted(
        syntax,
        made,
        **{
            keyword: value
            for keyword, value in COMPLETE.items()
            if keyword not in ("PatientName", "PatientID", "ImagePositionPatient")
        },
    )


@pytest.fixture(scope="module")
def recording(server: LocalServer) -> Iterator[Recording]:
    with recording_proxy(server.address) as recording:
        yield recording


@pytest.fixture
def page(browser: Browser, recording: Recording) -> Iterator[Page]:
    context = browser.new_context(
        viewport=DESKTOP, base_url=recording.address, accept_downloads=True
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Lean").wait_for()
    yield page
    context.close()


def measured(page: Page, data: bytes, name: str = NAME) -> None:
    with page.expect_response("**/segment") as caught:
        page.set_input_files(
            "#file", {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        )
    assert caught.value.status == 200, caught.value.text()
    expect(page.locator("#panel")).to_contain_text("mm")


@pytest.mark.parametrize("name", ["explicit", "deflated", "jpeg 2000"])
def test_no_byte_on_the_wire_holds_a_secret(page: Page, recording: Recording, name: str) -> None:
    syntax = {
        "explicit": pydicom.uid.ExplicitVRLittleEndian,
        "deflated": pydicom.uid.DeflatedExplicitVRLittleEndian,
        "jpeg 2000": pydicom.uid.JPEG2000Lossless,
    }[name]
    original = planted_slice(syntax)
    before = len(recording.sent())
    measured(page, original)
    sent = recording.sent()[before:]
    # The picture did leave, and nothing else of the file.
    assert b"PatientIdentityRemoved" not in sent
    assert b"\x12\x00\x62\x00CS\x04\x00YES " in sent
    assert len(sent) > len(original) // 4
    assert secrets_in(sent) == []


def test_nor_do_the_requests_for_all_that_is_taken_along(
    page: Page, recording: Recording, tmp_path: Path
) -> None:
    before = len(recording.sent())
    measured(page, planted_slice())
    for button in ("take-seg", "take-sr"):
        with page.expect_download() as caught:
            page.locator(f"#{button}").click()
        path = tmp_path / button
        caught.value.save_as(path)
        made = pydicom.dcmread(path)
        assert str(made.PatientName) == "Geheim^Patientin"
        assert made.StudyInstanceUID == COMPLETE["StudyInstanceUID"]
    with page.expect_response("**/report"):
        page.locator("#write-report").click()
    sent = recording.sent()[before:]
    assert sent.count(b"POST /segment") == 3
    assert sent.count(b"POST /report") == 1
    assert secrets_in(sent) == []


def test_what_stands_in_a_picture_beside_it_stays_too(page: Page, recording: Recording) -> None:
    slice_png = (SAMPLES / "moderate.png").read_bytes()
    at = 8 + 25
    original = slice_png[:at] + png_chunk(b"tEXt", b"Author\0Geheim") + slice_png[at:]
    before = len(recording.sent())
    with page.expect_response("**/segment"):
        page.set_input_files(
            "#file", {"name": "Geheim.png", "mimeType": "image/png", "buffer": original}
        )
    sent = recording.sent()[before:]
    assert b"IDAT" in sent
    assert secrets_in(sent) == []


def test_the_recording_would_show_a_secret(page: Page, recording: Recording) -> None:
    before = len(recording.sent())
    page.evaluate("(text) => fetch('/segment', { method: 'POST', body: text })", "Geheim 19310417")
    assert secrets_in(recording.sent()[before:]) == [b"geheim", b"19310417"]
