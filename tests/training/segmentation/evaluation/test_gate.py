"""The quality gate with the shipped model, on a sample of what `gate` measures in full."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from multifidus.image_io import ImageSlice
from multifidus.inference import Segmenter
from training.segmentation.evaluation.gate import REFUSING
from training.segmentation.evaluation.gate_drawings import DRAWINGS
from training.segmentation.evaluation.imitation import TEST_SEED, imitation_set
from training.segmentation.evaluation.scoring import analyse

SHIPPED = Path(__file__).parents[4] / "layers" / "model"
PER_KIND = 3


@pytest.fixture(scope="module")
def shipped() -> Segmenter:
    return Segmenter(SHIPPED, threads=1)


def test_drawings_are_doubted(shipped: Segmenter) -> None:
    trusted = []
    for kind, (_, draw) in DRAWINGS.items():
        for number in range(PER_KIND):
            image = ImageSlice(pixels=draw(np.random.default_rng([number, len(kind)])), media="png")
            if analyse(shipped, image).quality.trusted:
                trusted.append(f"{kind} {number}")
    assert len(trusted) <= 0.05 * PER_KIND * len(DRAWINGS), trusted


def test_generated_slices_are_not_refused(shipped: Segmenter) -> None:
    refused = [
        case.name
        for case in imitation_set(8, first_seed=TEST_SEED, size_px=192)
        if set(analyse(shipped, case.image).quality.flags) & set(REFUSING)
    ]
    assert not refused
