"""Dice by subject on slices that training does not see, through ONNX and the serving package."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from multifidus.inference import Segmenter
from multifidus.manifest import PreprocessSpec
from multifidus.postprocess import LEFT, RIGHT
from training.segmentation.evaluation.agreement import dice
from training.segmentation.evaluation.scoring import segment_slice
from training.segmentation.model_folder import write_fp32_folder
from training.segmentation.own_data.annotated_slice import AnnotatedSlice

Figures = dict[str, dict[str, Any]]
"""By subject: number of slices, means of the Dice of both sides together, of the right and of the
left, and of the found over the outlined area."""

MEASURES = ("dice_union", "dice_right", "dice_left")


def validate(
    model: nn.Module, spec: PreprocessSpec, subjects: dict[str, list[AnnotatedSlice]]
) -> Figures:
    """Export a network in FP32 and score it as it would be served."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_fp32_folder(model, spec, folder)
        return score(Segmenter(folder, threads=1), subjects)


def score(segmenter: Segmenter, subjects: dict[str, list[AnnotatedSlice]]) -> Figures:
    """Score a model on every slice of every subject."""
    return {subject: _scored(segmenter, slices) for subject, slices in subjects.items()}


def mean_dice(figures: Figures) -> float:
    """Mean over subjects of the Dice of both sides together."""
    return float(np.mean([row["dice_union"] for row in figures.values()]))


def table(before: Figures | None, after: Figures) -> str:
    """Lines for people: union Dice by subject, before and after."""
    width = max(len("mean"), *(len(subject) for subject in after))
    lines = [f"{'subject':{max(width, 7)}}  slices  before   after"]
    for subject, row in after.items():
        old = f"{before[subject]['dice_union']:.3f}" if before else "-"
        lines.append(
            f"{subject:{max(width, 7)}}  {row['slices']:6d}  {old:>6}  {row['dice_union']:6.3f}"
        )
    old = f"{mean_dice(before):.3f}" if before else "-"
    lines.append(f"{'mean':{max(width, 7)}}  {'':6}  {old:>6}  {mean_dice(after):6.3f}")
    return "\n".join(lines)


def score_table(figures: Figures) -> str:
    """Lines for people: every measure by subject."""
    width = max(len("subject"), *(len(subject) for subject in figures))
    lines = [f"{'subject':{width}}  slices  Dice   right  left   area ratio"]
    for subject, row in figures.items():
        dices = "  ".join(f"{row[name]:.3f}" for name in MEASURES)
        lines.append(f"{subject:{width}}  {row['slices']:6d}  {dices}  {row['area_ratio']:.2f}")
    lines.append(f"{'mean':{width}}  {'':6}  {mean_dice(figures):.3f}")
    return "\n".join(lines)


def _scored(segmenter: Segmenter, slices: list[AnnotatedSlice]) -> dict[str, Any]:
    rows = []
    for item in slices:
        found = segment_slice(segmenter, item.image).mask
        rows.append(
            [
                dice(found > 0, item.mask > 0),
                dice(found == RIGHT, item.mask == RIGHT),
                dice(found == LEFT, item.mask == LEFT),
                float((found > 0).sum() / (item.mask > 0).sum()),
            ]
        )
    means = np.mean(np.array(rows), axis=0)
    return {"slices": len(slices)} | {
        name: round(float(value), 4)
        for name, value in zip((*MEASURES, "area_ratio"), means, strict=True)
    }
