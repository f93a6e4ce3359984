"""Whether the confidence ranks errors: risk-coverage curves, from the records of other commands.

The risk is 1 - Dice of both sides. With the slices sorted by confidence, the curve gives the mean
risk of the surest share of them; its area (AURC, Geifman et al., ICLR 2019, arXiv:1805.08206) is
compared with that of a random order and of the best possible order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from multifidus.quality import LOW_MEAN_PROBABILITY

Floats = npt.NDArray[np.float64]

LOW_DICE, GOOD_DICE = 0.7, 0.8
"""A result below the one should be doubted, one from the other on should not."""

THRESHOLDS = (0.7, LOW_MEAN_PROBABILITY, 0.8, 0.85)
"""Of the mean probability; the second is the service's."""

COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def risk_coverage(groups: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The record, from the rows of scored pictures.

    Parameters
    ----------
    groups : dict
        Rows (`CaseScore.to_dict`) by the name of the set that they belong to.
    """
    return {
        "note": "AURC: mean risk (1 - Dice of both sides) over all coverages. gain_pct: how far "
        "from a random order (0) to the best possible one (100). `flags` puts results that are not "
        "trusted last and sorts by mean probability within.",
        "sets": {name: _of_set(rows) for name, rows in groups.items() if rows},
    }


def aurc(risk: Floats, confidence: Floats) -> float:
    """Area under the risk-coverage curve; ties share their mean risk."""
    return float(selective_risk(risk, confidence).mean())


def selective_risk(risk: Floats, confidence: Floats) -> Floats:
    """Mean risk of the surest 1, 2, ... n slices."""
    order = np.argsort(-confidence, kind="stable")
    sorted_risk = risk[order]
    _, tie, count = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    shared = np.bincount(tie, weights=sorted_risk) / count
    curve: Floats = np.cumsum(shared[tie]) / np.arange(1, risk.size + 1)
    return curve


def _of_set(rows: list[dict[str, Any]]) -> dict[str, Any]:
    risk = np.array([1.0 - row["dice"]["union"] for row in rows])
    candidates = {
        name: np.array([row["confidence"][name] for row in rows]) for name in rows[0]["confidence"]
    }
    trusted = np.array([float(row["trusted"]) for row in rows])
    candidates["flags"] = trusted + candidates["mean_probability"] * 0.5
    random, best = float(risk.mean()), aurc(risk, -risk)
    return {
        "pictures": len(rows),
        "random_aurc": round(random, 4),
        "best_aurc": round(best, 4),
        "low_dice_pct": round(100.0 * float((risk > 1.0 - LOW_DICE).mean()), 1),
        "confidences": {
            name: _of_confidence(risk, values, random, best) for name, values in candidates.items()
        },
        "warned": {
            f"mean probability under {threshold:g}": _warned(
                risk, candidates["mean_probability"] < threshold
            )
            for threshold in THRESHOLDS
        }
        | {"any flag that breaks trust": _warned(risk, trusted == 0.0)},
    }


def _of_confidence(risk: Floats, confidence: Floats, random: float, best: float) -> dict[str, Any]:
    curve = selective_risk(risk, confidence)
    area = float(curve.mean())
    places = [max(1, round(share * risk.size)) - 1 for share in COVERAGES]
    return {
        "aurc": round(area, 4),
        "gain_pct": round(100.0 * (random - area) / (random - best), 1) if random > best else None,
        "low_dice_auc": _ranking(risk > 1.0 - LOW_DICE, confidence),
        "curve": [
            {"coverage": share, "risk": round(float(curve[place]), 4)}
            for share, place in zip(COVERAGES, places, strict=True)
        ],
    }


def _warned(risk: Floats, warned: npt.NDArray[np.bool_]) -> dict[str, float | None]:
    """How many of the low and of the good results a warning is given for."""
    groups = {"low": risk > 1.0 - LOW_DICE, "good": risk <= 1.0 - GOOD_DICE}
    return {
        f"of_{name}_pct": round(100.0 * float(warned[group].mean()), 1) if group.any() else None
        for name, group in groups.items()
    }


def _ranking(bad: npt.NDArray[np.bool_], confidence: Floats) -> float | None:
    """Chance that a bad slice is less sure than a good one (area under the ROC curve)."""
    if bad.all() or not bad.any():
        return None
    below = confidence[bad][:, None] < confidence[~bad][None, :]
    equal = confidence[bad][:, None] == confidence[~bad][None, :]
    return round(float((below + 0.5 * equal).mean()), 3)
