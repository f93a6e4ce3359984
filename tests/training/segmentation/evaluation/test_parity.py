from __future__ import annotations

import numpy as np
import pytest

from multifidus.inference import Segmenter
from training.segmentation.evaluation.cases import Case
from training.segmentation.evaluation.parity import compare


def test_a_form_that_differs_shows_by_how_much(segmenter: Segmenter, two_squares: Case) -> None:
    def shifted(tensor: np.ndarray) -> np.ndarray:
        return np.clip(segmenter.probabilities(tensor) - np.float32(0.25), 0.0, 1.0)

    forms = {"first": segmenter.probabilities, "same": segmenter.probabilities, "other": shifted}
    found = compare(forms, segmenter.manifest, [two_squares])["forms"]
    assert found["same"]["largest_difference"] == 0.0
    assert found["same"]["dice_between"] == found["same"]["dice_truth"] == 1.0
    assert found["other"]["largest_difference"] == pytest.approx(0.25, abs=1e-3)
    assert found["first"]["time_over_onnx_fp32"] == 1.0
