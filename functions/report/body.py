"""The body of a request: one side, a list of sides, or the same under `sides`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from pydantic_core import from_json

from multifidus.errors import InvalidParameter, MalformedRequest, UnsupportedMedia
from multifidus.norms import ALL_LEVELS
from multifidus.report_input import (
    MAX_AGE_YEARS,
    MAX_AREA_MM2,
    MAX_ASYMMETRY_PCT,
    SEXES,
    SIDES,
    ReportInput,
)
from multifidus.report_schemas import MAX_GRADE, MAX_SIDES, ReportEntry

JSON_MEDIA_TYPE = "application/json"

_SHAPE = (
    "Send one object, a list of one or two of them, or such a list as `sides` of an object: "
    "`report_input` of an answer of `/segment`."
)
_NOTHING = "There is no side to report on: nothing was found on the slice."

_TAKES: Mapping[str, str] = {
    "level": f"one of {', '.join(ALL_LEVELS)}, or null",
    "side": f"one of {', '.join(SIDES)}",
    "muscle_area_mm2": f"a number from 0 to {MAX_AREA_MM2:.0f}, or null",
    "fat_infiltration_pct": "a number from 0 to 100, or null",
    "fat_infiltration_ci95": "two numbers from 0 to 100, the lower one first, or null",
    "degeneration_grade": f"a whole number from 0 to {MAX_GRADE}, or null",
    "grade_scale": "kjaer",
    "asymmetry_pct": f"a number from 0 to {MAX_ASYMMETRY_PCT:.0f}, or null",
    "quality_flags": "a list of flags as `/segment` gives them",
    "trusted": "true or false",
    "age": f"a whole number from 0 to {MAX_AGE_YEARS}, or null",
    "sex": f"one of {', '.join(SEXES)}, or null",
}
"""What each field takes, in words for whoever sent something else. Their own words are not
repeated: a name may stand in them."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was sent.

    Attributes
    ----------
    inputs : tuple of ReportInput
        One or two.
    several : bool
        Whether they came as a list, so that the answer holds a list too.
    """

    inputs: tuple[ReportInput, ...]
    several: bool


async def read_body(request: Request) -> Asked:
    """Read a request's measurements.

    Raises
    ------
    UnsupportedMedia
        The body is declared to be something else than JSON.
    MalformedRequest
        It is no JSON.
    InvalidParameter
        It has no shape that is taken here, or a field is missing, unknown or out of range.
    """
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in ("", JSON_MEDIA_TYPE):
        raise UnsupportedMedia(f"Send the measurements as {JSON_MEDIA_TYPE}.")
    return parse(await request.body())


def parse(body: bytes) -> Asked:
    """Read measurements from JSON; raises as `read_body` does."""
    try:
        document = from_json(body)  # NaN and Infinity are read, and refused as numbers below
    except ValueError as error:
        raise MalformedRequest("The body is no JSON.") from error
    if isinstance(document, dict) and "sides" in document:
        if set(document) != {"sides"} or not isinstance(document["sides"], list):
            raise InvalidParameter(_SHAPE)
        document = document["sides"]
    if isinstance(document, dict):
        return Asked(inputs=(_entry(document, place=""),), several=False)
    if not isinstance(document, list):
        raise InvalidParameter(_SHAPE)
    if not document:
        raise InvalidParameter(_NOTHING)
    if len(document) > MAX_SIDES:
        raise InvalidParameter(f"At most {MAX_SIDES} sides are taken at once.")
    inputs = tuple(
        _entry(entry, place=f"Entry {number}: ") for number, entry in enumerate(document, start=1)
    )
    return Asked(inputs=inputs, several=True)


def _entry(document: Any, *, place: str) -> ReportInput:
    if not isinstance(document, dict):
        raise InvalidParameter(_SHAPE)
    try:
        return ReportEntry.model_validate(document).to_input()
    except ValidationError as error:
        raise InvalidParameter(place + _what_is_wrong(error)) from None
    except InvalidParameter as error:
        raise InvalidParameter(place + error.detail) from None


def _what_is_wrong(error: ValidationError) -> str:
    names = {str(found["loc"][0]) for found in error.errors(include_input=False)}
    if not names <= set(_TAKES):
        return f"There is an unknown field. Known are {', '.join(f'`{name}`' for name in _TAKES)}."
    return " ".join(f"`{name}` must be {_TAKES[name]}." for name in _TAKES if name in names)
