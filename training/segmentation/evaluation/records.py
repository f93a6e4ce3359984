"""Records: what a command measured, on what, as one JSON file that the model card is made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from multifidus.manifest import ModelManifest
from training.segmentation.evaluation.scoring import CaseScore

NAMES = (
    "leave_one_out",
    "imitation",
    "ladder",
    "calibration",
    "risk_coverage",
    "gate",
)
"""What the commands record; the export adds `parity`, and the card a table of ablations."""

ROWS = "rows"
"""Key of the figures of every picture; they stay in the record and out of the manifest."""


def write_record(folder: Path, name: str, record: dict[str, Any]) -> None:
    """Write one record.

    Raises
    ------
    ValueError
        The card knows no record of that name, or a figure is no finite number.
    """
    if name not in NAMES:
        raise ValueError(f"No record is called {name}.")
    text = json.dumps(record, indent=1, allow_nan=False) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def read_record(folder: Path, name: str) -> dict[str, Any] | None:
    """Read one record; None where it has not been made."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def figures_of(folder: Path) -> dict[str, Any]:
    """All records of a folder without their rows, for the manifest."""
    found = {name: read_record(folder, name) for name in NAMES}
    return {
        name: {key: value for key, value in record.items() if key != ROWS}
        for name, record in found.items()
        if record is not None
    }


def about_model(manifest: ModelManifest) -> dict[str, Any]:
    """Which file was scored, and what it had seen."""
    return {
        "name": manifest.name,
        "version": manifest.version,
        "sha256": manifest.sha256,
        "precision": manifest.precision,
        "size_px": manifest.preprocess.width_px,
        "temperature": manifest.temperature,
        "trained_on": list(manifest.provenance.get("subjects", [])),
        "steps": manifest.provenance.get("steps"),
    }


def rows_of(scores: list[CaseScore]) -> list[dict[str, Any]]:
    """Every picture's figures."""
    return [score.to_dict() for score in scores]
