"""The fat benchmark's figures, held on fewer slices, and its own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fat.agreement import agreement, icc_absolute
from benchmarks.fat.alterations import alterations
from benchmarks.fat.case import Reading, otsu_pct, readings, signal_pct
from benchmarks.fat.dixon import dixon_cases
from benchmarks.fat.generated import ladder_cases
from benchmarks.fat.interval import fitted
from benchmarks.fat.tables import COMPARISONS, rising_share, truths_table
from training.segmentation.volumes import data_folder

ALTERED_EVERY = 3


@pytest.fixture(scope="module")
def of_dixon() -> list[Reading]:
    pytest.importorskip("nibabel", reason="nibabel reads the real slices and is not installed")
    try:
        folder = data_folder()
    except FileNotFoundError:
        pytest.skip("no real MRI here: MULTIFIDUS_DATA names no folder that holds it")
    return readings([case for pair in dixon_cases(folder) for case in pair])


@pytest.fixture(scope="module")
def of_ladder() -> list[Reading]:
    return readings(list(ladder_cases(people=2, steps_pct=(0, 10, 30, 60))))


def compared(found: list[Reading], method: str = "anchored") -> tuple[np.ndarray, np.ndarray]:
    measured = np.array([getattr(one, method) for one in found])
    return measured, np.array([one.truth for one in found])


def coverage(found: list[Reading]) -> float:
    return float(np.mean([one.low <= one.truth <= one.high for one in found]))


def test_dixon_slices_reach_the_targets(of_dixon: list[Reading]) -> None:
    found = agreement(*compared(of_dixon))
    assert found.icc >= 0.80
    assert found.mean_absolute_error <= 5.0
    assert coverage(of_dixon) >= 0.85


def test_the_raw_fraction_is_reached_by_the_factor_of_another_scan(
    of_dixon: list[Reading],
) -> None:
    raw = np.array([one.signal_truth for one in of_dixon])
    carried = agreement(np.array([one.as_signal for one in of_dixon]), raw)
    assert carried.icc >= 0.9
    assert carried.mean_absolute_error <= 5.0
    as_it_stands = agreement(compared(of_dixon)[0], raw)
    assert as_it_stands.mean_absolute_error > 2.0 * carried.mean_absolute_error
    assert len({one.case.factor_elsewhere for one in of_dixon}) == 2


def test_a_signal_counts_fat_by_its_factor() -> None:
    assert signal_pct(np.array([0.0, 1.0]), 2.5) == pytest.approx(50.0)
    assert signal_pct(np.array([0.5]), 2.5) == pytest.approx(100.0 * 1.25 / 1.75)
    assert signal_pct(np.array([0.3, -0.2, 1.2]), 1.0) == pytest.approx(100.0 * 1.3 / 3.0)


def test_each_truth_has_its_rows(of_dixon: list[Reading]) -> None:
    table = truths_table({"both": of_dixon})
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    assert [row[0].removeprefix("| ") for row in rows] == list(COMPARISONS)
    errors = [float(row[6]) for row in rows]
    assert errors[0] < errors[2] < errors[1]


@pytest.mark.parametrize("name", list(alterations()))
def test_what_is_not_fat_hardly_moves_real_slices(name: str, of_dixon: list[Reading]) -> None:
    cases = [one.case for one in of_dixon if one.side == "right"][::ALTERED_EVERY]
    before = [one for one in of_dixon if any(one.case is case for case in cases)]
    altered = readings([alterations()[name](case) for case in cases])
    change = compared(altered)[0] - compared(before)[0]
    assert abs(np.nanmean(change)) <= 1.0
    assert np.mean(np.abs(change[np.isfinite(change)]) <= 2.0) >= 0.85
    assert coverage(altered) >= 0.9


def test_a_window_is_laid_after_the_scan() -> None:
    (case,) = ladder_cases(people=1, steps_pct=(30,))
    assert case.exported.max() < case.pixels.max()
    cut = np.mean(case.exported >= case.exported.max())
    assert cut == pytest.approx(1.0 - case.window_high / 100.0, abs=0.002)


def test_a_resampled_mask_stays_in_its_place_and_size() -> None:
    # A single side may jump by a bit more, by which of its half covered pixels are taken.
    cases = list(ladder_cases(people=2, steps_pct=(30,)))
    for name, factor in (("half the pixels", 0.5), ("twice the pixels", 2.0)):
        shifts: dict[int, list[float]] = {0: [], 1: []}
        for case in cases:
            altered = alterations()[name](case)
            for value in (1, 2):
                before, after = case.mask == value, altered.mask == value
                assert after.sum() / factor**2 == pytest.approx(before.sum(), rel=0.02)
                for axis, found in shifts.items():
                    place = (np.nonzero(before)[axis].mean() + 0.5) * factor
                    found.append(np.nonzero(after)[axis].mean() + 0.5 - place)
        for found in shifts.values():
            assert np.mean(np.abs(found)) < 0.1


def test_lean_people_read_close_to_the_truth(of_dixon: list[Reading]) -> None:
    scanned = [one for one in of_dixon if not one.case.group.endswith("+")]
    assert agreement(*compared(scanned)).mean_absolute_error <= 4.0


def test_clustering_inside_the_mask_does_worse(of_dixon: list[Reading]) -> None:
    anchored = agreement(*compared(of_dixon))
    for method in ("gmm3", "otsu"):
        clustered = agreement(*compared(of_dixon, method))
        assert clustered.mean_absolute_error > anchored.mean_absolute_error
        assert clustered.icc < anchored.icc


def test_generated_slices_read_rising_and_right(of_ladder: list[Reading]) -> None:
    assert agreement(*compared(of_ladder)).mean_absolute_error <= 5.0
    assert rising_share(of_ladder) == 1.0
    assert max(one.anchored for one in of_ladder if one.case.level == "0") < 5.0
    assert coverage(of_ladder) >= 0.9


def test_icc_of_equal_shifted_and_opposite_readings() -> None:
    first = np.array([9.0, 6.0, 8.0, 7.0, 10.0, 6.0])
    assert icc_absolute(first, first) == pytest.approx(1.0)
    assert icc_absolute(first, first + 5.0) < 0.2
    assert icc_absolute(first, -first) < 0.0


def test_icc_by_hand() -> None:
    # Rows' means 1.5, 3.5, 5.5, columns' 3, 4: mean squares 8 between rows, 1.5 between columns,
    # 0 left over, so 8 / (8 + 2 * 1.5 / 3).
    assert icc_absolute(np.array([1.0, 3.0, 5.0]), np.array([2.0, 4.0, 6.0])) == pytest.approx(
        8.0 / 9.0
    )


def test_agreement_of_a_constant_error_is_that_error() -> None:
    true = np.arange(10.0)
    found = agreement(true + 2.0, true)
    assert (found.bias, found.mean_absolute_error, found.count) == (2.0, 2.0, 10)
    assert found.limits == pytest.approx((2.0, 2.0))


def test_otsu_halves_lean_muscle() -> None:
    lean = np.random.default_rng(0).normal(60.0, 6.0, 4000).astype(np.float32)
    assert 35.0 < otsu_pct(lean) < 65.0
    assert otsu_pct(np.full(50, 3.0, np.float32)) == 0.0


def test_fitted_constants_cover_what_they_were_fitted_to(of_ladder: list[Reading]) -> None:
    lean, relative = fitted([of_ladder])
    inside = [
        abs(one.anchored - one.truth) <= 100.0 * np.hypot(lean, relative * one.anchored / 100.0)
        for one in of_ladder
    ]
    assert np.mean(inside) >= 0.95
