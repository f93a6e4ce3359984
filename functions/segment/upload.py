"""The body of a request: a multipart form with a file, or the file itself."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from multifidus.errors import InvalidParameter, MalformedRequest, UnsupportedMedia
from multifidus.image_io import MAX_UPLOAD_BYTES

MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 64 * 1024
"""The file and, around it, the form's other fields."""

MAX_FIELDS = 16
MAX_FIELD_BYTES = 1024
MAX_FILENAME_CHARACTERS = 255

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


class _FormParser(MultiPartParser):
    """Keeps files in memory: a patient's image is not written to a disk, not even for a moment."""

    spool_max_size = MAX_BODY_BYTES + 1


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
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    query = tuple(request.query_params.multi_items())
    if media_type in ("", *RAW_MEDIA_TYPES):
        return Upload(data=await request.body(), filename=None, fields=query)
    if media_type != "multipart/form-data":
        raise UnsupportedMedia(
            "Send a multipart/form-data form with the field `file`, or the file itself as "
            + ", ".join(RAW_MEDIA_TYPES)
            + "."
        )
    form = await _read_form(request)
    try:
        files = [value for name, value in form.multi_items() if name == "file"]
        if len(files) != 1 or not isinstance(files[0], UploadFile):
            raise InvalidParameter("The form needs exactly one file, in the field `file`.")
        fields = tuple((name, value) for name, value in form.multi_items() if name != "file")
        texts = tuple((name, value) for name, value in fields if isinstance(value, str))
        data = await files[0].read()
        return Upload(data=data, filename=presentable_name(files[0].filename), fields=query + texts)
    finally:
        await form.close()


async def _read_form(request: Request) -> FormData:
    parser = _FormParser(
        request.headers,
        request.stream(),
        max_files=1,
        max_fields=MAX_FIELDS,
        max_part_size=MAX_FIELD_BYTES,
    )
    try:
        return await parser.parse()
    # ValueError: a form can name any of Python's text encodings, and some fail in their own ways.
    except (MultiPartException, ValueError) as error:
        raise MalformedRequest(
            "The multipart form could not be read. It is incomplete, or has more than one file, "
            "or too many or too long fields."
        ) from error


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
