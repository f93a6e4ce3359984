"""Measurements as a table."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient

from functions.segment.csv_table import COLUMNS
from tests.functions.factories import MODEL_VERSION, dicom, multipart, png, two_muscles

Rows = list[dict[str, str]]
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d")


def table(client: TestClient, data: bytes, *, filename: str = "a.dcm", **fields: str) -> Rows:
    content_type, body = multipart(data, filename=filename, fields={"format": "csv", **fields})
    response = client.post("/segment", content=body, headers={"content-type": content_type})
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline=""), strict=True))


def test_there_is_a_row_for_each_side(client: TestClient) -> None:
    right, left = table(client, dicom(), level="L4-L5")
    answer = client.post("/segment", files={"file": ("a", dicom())}).json()
    assert (right["side"], left["side"]) == ("right", "left")
    assert tuple(right) == COLUMNS
    for row in (right, left):
        side = answer["sides"][row["side"]]
        assert float(row["area_mm2"]) == side["area_mm2"]
        assert int(row["area_px"]) == side["area_px"]
        assert float(row["mean_probability"]) == side["mean_probability"]
        assert float(row["asymmetry_pct"]) == answer["asymmetry_pct"]
        assert (row["level"], row["orientation"], row["filename"]) == ("L4-L5", "patient", "a.dcm")
        assert (row["row_spacing_mm"], row["width_px"]) == ("4.0", "64")
        assert row["model_version"] == MODEL_VERSION
        assert row["quality_flags"].split() == answer["quality"]["flags"]
        assert row["trusted"] == str(answer["quality"]["trusted"]).lower()
        assert row["area_method"] == answer["methods"]["area"]


def test_what_is_unknown_is_empty(client: TestClient) -> None:
    for row in table(client, png(two_muscles())):
        assert (row["area_mm2"], row["row_spacing_mm"], row["level"]) == ("", "", "")
        assert row["area_px"] != ""


def test_it_is_rfc_4180(client: TestClient) -> None:
    response = client.post("/segment?format=csv", content=dicom())
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert 'filename="multifidus.csv"' in response.headers["content-disposition"]
    lines = response.content.split(b"\r\n")
    assert len(lines) == 4
    assert lines[-1] == b""
    assert b"\n" not in response.content.replace(b"\r\n", b"")
    assert lines[0].decode() == ",".join(f'"{name}"' for name in COLUMNS)


@pytest.mark.parametrize(
    "name",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://a.example")', "\uff1d1"),
        *("a;=1", "a,=1", "a; =1", "a|=1", "a,;=1", " =1"),
    ],
)
def test_a_file_name_is_no_formula(client: TestClient, name: str) -> None:
    content_type, body = multipart(dicom(), filename=name.replace('"', "%22"), fields={})
    headers = {"content-type": content_type}
    response = client.post("/segment?format=csv", content=body, headers=headers)
    sent = client.post("/segment", content=body, headers=headers).json()["filename"]
    (row, _) = csv.DictReader(io.StringIO(response.text, newline=""))
    assert row["filename"].replace("'", "") == sent
    # Programs differ in where they cut, the quotes notwithstanding.
    for separator in ",;\t|":
        for line in csv.reader(io.StringIO(response.text, newline=""), delimiter=separator):
            assert not [cell for cell in line if cell.lstrip().startswith(FORMULA_STARTS)]


def test_an_ordinary_name_stays_as_it_is(client: TestClient) -> None:
    name = "L4-L5 (2), M\u00fcller's a+b.dcm"
    (row, _) = table(client, dicom(), filename=name)
    assert row["filename"] == name


def test_numbers_stay_numbers(client: TestClient) -> None:
    (right, _) = table(client, dicom())
    assert not [value for value in right.values() if value.startswith("'")]


@pytest.mark.parametrize("value", ["xlsx", "json,csv", "csv;"])
def test_another_format_is_refused(client: TestClient, value: str) -> None:
    response = client.post("/segment", params={"format": value}, content=dicom())
    assert (response.status_code, response.json()["code"]) == (422, "invalid_parameter")


def test_pictures_have_no_place_in_a_table(client: TestClient) -> None:
    query = {"format": "csv", "include": "overlay"}
    response = client.post("/segment", params=query, content=dicom())
    assert (response.status_code, response.json()["code"]) == (422, "invalid_parameter")
    assert "`include`" in response.json()["detail"]


def test_an_error_is_a_problem_and_no_table(client: TestClient) -> None:
    response = client.post("/segment?format=csv", content=b"rubbish")
    assert response.headers["content-type"] == "application/problem+json"


def test_the_format_can_be_asked_for_in_capitals(client: TestClient) -> None:
    assert client.post("/segment?format=CSV", content=dicom()).text.startswith('"request_id"')
