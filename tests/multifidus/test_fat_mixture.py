"""GMM-3: the brightest of three clusters, and what it makes of lean muscle."""

from __future__ import annotations

import numpy as np
import pytest

from multifidus.fat_mixture import brightest_of_three


def three_clusters(shares: tuple[float, float, float], seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    counts = [round(4000 * share) for share in shares]
    parts = [random.normal(mean, 6.0, n) for mean, n in zip((40, 110, 200), counts, strict=True)]
    return np.concatenate(parts).astype(np.float32)


@pytest.mark.parametrize("shares", [(0.6, 0.25, 0.15), (0.2, 0.3, 0.5), (0.8, 0.1, 0.1)])
def test_it_finds_the_brightest_of_three_clusters(shares: tuple[float, float, float]) -> None:
    assert brightest_of_three(three_clusters(shares)) == pytest.approx(shares[2], abs=0.02)


def test_it_does_not_depend_on_scale_or_order() -> None:
    values = three_clusters((0.5, 0.3, 0.2))
    shuffled = np.random.default_rng(1).permutation(values)
    assert brightest_of_three(shuffled * 37.0) == pytest.approx(
        brightest_of_three(values), abs=0.01
    )


@pytest.mark.parametrize("values", [[], [1.0] * 20, [5.0] * 500])
def test_too_few_or_equal_values_give_nothing(values: list[float]) -> None:
    assert brightest_of_three(np.array(values, dtype=np.float32)) is None


def test_it_invents_fat_in_lean_muscle_which_is_why_it_is_not_the_primary_number() -> None:
    lean = np.random.default_rng(0).normal(60.0, 8.0, 3000).astype(np.float32)
    found = brightest_of_three(lean)
    assert found is not None
    assert 0.1 < found < 0.4
