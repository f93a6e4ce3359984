"""What FastAPI cannot derive for the schema: the kinds of body, and the table."""

from __future__ import annotations

from typing import Any

from functions.segment.csv_table import COLUMNS
from functions.segment.options import (
    FORMATS,
    LEVELS,
    MEASURE_NAMES,
    NAMES,
    PARTS,
    SENT_MASK_ORIGINS,
    STYLES,
)
from functions.segment.upload import RAW_MEDIA_TYPES
from multifidus.answer import Answer
from multifidus.openapi import answers

DESCRIPTION = """\
Measures the lumbar multifidus muscle on one axial T2 MRI slice. Research software, not a medical
device.

Errors are problem documents by RFC 9457 with a stable `code`. File names and pixels are not stored.
"""

_PROPERTIES: dict[str, dict[str, Any]] = {
    "level": {
        "type": "string",
        "enum": list(LEVELS),
        "description": "The disc level that the slice shows; chooses the reference values.",
    },
    "pixel_spacing_mm": {
        "type": "string",
        "examples": ["0.6,0.6"],
        "description": "Row, then column spacing in mm; used only where the file has none.",
    },
    "threshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "exclusiveMaximum": 1,
        "description": "Probability from which a pixel counts as muscle, in place of the model's.",
    },
    "include": {
        "type": "string",
        "examples": ["overlay,mask"],
        "description": f"Parts of the answer, comma-separated, of {', '.join(PARTS)}. The last "
        "two are made of DICOM files alone.",
    },
    "style": {
        "type": "string",
        "enum": list(STYLES),
        "default": "contour",
        "description": "Of the overlay.",
    },
    "format": {
        "type": "string",
        "enum": list(FORMATS),
        "default": "json",
        "description": "Of the answer. `csv` is a table of one row per side, without pictures.",
    },
    "mask_origin": {
        "type": "string",
        "enum": list(SENT_MASK_ORIGINS),
        "default": "drawn",
        "description": "Who made the mask, as DICOM SEG and SR say it: a person (`drawn`), or this "
        "service's model and then a person (`corrected`).",
    },
}

_BINARY = {"schema": {"type": "string", "format": "binary"}}

_SLICE = {"type": "string", "format": "binary", "description": "The slice; at most 4 MiB."}
_MASK = {
    "type": "string",
    "format": "binary",
    "description": "A PNG of the slice's size: 0 background, 1 the patient's right multifidus, 2 "
    "the left. At most 384 KiB. As a text field: its base64, as `/segment` returns it.",
}


def _parameters(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": _PROPERTIES[name]["description"],
            "schema": {
                key: value for key, value in _PROPERTIES[name].items() if key != "description"
            },
        }
        for name in names
    ]


def _form(files: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    properties = {**files, **{name: _PROPERTIES[name] for name in names}}
    schema = {"type": "object", "required": list(files), "properties": properties}
    return {"multipart/form-data": {"schema": schema}}


SEGMENT_EXTRA: dict[str, Any] = {
    "parameters": _parameters(NAMES),
    "requestBody": {
        "required": True,
        "description": "A form with the slice as `file`, or the slice itself. Its type is taken "
        "from its bytes. At most 4 MiB.",
        "content": {
            **_form({"file": _SLICE}, NAMES),
            **dict.fromkeys(RAW_MEDIA_TYPES, _BINARY),
        },
    },
}

MEASURE_EXTRA: dict[str, Any] = {
    "parameters": _parameters(MEASURE_NAMES),
    "requestBody": {
        "required": True,
        "description": "A form with the slice as `file` and its mask as `mask`.",
        "content": _form({"file": _SLICE, "mask": _MASK}, MEASURE_NAMES),
    },
}


def measured(success: type[Answer]) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a route that measures: as JSON or as a table."""
    described = answers(success, 400, 413, 415, 422, 429, 500, 503)
    table = {"type": "string", "examples": [",".join(f'"{name}"' for name in COLUMNS)]}
    described[200]["content"] = {"text/csv": {"schema": table}}
    return described
