"""A patient's name is sent wherever one can stand, and must not be found anywhere after."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from multifidus.inference_log import InferenceRecord
from tests.functions.factories import dicom, multipart, png, two_muscles_mask
from tests.functions.gateway_events import event
from tests.functions.handler_process import HandlerProcess, running_handler

NAME = "Zwetschgenbaum"
UID = "1.2.826.0.1.3680043.8.498.74747474"


@pytest.fixture
def process(model_dir: Path, tmp_path: Path) -> Iterator[HandlerProcess]:
    # As talkative as libraries get: what they would say must still not hold the name.
    with running_handler(
        "segment", model_dir, tmp_path, TMPDIR=str(tmp_path), PYTHONWARNINGS="always"
    ) as process:
        yield process


def named_slice(**elements: object) -> bytes:
    return dicom(
        **{
            "PatientName": f"{NAME}^Anna",
            "PatientID": NAME,
            "StudyInstanceUID": UID,
            "SOPInstanceUID": UID,
            "InstitutionName": NAME,
            "ImageComments": NAME,
            **elements,
        }
    )


def test_no_name_is_written_or_stored(process: HandlerProcess, tmp_path: Path) -> None:
    # Values that are against the standard, in tags that are read: pydicom quotes such ones.
    stand_in = "M" * len(NAME)
    broken_tags = [
        dicom(**{tag: stand_in}).replace(stand_in.encode(), NAME.encode())
        for tag in ("Modality", "PhotometricInterpretation")
    ]
    digits = "1.25".ljust(len(NAME), "0")
    broken_tags += [
        dicom(**{tag: [digits] * count}).replace(digits.encode(), NAME.encode())
        for tag, count in (
            ("SOPClassUID", 1),
            ("FrameOfReferenceUID", 1),
            ("PixelSpacing", 2),
            ("ImageOrientationPatient", 6),
        )
    ]
    bodies = [named_slice(), *broken_tags, named_slice()[:-50], NAME.encode() * 20, b""]
    answers = []
    mask = png(two_muscles_mask())
    for body in bodies:
        content_type, form = multipart(
            body, filename=f"{NAME}.dcm", fields={"level": "L4-L5", "style": "jet"}
        )
        bad_type, bad_form = multipart(body, filename=NAME, fields={NAME: NAME, "level": NAME})
        mask_type, mask_form = multipart(body, filename=NAME, mask=mask)
        bad_mask_type, bad_mask_form = multipart(body, fields={"mask": NAME})
        for name in ("http_api_v2", "rest_api_v1"):
            answers += [
                process.invoke(event(name, body=form, content_type=content_type)),
                process.invoke(event(name, body=bad_form, content_type=bad_type)),
                process.invoke(
                    event(name, path="/measure", body=mask_form, content_type=mask_type)
                ),
                process.invoke(
                    event(name, path="/measure", body=bad_mask_form, content_type=bad_mask_type)
                ),
                process.invoke(event(name, body=body, query={"threshold": NAME, NAME: NAME})),
                process.invoke(event(name, body=body, content_type=f"text/{NAME}")),
                process.invoke(event(name, body=body, path=f"/{NAME}")),
                process.invoke(event(name, method=NAME, body=body)),
            ]
    broken_event = event("http_api_v2")
    broken_event |= {"body": f"%%{NAME}", "isBase64Encoded": True, NAME: NAME}
    answers.append(process.invoke(broken_event))
    identified = event("http_api_v2", body=named_slice())
    identified["requestContext"]["requestId"] = f"{NAME} {NAME}"
    answers.append(process.invoke(identified))
    assert {answer["statusCode"] for answer in answers} >= {200, 400, 404, 405, 415, 422}

    assert NAME not in process.written()
    assert UID not in process.written()
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "log.sqlite3" for path in stored)
    for path in stored:
        assert NAME.encode() not in path.read_bytes(), path
        assert UID.encode() not in path.read_bytes(), path


def test_the_name_comes_back_to_its_sender_alone(process: HandlerProcess) -> None:
    content_type, form = multipart(named_slice(), filename=f"{NAME}.dcm")
    answer = process.invoke(event("http_api_v2", body=form, content_type=content_type))
    document = json.loads(answer["body"])
    assert document.pop("filename") == f"{NAME}.dcm"
    assert NAME not in json.dumps(document)
    assert UID not in json.dumps(document)
    for part in ("overlay_base64", "mask_base64"):
        assert NAME.encode() not in base64.b64decode(document[part])
    assert not [value for value in answer["headers"].values() if NAME in value]


def test_a_row_has_no_field_that_could_hold_a_name() -> None:
    assert set(InferenceRecord.__dataclass_fields__) == {
        "request_id",
        "route",
        "created_at",
        "status",
        "code",
        "media",
        "rows",
        "columns",
        "model_version",
        "timings_ms",
        "latency_ms",
        "cold_start",
        "trusted",
    }


def test_no_upload_is_spooled_to_a_disk(process: HandlerProcess, tmp_path: Path) -> None:
    large = dicom() + bytes(3 * 1024 * 1024)
    before = set(tmp_path.rglob("*"))
    for path, mask in (("/segment", None), ("/measure", bytes(300_000))):
        content_type, form = multipart(large, mask=mask)
        process.invoke(event("http_api_v2", path=path, body=form, content_type=content_type))
    # A spooled file is unlinked at once, so its trace is the process's number of written bytes.
    assert set(tmp_path.rglob("*")) - before <= {
        tmp_path / f"log.sqlite3{suffix}" for suffix in ("", "-wal", "-shm")
    }
    assert process.written_bytes() < 1024 * 1024
