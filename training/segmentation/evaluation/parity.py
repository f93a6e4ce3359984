"""Parity: the network in torch, its FP32 export and the served file give the same masks.

Also the ratio of run times of the served file and FP32: one process, one thread, runs alternating.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from multifidus.manifest import ModelManifest
from multifidus.postprocess import postprocess
from multifidus.preprocess import FloatImage, preprocess
from training.segmentation.evaluation.agreement import dice
from training.segmentation.evaluation.cases import Case

Run = Callable[[FloatImage], FloatImage]


def compare(forms: dict[str, Run], manifest: ModelManifest, cases: list[Case]) -> dict[str, Any]:
    """Differences of every form from the first, Dice of each against the truth, run times."""
    reference = next(iter(forms))
    seconds: dict[str, list[float]] = {name: [] for name in forms}
    found: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in forms}
    for case in cases:
        tensor, geometry = preprocess(case.image, manifest.preprocess)
        probabilities, masks = {}, {}
        for name, run in forms.items():
            began = time.perf_counter()
            probabilities[name] = run(tensor)
            seconds[name].append(time.perf_counter() - began)
            done = postprocess(probabilities[name], geometry, threshold=manifest.threshold)
            masks[name] = done.mask > 0
        for name in forms:
            difference = np.abs(probabilities[name] - probabilities[reference])
            found[name].append(
                (
                    float(difference.max()),
                    float(difference.mean()),
                    dice(masks[name], masks[reference]),
                    dice(masks[name], case.reference > 0),
                )
            )
    return {
        "note": f"On {len(cases)} slices, against the network in {reference}.",
        "forms": {
            name: _figures(np.array(rows), float(np.median(seconds[name])) / _unit(seconds))
            for name, rows in found.items()
        },
    }


def _figures(rows: npt.NDArray[np.float64], time_ratio: float) -> dict[str, float]:
    largest, mean, between, truth = rows.T
    return {
        "largest_difference": round(float(largest.max()), 5),
        "mean_difference": round(float(mean.mean()), 6),
        "dice_between": round(float(between.mean()), 4),
        "dice_between_worst": round(float(between.min()), 4),
        "dice_truth": round(float(truth.mean()), 4),
        "time_over_onnx_fp32": round(time_ratio, 2),
    }


def _unit(seconds: dict[str, list[float]]) -> float:
    """Median run time that ratios are taken of: FP32 ONNX, or the first form without it."""
    return float(np.median(seconds.get("onnx_fp32", next(iter(seconds.values())))))


def in_torch(model: nn.Module, temperature: float) -> Run:
    """Run a network in torch as its export is run: probabilities of both sides."""

    def run(tensor: FloatImage) -> FloatImage:
        with torch.no_grad():
            logits = model(torch.from_numpy(tensor))[0, :2]
        probabilities: FloatImage = torch.sigmoid(logits / temperature).numpy()
        return probabilities

    return run
