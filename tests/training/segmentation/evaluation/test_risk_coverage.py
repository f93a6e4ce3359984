from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from training.segmentation.evaluation.risk_coverage import aurc, risk_coverage, selective_risk

RISK = np.array([0.1, 0.2, 0.3, 0.4])


def test_the_area_is_the_mean_of_the_running_mean() -> None:
    assert selective_risk(RISK, -RISK) == pytest.approx([0.1, 0.15, 0.2, 0.25])
    assert aurc(RISK, -RISK) == pytest.approx(0.175)
    assert aurc(RISK, RISK) == pytest.approx((0.4 + 0.35 + 0.3 + 0.25) / 4)


def test_a_confidence_that_says_nothing_is_a_random_order() -> None:
    assert aurc(RISK, np.ones(4)) == pytest.approx(RISK.mean())
    assert aurc(RISK[::-1], np.ones(4)) == pytest.approx(RISK.mean())


def row(dice: float, confidence: float, *, trusted: bool = True) -> dict[str, Any]:
    return {
        "dice": {"union": dice},
        "confidence": {"mean_probability": confidence, "backwards": -confidence},
        "trusted": trusted,
    }


def test_the_record_places_confidences_between_random_and_best() -> None:
    rows = [row(0.95, 0.9), row(0.9, 0.8), row(0.6, 0.5, trusted=False), row(0.8, 0.7)]
    found = risk_coverage({"some": rows, "none": []})["sets"]
    assert set(found) == {"some"}
    confidences = found["some"]["confidences"]
    assert confidences["mean_probability"]["gain_pct"] == 100.0
    assert confidences["mean_probability"]["low_dice_auc"] == 1.0
    assert confidences["backwards"]["low_dice_auc"] == 0.0
    assert confidences["flags"]["aurc"] == found["some"]["best_aurc"]
    assert confidences["flags"]["curve"][-1]["risk"] == pytest.approx(
        1 - np.mean([0.95, 0.9, 0.6, 0.8])
    )
    assert found["some"]["low_dice_pct"] == 25.0
    warned = found["some"]["warned"]
    assert warned["mean probability under 0.75"] == {"of_low_pct": 100.0, "of_good_pct": 33.3}
    assert warned["any flag that breaks trust"] == {"of_low_pct": 100.0, "of_good_pct": 0.0}


def test_untrusted_results_come_last_whatever_their_probability() -> None:
    rows = [row(0.5, 0.99, trusted=False), row(0.9, 0.8), row(0.8, 0.7)]
    found = risk_coverage({"some": rows})["sets"]["some"]["confidences"]
    assert found["flags"]["gain_pct"] == 100.0
    assert found["mean_probability"]["gain_pct"] < 100.0
