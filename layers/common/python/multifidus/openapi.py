"""What FastAPI cannot derive for a schema and all apps of the service need: their errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from multifidus.answer import Problem
from multifidus.gateway import PROBLEM_MEDIA_TYPE

MEANINGS: Mapping[int, str] = {
    400: "The request cannot be read: `malformed_request`.",
    413: "Over a limit: `payload_too_large`, `image_too_large`, `response_too_large`.",
    415: "Not a slice that is read here: `unsupported_media`, `unsupported_transfer_syntax`.",
    422: "Not usable: `unreadable_image`, `no_pixel_data`, `multi_frame`, `too_small`, "
    "`not_greyscale`, `invalid_parameter`.",
    429: "Busy: `throttled`.",
    500: "Anything else: `internal`.",
    503: "Not now: `deadline`, `model_unavailable`, `log_unavailable`, `report_disabled`.",
}


def answers(
    success: Any, *statuses: int, meanings: Mapping[int, str] = MEANINGS
) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a route.

    Parameters
    ----------
    success : type or union of types, or None
        The model of 200; None where the route never succeeds.
    *statuses : int
        Of its errors.
    meanings : mapping of int to str
        What each status stands for.
    """
    described: dict[int | str, dict[str, Any]] = {}
    if success is not None:
        described[200] = {"model": success}
    for status in statuses:
        described[status] = {"model": Problem, "description": meanings[status]}
    return described


def describe(app: FastAPI) -> None:
    """Let an app's schema name the media type of its errors."""

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                license_info=app.license_info,
                routes=app.routes,
            )
            for path in made["paths"].values():
                for operation in path.values():
                    _use_problem_media_type(operation["responses"])
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = schema  # type: ignore[method-assign]  # FastAPI's documented way


def _use_problem_media_type(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status >= "400" and "application/json" in response.get("content", {}):
            response["content"] = {PROBLEM_MEDIA_TYPE: response["content"]["application/json"]}
