"""`POST /measure`: the caller's mask through the code that measures the model's."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from functions.segment.app import create_app
from functions.segment.upload import MAX_BODY_BYTES
from infra.emulator import MAX_REQUEST_BYTES
from multifidus.image_io import MAX_UPLOAD_BYTES, read_image
from multifidus.inference import Segmenter
from multifidus.mask_io import MAX_MASK_BYTES
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.factories import (
    Picture,
    decoded_png,
    dicom,
    jpeg,
    png,
    two_muscles,
    two_muscles_mask,
)

ROOT = Path(__file__).parents[3]
MADE_BY_A_MODEL = {"model", "threshold", "timings_ms", "request_id", "latency_ms"}


def measure(client: TestClient, data: bytes, mask: bytes, **fields: str) -> Any:
    files = {"file": ("slice.dcm", data), "mask": ("mask.png", mask)}
    response = client.post("/measure", files=files, data=fields)
    assert response.status_code == 200, response.text
    return response.json()


def segment(client: TestClient, data: bytes, **fields: str) -> Any:
    response = client.post("/segment", files={"file": ("slice.dcm", data)}, data=fields)
    assert response.status_code == 200, response.text
    return response.json()


def without_probability(answer: Any) -> Any:
    """All of an answer that does not come from the model."""
    sides = {
        name: {field: value for field, value in side.items() if field != "mean_probability"}
        for name, side in answer["sides"].items()
    }
    rest = {name: value for name, value in answer.items() if name not in MADE_BY_A_MODEL}
    flags = [flag for flag in rest["quality"]["flags"] if flag != "low_confidence"]
    return rest | {"sides": sides, "quality": flags}


STORED = {
    "as usual": {},
    "mirrored": {"ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]},
    "on its head": {"ImageOrientationPatient": [1, 0, 0, 0, -1, 0]},
    "transposed": {"ImageOrientationPatient": [0, 1, 0, 1, 0, 0]},
    "turned by a quarter": {"ImageOrientationPatient": [0, -1, 0, 1, 0, 0]},
    "pixels not square": {"PixelSpacing": [3.0, 4.0]},
}


@pytest.mark.parametrize("stored", STORED.values(), ids=STORED)
def test_the_models_mask_gives_the_models_numbers(
    client: TestClient, stored: dict[str, list[float]]
) -> None:
    fields = {"include": "overlay,mask,contours", "level": "L4-L5"}
    turn = read_image(dicom(**stored)).turn
    picture = np.ascontiguousarray(turn.undo(two_muscles()))
    data = dicom(picture, **stored, ImagePositionPatient=[1, 2, 3])
    first = segment(client, data, **fields)
    again = measure(client, data, base64.b64decode(first["mask_base64"]), **fields)
    assert without_probability(again) == without_probability(first)
    assert set(again) == set(first)
    assert first["sides"]["right"]["area_px"] > first["sides"]["left"]["area_px"] > 0


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    model = ROOT / "layers" / "model"
    settings = Settings(model_dir=model, sqlite_path=tmp_path_factory.mktemp("data") / "log")
    return TestClient(create_app(settings, Segmenter(model, threads=1), MemoryLog()))


@pytest.mark.parametrize("name", ["healthy.dcm", "moderate.png"])
def test_the_shipped_models_mask_gives_its_numbers(shipped: TestClient, name: str) -> None:
    data = (ROOT / "site" / "samples" / name).read_bytes()
    first = segment(shipped, data, include="mask")
    again = measure(shipped, data, base64.b64decode(first["mask_base64"]), include="mask")
    assert without_probability(again) == without_probability(first)


def test_no_model_is_claimed(client: TestClient) -> None:
    answer = measure(client, dicom(), png(two_muscles_mask()))
    assert (answer["model"], answer["threshold"]) == (None, None)
    assert {side["mean_probability"] for side in answer["sides"].values()} == {None}
    assert set(answer["timings_ms"]) == {"decode", "preprocess", "measure", "quality", "render"}
    assert "low_confidence" not in answer["quality"]["flags"]


def test_a_corrected_mask_changes_the_numbers(client: TestClient) -> None:
    mask = two_muscles_mask()
    before = measure(client, dicom(), png(mask))
    mask[36:48, 28:32] = 1  # four columns more
    after = measure(client, dicom(), png(mask))
    assert after["sides"]["right"]["area_px"] == before["sides"]["right"]["area_px"] + 48
    assert after["sides"]["left"] == before["sides"]["left"]
    assert after["asymmetry_pct"] > before["asymmetry_pct"]


def test_pictures_come_on_request_alone(client: TestClient) -> None:
    parts = ("overlay_base64", "mask_base64", "contours")
    plain = measure(client, dicom(), png(two_muscles_mask()))
    assert [plain[part] for part in parts] == [None] * 3
    asked = measure(client, dicom(), png(two_muscles_mask()), include="overlay,mask")
    assert decoded_png(asked["overlay_base64"]).shape == (64, 64, 3)
    assert np.array_equal(decoded_png(asked["mask_base64"]), two_muscles_mask())


def test_the_flags_that_apply_are_raised(client: TestClient) -> None:
    empty = measure(client, dicom(), png(np.zeros((64, 64), np.uint8)))
    assert "no_multifidus_found" in empty["quality"]["flags"]
    assert empty["report_input"] == []
    one = np.where(two_muscles_mask() == 1, 1, 0).astype(np.uint8)
    assert "one_side_missing" in measure(client, dicom(), png(one))["quality"]["flags"]
    cut = two_muscles_mask()
    cut[48:, 16:28] = 1
    answer = measure(client, png(two_muscles()), png(cut))
    assert {"touches_border", "no_spacing"} <= set(answer["quality"]["flags"])
    assert answer["quality"]["trusted"] is False


def test_spacing_can_be_given(client: TestClient) -> None:
    mask = png(two_muscles_mask())
    answer = measure(client, png(two_muscles()), mask, pixel_spacing_mm="0.5,2")
    assert answer["sides"]["right"]["area_mm2"] == 144.0


def test_the_mask_can_be_a_text_as_it_came(client: TestClient) -> None:
    first = segment(client, dicom())
    wrapped = base64.encodebytes(base64.b64decode(first["mask_base64"])).decode()
    for text in (first["mask_base64"], wrapped):
        files = {"file": ("slice.dcm", dicom())}
        response = client.post("/measure", files=files, data={"mask": text})
        assert response.status_code == 200, response.text
        assert without_probability(response.json())["sides"] == without_probability(first)["sides"]


def test_it_can_be_a_table(client: TestClient) -> None:
    files = {"file": ("slice.dcm", dicom()), "mask": ("mask.png", png(two_muscles_mask()))}
    response = client.post("/measure", params={"format": "csv"}, files=files)
    header, right, left = response.text.splitlines()
    assert header.startswith('"request_id"')
    assert '"right"' in right
    assert '"left"' in left
    assert right.endswith('"","","",""')  # threshold and model


def colour() -> Picture:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[20:40, 20:40, 2] = 255
    return picture


BAD_MASKS = {
    "other values": (png(two_muscles_mask() * 127), 422, "invalid_parameter", "mask"),
    "another size": (png(two_muscles_mask(128)), 422, "invalid_parameter", "64 columns and 64"),
    "colour": (png(colour()), 422, "not_greyscale", "mask"),
    "a JPEG": (jpeg(two_muscles_mask()), 415, "unsupported_media", "mask"),
    "cut off": (png(two_muscles_mask())[:-30], 422, "unreadable_image", "mask"),
    "empty": (b"", 415, "unsupported_media", "mask"),
    "the slice": (dicom(), 415, "unsupported_media", "mask"),
    "too large": (bytes(MAX_MASK_BYTES + 1), 413, "payload_too_large", "mask"),
}


@pytest.mark.parametrize("name", BAD_MASKS)
def test_a_mask_that_cannot_be_used_is_named(client: TestClient, name: str) -> None:
    mask, status, code, words = BAD_MASKS[name]
    files = {"file": ("slice.dcm", dicom()), "mask": ("mask.png", mask)}
    response = client.post("/measure", files=files)
    document = response.json()
    assert (response.status_code, document["code"]) == (status, code)
    assert words in document["detail"]


def test_a_slice_that_cannot_be_read_is_named_as_ever(client: TestClient) -> None:
    files = {"file": ("slice.dcm", b"rubbish"), "mask": ("mask.png", png(two_muscles_mask()))}
    response = client.post("/measure", files=files)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media")
    assert "mask" not in response.json()["detail"]


BAD_FORMS: dict[str, tuple[dict[str, Any], int, str]] = {
    "no mask": ({"files": {"file": ("a", dicom())}}, 422, "`mask`"),
    "no slice": ({"files": {"mask": ("a", png(two_muscles_mask()))}}, 422, "`file`"),
    "no base64": ({"files": {"file": ("a", dicom())}, "data": {"mask": "%%%"}}, 422, "base64"),
    "slice as text": (
        {"data": {"file": "text"}, "files": {"mask": ("a", png(two_muscles_mask()))}},
        422,
        "`file`",
    ),
    "two masks": (
        {
            "files": [
                ("file", ("a", dicom())),
                ("mask", ("a", png(two_muscles_mask()))),
                ("mask", ("b", png(two_muscles_mask()))),
            ]
        },
        400,
        "more files",
    ),
    "a raw body": ({"content": dicom(), "headers": {"content-type": "image/png"}}, 415, "`mask`"),
    "a long field": (
        {
            "files": {"file": ("a", dicom()), "mask": ("b", png(two_muscles_mask()))},
            "data": {"level": "L" * 5000},
        },
        400,
        "too long",
    ),
    "a threshold": (
        {
            "files": {"file": ("a", dicom()), "mask": ("b", png(two_muscles_mask()))},
            "data": {"threshold": "0.5"},
        },
        422,
        "unknown parameter",
    ),
}


@pytest.mark.parametrize("name", BAD_FORMS)
def test_a_form_that_lacks_something_says_what(client: TestClient, name: str) -> None:
    request, status, words = BAD_FORMS[name]
    response = client.post("/measure", **request)
    assert response.status_code == status, response.text
    assert words in response.json()["detail"]


def test_each_request_is_a_row_under_its_route(client: TestClient, log: MemoryLog) -> None:
    segment(client, dicom())
    answer = measure(client, dicom(), png(two_muscles_mask()))
    client.post("/measure", files={"file": ("a", dicom())})
    assert [(record.route, record.status) for record in log.records] == [
        ("/segment", 200),
        ("/measure", 200),
        ("/measure", 422),
    ]
    measured = log.records[1]
    assert measured.request_id == answer["request_id"]
    assert (measured.media, measured.rows, measured.columns) == ("dicom", 64, 64)
    assert measured.timings_ms == answer["timings_ms"]
    assert measured.trusted is answer["quality"]["trusted"]


def test_statistics_keep_the_routes_apart(client: TestClient, log: MemoryLog) -> None:
    segment(client, dicom())
    for _ in range(3):
        measure(client, dicom(), png(two_muscles_mask()))
    client.post("/measure", files={"file": ("a", dicom())})
    stats = client.get("/stats").json()
    assert (stats["count"], stats["error_count"]) == (5, 1)
    assert {route: found["count"] for route, found in stats["routes"].items()} == {
        "/segment": 1,
        "/measure": 4,
    }
    assert stats["routes"]["/measure"]["error_count"] == 1
    # The latency of the whole is that of the route with the model, as it always was.
    assert stats["latency"]["p50_ms"] == log.records[0].latency_ms
    assert stats["latency"] == stats["routes"]["/segment"]["latency"]
    assert set(stats["stages"]) >= {"inference", "measure"}


def test_the_schema_is_the_answer(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    answer = measure(client, dicom(), png(two_muscles_mask()), include="overlay,contours")
    described = document["components"]["schemas"]["MeasureResponse"]
    assert set(described["properties"]) == set(described["required"]) == set(answer)
    operation = document["paths"]["/measure"]["post"]
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert set(form["properties"]) == names | {"file", "mask"}
    assert form["required"] == ["file", "mask"]
    assert "threshold" not in names


def test_the_largest_request_fits_into_lambdas() -> None:
    as_base64 = 4 * -(-MAX_BODY_BYTES // 3)
    room_for_headers = 32 * 1024
    assert MAX_UPLOAD_BYTES + MAX_MASK_BYTES < MAX_BODY_BYTES
    assert as_base64 + room_for_headers < MAX_REQUEST_BYTES
