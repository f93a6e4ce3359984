"""Rows of the error table for files, forms and parameters."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydicom.uid import MPEG2MPML, JPEG2000Lossless

from functions.segment.upload import MAX_FIELDS
from multifidus.image_io import MAX_UPLOAD_BYTES
from tests.functions.conftest import MemoryLog
from tests.functions.factories import dicom, jpeg, multipart, noise, png, two_muscles
from tests.functions.segment.asking import assert_problem

pytestmark = pytest.mark.usefixtures("the_next_request_is_fine")


def png_that_claims(width: int, height: int) -> bytes:
    """Write a tiny PNG whose header promises another size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 10)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


BAD_FILES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 415, "unsupported_media"),
    "text": (b"hello, this is no picture", 415, "unsupported_media"),
    "gif": (b"GIF89a" + bytes(100), 415, "unsupported_media"),
    "pdf": (b"%PDF-1.7\n" + bytes(100), 415, "unsupported_media"),
    "zip": (b"PK\x03\x04" + bytes(100), 415, "unsupported_media"),
    "html with a DICOM's name": (b"<html></html>", 415, "unsupported_media"),
    "png cut off": (png(two_muscles())[:60], 422, "unreadable_image"),
    "jpeg cut off": (jpeg(two_muscles())[:80], 422, "unreadable_image"),
    "dicom cut off": (dicom()[:-100], 422, "unreadable_image"),
    "png that claims gigapixels": (png_that_claims(60_000, 60_000), 413, "image_too_large"),
    "png much wider than high": (png(noise(32, 200)), 413, "image_too_large"),
    "small png": (png(noise(31, 31)), 422, "too_small"),
    "small dicom": (dicom(noise(16, 16)), 422, "too_small"),
    "dicom that claims gigapixels": (dicom(Rows=65_535, Columns=65_535), 413, "image_too_large"),
    "dicom without pixels": (dicom(PixelData=None), 422, "no_pixel_data"),
    "dicom of two frames": (
        dicom(NumberOfFrames=2, PixelData=two_muscles().astype("<u2").tobytes() * 2),
        422,
        "multi_frame",
    ),
    "video": (
        dicom(TransferSyntaxUID=MPEG2MPML, PixelData=b"\xfe\xff\x00\xe0" + bytes(4)),
        415,
        "unsupported_transfer_syntax",
    ),
    "jpeg 2000 rubbish": (
        dicom(TransferSyntaxUID=JPEG2000Lossless, PixelData=b"\xfe\xff\x00\xe0" + bytes(4)),
        422,
        "unreadable_image",
    ),
    "colour png": (
        png(np.random.default_rng(2).integers(0, 255, (64, 64, 3), dtype=np.uint8)),
        422,
        "not_greyscale",
    ),
    "over 4 MiB": (png(two_muscles()) + bytes(MAX_UPLOAD_BYTES), 413, "payload_too_large"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_named_by_a_problem(client: TestClient, log: MemoryLog, name: str) -> None:
    data, status, code = BAD_FILES[name]
    as_form = client.post("/segment", files={"file": ("slice.dcm", data)})
    assert_problem(as_form, status, code)
    as_body = client.post("/segment", content=data, headers={"content-type": "application/dicom"})
    assert_problem(as_body, status, code)
    assert [(record.status, record.code) for record in log.records] == [(status, code)] * 2


BAD_FORMS: dict[str, tuple[str, bytes]] = {
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "empty boundary": ("multipart/form-data; boundary=", b"--x\r\n"),
    "boundary beyond ASCII": ('multipart/form-data; boundary="é"', b"--x\r\n"),
    "no form at all": ("multipart/form-data; boundary=x", b"hello"),
    "cut off": ("multipart/form-data; boundary=x", multipart(b"data")[1][:80]),
    "part without a name": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--x--\r\n",
    ),
    "part without a disposition": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Type: text/plain\r\n\r\nvalue\r\n--x--\r\n",
    ),
    "header without an end": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 10_000,
    ),
    "too many headers": (
        "multipart/form-data; boundary=x",
        b"--x\r\n" + b"a: b\r\n" * 100 + b"\r\nvalue\r\n--x--\r\n",
    ),
    "too many fields": (
        multipart(b"")[0],
        multipart(b"", fields={f"f{n}": "1" for n in range(MAX_FIELDS + 1)})[1],
    ),
    "a field that is too long": (
        multipart(b"")[0],
        multipart(b"", fields={"level": "L" * 2000})[1],
    ),
    "two files": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n' * 2
        + b"--x--\r\n",
    ),
}


@pytest.mark.parametrize("name", BAD_FORMS)
def test_a_form_that_cannot_be_read_is_malformed(client: TestClient, name: str) -> None:
    content_type, body = BAD_FORMS[name]
    headers = {b"content-type": content_type.encode("latin-1")}
    response = client.post("/segment", content=body, headers=headers)
    assert_problem(response, 400, "malformed_request")


def test_a_form_without_a_file_says_which_field_it_needs(client: TestClient) -> None:
    boundary = "multipart/form-data; boundary=x"
    as_text = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n'
    other = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n1\r\n--x--\r\n'
    for body in (as_text, other):
        response = client.post("/segment", content=body, headers={"content-type": boundary})
        assert_problem(response, 422, "invalid_parameter")
        assert "`file`" in response.json()["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "image/gif",
        "nonsense",
    ],
)
def test_other_content_types_are_refused_with_a_hint(client: TestClient, content_type: str) -> None:
    response = client.post("/segment", content=dicom(), headers={"content-type": content_type})
    assert_problem(response, 415, "unsupported_media")
    assert "multipart/form-data" in response.json()["detail"]


BAD_PARAMETERS = [
    ("threshold", "0"),
    ("threshold", "1"),
    ("threshold", "-0.1"),
    ("threshold", "nan"),
    ("threshold", "inf"),
    ("threshold", "half"),
    ("threshold", "0.5,0.6"),
    ("level", "L6-L7"),
    ("level", "<script>"),
    ("pixel_spacing_mm", "0.5"),
    ("pixel_spacing_mm", "0.5,0.5,0.5"),
    ("pixel_spacing_mm", "0,0.5"),
    ("pixel_spacing_mm", "-1,-1"),
    ("pixel_spacing_mm", "nan,nan"),
    ("pixel_spacing_mm", "1e9,1"),
    ("pixel_spacing_mm", "a,b"),
    ("include", "everything"),
    ("include", "overlay,dicom"),
    ("style", "rainbow"),
    ("threshhold", "0.5"),
]


@pytest.mark.parametrize(("name", "value"), BAD_PARAMETERS)
def test_a_bad_parameter_is_named(client: TestClient, name: str, value: str) -> None:
    in_query = client.post("/segment", params={name: value}, files={"file": ("a", dicom())})
    in_form = client.post("/segment", data={name: value}, files={"file": ("a", dicom())})
    for response in (in_query, in_form):
        assert_problem(response, 422, "invalid_parameter")
        assert "<script>" not in response.text
        if name != "threshhold":
            assert name in response.json()["detail"]


def test_a_parameter_with_two_values_is_refused(client: TestClient) -> None:
    response = client.post(
        "/segment",
        params={"threshold": "0.4"},
        data={"threshold": "0.6"},
        files={"file": ("a", dicom())},
    )
    assert_problem(response, 422, "invalid_parameter")


@pytest.mark.parametrize("last", ["0", "1001", "-1", "x", ""])
def test_statistics_take_a_number_in_range(client: TestClient, last: str) -> None:
    assert_problem(client.get("/stats", params={"last": last}), 422, "invalid_parameter")
