"""`POST /report` as JSON: what it takes, what it answers, and how the schema describes it.

Shared, because `/segment` answers with what `/report` takes, and because the function that serves
the schema describes the route also where another one, or none, answers it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from multifidus.answer import Answer, ModelInfo
from multifidus.grading import KJAER_CUT_OFFS_PCT
from multifidus.openapi import answers
from multifidus.report_input import (
    INFORMING_FLAGS,
    MAX_AGE_YEARS,
    MAX_AREA_MM2,
    MAX_ASYMMETRY_PCT,
    UNTRUSTED_FLAGS,
    ReportInput,
)

MAX_SIDES = 2
"""Of one request: a slice's right and left."""

MAX_BODY_BYTES = 16 * 1024
"""Both sides with every field and flag take two kilobytes."""

MAX_GRADE = len(KJAER_CUT_OFFS_PCT)


def _a_number(value: object) -> object:
    """Refuse what Python would make a number of; 1.0 may be whole: JSON has one kind of number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    return value


# Strict: a number in quotation marks, or `true`, is a slip of the caller's, not a measurement.
_Area = Annotated[float, Field(strict=True, ge=0.0, le=MAX_AREA_MM2)]
_Asymmetry = Annotated[float, Field(strict=True, ge=0.0, le=MAX_ASYMMETRY_PCT)]
_Percent = Annotated[float, Field(strict=True, ge=0.0, le=100.0)]
_Grade = Annotated[int, Field(ge=0, le=MAX_GRADE), BeforeValidator(_a_number)]
_Years = Annotated[int, Field(ge=0, le=MAX_AGE_YEARS), BeforeValidator(_a_number)]
_FLAGS = (*UNTRUSTED_FLAGS, *INFORMING_FLAGS)


class ReportEntry(Answer):
    """The measurements of one side, or of both together, that a report is about."""

    level: Literal["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"] | None = Field(
        default=None, description="The disc; null where it is not known."
    )
    side: Literal["right", "left", "bilateral"] = Field(
        description="`bilateral`: area and fat infiltration are the means of both sides."
    )
    muscle_area_mm2: _Area | None = Field(default=None, description="Null without pixel spacing.")
    fat_infiltration_pct: _Percent | None = Field(
        default=None, description="Fat area of the whole area; null where it is not known."
    )
    fat_infiltration_ci95: tuple[_Percent, _Percent] | None = Field(
        default=None, description="Its 95 % interval, the lower end first."
    )
    degeneration_grade: _Grade | None = Field(
        default=None, description="Null where there is none, or more than one is possible."
    )
    grade_scale: Literal["kjaer"] = "kjaer"
    asymmetry_pct: _Asymmetry | None = Field(
        default=None, description="100 |R - L| / mean(R, L) of the areas."
    )
    quality_flags: list[str] = Field(
        default_factory=list,
        max_length=len(_FLAGS),
        description="Of the slice.",
        json_schema_extra={"items": {"type": "string", "enum": list(_FLAGS)}},
    )
    trusted: bool = Field(
        default=True, strict=True, description="Where it is false the report states no risk."
    )
    age: _Years | None = Field(default=None, description="Years, where known.")
    sex: Literal["female", "male"] | None = None

    def to_input(self) -> ReportInput:
        """Hand it to the rules.

        Raises
        ------
        InvalidParameter
            A flag is unknown, or the interval has its upper end first.
        """
        return ReportInput(**self.model_dump() | {"quality_flags": tuple(self.quality_flags)})


class Report(Answer):
    """A report on one side, or on both together. Not a medical device."""

    request_id: str
    level: str | None
    side: str
    summary: str
    risk: str
    recommendation: str
    text: str = Field(description="The three sections under their headings.")
    source: Literal["model", "rules"] = Field(
        description="Who phrased it. What it says is the rules' choice in either case; `rules` "
        "where there is no model, it failed, or its text was caught saying something else."
    )
    sources: list[str] = Field(description="The studies that it rests on.")
    disclaimer: str
    model: ModelInfo | None = Field(description="The model that is deployed; null for none.")
    latency_ms: float = Field(description="From the request's arrival to this report.")


class Reports(Answer):
    """The reports on several sides, in the order in which they were sent."""

    request_id: str
    reports: list[Report]
    disclaimer: str
    latency_ms: float = Field(description="From the request's arrival to the last report.")


_MEANINGS: Mapping[int, str] = {
    400: "The request cannot be read: `malformed_request`.",
    413: "Over 16 KiB: `payload_too_large`.",
    415: "Not sent as JSON: `unsupported_media`.",
    422: "A field is missing, unknown or out of range: `invalid_parameter`.",
    429: "Busy: `throttled`.",
    500: "Anything else: `internal`.",
    503: "Not now, or not deployed: `deadline`, `report_disabled`.",
}


def _body() -> dict[str, Any]:
    entry = ReportEntry.model_json_schema()
    several = {"type": "array", "items": entry, "minItems": 1, "maxItems": MAX_SIDES}
    sides = {
        "type": "object",
        "title": "Sides",
        "required": ["sides"],
        "properties": {"sides": several},
        "additionalProperties": False,
    }
    return {
        "required": True,
        "description": "One side, or a list of two, or the same as `sides`; `report_input` of an "
        "answer of `/segment` or `/measure` as it is.",
        "content": {"application/json": {"schema": {"anyOf": [entry, several, sides]}}},
    }


def route_description() -> dict[str, Any]:
    """Return what FastAPI's `add_api_route` is told about `POST /report`, whoever answers it."""
    return {
        "methods": ["POST"],
        "summary": "Turn measurements into text",
        "responses": answers(
            Report | Reports, 400, 413, 415, 422, 429, 500, 503, meanings=_MEANINGS
        ),
        "openapi_extra": {"requestBody": _body()},
    }
