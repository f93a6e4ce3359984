"""Figures over the scores of a group of slices."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from training.segmentation.evaluation.agreement import icc_agreement
from training.segmentation.evaluation.intervals import bootstrap_ci95
from training.segmentation.evaluation.scoring import REGIONS, CaseScore

Floats = npt.NDArray[np.float64]
SIDES = ("right", "left")


def summarise(scores: list[CaseScore], *, intervals: bool = True) -> dict[str, Any]:
    """Dice and HD95 of union, right and left; area error and ICC over the sides.

    Parameters
    ----------
    scores : list of CaseScore
        At least one.
    intervals : bool
        Whether to add bootstrap intervals over slices.
    """
    union = np.array([score.dice["union"] for score in scores])
    return {
        "pictures": len(scores),
        "dice": {region: _dice(scores, region, intervals=intervals) for region in REGIONS},
        "dice_median": _rounded(np.median(union)),
        "dice_worst": {"value": _rounded(union.min()), "name": scores[int(union.argmin())].name},
        "under_0.7_pct": _rounded(100.0 * np.mean(union < 0.7), 1),
        "under_0.5_pct": _rounded(100.0 * np.mean(union < 0.5), 1),
        "hd95_mm": {region: _hd95(scores, region, intervals=intervals) for region in REGIONS},
        "area": _area(scores, intervals=intervals),
    }


def _dice(scores: list[CaseScore], region: str, *, intervals: bool) -> dict[str, Any]:
    values = np.array([score.dice[region] for score in scores])
    found: dict[str, Any] = {"mean": _rounded(values.mean())}
    if intervals:
        found["ci95"] = _pair(bootstrap_ci95(values, _slices(scores), _mean), 4)
    return found


def _hd95(scores: list[CaseScore], region: str, *, intervals: bool) -> dict[str, Any]:
    """Over pictures where it is defined; how many are not is told."""
    known = [score for score in scores if score.hd95_mm[region] is not None]
    found: dict[str, Any] = {"undefined": len(scores) - len(known), "mean": None}
    if known:
        values = np.array([score.hd95_mm[region] for score in known], dtype=np.float64)
        found["mean"] = _rounded(values.mean(), 2)
        if intervals:
            found["ci95"] = _pair(bootstrap_ci95(values, _slices(known), _mean), 2)
    return found


def _area(scores: list[CaseScore], *, intervals: bool) -> dict[str, Any]:
    """Signed and absolute error in per cent of the reference, and ICC(2,1), over single sides."""
    known = [score for score in scores if min(score.reference_mm2.values()) > 0]
    found: dict[str, Any] = {"sides": 2 * len(known)}
    if not known:
        return found
    areas = np.array(
        [[(s.area_mm2[side], s.reference_mm2[side]) for side in SIDES] for s in known]
    )  # (pictures, sides, found and reference)
    found["error_pct_signed"] = _rounded(_mean_error_pct(areas), 1)
    found["error_pct_absolute"] = _rounded(np.abs(_error_pct(areas)).mean(), 1)
    icc = _icc(areas)
    found["icc_2_1"] = _rounded(icc, 3) if np.isfinite(icc) else None
    if intervals:
        slices = _slices(known)
        found["error_pct_signed_ci95"] = _pair(bootstrap_ci95(areas, slices, _mean_error_pct), 1)
        found["icc_2_1_ci95"] = _pair(bootstrap_ci95(areas, slices, _icc), 3)
    return found


def _slices(scores: list[CaseScore]) -> Sequence[Hashable]:
    """What is resampled: the slice that a picture is a variant of."""
    return [(score.facts.get("subject"), score.facts.get("slice", score.name)) for score in scores]


def _mean(values: Floats) -> float:
    return float(values.mean())


def _error_pct(areas: Floats) -> Floats:
    error: Floats = 100.0 * (areas[..., 0] - areas[..., 1]) / areas[..., 1]
    return error


def _mean_error_pct(areas: Floats) -> float:
    return float(_error_pct(areas).mean())


def _icc(areas: Floats) -> float:
    return icc_agreement(areas[..., 0].ravel(), areas[..., 1].ravel())


def _rounded(value: float | np.floating[Any], digits: int = 4) -> float:
    return round(float(value), digits)


def _pair(low_high: tuple[float, float] | None, digits: int) -> list[float] | None:
    return None if low_high is None else [round(end, digits) for end in low_high]
