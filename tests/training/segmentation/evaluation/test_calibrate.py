from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from multifidus.inference import Segmenter
from multifidus.manifest import READY_MASK, ModelManifest
from training.segmentation.evaluation.calibrate import (
    agreed_temperature,
    fitted_temperature,
    negative_log_likelihood,
    outputs,
    reliability,
    write_temperature,
)
from training.segmentation.evaluation.calibration import calibrate
from training.segmentation.evaluation.cases import Case
from training.segmentation.evaluation.leave_one_out import Fold


def unsure_cases(two_squares: Case, model_temperature: float) -> list[Case]:
    """References drawn from the model's own probabilities at another temperature.

    The best temperature is then that one, up to chance.
    """
    rng = np.random.default_rng(0)
    size = two_squares.reference.shape
    grey = rng.uniform(0.6, 0.9, size)
    grey[0], grey[-1] = 0.0, 1.0  # the range that preprocessing maps to 0 and 1
    logits = (grey - 0.75) * 40.0 / model_temperature
    truth = rng.random(size) < 1.0 / (1.0 + np.exp(-logits))
    reference = np.where(truth, np.where(np.arange(size[1]) < size[1] // 2, 1, 2), 0)
    image = dataclasses.replace(two_squares.image, pixels=(grey * 1000).astype(np.float32))
    return [dataclasses.replace(two_squares, image=image, reference=reference.astype(np.uint8))]


@pytest.mark.parametrize("true", [0.7, 2.0])
def test_the_temperature_is_found_again(
    segmenter: Segmenter, two_squares: Case, true: float
) -> None:
    found = outputs(segmenter, unsure_cases(two_squares, true))
    temperature = fitted_temperature(found)
    assert temperature == pytest.approx(true, rel=0.15)
    best = negative_log_likelihood(found, temperature)
    assert best < negative_log_likelihood(found, 1.0)
    assert reliability(found, temperature)["ece"] < reliability(found, 1.0)["ece"]


def test_without_agreement_between_halves_the_temperature_stays_one(
    segmenter: Segmenter, two_squares: Case
) -> None:
    sharp, soft = (outputs(segmenter, unsure_cases(two_squares, true))[0] for true in (0.6, 1.6))
    assert agreed_temperature([sharp, soft])[0] == 1.0
    temperature, halves = agreed_temperature([soft, soft])
    assert temperature > 1.2
    assert min(halves) > 1.2


def test_a_model_that_has_a_temperature_is_fitted_from_its_raw_logits(
    model_folder: Path, two_squares: Case
) -> None:
    cases = unsure_cases(two_squares, 2.0)
    before = fitted_temperature(outputs(Segmenter(model_folder, threads=1), cases))
    write_temperature(model_folder, before)
    served = Segmenter(model_folder, threads=1)
    assert served.manifest.temperature == before
    assert (model_folder / READY_MASK).exists()
    assert fitted_temperature(outputs(served, cases)) == pytest.approx(before, rel=0.01)


def test_bins_of_a_calibration_add_up(segmenter: Segmenter, two_squares: Case) -> None:
    figures = reliability(outputs(segmenter, unsure_cases(two_squares, 1.0)), 1.0)
    assert sum(row["pixels_pct"] for row in figures["bins"]) == pytest.approx(100.0, abs=0.2)
    for row in figures["bins"]:
        assert 0.0 <= row["probability"] <= 1.0
        assert 0.0 <= row["share_of_muscle"] <= 1.0


def test_the_record_says_what_each_model_was_checked_on(
    model_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    assert data_folder.is_dir()
    fold = Fold(subject="sub-0001", model=model_folder)
    record = calibrate(
        model_folder, [fold], cases=tmp_path / "cases", count=1, size_px=96, write=True
    )
    assert set(record["models"]) == {"shipped", "without sub-0001"}
    assert record["models"]["without sub-0001"]["checked_on"] == "sub-0001"
    written = ModelManifest.load(model_folder).temperature
    assert written == record["models"]["without sub-0001"]["temperature"]
