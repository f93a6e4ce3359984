"""Compare two exports of one checkpoint, FP32 and INT8: masks, Dice against truth, and speed.

Examples are drawn by the data engine with a seed of their own, so that no data beyond training's is
needed; the ratio of run times is taken in one process, runs alternating, one thread each.

Run: ``python -m training.segmentation.compare --reference build/fp32 --candidate build/int8``
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from multifidus.inference import Segmenter
from multifidus.postprocess import probability_of_either
from training.segmentation.config import TrainConfig
from training.segmentation.evaluate import dice
from training.segmentation.examples import build_engine

FloatImage = npt.NDArray[np.float32]


def compare(
    reference: Segmenter, candidate: Segmenter, examples: list[tuple[FloatImage, FloatImage]]
) -> dict[str, float]:
    """Figures over examples with something to find.

    Returns
    -------
    dict
        Mean Dice between the masks, mean Dice of each against the truth, largest difference of a
        probability's slice mean, and the candidate's median run time as a ratio.
    """
    between, reference_dice, candidate_dice, drift = [], [], [], []
    seconds: dict[str, list[float]] = {"reference": [], "candidate": []}
    for tensor, targets in examples:
        truth = (targets[0] + targets[1]) >= 0.5
        if not truth.any():
            continue
        began = time.perf_counter()
        first = reference.probabilities(tensor[None])
        middle = time.perf_counter()
        second = candidate.probabilities(tensor[None])
        seconds["reference"].append(middle - began)
        seconds["candidate"].append(time.perf_counter() - middle)
        masks = [
            probability_of_either(p) >= s.manifest.threshold
            for p, s in ((first, reference), (second, candidate))
        ]
        between.append(dice(masks[0], masks[1]))
        reference_dice.append(dice(masks[0], truth))
        candidate_dice.append(dice(masks[1], truth))
        drift.append(abs(float(first.mean() - second.mean())))
    return {
        "examples": len(between),
        "dice_between": round(float(np.mean(between)), 4),
        "dice_reference": round(float(np.mean(reference_dice)), 4),
        "dice_candidate": round(float(np.mean(candidate_dice)), 4),
        "largest_mean_drift": round(float(np.max(drift)), 4),
        "time_ratio": round(
            float(np.median(seconds["candidate"]) / np.median(seconds["reference"])), 3
        ),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Compare two exports of one checkpoint.")
    parser.add_argument("--reference", type=Path, required=True, help="model folder, FP32")
    parser.add_argument("--candidate", type=Path, required=True, help="model folder, INT8")
    parser.add_argument("--config", type=Path, default=TrainConfig.default_path())
    parser.add_argument("--count", type=int, default=100, help="examples")
    args = parser.parse_args()
    engine = build_engine(TrainConfig.load(args.config))
    rng = np.random.default_rng(30_000)
    examples = [engine.draw(rng) for _ in range(args.count)]
    figures = compare(
        Segmenter(args.reference, threads=1), Segmenter(args.candidate, threads=1), examples
    )
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
