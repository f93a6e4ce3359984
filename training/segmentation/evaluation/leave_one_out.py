"""Leave one subject out: every fold's model on the subject that its training had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from multifidus.inference import Segmenter
from training.segmentation.evaluation.intervals import NOTE
from training.segmentation.evaluation.records import ROWS, about_model, rows_of
from training.segmentation.evaluation.scoring import CaseScore, score
from training.segmentation.evaluation.subjects import DELIVERIES, LEVEL_NOTE, LEVELS, cases_of
from training.segmentation.evaluation.summary import summarise
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject


@dataclass(frozen=True, kw_only=True)
class Fold:
    """A subject, and the model folder that is scored on it."""

    subject: str
    model: Path

    @classmethod
    def parse(cls, text: str) -> Fold:
        """Read `SUBJECT=FOLDER`.

        Raises
        ------
        ValueError
            It has another form, or names no subject.
        """
        subject, _, folder = text.partition("=")
        if subject not in SUBJECTS or not folder:
            raise ValueError(f"A fold is SUBJECT=FOLDER with one of {', '.join(SUBJECTS)}: {text}")
        return cls(subject=subject, model=Path(folder))


def leave_one_out(folds: list[Fold], *, allow_seen: bool = False) -> dict[str, Any]:
    """Score all folds and return the record.

    Parameters
    ----------
    folds : list of Fold
        At least one.
    allow_seen : bool
        Score also models that have seen their subject; the record says so.

    Raises
    ------
    ValueError
        A model has seen the subject that it would be scored on.
    """
    segmenters = {fold.subject: Segmenter(fold.model, threads=1) for fold in folds}
    seen = [
        name
        for name, segmenter in segmenters.items()
        if name in segmenter.manifest.provenance["subjects"]
    ]
    if seen and not allow_seen:
        raise ValueError(f"The model has been trained on its test subject: {', '.join(seen)}.")
    scores = {
        name: score(segmenter, cases_of(load_subject(name, data_folder())))
        for name, segmenter in segmenters.items()
    }
    return {
        "note": _note(seen),
        "deliveries": DELIVERIES,
        "seen_in_training": seen,
        "models": {name: about_model(s.manifest) for name, s in segmenters.items()},
        "subjects": {name: figures(found) for name, found in scores.items()},
        "average_dice": _averages(scores),
        ROWS: rows_of([item for found in scores.values() for item in found]),
    }


def figures(scores: list[CaseScore]) -> dict[str, Any]:
    """Figures of one subject: per delivery over all, by level and by contrast."""
    found: dict[str, Any] = {}
    for delivery in DELIVERIES:
        members = [item for item in scores if item.facts["delivery"] == delivery]
        if not members:
            continue
        found[delivery] = {
            "all": summarise(members),
            "by_level": _grouped(members, "level", order=LEVELS),
            "by_contrast": _grouped(members, "contrast"),
        }
    return found


def _grouped(
    scores: list[CaseScore], fact: str, *, order: tuple[str, ...] | None = None
) -> dict[str, Any]:
    names = order or tuple(dict.fromkeys(str(item.facts[fact]) for item in scores))
    groups = {name: [item for item in scores if item.facts[fact] == name] for name in names}
    return {name: summarise(members) for name, members in groups.items() if members}


def _averages(scores: dict[str, list[CaseScore]]) -> dict[str, float]:
    """Mean over subjects of the mean union Dice, per delivery; each subject counts once."""
    averages = {}
    for delivery in DELIVERIES:
        means = [
            np.mean([item.dice["union"] for item in found if item.facts["delivery"] == delivery])
            for found in scores.values()
            if any(item.facts["delivery"] == delivery for item in found)
        ]
        if len(means) == len(scores):
            averages[delivery] = round(float(np.mean(means)), 4)
    return averages


def _note(seen: list[str]) -> str:
    parts = [
        "Each subject is scored by a model that had seen neither its images nor its label map.",
        "Dixon subjects (TUM01, TUM02) are scored on T2-like images of fixed physics at three echo "
        "times. The reference of sub-0001 is most likely a model's output: agreement with that.",
        LEVEL_NOTE,
        "HD95: the larger of the two directed 95th percentiles. ICC(2,1): two-way random, absolute "
        "agreement, single measurement, over the sides' areas.",
        NOTE,
    ]
    if seen:
        parts[0] = f"No measure of accuracy: the model has seen {', '.join(seen)} in training."
    return " ".join(parts)
