import numpy as np
import pytest

from training.phantom.anatomy import MuscleSizes, muscle_shapes
from training.phantom.label_maps import CHANNELS, LabelSlice
from training.phantom.sacral_shapes import without_erector
from training.phantom.spine import LOWEST_DISC, draw_spine


@pytest.fixture
def lowest() -> LabelSlice:
    return muscle_shapes(np.random.default_rng(0), 5.0, MuscleSizes())


def inside(labels: LabelSlice, name: str) -> np.ndarray:
    return np.asarray(labels.level_sets[CHANNELS.index(name)] > 0)


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_multifidus_takes_the_erector_spinaes_place(lowest: LabelSlice, side: str) -> None:
    sacral = without_erector(lowest, 22.0)
    whole = inside(lowest, f"paraspinal_{side}")
    assert not inside(sacral, f"erector_{side}").any()
    assert inside(sacral, f"multifidus_{side}")[whole].mean() > 0.97
    assert not inside(sacral, f"multifidus_{side}")[~whole].any()
    assert np.array_equal(inside(sacral, f"paraspinal_{side}"), whole)


def test_a_part_of_it_may_be_left(lowest: LabelSlice) -> None:
    some, more = without_erector(lowest, 3.0), without_erector(lowest, 8.0)
    assert lowest.caudality < some.caudality < more.caudality < 1.0


@pytest.mark.parametrize("seed", range(20))
def test_below_s1_no_disc_is_cut(seed: int) -> None:
    spine = draw_spine(
        np.random.default_rng(seed), caudality=LOWEST_DISC + 0.05, psoas_gap_mm=None, midline_mm=20
    )
    assert spine.sacrum
    assert not spine.disc
