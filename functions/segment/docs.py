"""`GET /docs`: Swagger UI from the service itself, so that no third party learns of a visit.

The files are those of the npm package `swagger-ui-dist`, stored compressed; see
`docs/decisions/swagger-ui-is-shipped.md`.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from multifidus.errors import NotFound

_FOLDER = Path(__file__).parent / "swagger_ui"
_MEDIA_TYPES = {
    "initialise.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
_PAGE_HEADERS = {
    # Swagger UI sets style attributes and shows small pictures as data URLs.
    "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
_FILE_HEADERS = {"cache-control": "public, max-age=86400", "vary": "accept-encoding"}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def page() -> Response:
    """Answer with the page."""
    content = (_FOLDER / "index.html").read_bytes()
    return Response(content, media_type="text/html", headers=_PAGE_HEADERS)


@router.get("/docs/{name}")
def file(name: str, request: Request) -> Response:
    """Answer with one of the page's files, compressed as it is stored where the caller takes it."""
    if name not in _MEDIA_TYPES:
        raise NotFound
    headers = dict(_FILE_HEADERS)
    stored = _FOLDER / f"{name}.gz"
    if not stored.exists():
        content = (_FOLDER / name).read_bytes()
    elif "gzip" in request.headers.get("accept-encoding", ""):
        content = stored.read_bytes()
        headers["content-encoding"] = "gzip"
    else:
        content = gzip.decompress(stored.read_bytes())
    return Response(content, media_type=_MEDIA_TYPES[name], headers=headers)
