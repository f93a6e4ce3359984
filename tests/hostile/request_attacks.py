"""Requests that mean harm: forms, headers, queries, names; the file in them is harmless."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from tests.functions.factories import dicom, multipart
from tests.hostile.attack import UPLOAD_BYTES, Attack, inflating

FORM = "multipart/form-data; boundary=x"
MALFORMED = (400, "malformed_request")
INVALID = (422, "invalid_parameter")
UNSUPPORTED = (415, "unsupported_media")
FINE = (200, None)
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
END = b"\r\n--x--\r\n"


def named(filename: bytes) -> bytes:
    """A form with a good slice of that name."""
    return HEAD.replace(b'"a"', b'"' + filename + b'"') + dicom() + END


def filled(with_bytes: bytes) -> bytes:
    """A form whose file is these bytes over and over."""
    return HEAD + with_bytes * (UPLOAD_BYTES // len(with_bytes)) + END


_FORMS: dict[str, tuple[Callable[[], bytes], tuple[int, str | None]]] = {
    "60,000 parts": (lambda: FIELD % (b"level", b"L4-L5") * 60_000 + END, MALFORMED),
    "0.4 M empty parts": (lambda: b"--x\r\n\r\n\r\n" * 400_000 + END, MALFORMED),
    "the file twice": (lambda: HEAD + b"1\r\n" + HEAD + b"2" + END, MALFORMED),
    "a field twice": (
        lambda: FIELD % (b"level", b"L1-L2") + FIELD % (b"level", b"L4-L5") + named(b"a"),
        INVALID,
    ),
    "a form in the form": (
        lambda: (
            b"--x\r\nContent-Disposition: form-data; name=file\r\n"
            b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n1\r\n--y--" + END
        ),
        INVALID,
    ),
    "part with a header name of 4 MB": (lambda: b"--x\r\n" + b"a" * UPLOAD_BYTES, MALFORMED),
    "part with a header of 4 MB": (
        lambda: b"--x\r\na: " + b"b" * (UPLOAD_BYTES - 99) + b"\r\n\r\n1" + END,
        MALFORMED,
    ),
    "part with 0.8 M headers": (lambda: b"--x\r\n" + b"a:b\r\n" * 800_000 + END, MALFORMED),
    "disposition with 0.8 M parameters": (
        lambda: (
            b"--x\r\nContent-Disposition: form-data; " + b"a=b; " * 800_000 + b"\r\n\r\n1" + END
        ),
        MALFORMED,
    ),
    "4 MB before the first part": (lambda: b"\r\n" * (UPLOAD_BYTES // 2), MALFORMED),
    "4 MB after the last part": (
        lambda: HEAD + b"1" + END + b"\r\n" * (UPLOAD_BYTES // 2),
        UNSUPPORTED,
    ),
    "file of line ends": (lambda: filled(b"\r"), UNSUPPORTED),
    "file of almost boundaries": (lambda: filled(b"\r\n--y"), UNSUPPORTED),
    "file of almost ends": (lambda: filled(b"\r\n--"), UNSUPPORTED),
    "no end": (lambda: HEAD + dicom(), MALFORMED),
    "name like a path": (lambda: named(b"../../../../etc/passwd"), FINE),
    "name of control characters": (lambda: named(b"\x01\x1b[2J\x7f\xe2\x80\xae.dcm"), FINE),
    "name that is no UTF-8": (lambda: named(b"\xff\xfe\xed\xa0\x80"), FINE),
    "name of 3 KB": (lambda: named(b"n" * 3000), FINE),
}
_CHARSETS = ("utf-7", "punycode", "idna", "undefined", "zlib_codec", "unicode_escape", "n" * 99)


def _bad_mask() -> bytes:
    mask = base64.b64encode(b"\x89PNG\r\n\x1a\n" + inflating(bytes(1 << 20), 300))
    content_type, body = multipart(dicom(), fields={"mask": mask.decode()})
    del content_type
    return body


def _slice(**changed: object) -> Attack:
    made = Attack(make=dicom, status=200, code=None)
    return replace(made, **changed)  # type: ignore[arg-type]


ATTACKS: dict[str, Attack] = {
    **{
        f"Form, {name}": Attack(make=make, status=status, code=code, content_type=FORM)
        for name, (make, (status, code)) in _FORMS.items()
    },
    **{
        f"Form in the charset {name[:14]}": Attack(
            make=lambda: FIELD % (b"level", b"a-" * 500) + named(b"xn--" + b"a" * 900),
            status=422,
            code="invalid_parameter",
            content_type=f"{FORM}; charset={name}",
        )
        for name in _CHARSETS
    },
    "Form without a boundary": _slice(
        content_type="multipart/form-data", status=400, code="malformed_request"
    ),
    "Form, boundary of 8 KB": _slice(
        content_type=f"multipart/form-data; boundary={'b' * 8000}",
        status=400,
        code="malformed_request",
    ),
    "Form, 0.2 M parameters of its type": _slice(
        content_type="multipart/form-data; " + "a=b; " * 200_000,
        status=400,
        code="malformed_request",
    ),
    "Form, mask that is a bomb": Attack(
        make=_bad_mask,
        path="/measure",
        content_type=multipart(b"")[0],
        status=422,
        code="unreadable_image",
    ),
    "Query of 8 KB": _slice(query="level=" + "L" * 8100, status=422, code="invalid_parameter"),
    "Query of 4 MB": _slice(query="a&" * 2_000_000, status=422, code="invalid_parameter"),
    "Query of 900 times overlay": _slice(query="include=" + "overlay," * 900),
    "Query that is not UTF-8": _slice(
        query="level=%FF%00%C0%80", status=422, code="invalid_parameter"
    ),
    "Threshold of 8,000 digits": _slice(
        query="threshold=0." + "9" * 8000, status=422, code="invalid_parameter"
    ),
    "Spacing NaN": _slice(query="pixel_spacing_mm=nan,inf", status=422, code="invalid_parameter"),
    "50,000 headers": _slice(headers={f"x-{n}": "v" for n in range(50_000)}),
    "Header of 4 MB": _slice(headers={"x-long": "v" * 4_000_000}),
    "Length of 5,000 digits": _slice(
        headers={"content-length": "9" * 5000}, status=413, code="payload_too_large"
    ),
    "Length that is too short": _slice(headers={"content-length": "1"}),
    "Length that is negative": _slice(headers={"content-length": "-1"}),
    "Path of 4 MB": _slice(path="/segment/" + "a" * 4_000_000, status=404, code="not_found"),
    "Path that climbs": _slice(path="/segment/../../etc/passwd", status=404, code="not_found"),
    "Path with a zero byte": _slice(path="/segment\0", status=404, code="not_found"),
    "Method of 1 MB": _slice(method="P" * 1_000_000, status=405, code="method_not_allowed"),
    "Body of 4.8 MB": _slice(make=lambda: bytes(4_800_000), status=413, code="payload_too_large"),
}
