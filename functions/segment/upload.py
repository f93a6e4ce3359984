"""The body of a request: a multipart form with a file, or the file itself."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from multifidus.errors import InvalidParameter, MalformedRequest, UnsupportedMedia
from multifidus.image_io import MAX_UPLOAD_BYTES
from multifidus.mask_io import MAX_MASK_BYTES

MAX_BODY_BYTES = MAX_UPLOAD_BYTES + MAX_MASK_BYTES + 64 * 1024
"""The file, a mask and, around them, the form's other fields; as base64 within Lambda's 6 MB."""

MAX_FIELDS = 16
MAX_FIELD_BYTES = 1024
MAX_MASK_TEXT_BYTES = 2 * MAX_MASK_BYTES
"""Base64 takes four thirds, and line breaks."""

MAX_FILENAME_CHARACTERS = 255
MAX_CONTENT_TYPE_CHARACTERS = 256

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{1,70}")
"""RFC 2046, section 5.1.1."""

_UNREADABLE = (
    "The multipart form could not be read. It is incomplete, or has more files than are taken "
    "here, or too many or too long fields."
)
_NO_BOUNDARY = "The multipart form names no boundary, or one that no form can have."
_ONE_FILE = "The form needs exactly one file, in the field `file`."

FORM_MEDIA_TYPE = "multipart/form-data"
RAW_MEDIA_TYPES = ("application/dicom", "image/png", "image/jpeg", "application/octet-stream")
"""Taken as the file itself. What it really is, the bytes say."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What was sent.

    Attributes
    ----------
    data : bytes
        The file.
    filename : str, optional
        Its name as the caller gave it, without folders and control characters. For the caller
        alone: it may be a patient's.
    fields : tuple of (str, str)
        The parameters: those of the query, then those of the form.
    """

    data: bytes
    filename: str | None
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class MaskedUpload(Upload):
    """What was sent, with a mask.

    Attributes
    ----------
    mask : bytes
        Its file.
    """

    mask: bytes


class _FormParser(MultiPartParser):
    """Keeps files in memory: a patient's image is not written to a disk, not even for a moment."""

    spool_max_size = MAX_BODY_BYTES + 1
    is_complete = False

    def on_end(self) -> None:
        self.is_complete = True


async def read_upload(request: Request) -> Upload:
    """Read a request's file and parameters.

    Raises
    ------
    MalformedRequest
        The form is no readable multipart form.
    InvalidParameter
        The form has no file named `file`.
    UnsupportedMedia
        The content type is neither a form nor one of `RAW_MEDIA_TYPES`.
    """
    media_type = _media_type(request)
    query = tuple(request.query_params.multi_items())
    if media_type in ("", *RAW_MEDIA_TYPES):
        return Upload(data=await request.body(), filename=None, fields=query)
    if media_type != FORM_MEDIA_TYPE:
        raise UnsupportedMedia(
            "Send a multipart/form-data form with the field `file`, or the file itself as "
            + ", ".join(RAW_MEDIA_TYPES)
            + "."
        )
    async with _form(request, max_files=1, max_field_bytes=MAX_FIELD_BYTES) as form:
        file = _only(form, "file")
        if not isinstance(file, UploadFile):
            raise InvalidParameter(_ONE_FILE)
        return Upload(
            data=await file.read(),
            filename=presentable_name(file.filename),
            fields=query + _texts(form, besides=("file",)),
        )


async def read_masked_upload(request: Request) -> MaskedUpload:
    """Read a request's file, mask and parameters.

    The mask is a file, or a text: the base64 that `/segment` gave it as.

    Raises
    ------
    MalformedRequest
        The form is no readable multipart form.
    InvalidParameter
        The form has no file named `file`, or nothing or no base64 named `mask`.
    UnsupportedMedia
        The content type is not that of a form.
    """
    if _media_type(request) != FORM_MEDIA_TYPE:
        raise UnsupportedMedia(
            "Send a multipart/form-data form with the slice as `file` and its mask as `mask`."
        )
    query = tuple(request.query_params.multi_items())
    async with _form(request, max_files=2, max_field_bytes=MAX_MASK_TEXT_BYTES) as form:
        file, mask = _only(form, "file"), _only(form, "mask")
        if not isinstance(file, UploadFile):
            raise InvalidParameter(_ONE_FILE)
        if mask is None:
            raise InvalidParameter("The form needs exactly one mask, in the field `mask`.")
        return MaskedUpload(
            data=await file.read(),
            filename=presentable_name(file.filename),
            fields=query + _texts(form, besides=("file", "mask")),
            mask=_from_base64(mask) if isinstance(mask, str) else await mask.read(),
        )


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _boundary_alone(request: Request) -> Headers:
    """Content type of a form without anything that the caller could steer its reading by.

    The parser would decode names and texts by whatever encoding of Python's a `charset` names; by
    some of them in a time that grows with the square of the length, and Python remembers each name
    that it does not know for good. Forms are UTF-8 (RFC 7578, section 5.1.2).
    """
    content_type = request.headers["content-type"]
    if len(content_type) > MAX_CONTENT_TYPE_CHARACTERS:
        raise MalformedRequest(_NO_BOUNDARY)
    _, parameters = parse_options_header(content_type)
    boundary = parameters.get(b"boundary", b"")
    if not _BOUNDARY.fullmatch(boundary):
        raise MalformedRequest(_NO_BOUNDARY)
    return Headers(raw=[(b"content-type", b'multipart/form-data; boundary="%b"' % boundary)])


def _only(form: FormData, name: str) -> UploadFile | str | None:
    """Return the one field of a name; None where there is none or there are several."""
    found = form.getlist(name)
    return found[0] if len(found) == 1 else None


def _texts(form: FormData, *, besides: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    texts = tuple(
        (name, value)
        for name, value in form.multi_items()
        if name not in besides and isinstance(value, str)
    )
    if any(len(value) > MAX_FIELD_BYTES for _, value in texts):
        raise MalformedRequest(_UNREADABLE)
    return texts


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameter("`mask` is neither a file nor the base64 of one.") from None


@asynccontextmanager
async def _form(
    request: Request, *, max_files: int, max_field_bytes: int
) -> AsyncIterator[FormData]:
    parser = _FormParser(
        _boundary_alone(request),
        request.stream(),
        max_files=max_files,
        max_fields=MAX_FIELDS,
        max_part_size=max_field_bytes,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise MalformedRequest(_UNREADABLE) from error
    if not parser.is_complete:  # cut off within its last part, which is then missing
        await form.close()
        raise MalformedRequest(_UNREADABLE)
    try:
        yield form
    finally:
        await form.close()


def presentable_name(name: str | None) -> str | None:
    """Cut a file name down to what may be shown to its sender again."""
    if name is None:
        return None
    last_part = name.replace("\\", "/").rpartition("/")[2]
    # Category C: control characters, marks that turn the writing direction, lone surrogates.
    shown = "".join(
        character for character in last_part if not unicodedata.category(character).startswith("C")
    )
    return shown.strip()[:MAX_FILENAME_CHARACTERS] or None
