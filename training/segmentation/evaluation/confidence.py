"""Measures of confidence that cost nothing: all are read from the probabilities of one run."""

from __future__ import annotations

import cv2
import numpy as np

from multifidus.postprocess import LEFT, RIGHT, Segmentation

BORDER_SHARE = 0.15
"""Half width of the border band over the square root of a side's area."""


def confidences(segmentation: Segmentation) -> dict[str, float]:
    """Candidates by name; larger is surer, and 0 where a side is empty.

    - ``mean_probability``: mean within a side's mask, the less sure side.
    - ``border_certainty``: mean of |2 p - 1| in a band about the border of both sides.
    - ``soft_dice``: Dice between the mask and the probabilities themselves.
    - ``steadiness``: Dice between the masks at 0.3 and 0.7.

    Raises
    ------
    ValueError
        The segmentation is a mask alone.
    """
    mask, probability = segmentation.mask, segmentation.probability
    if probability is None:
        raise ValueError("A mask that a person drew has no confidence.")
    sides = [mask == value for value in (RIGHT, LEFT)]
    if not all(side.any() for side in sides):
        return dict.fromkeys(
            ("mean_probability", "border_certainty", "soft_dice", "steadiness"), 0.0
        )
    union = mask > 0
    half_px = max(1, round(BORDER_SHARE * float(np.sqrt(union.sum() / 2))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * half_px + 1,) * 2)
    whole = union.astype(np.uint8)
    band = np.asarray(cv2.dilate(whole, kernel)) != np.asarray(cv2.erode(whole, kernel))
    low, high = probability >= 0.3, probability >= 0.7
    total = float(probability.sum(dtype=np.float64)) + float(union.sum())
    return {
        "mean_probability": min(float(probability[side].mean(dtype=np.float64)) for side in sides),
        "border_certainty": float(np.abs(2.0 * probability[band] - 1.0).mean(dtype=np.float64)),
        "soft_dice": 2.0 * float(probability[union].sum(dtype=np.float64)) / total,
        "steadiness": 2.0 * float((low & high).sum()) / float(low.sum() + high.sum()),
    }
