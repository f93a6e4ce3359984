"""The quality gate measured: how many non-slices it doubts, and how many good slices it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from multifidus.inference import Segmenter
from multifidus.quality import NO_MULTIFIDUS_FOUND, UNLIKELY_SLICE
from training.segmentation.evaluation.cases import Case
from training.segmentation.evaluation.gate_negatives import Negative, negatives
from training.segmentation.evaluation.imitation import TEST_SEED, imitation_set
from training.segmentation.evaluation.leave_one_out import Fold
from training.segmentation.evaluation.records import ROWS, about_model
from training.segmentation.evaluation.scoring import analyse
from training.segmentation.evaluation.subjects import cases_of
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject

REFUSING = (NO_MULTIFIDUS_FOUND.code, UNLIKELY_SLICE.code)
"""Flags that say that a picture is no slice; a good slice must not get them."""


def gate(
    model: Path, folds: list[Fold], *, cases: Path | None, count: int, size_px: int
) -> dict[str, Any]:
    """Measure the gate and return the record.

    Parameters
    ----------
    model : Path
        Sees the negatives and the generated slices.
    folds : list of Fold
        Each sees the real slices of the subject that it was not trained on. Of the other subjects
        the model itself sees the slices.
    cases : Path, optional
        Keeps generated slices.
    count : int
        Generated slices.
    size_px : int
        Their side.
    """
    segmenter = Segmenter(model, threads=1)
    doubted = [_doubted(segmenter, item) for item in negatives()]
    accepted = [
        _accepted(segmenter, case, "generated")
        for case in imitation_set(count, first_seed=TEST_SEED, size_px=size_px, folder=cases)
    ]
    for fold in _every_subject(model, folds):
        of_fold = Segmenter(fold.model, threads=1)
        seen = fold.subject in of_fold.manifest.provenance["subjects"]
        name = f"{fold.subject}, seen in training" if seen else fold.subject
        real = cases_of(load_subject(fold.subject, data_folder()))
        accepted += [_accepted(of_fold, case, name) for case in real]
    return {
        "note": "Negatives are sent as 8-bit pictures without any metadata. Doubted: `trusted` is "
        "false. The bounds were set on pictures like those of the tuning part, and never on any of "
        "the held-out kinds. Refused: flagged unlikely_slice or no_multifidus_found; real slices "
        "by a model that had not seen the subject, unless said.",
        "model": about_model(segmenter.manifest),
        "negatives": {
            "all": _doubt_figures(doubted),
            "held_out": _doubt_figures([row for row in doubted if row["part"] == "held_out"]),
            "tuning": _doubt_figures([row for row in doubted if row["part"] == "tuning"]),
        },
        "negatives_by_kind": {
            kind: _doubt_figures([row for row in doubted if row["kind"] == kind])
            for kind in dict.fromkeys(row["kind"] for row in doubted)
        },
        "slices": {
            name: _refusal_figures([row for row in accepted if row["set"] == name])
            for name in dict.fromkeys(row["set"] for row in accepted)
        },
        ROWS: doubted + accepted,
    }


def _every_subject(model: Path, folds: list[Fold]) -> list[Fold]:
    given = {fold.subject for fold in folds}
    return folds + [Fold(subject=name, model=model) for name in SUBJECTS if name not in given]


def _doubted(segmenter: Segmenter, negative: Negative) -> dict[str, Any]:
    quality = analyse(segmenter, negative.image).quality
    return {
        "name": negative.name,
        "kind": negative.kind,
        "part": negative.part,
        "trusted": quality.trusted,
        "flags": list(quality.flags),
    }


def _accepted(segmenter: Segmenter, case: Case, name: str) -> dict[str, Any]:
    quality = analyse(segmenter, case.image).quality
    return {
        "name": case.name,
        "set": name,
        "trusted": quality.trusted,
        "flags": list(quality.flags),
    }


def _doubt_figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    doubted = sum(not row["trusted"] for row in rows)
    return {"pictures": len(rows), "doubted": doubted, "doubted_pct": _pct(doubted, len(rows))}


def _refusal_figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    refused = sum(any(flag in REFUSING for flag in row["flags"]) for row in rows)
    untrusted = sum(not row["trusted"] for row in rows)
    return {
        "pictures": len(rows),
        "refused": refused,
        "refused_pct": _pct(refused, len(rows)),
        "not_trusted_pct": _pct(untrusted, len(rows)),
    }


def _pct(part: int, whole: int) -> float | None:
    return round(100.0 * part / whole, 1) if whole else None
