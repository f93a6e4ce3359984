"""The static page, served beside the API."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from local.site_headers import HEADERS, MEDIA_TYPES

PACKED = (".css", ".html", ".js", ".json", ".svg")
"""Sent compressed; pictures, slices and WebAssembly gain little or nothing by it."""


class WithSite:
    """Serves the page's files, and passes every other request on to the API.

    Outside the API rather than mounted inside it: files are no inference requests, and need
    neither its log lines nor its headers.

    Parameters
    ----------
    api : ASGIApp
        Takes what is not a file of the page.
    folder : Path
        Holds `index.html`. The names in it are read once.
    """

    def __init__(self, api: ASGIApp, folder: Path) -> None:
        self._api = api
        self._files = SiteFiles(directory=folder, html=True)
        self._packed = GZipMiddleware(self._files)
        found = (path for path in folder.rglob("*") if path.is_file())
        self._paths = {"/", *(f"/{path.relative_to(folder).as_posix()}" for path in found)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not (reads and scope["path"] in self._paths):
            await self._api(scope, receive, send)
        elif scope["path"].endswith(("/", *PACKED)):
            await self._packed(scope, receive, send)
        else:
            await self._files(scope, receive, send)


class SiteFiles(StaticFiles):
    """Files of the page with their types, the content security policy and revalidation."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with a file, or with 304 where the browser has it already."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        media_type = MEDIA_TYPES.get(Path(full_path).suffix.lower())
        if media_type is not None and "content-type" in response.headers:
            response.headers["content-type"] = media_type
        return response
