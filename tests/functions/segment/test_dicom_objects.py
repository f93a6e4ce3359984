"""DICOM SEG and SR through the app and through the Lambda handler."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from fastapi.testclient import TestClient

from multifidus import __version__
from tests.conftest import RunPython
from tests.functions.factories import (
    MODEL_VERSION,
    decoded_png,
    dicom,
    jpeg,
    multipart,
    png,
    two_muscles,
    two_muscles_mask,
)
from tests.functions.gateway_events import event
from tests.functions.handler_process import HandlerProcess, running_handler
from tests.multifidus.dicom_checks import dciodvfy, dsrdump

NAME = "Zwetschgenbaum"
UID = "1.2.826.0.1.3680043.8.498.74747474"
IDENTIFIED = {
    "StudyInstanceUID": f"{UID}.1",
    "SeriesInstanceUID": f"{UID}.2",
    "SOPInstanceUID": f"{UID}.3",
    "FrameOfReferenceUID": f"{UID}.4",
    "PatientName": f"{NAME}^Anna",
    "PatientID": NAME,
    "StudyDescription": NAME,
}
BOTH = "dicom_seg,dicom_sr"


def identified(**elements: Any) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, of values against the standard
        return dicom(**(IDENTIFIED | elements))


def post(client: TestClient, data: bytes, route: str = "/segment", **fields: Any) -> Any:
    files, mask = {"file": ("slice.dcm", data)}, fields.pop("mask", png(two_muscles_mask()))
    if route == "/measure":
        files["mask"] = ("mask.png", mask)
    return client.post(route, files=files, data={"include": BOTH} | fields)


def objects(answer: Any) -> tuple[bytes, bytes]:
    return (
        base64.b64decode(answer["dicom_seg_base64"]),
        base64.b64decode(answer["dicom_sr_base64"]),
    )


def test_both_objects_hold_what_the_answer_says(client: TestClient) -> None:
    answer = post(client, identified(), level="L4-L5", include=f"mask,{BOTH}").json()
    seg, sr = objects(answer)
    assert dciodvfy(seg) == []
    assert dciodvfy(sr) == []
    frames = pydicom.dcmread(BytesIO(seg)).pixel_array
    assert np.array_equal(frames[0] + 2 * frames[1], decoded_png(answer["mask_base64"]))
    text = dsrdump(sr)
    for side in answer["sides"].values():
        assert f'(42798000,SCT,"Area")="{side["area_mm2"]}"' in text
    for flag in answer["quality"]["flags"]:
        assert f'"{flag}: ' in text
    assert "Level of L4/L5 intervertebral disc" in text
    assert f'"{MODEL_VERSION}"' in text
    assert '"threshold: 0.5"' in text
    assert __version__ in pydicom.dcmread(BytesIO(sr)).SoftwareVersions


@pytest.mark.parametrize("part", ["dicom_seg", "dicom_sr"])
def test_one_comes_without_the_other(client: TestClient, part: str) -> None:
    answer = post(client, identified(), include=part).json()
    assert {name for name in ("dicom_seg", "dicom_sr") if answer[f"{name}_base64"]} == {part}
    assert answer["overlay_base64"] is None


def test_neither_comes_unasked(client: TestClient) -> None:
    answer = client.post("/segment", content=identified()).json()
    assert answer["dicom_seg_base64"] is None
    assert answer["dicom_sr_base64"] is None


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "MANUAL"),
        ({"mask_origin": "drawn"}, "MANUAL"),
        ({"mask_origin": "Corrected"}, "SEMIAUTOMATIC"),
    ],
)
def test_a_mask_that_was_sent_is_not_called_the_models(
    client: TestClient, fields: dict[str, str], kind: str
) -> None:
    drawn = two_muscles_mask()
    drawn[0:3, 0:2] = 1
    answer = post(client, identified(), "/measure", mask=png(drawn), **fields).json()
    seg, sr = objects(answer)
    read = pydicom.dcmread(BytesIO(seg))
    assert {segment.SegmentAlgorithmType for segment in read.SegmentSequence} == {kind}
    assert np.array_equal(read.pixel_array[0] + 2 * read.pixel_array[1], drawn)
    assert dciodvfy(seg) == []
    assert dciodvfy(sr) == []
    assert (MODEL_VERSION in dsrdump(sr)) is (kind == "SEMIAUTOMATIC")


def test_the_origin_is_of_sent_masks_alone(client: TestClient) -> None:
    for route, value in (("/segment", "drawn"), ("/measure", "model"), ("/measure", "x")):
        response = post(client, identified(), route, mask_origin=value)
        assert (response.status_code, response.json()["code"]) == (422, "invalid_parameter")


UNUSABLE = {
    "png": png(two_muscles()),
    "jpeg": jpeg(two_muscles(128)),
    **{
        keyword: identified(**{keyword: None})
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID")
    },
}


@pytest.mark.parametrize("kind", UNUSABLE)
@pytest.mark.parametrize("route", ["/segment", "/measure"])
def test_a_file_that_lacks_what_is_needed_is_refused(
    client: TestClient, kind: str, route: str
) -> None:
    mask = png(two_muscles_mask(128 if kind == "jpeg" else 64))
    response = post(client, UNUSABLE[kind], route, mask=mask)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_parameter")
    assert "`dicom_seg` and `dicom_sr`" in response.json()["detail"]
    without = post(client, UNUSABLE[kind], route, mask=mask, include="mask")
    assert without.status_code == 200


def test_the_response_limit_holds(client: TestClient) -> None:
    noise = np.random.default_rng(1).integers(0, 256, size=(2000, 2000), dtype=np.uint8)
    eight_bits = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelData": noise.tobytes()}
    data = identified(pixels=noise, PixelSpacing=[0.15, 0.15], **eight_bits)
    assert len(data) < 4 * 1024 * 1024
    fits = post(client, data, include="dicom_seg")
    assert fits.status_code == 200
    response = post(client, data, include=f"overlay,mask,{BOTH}")
    assert (response.status_code, response.json()["code"]) == (413, "response_too_large")


def test_highdicom_is_imported_when_it_is_asked_for(run_python: RunPython, model_dir: Path) -> None:
    code = f"""
import json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from functions.segment.app import create_app
from multifidus.inference import Segmenter
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.segment.test_dicom_objects import identified
folder = Path({str(model_dir)!r})
settings = Settings(model_dir=folder, sqlite_path=folder / "log")
app = create_app(settings, Segmenter(folder, threads=1), MemoryLog())
client, sent = TestClient(app), identified()
assert client.post("/segment", content=sent).status_code == 200
loaded = lambda: [name for name in ("highdicom", "multifidus.dicom_objects") if name in sys.modules]
before = loaded()
assert client.post("/segment?include=dicom_sr", content=sent).status_code == 200
print(json.dumps([before, loaded()]), file=sys.stderr)
"""
    done = run_python(code)
    loaded = ["highdicom", "multifidus.dicom_objects"]
    assert json.loads(done.stderr.splitlines()[-1]) == [[], loaded]


def test_the_handler_does_not_import_highdicom(run_python: RunPython, model_dir: Path) -> None:
    code = """
import sys, functions.segment.handler
print("highdicom" in sys.modules)
"""
    done = run_python(
        code, env={"MULTIFIDUS_MODEL_DIR": str(model_dir), "MULTIFIDUS_SQLITE_PATH": ":memory:"}
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.fixture
def process(model_dir: Path, tmp_path: Path) -> Iterator[HandlerProcess]:
    with running_handler(
        "segment", model_dir, tmp_path, TMPDIR=str(tmp_path), PYTHONWARNINGS="always"
    ) as process:
        yield process


def test_names_are_in_the_objects_and_nowhere_else(process: HandlerProcess, tmp_path: Path) -> None:
    stand_in = "M" * len(NAME)
    files = [
        identified(),
        # Of these pydicom or highdicom would speak, with the value.
        identified(PatientName=f"{NAME}=a=b"),
        identified(PatientSex=stand_in).replace(stand_in.encode(), NAME.encode()),
        identified(PatientBirthDate="M" * 14).replace(b"M" * 14, NAME.encode()),
        identified(StudyInstanceUID="1.2.3456789012").replace(b"1.2.3456789012", NAME.encode()),
        identified(SliceThickness="1234567890.123").replace(b"1234567890.123", NAME.encode()),
    ]
    statuses = []
    for data in files:
        content_type, form = multipart(data, fields={"include": BOTH})
        answer = process.invoke(event("http_api_v2", body=form, content_type=content_type))
        statuses.append(answer["statusCode"])
        document = json.loads(answer["body"])
        if answer["statusCode"] == 200:
            seg, sr = objects(document)
            assert NAME.encode() in seg
            assert NAME.encode() in sr
            # It finds the source's own values dubious, but nothing wrong with the object.
            assert not [line for line in dciodvfy(seg) if line.startswith("Error")]
        else:
            assert document["code"] == "invalid_parameter"
            assert NAME not in answer["body"]
    assert statuses.count(200) >= 4
    assert 422 in statuses
    assert NAME not in process.written()
    assert UID not in process.written()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert NAME.encode() not in path.read_bytes(), path
