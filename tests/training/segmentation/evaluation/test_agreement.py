from __future__ import annotations

import math

import numpy as np
import pytest

from training.segmentation.evaluation.agreement import dice, hausdorff95_mm, icc_agreement
from training.segmentation.evaluation.intervals import bootstrap_ci95


def square(top: int, left: int, side: int = 20) -> np.ndarray:
    mask = np.zeros((64, 64), dtype=np.bool_)
    mask[top : top + side, left : left + side] = True
    return mask


def test_dice_of_halves() -> None:
    first = np.array([[True, True, False, False]])
    assert dice(first, first) == 1.0
    assert dice(first, ~first) == 0.0
    assert dice(first, np.array([[True, False, False, False]])) == pytest.approx(2 / 3)
    assert dice(first & ~first, first & ~first) == 1.0


def test_hausdorff_distance_counts_millimetres_along_each_axis() -> None:
    assert hausdorff95_mm(square(10, 10), square(10, 10), (1.0, 1.0)) == 0.0
    down = hausdorff95_mm(square(10, 10), square(16, 10), (0.5, 2.0))
    across = hausdorff95_mm(square(10, 10), square(10, 16), (0.5, 2.0))
    assert down == pytest.approx(3.0)
    assert across == pytest.approx(12.0)
    assert hausdorff95_mm(square(16, 10), square(10, 10), (0.5, 2.0)) == pytest.approx(3.0)


def test_hausdorff_distance_ignores_a_twentieth_of_the_border() -> None:
    spiked = square(10, 10)
    spiked[10, 30:60] = True
    assert hausdorff95_mm(square(10, 10), spiked, (1.0, 1.0)) == pytest.approx(24.0, abs=4.0)
    speck = square(10, 10)
    speck[60, 60] = True
    assert hausdorff95_mm(square(10, 10), speck, (1.0, 1.0)) == 0.0


def test_hausdorff_distance_to_nothing() -> None:
    nothing = np.zeros((64, 64), dtype=np.bool_)
    assert hausdorff95_mm(nothing, nothing, (1.0, 1.0)) == 0.0
    assert hausdorff95_mm(nothing, square(0, 0), (1.0, 1.0)) is None


def test_icc_of_the_textbook_example() -> None:
    # Shrout and Fleiss 1979, table 2, judges 2 and 4 alone would need their own table; of all four
    # judges ICC(2,1) is 0.29. The formula for two raters is checked against its definition instead.
    first = np.array([9.0, 6.0, 8.0, 7.0, 10.0, 6.0])
    second = np.array([2.0, 1.0, 4.0, 1.0, 5.0, 2.0])
    grand = np.concatenate([first, second]).mean()
    rows = (first + second) / 2
    between_cases = 2 * ((rows - grand) ** 2).sum() / 5
    between_raters = 6 * ((first.mean() - grand) ** 2 + (second.mean() - grand) ** 2)
    total = ((first - grand) ** 2 + (second - grand) ** 2).sum()
    error = (total - between_raters - 5 * between_cases) / 5
    expected = (between_cases - error) / (between_cases + error + 2 * (between_raters - error) / 6)
    assert icc_agreement(first, second) == pytest.approx(expected)
    assert expected < 0.3  # a bias of five points counts as disagreement


def test_icc_ends() -> None:
    areas = np.array([300.0, 500.0, 900.0, 1200.0])
    assert icc_agreement(areas, areas) == pytest.approx(1.0)
    assert icc_agreement(areas, areas + 50.0) < 1.0
    assert math.isnan(icc_agreement(areas[:1], areas[:1]))


def test_interval_resamples_slices_with_all_their_variants() -> None:
    values = np.repeat([0.2, 0.4, 0.6, 0.8], 3)
    slices = np.repeat(["a", "b", "c", "d"], 3)
    wide = bootstrap_ci95(values, list(slices), lambda drawn: float(drawn.mean()))
    narrow = bootstrap_ci95(values, list(range(12)), lambda drawn: float(drawn.mean()))
    assert wide is not None
    assert narrow is not None
    assert wide[0] < narrow[0] < 0.5 < narrow[1] < wide[1]
    assert wide == bootstrap_ci95(values, list(slices), lambda drawn: float(drawn.mean()))


def test_interval_of_what_is_not_defined() -> None:
    assert bootstrap_ci95(np.ones(3), [1, 2, 3], lambda _: float("nan")) is None
