"""The temperature: fitted on generated slices, checked on slices of people that the fold never saw.

The logits are divided by the temperature before the sigmoid (Guo et al., ICML 2017,
arXiv:1706.04599); serving does it once, in `multifidus.inference.probabilities_of`, from the
manifest. It is fitted to the probability that the service reports, that of either side on the
native grid, by the mean negative log-likelihood over pixels within 15 mm of the true or the found
muscle: all other pixels are certain and would drown the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.inference import Segmenter, probabilities_of
from multifidus.postprocess import postprocess
from multifidus.preprocess import FloatImage, Geometry, preprocess
from training.segmentation.evaluation.cases import Case
from training.segmentation.self_test import write_ready_mask

NEAR_MM = 15.0
BINS = 15
RANGE = (0.4, 4.0)
STEPS = 10
"""Of the golden section: the temperature is then known to 2 %."""
SMALLEST = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Output:
    """What the network says of a case: logits `(2, H, W)`, and where to compare them."""

    logits: FloatImage
    geometry: Geometry
    threshold: float
    near: npt.NDArray[np.bool_]
    truth: npt.NDArray[np.bool_]

    def probability(self, temperature: float) -> FloatImage:
        """What the service would report with a temperature, at the pixels to compare."""
        sides = probabilities_of(self.logits, temperature)
        done = postprocess(sides, self.geometry, threshold=self.threshold)
        found: FloatImage = done.probability[self.near]
        return found


def outputs(segmenter: Segmenter, cases: Iterable[Case]) -> list[Output]:
    """Run the model on cases and keep what the temperature acts on."""
    return [_output(segmenter, case) for case in cases]


def agreed_temperature(found: list[Output]) -> tuple[float, tuple[float, ...]]:
    """The fitted temperature, or 1 where two halves of the slices do not agree on its side of 1.

    Returns
    -------
    temperature : float
        What to serve with.
    halves : tuple of float
        What every other slice alone would give; empty for a single slice.
    """
    if len(found) < 2:
        return fitted_temperature(found), ()
    halves = tuple(fitted_temperature(part) for part in (found[::2], found[1::2]))
    agree = (halves[0] - 1.0) * (halves[1] - 1.0) > 0.0
    return (fitted_temperature(found) if agree else 1.0), halves


def fitted_temperature(found: list[Output]) -> float:
    """The temperature with the least mean negative log-likelihood, by golden section.

    Parameters
    ----------
    found : list of Output
        Of slices that are not those to be tested on.
    """
    ratio = (np.sqrt(5.0) - 1.0) / 2.0
    low, high = np.log(RANGE)
    inner = [high - ratio * (high - low), low + ratio * (high - low)]
    losses = [negative_log_likelihood(found, float(np.exp(value))) for value in inner]
    for _ in range(STEPS):
        if losses[0] < losses[1]:
            high, inner[1], losses[1] = inner[1], inner[0], losses[0]
            inner[0] = high - ratio * (high - low)
            losses[0] = negative_log_likelihood(found, float(np.exp(inner[0])))
        else:
            low, inner[0], losses[0] = inner[0], inner[1], losses[1]
            inner[1] = low + ratio * (high - low)
            losses[1] = negative_log_likelihood(found, float(np.exp(inner[1])))
    return round(float(np.exp((low + high) / 2.0)), 3)


def negative_log_likelihood(found: list[Output], temperature: float) -> float:
    """Mean over slices of the mean over pixels near the muscles."""
    return float(np.mean([_log_loss(item.probability(temperature), item.truth) for item in found]))


def reliability(found: list[Output], temperature: float) -> dict[str, Any]:
    """Expected calibration error over 15 equal bins, and the bins themselves.

    ECE: mean over pixels of |share of muscle - probability| per bin (Guo et al. 2017).
    """
    probability = np.concatenate([item.probability(temperature) for item in found])
    truth = np.concatenate([item.truth for item in found])
    places = np.minimum((probability * BINS).astype(np.intp), BINS - 1)
    count = np.bincount(places, minlength=BINS)
    said = np.bincount(places, weights=probability, minlength=BINS)
    true = np.bincount(places, weights=truth, minlength=BINS)
    filled = count > 0
    return {
        "ece": round(float(np.abs(true - said).sum() / count.sum()), 4),
        "negative_log_likelihood": round(negative_log_likelihood(found, temperature), 4),
        "bins": [
            {
                "probability": round(float(said[i] / count[i]), 3),
                "share_of_muscle": round(float(true[i] / count[i]), 3),
                "pixels_pct": round(100.0 * float(count[i] / count.sum()), 2),
            }
            for i in np.flatnonzero(filled)
        ],
    }


def before_and_after(found: list[Output], temperature: float) -> dict[str, Any]:
    """Reliability at temperature 1 and at the fitted one."""
    return {
        "slices": len(found),
        "before": reliability(found, 1.0),
        "after": reliability(found, temperature),
    }


def write_temperature(folder: Path, temperature: float) -> None:
    """Put the temperature into a model's manifest, and make its self-test anew."""
    manifest = Segmenter(folder, threads=1).manifest
    dataclasses.replace(manifest, temperature=temperature).save(folder)
    write_ready_mask(folder)


def _output(segmenter: Segmenter, case: Case) -> Output:
    manifest = segmenter.manifest
    tensor, geometry = preprocess(case.image, manifest.preprocess)
    sides = segmenter.probabilities(tensor)
    found = postprocess(sides, geometry, threshold=manifest.threshold)
    clipped = np.clip(sides.astype(np.float64), 1e-12, 1.0 - 1e-7)
    logits = manifest.temperature * np.log(clipped / (1.0 - clipped))
    truth = case.reference > 0
    outside = (~(truth | (found.mask > 0))).astype(np.uint8)
    distance_px = np.asarray(cv2.distanceTransform(outside, cv2.DIST_L2, 5))
    near = distance_px * max(case.spacing_mm) <= NEAR_MM
    return Output(
        logits=logits.astype(np.float32),
        geometry=geometry,
        threshold=manifest.threshold,
        near=near,
        truth=truth[near],
    )


def _log_loss(probability: FloatImage, truth: npt.NDArray[np.bool_]) -> float:
    clipped = np.clip(probability.astype(np.float64), SMALLEST, 1.0 - SMALLEST)
    return float(-np.log(np.where(truth, clipped, 1.0 - clipped)).mean())
