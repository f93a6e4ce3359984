import dataclasses

import numpy as np
import pytest

from training.phantom.acquisition import Acquisition
from training.phantom.anatomy import LEVELS, Level, MuscleSizes
from training.phantom.fat import Fat
from training.phantom.generate import PhantomSpec, generate, random_spec
from training.phantom.phantom_slice import PhantomSlice

CLEAN = Acquisition(noise=0.0, apodisation=0.3, voxel_mm=(0.6, 0.6), coil_depth_mm=float("inf"))


def test_same_specification_and_seed_give_the_same_slice(plain: PhantomSlice) -> None:
    again = generate(PhantomSpec(size_px=192), seed=7)
    other = generate(PhantomSpec(size_px=192), seed=8)
    assert np.array_equal(again.pixels, plain.pixels)
    assert np.array_equal(again.mask, plain.mask)
    assert not np.array_equal(other.pixels, plain.pixels)


def test_arrays_share_the_size_asked_for(plain: PhantomSlice) -> None:
    for array in (plain.pixels, plain.mask, plain.muscles, plain.fat_fraction):
        assert array.shape == (192, 192)
    assert (plain.pixels.dtype, plain.mask.dtype) == (np.float32, np.uint8)


def test_spacing_times_size_is_the_field_of_view() -> None:
    slice_ = generate(PhantomSpec(size_px=160, field_of_view_mm=240.0), seed=1)
    assert slice_.pixel_spacing_mm == pytest.approx((1.5, 1.5))


def test_intensities_are_finite_and_eight_bit(plain: PhantomSlice) -> None:
    assert np.isfinite(plain.pixels).all()
    assert np.array_equal(plain.pixels, np.round(plain.pixels))
    assert plain.pixels.min() >= 0
    assert 200 <= plain.pixels.max() <= 255


def test_right_is_on_the_left_of_the_image(plain: PhantomSlice) -> None:
    right, left = (np.nonzero(plain.mask == side)[1] for side in (1, 2))
    assert right.max() < left.min() + 6
    assert right.mean() < 96 < left.mean()


def test_front_is_at_the_top(plain: PhantomSlice) -> None:
    psoas, multifidus = (np.nonzero(plain.muscles == value)[0].mean() for value in (4, 1))
    assert psoas < multifidus


def test_a_wider_left_multifidus_has_the_larger_area() -> None:
    spec = PhantomSpec(size_px=192, warp_mm=0.0, sizes=MuscleSizes(left_over_right=1.4))
    slice_ = generate(spec, seed=2)
    assert slice_.area_mm2(2) > 1.2 * slice_.area_mm2(1)


def test_mask_is_the_part_of_the_muscles_that_is_multifidus(plain: PhantomSlice) -> None:
    assert np.array_equal(plain.mask, np.where(plain.muscles <= 2, plain.muscles, 0))
    assert set(np.unique(plain.muscles)) <= {0, 1, 2, 3, 4, 5}


def test_area_does_not_depend_on_the_grid() -> None:
    coarse, fine = (generate(PhantomSpec(size_px=size, warp_mm=0.0), seed=3) for size in (160, 320))
    for side in (1, 2):
        assert coarse.area_mm2(side) == pytest.approx(fine.area_mm2(side), rel=0.06)


@pytest.mark.parametrize("asked", [0.03, 0.15, 0.35, 0.6])
def test_fat_is_what_was_asked_for(asked: float) -> None:
    fat = Fat(multifidus=(asked, asked * 0.8), erector=(0.1, 0.1))
    slice_ = generate(PhantomSpec(size_px=256, fat=fat), seed=5)
    assert slice_.fat_pct(1) == pytest.approx(100 * asked, abs=2.0)
    assert slice_.fat_pct(2) == pytest.approx(80 * asked, abs=2.0)


def test_fat_is_brighter_than_lean_muscle() -> None:
    fat = Fat(multifidus=(0.4, 0.4), erector=(0.2, 0.2))
    slice_ = generate(PhantomSpec(fat=fat, acquisition=CLEAN), seed=6)
    inside = slice_.mask > 0
    lean = slice_.pixels[inside & (slice_.fat_fraction < 0.15)]
    fatty = slice_.pixels[inside & (slice_.fat_fraction > 0.8)]
    assert np.median(fatty) > 2.0 * np.median(lean)


def test_fluid_in_the_canal_is_bright_on_t2() -> None:
    slice_ = generate(PhantomSpec(acquisition=CLEAN, field_of_view_mm=128, size_px=256), seed=6)
    # The window's centre lies 25 mm in front of the spinolaminar junction, at 0.5 mm per pixel;
    # the sac some 9 mm in front of the junction.
    sac = slice_.pixels[150:172, 116:140]
    muscle = slice_.pixels[(slice_.mask > 0) & (slice_.fat_fraction < 0.1)]
    assert np.percentile(sac, 80) > 2.0 * np.median(muscle)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("disc", [True, False])
def test_every_level_has_two_multifidi(level: Level, disc: bool) -> None:
    slice_ = generate(PhantomSpec(level=level, disc=disc, size_px=128), seed=9)
    for side in (1, 2):
        assert 100.0 < slice_.area_mm2(side) < 2500.0


def test_multifidus_grows_towards_the_sacrum() -> None:
    areas = [
        generate(PhantomSpec(level=level, size_px=128), seed=4).area_mm2(1)
        for level in ("L1", "L3", "L5")
    ]
    assert areas == sorted(areas)


@pytest.mark.parametrize("seed", range(12))
def test_random_slices_are_sound(seed: int) -> None:
    spec = random_spec(np.random.default_rng(seed), size_px=128)
    slice_ = generate(spec, seed)
    assert np.isfinite(slice_.pixels).all()
    assert slice_.pixels.std() > 1.0
    assert (slice_.fat_fraction >= 0.0).all()
    assert (slice_.fat_fraction <= 1.0).all()
    assert {1, 2} <= set(np.unique(slice_.mask))


def test_random_specifications_cover_the_range() -> None:
    rng = np.random.default_rng(0)
    specs = [random_spec(rng) for _ in range(300)]
    views = [spec.field_of_view_mm for spec in specs]
    assert min(views) < 140.0
    assert max(views) > 400.0
    assert {spec.level for spec in specs} == set(LEVELS)
    fat = [spec.fat.multifidus[0] for spec in specs]
    assert min(fat) < 0.05
    assert max(fat) > 0.6


def test_specification_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PhantomSpec().size_px = 3  # type: ignore[misc]  # that it fails is the point
