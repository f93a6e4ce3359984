"""What a good request gets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.functions.factories import (
    decoded_png,
    dicom,
    jpeg,
    multipart,
    png,
    two_muscles,
    two_muscles_mask,
)
from tests.functions.segment.asking import segment

SIDE_FIELDS = {
    "area_px",
    "area_mm2",
    "fat_infiltration_pct",
    "fat_infiltration_ci95",
    "fat_infiltration_gmm3_pct",
    "functional_csa_mm2",
    "mean_probability",
    "grade",
}


def test_the_answer_has_every_field_of_the_contract(client: TestClient) -> None:
    answer = segment(client, dicom())
    five_original = {"filename", "latency_ms", "overlay_base64", "width", "height"}
    assert five_original <= set(answer)
    assert set(answer) - five_original == {
        "request_id",
        "model",
        "threshold",
        "timings_ms",
        "pixel_spacing_mm",
        "mask_base64",
        "dicom_seg_base64",
        "dicom_sr_base64",
        "contours",
        "contours_patient_mm",
        "orientation",
        "level",
        "sides",
        "asymmetry_pct",
        "methods",
        "norms",
        "quality",
        "report_input",
    }
    assert set(answer["model"]) == {"name", "version", "sha256"}
    assert set(answer["sides"]) == {"right", "left"}
    assert set(answer["sides"]["right"]) == set(answer["sides"]["left"]) == SIDE_FIELDS
    assert set(answer["quality"]) == {"trusted", "flags"}
    stages = {"decode", "preprocess", "inference", "postprocess", "measure", "quality", "render"}
    assert set(answer["timings_ms"]) == stages


def test_mask_areas_and_asymmetry_follow_from_the_picture(client: TestClient) -> None:
    answer = segment(client, png(two_muscles()), pixel_spacing_mm="4,4")
    assert np.array_equal(decoded_png(answer["mask_base64"]), two_muscles_mask())
    right, left = answer["sides"]["right"], answer["sides"]["left"]
    assert (right["area_px"], left["area_px"]) == (144, 96)
    assert (right["area_mm2"], left["area_mm2"]) == (144 * 16.0, 96 * 16.0)
    assert answer["asymmetry_pct"] == pytest.approx(40.0)
    assert answer["pixel_spacing_mm"] == [4.0, 4.0]
    for value in (right["mean_probability"], left["mean_probability"]):
        assert value == round(value, 4)
    assert right["mean_probability"] > 0.9
    assert (answer["width"], answer["height"]) == (64, 64)


def test_width_and_height_are_the_slices_own(client: TestClient) -> None:
    picture = two_muscles(128)[:96]
    answer = segment(client, png(picture))
    assert (answer["width"], answer["height"]) == (128, 96)
    assert decoded_png(answer["overlay_base64"]).shape == (96, 128, 3)
    assert decoded_png(answer["mask_base64"]).shape == (96, 128)


def test_without_spacing_no_area_in_mm2_is_guessed(client: TestClient) -> None:
    answer = segment(client, png(two_muscles()))
    assert answer["pixel_spacing_mm"] is None
    assert answer["orientation"] == "image"
    assert {side["area_mm2"] for side in answer["sides"].values()} == {None}
    assert {entry["muscle_area_mm2"] for entry in answer["report_input"]} == {None}
    assert "no_spacing" in answer["quality"]["flags"]


def test_the_files_own_spacing_wins(client: TestClient) -> None:
    answer = segment(client, dicom(), pixel_spacing_mm="3,3")
    assert answer["pixel_spacing_mm"] == [4.0, 4.0]
    assert answer["orientation"] == "patient"


def test_the_report_gets_what_is_known_of_each_side(client: TestClient) -> None:
    answer = segment(client, png(two_muscles()), pixel_spacing_mm="4,4", level="l4-l5")
    assert answer["level"] == "L4-L5"
    assert answer["report_input"] == [
        {
            "level": "L4-L5",
            "side": side,
            "muscle_area_mm2": area_mm2,
            "fat_infiltration_pct": answer["sides"][side]["fat_infiltration_pct"],
            "fat_infiltration_ci95": answer["sides"][side]["fat_infiltration_ci95"],
            "degeneration_grade": (answer["sides"][side]["grade"] or {"value": None})["value"],
            "grade_scale": "kjaer",
            "asymmetry_pct": answer["asymmetry_pct"],
            "quality_flags": answer["quality"]["flags"],
            "trusted": answer["quality"]["trusted"],
            "age": None,
            "sex": None,
        }
        for side, area_mm2 in (("right", 144 * 16.0), ("left", 96 * 16.0))
    ]


def test_an_empty_mask_is_an_answer_that_is_not_trusted(client: TestClient) -> None:
    blank = np.zeros((64, 64), dtype=np.uint8)
    answer = segment(client, png(blank))
    assert answer["quality"]["trusted"] is False
    assert "no_multifidus_found" in answer["quality"]["flags"]
    assert answer["report_input"] == []
    assert answer["asymmetry_pct"] is None
    assert answer["sides"]["right"]["mean_probability"] is None


@pytest.mark.parametrize("data", [dicom(), png(two_muscles()), jpeg(two_muscles(128))])
def test_no_number_is_nan_or_infinite(client: TestClient, data: bytes) -> None:
    def numbers(value: Any) -> list[float]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return [number for part in value for number in numbers(part)]
        return [value] if isinstance(value, float) else []

    found = numbers(segment(client, data, include="overlay,mask,contours", level="L4-L5"))
    assert len(found) > 5
    assert all(math.isfinite(number) for number in found)


@pytest.mark.parametrize(
    ("include", "parts"),
    [
        ("overlay", {"overlay_base64"}),
        ("mask", {"mask_base64"}),
        ("contours", {"contours"}),
        ("overlay,mask,contours", {"overlay_base64", "mask_base64", "contours"}),
        ("Mask , contours", {"mask_base64", "contours"}),
        ("", {"overlay_base64", "mask_base64"}),
    ],
)
def test_parts_are_included_as_asked(client: TestClient, include: str, parts: set[str]) -> None:
    answer = segment(client, dicom(), include=include)
    all_parts = {"overlay_base64", "mask_base64", "contours"}
    assert {part for part in all_parts if answer[part] is not None} == parts
    assert "render" in answer["timings_ms"]


def test_contours_outline_the_mask(client: TestClient) -> None:
    answer = segment(client, png(two_muscles()), include="contours")
    (right,) = answer["contours"]["right"]
    # Column and row of the pixels' edges: the square fills pixels 16 to 27 and 36 to 47.
    assert right == [[15.5, 35.5], [27.5, 35.5], [27.5, 47.5], [15.5, 47.5]]
    assert answer["contours_patient_mm"] is None


def test_contours_lie_in_the_patient_where_the_file_says_where(client: TestClient) -> None:
    oblique = {"ImageOrientationPatient": [1, 0, 0, 0, 0.8, -0.6]}
    data = dicom(**oblique, ImagePositionPatient=[-100, 50, 20])
    answer = segment(client, data, include="contours")
    ((first, *_),) = answer["contours"]["right"]
    ((carried, *_),) = answer["contours_patient_mm"]["right"]
    assert first == [15.5, 35.5]
    # Pixels of 4 mm: 15.5 x 4 along x; 35.5 x 4 along the rows' direction.
    assert carried == [-100 + 62, 50 + 113.6, 20 - 85.2]
    assert len(answer["contours_patient_mm"]["left"]) == len(answer["contours"]["left"])


def test_repeated_fields_are_one_list(client: TestClient) -> None:
    response = client.post(
        "/segment",
        params=[("include", "mask"), ("include", "contours")],
        data={"pixel_spacing_mm": ["1", "2"]},
        files={"file": ("a", png(two_muscles()))},
    )
    answer = response.json()
    assert answer["overlay_base64"] is None
    assert answer["contours"] is not None
    assert answer["pixel_spacing_mm"] == [1.0, 2.0]


def test_the_same_value_in_query_and_form_is_no_contradiction(client: TestClient) -> None:
    same = {"style": "jet", "threshold": "0.5"}
    files = {"file": ("a", dicom())}
    assert client.post("/segment", params=same, data=same, files=files).status_code == 200


def test_the_threshold_is_the_models_unless_it_is_given(client: TestClient) -> None:
    blurred_by_the_smaller_grid = png(two_muscles(128))
    low = segment(client, blurred_by_the_smaller_grid, threshold="0.01")
    high = segment(client, blurred_by_the_smaller_grid, threshold="0.99")
    assert low["threshold"] == 0.01
    assert high["sides"]["left"]["area_px"] < low["sides"]["left"]["area_px"]
    assert segment(client, dicom())["threshold"] == 0.5


def test_the_overlay_can_be_the_classic_one(client: TestClient) -> None:
    contour = segment(client, dicom(), style="contour")["overlay_base64"]
    jet = segment(client, dicom(), style="jet")["overlay_base64"]
    assert contour != jet
    assert segment(client, dicom())["overlay_base64"] == contour


@pytest.mark.parametrize(
    "content_type",
    ["application/dicom", "image/png", "IMAGE/JPEG; q=1", "application/octet-stream", None],
)
def test_a_raw_body_is_taken_by_its_bytes(client: TestClient, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    answer = client.post("/segment?level=L5-S1", content=dicom(), headers=headers).json()
    assert answer["filename"] is None
    assert answer["level"] == "L5-S1"
    assert answer["orientation"] == "patient"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("slice.dcm", "slice.dcm"),
        ("/scans/today/slice.dcm", "slice.dcm"),
        ("C:\\scans\\today\\slice.dcm", "slice.dcm"),
        ("Müller 日本.png", "Müller 日本.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("x" * 300 + ".dcm", "x" * 255),
        ("..", ".."),
        ("/", None),
    ],
)
def test_the_file_name_is_echoed_without_folders_and_control_characters(
    client: TestClient, sent: str, shown: str | None
) -> None:
    content_type, body = multipart(dicom(), filename=sent)
    response = client.post("/segment", content=body, headers={"content-type": content_type})
    assert response.json()["filename"] == shown
