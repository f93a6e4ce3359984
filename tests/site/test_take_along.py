"""What can be kept of a result."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path

import httpx
import numpy as np
import pydicom
from playwright.sync_api import Page, expect

from tests.local.running import SAMPLES
from tests.site.actions import choose, draw_on_the_image, measure_file, rows, try_sample
from tests.site.conftest import Watch
from tests.site.dicom_slices import with_identity
from tests.site.pictures import decoded, sample


def taken(page: Page, label: str, name: str) -> bytes:
    """Click a download; its bytes, where it has the name."""
    with page.expect_download() as caught:
        page.get_by_role("button", name=label, exact=True).click()
    assert caught.value.suggested_filename == name
    return Path(caught.value.path()).read_bytes()


def parsed(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode(), newline="")))


def plain(cell: str) -> str:
    return cell.removesuffix(".0")


def test_overlay_and_mask_at_the_slices_own_size(page: Page) -> None:
    answer = try_sample(page)
    overlay = taken(page, "Overlay (PNG)", "moderate-overlay.png")
    assert overlay == base64.b64decode(answer["overlay_base64"])
    assert decoded(overlay).shape[:2] == (answer["height"], answer["width"])
    mask = taken(page, "Mask (PNG)", "moderate-mask.png")
    assert mask == base64.b64decode(answer["mask_base64"])
    expect(page.locator("#status")).to_have_text("Mask (PNG) saved.")


def test_the_numbers_as_json(page: Page) -> None:
    answer = try_sample(page)
    kept = json.loads(taken(page, "Numbers (JSON)", "moderate.json"))
    assert kept["filename"] == "moderate.dcm"  # its own name, which the service did not get
    assert kept["outline"] == "model"
    for name in ("sides", "asymmetry_pct", "quality", "model", "norms", "mask_base64"):
        assert kept[name] == answer[name]


def test_all_slices_as_one_table_that_is_the_services_own(page: Page, watch: Watch) -> None:
    choose(page, sample("moderate.png"), sample("severe.dcm"))
    expect(rows(page, "done")).to_have_count(2)
    table = list(
        csv.reader(io.StringIO(taken(page, "All slices (CSV)", "multifidus.csv").decode()))
    )
    assert len(table) == 1 + 2 * 2
    for at, name in ((1, "moderate.png"), (3, "severe.dcm")):
        response = httpx.post(
            f"{watch.server.address}/segment",
            params={"format": "csv"},
            files={"file": (name, (SAMPLES / name).read_bytes())},
            timeout=60,
        )
        theirs = parsed(response.content)
        ours = [table[0][:-1], *(row[:-1] for row in table[at : at + 2])]
        # All but the request's number, and 27 for 27.0.
        assert [[*map(plain, row[1:])] for row in ours] == [
            [*map(plain, row[1:])] for row in theirs
        ]
    assert table[0][-1] == "outline"
    assert {row[-1] for row in table[1:]} == {"model"}


def test_a_name_that_a_spreadsheet_would_run_is_kept_from_it(page: Page) -> None:
    measure_file(page, sample("healthy.dcm", shown_as='=cmd|"x",+1.dcm'))
    table = parsed(taken(page, "All slices (CSV)", "multifidus.csv"))
    assert table[1][1] == "'=cmd|\"x\",'+1.dcm"


def test_dicom_objects_are_about_the_patient_again(page: Page) -> None:
    original = with_identity(sample("moderate.dcm")["buffer"])
    choose(page, {"name": "slice.dcm", "mimeType": "", "buffer": original})
    expect(rows(page, "done")).to_have_count(1)
    source = pydicom.dcmread(io.BytesIO(original))
    with page.expect_response("**/segment") as caught:
        segmentation = taken(page, "Outline (DICOM SEG)", "slice-seg.dcm")
    assert b"Planted" not in base64.b64decode(caught.value.json()["dicom_seg_base64"])
    report = taken(page, "Numbers (DICOM SR)", "slice-sr.dcm")
    for made, modality in ((segmentation, "SEG"), (report, "SR")):
        dataset = pydicom.dcmread(io.BytesIO(made))
        assert dataset.Modality == modality
        assert dataset.PatientName == source.PatientName
        assert dataset.PatientID == source.PatientID
        assert dataset.StudyInstanceUID == source.StudyInstanceUID
        assert source.SOPInstanceUID in str(dataset)


def test_the_segmentation_is_of_the_corrected_outline(page: Page) -> None:
    try_sample(page)
    with page.expect_response("**/measure"):
        draw_on_the_image(page, tool="Erase")
    expect(page.locator("#status")).to_have_text("The numbers are those of your outline.")
    mask = decoded(taken(page, "Mask (PNG)", "moderate-mask.png"))
    made = pydicom.dcmread(io.BytesIO(taken(page, "Outline (DICOM SEG)", "moderate-seg.dcm")))
    pixels = int(np.asarray(made.pixel_array).sum())
    assert pixels == int((mask > 0).sum())
    assert made.SegmentSequence[0].SegmentAlgorithmType == "SEMIAUTOMATIC"


def test_a_picture_has_no_dicom_objects_to_take(page: Page) -> None:
    measure_file(page, sample("moderate.png"))
    expect(page.get_by_role("button", name="Outline (DICOM SEG)")).to_have_count(0)
    expect(page.locator(".take")).to_contain_text("SEG and SR need a DICOM file")


def test_what_cannot_be_made_says_why(page: Page, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    try_sample(page)
    page.route("**/segment", lambda route: route.fulfill(status=503, json={"code": "deadline"}))
    page.get_by_role("button", name="Outline (DICOM SEG)").click()
    expect(page.locator("#take-problem")).to_contain_text("The service ran out of time")
