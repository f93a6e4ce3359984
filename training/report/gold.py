"""The handwritten examples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from multifidus.report_input import ReportInput

GOLD = Path(__file__).parent / "gold.jsonl"


@dataclass(frozen=True, kw_only=True)
class Gold:
    """A handwritten report and what it is about.

    Attributes
    ----------
    report_input : ReportInput
        The measurements.
    marked : str
        The report on one line, with marks in the place of facts.
    """

    report_input: ReportInput
    marked: str


@lru_cache(maxsize=1)
def gold_examples() -> tuple[Gold, ...]:
    """Read them; one JSON object a line: `input`, and `report` with its three sections."""
    lines = GOLD.read_text(encoding="utf-8").splitlines()
    return tuple(_read(json.loads(line)) for line in lines)


def _read(raw: dict[str, Any]) -> Gold:
    values = dict(raw["input"])
    for name in ("fat_infiltration_ci95", "quality_flags"):
        if name in values:
            values[name] = tuple(values[name])
    return Gold(report_input=ReportInput(**values), marked=raw["report"])
