"""Measurements as a table: CSV by RFC 4180, one row per side.

The columns and their order are stable; new ones come at the end. What is unknown is empty.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

from functions.segment.measurement_schemas import Side
from functions.segment.schemas import MeasureResponse, SegmentResponse

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
FILE_NAME = "multifidus.csv"
"""Suggested to browsers. Not the slice's own name, which may be a patient's."""

Cell = str | int | float | None

COLUMNS = (
    "request_id",
    "filename",
    "level",
    "side",
    "orientation",
    "area_px",
    "area_mm2",
    "functional_csa_mm2",
    "fat_infiltration_pct",
    "fat_infiltration_ci95_low_pct",
    "fat_infiltration_ci95_high_pct",
    "fat_infiltration_gmm3_pct",
    "kjaer_grade",
    "kjaer_candidates",
    "asymmetry_pct",
    "mean_probability",
    "trusted",
    "quality_flags",
    "width_px",
    "height_px",
    "row_spacing_mm",
    "column_spacing_mm",
    "area_method",
    "fat_infiltration_method",
    "fat_infiltration_gmm3_method",
    "threshold",
    "model_name",
    "model_version",
    "model_sha256",
)

_FORMULA = re.compile(r"(^|[,;|\t])(\s*)(?=[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-])")
"""Where a cell begins that a spreadsheet would run (OWASP, "CSV Injection"), wide forms of the
signs included. Also after a separator inside a text: programs differ in where they cut."""


def to_csv(answer: SegmentResponse | MeasureResponse) -> bytes:
    """Write the table of an answer: a header and two rows, UTF-8, lines ended by CR LF."""
    stream = io.StringIO(newline="")
    # Each text is quoted, so that a number is told from a text that looks like one.
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for name, side in (("right", answer.sides.right), ("left", answer.sides.left)):
        cells = _cells(answer, name, side)
        writer.writerow([_safe(cells[column]) for column in COLUMNS])
    return stream.getvalue().encode()


def _cells(answer: SegmentResponse | MeasureResponse, name: str, side: Side) -> Mapping[str, Cell]:
    low_pct, high_pct = side.fat_infiltration_ci95 or (None, None)
    row_mm, column_mm = answer.pixel_spacing_mm or (None, None)
    grade, model = side.grade, answer.model
    return {
        "request_id": answer.request_id,
        "filename": answer.filename,
        "level": answer.level,
        "side": name,
        "orientation": answer.orientation,
        "area_px": side.area_px,
        "area_mm2": side.area_mm2,
        "functional_csa_mm2": side.functional_csa_mm2,
        "fat_infiltration_pct": side.fat_infiltration_pct,
        "fat_infiltration_ci95_low_pct": low_pct,
        "fat_infiltration_ci95_high_pct": high_pct,
        "fat_infiltration_gmm3_pct": side.fat_infiltration_gmm3_pct,
        "kjaer_grade": None if grade is None else grade.value,
        "kjaer_candidates": None if grade is None else " ".join(map(str, grade.candidates)),
        "asymmetry_pct": answer.asymmetry_pct,
        "mean_probability": side.mean_probability,
        "trusted": "true" if answer.quality.trusted else "false",
        "quality_flags": " ".join(answer.quality.flags),
        "width_px": answer.width,
        "height_px": answer.height,
        "row_spacing_mm": row_mm,
        "column_spacing_mm": column_mm,
        "area_method": answer.methods.get("area"),
        "fat_infiltration_method": answer.methods.get("fat_infiltration"),
        "fat_infiltration_gmm3_method": answer.methods.get("fat_infiltration_gmm3"),
        "threshold": answer.threshold,
        "model_name": None if model is None else model.name,
        "model_version": None if model is None else model.version,
        "model_sha256": None if model is None else model.sha256,
    }


def _safe(cell: Cell) -> Cell:
    """Keep a text from being taken for a formula: an apostrophe in front shows it as it is."""
    return _FORMULA.sub(r"\1'\2", cell) if isinstance(cell, str) else cell
