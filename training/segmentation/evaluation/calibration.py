"""The record of the calibration: temperatures, and reliability before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from multifidus.inference import Segmenter
from training.segmentation.evaluation.calibrate import (
    agreed_temperature,
    before_and_after,
    outputs,
    write_temperature,
)
from training.segmentation.evaluation.imitation import CALIBRATION_SEED, TEST_SEED, imitation_set
from training.segmentation.evaluation.leave_one_out import Fold
from training.segmentation.evaluation.records import about_model
from training.segmentation.evaluation.subjects import cases_of
from training.segmentation.volumes import data_folder, load_subject

FIT_COUNT, CHECK_COUNT = 40, 40


def calibrate(
    model: Path | None,
    folds: list[Fold],
    *,
    cases: Path | None,
    count: int,
    size_px: int,
    write: bool,
) -> dict[str, Any]:
    """Fit temperatures and return the record.

    Parameters
    ----------
    model : Path, optional
        The model to ship; checked on generated slices of other seeds.
    folds : list of Fold
        Leave-one-out models; each is checked on the subject that it has not seen.
    cases : Path, optional
        Keeps generated slices.
    count : int
        Slices to fit on, and generated slices to check on.
    size_px : int
        Their side.
    write : bool
        Put each temperature into its model's manifest.
    """
    fit_on = imitation_set(count, first_seed=CALIBRATION_SEED, size_px=size_px, folder=cases)
    record: dict[str, Any] = {
        "note": f"Fitted on {count} generated slices (first seed {CALIBRATION_SEED}), never on a "
        "tested subject; left at 1 where two halves of them, fitted apart, do not agree on the "
        "side of 1. ECE over 15 bins, pixels within 15 mm of the true or found muscle, "
        "probability of either side on the native grid. Real slices: as delivered with spacing, "
        "all contrasts, by the fold that had not seen the subject.",
        "models": {},
    }
    if model is not None:
        check_on = imitation_set(count, first_seed=TEST_SEED, size_px=size_px, folder=cases)
        segmenter = Segmenter(model, threads=1)
        temperature, halves = agreed_temperature(outputs(segmenter, fit_on))
        record["models"]["shipped"] = {
            "model": about_model(segmenter.manifest) | {"temperature": temperature},
            "temperature": temperature,
            "halves": halves,
            "checked_on": "generated slices of other seeds",
            **before_and_after(outputs(segmenter, check_on), temperature),
        }
        if write:
            write_temperature(model, temperature)
    for fold in folds:
        segmenter = Segmenter(fold.model, threads=1)
        temperature, halves = agreed_temperature(outputs(segmenter, fit_on))
        slices = cases_of(load_subject(fold.subject, data_folder()))
        check_on = [case for case in slices if case.facts["delivery"] == "dicom"]
        record["models"][f"without {fold.subject}"] = {
            "model": about_model(segmenter.manifest) | {"temperature": temperature},
            "temperature": temperature,
            "halves": halves,
            "checked_on": fold.subject,
            **before_and_after(outputs(segmenter, check_on), temperature),
        }
        if write:
            write_temperature(fold.model, temperature)
    return record
