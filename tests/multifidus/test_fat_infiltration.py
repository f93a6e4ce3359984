"""Fat by reference tissue: right on slices of known fat, unmoved by what is not fat."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from benchmarks.fat.alterations import alterations
from benchmarks.fat.case import Case
from multifidus.fat_infiltration import interval95
from multifidus.image_slice import Turn
from multifidus.measure import Measurements
from tests.multifidus.fat_slices import Mask, Picture, fat_pct, generated, measured, of_slice
from tests.multifidus.samples import RealSlice
from training.phantom.phantom_slice import PhantomSlice

LADDER = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_lean_muscle_reads_under_5_pct(seed: int) -> None:
    assert max(fat_pct(of_slice(generated(0.0, seed=seed)))) < 5.0


@pytest.mark.parametrize("share", LADDER[1:])
def test_it_reads_what_is_there(share: float) -> None:
    slice_ = generated(share)
    for side, reading in zip((1, 2), fat_pct(of_slice(slice_)), strict=True):
        assert reading == pytest.approx(slice_.fat_pct(side), abs=3.0 + 9.0 * share)


def test_more_fat_reads_as_more() -> None:
    for readings in zip(*(fat_pct(of_slice(generated(share))) for share in LADDER), strict=True):
        assert list(readings) == sorted(readings)


def test_functional_area_is_that_of_the_pixels_that_are_mostly_muscle() -> None:
    slice_ = generated(0.3)
    done = of_slice(slice_)
    for side, found in ((1, done.right), (2, done.left)):
        lean = (slice_.mask == side) & (slice_.fat_fraction < 0.5)
        pixel_mm2 = slice_.pixel_spacing_mm[0] * slice_.pixel_spacing_mm[1]
        assert found.functional_csa_mm2 == pytest.approx(lean.sum() * pixel_mm2, rel=0.1)


@pytest.mark.parametrize("name", list(alterations()))
@pytest.mark.parametrize("share", [0.0, 0.2, 0.45])
def test_what_is_not_fat_moves_it_by_2_points_at_most(name: str, share: float) -> None:
    slice_ = generated(share)
    before = Case(
        group="",
        name="",
        level="",
        pixels=slice_.pixels,
        mask=slice_.mask,
        fat=slice_.fat_fraction,
        spacing_mm=slice_.pixel_spacing_mm,
    )
    after = alterations()[name](before)
    spacing_mm = after.spacing_mm if after.spacing_known else None
    moved = fat_pct(measured(after.pixels, after.mask, spacing_mm))
    assert moved == pytest.approx(fat_pct(of_slice(slice_)), abs=2.0)


def test_a_slice_stored_the_other_way_round_reads_alike() -> None:
    slice_, turn = generated(0.2), Turn(transpose=True, flip_rows=True)
    turned = measured(
        turn.undo(slice_.pixels), turn.undo(slice_.mask), slice_.pixel_spacing_mm, turn=turn
    )
    assert fat_pct(turned) == pytest.approx(fat_pct(of_slice(slice_)), abs=1e-6)


def test_without_spacing_it_is_read_all_the_same() -> None:
    slice_ = generated(0.2)
    done = measured(slice_.pixels, slice_.mask, None)
    assert fat_pct(done) == pytest.approx(fat_pct(of_slice(slice_)), abs=2.0)
    assert done.right.functional_csa_mm2 is None


def test_real_slices_read_alike_with_and_without_spacing(t2_slices: list[RealSlice]) -> None:
    moved = []
    for item in t2_slices:
        known, unknown = (
            fat_pct(measured(item.pixels, item.mask, spacing_mm))
            for spacing_mm in (item.spacing_mm, None)
        )
        moved += [abs(one - other) for one, other in zip(known, unknown, strict=True)]
    assert np.mean(moved) < 0.7
    assert max(moved) < 2.0


def test_a_compartment_full_of_fat_is_measured_against_other_muscles() -> None:
    slice_ = generated(0.9, erector=0.5)
    assert min(fat_pct(of_slice(slice_))) > 80.0


@pytest.mark.parametrize("window_high", [90.0, 95.0])
def test_saturated_fat_is_a_lower_bound_of_the_reference(window_high: float) -> None:
    slice_ = generated(0.25, window_high=window_high, seed=5)
    done = of_slice(slice_)
    for side, found in ((1, done.right), (2, done.left)):
        assert found.fat_infiltration_ci95 is not None
        low, high = found.fat_infiltration_ci95
        assert low <= slice_.fat_pct(side) <= high


def test_negative_intensities_shift_the_scale_only() -> None:
    slice_ = generated(0.2)
    done = measured(slice_.pixels - 100.0, slice_.mask, slice_.pixel_spacing_mm)
    assert fat_pct(done) == pytest.approx(fat_pct(of_slice(slice_)), abs=0.5)


def test_single_pixels_far_below_black_do_not_move_it() -> None:
    slice_ = generated(0.2)
    ringing = slice_.pixels.copy()
    ringing[::40, ::40] = -0.5 * slice_.pixels.max()
    ringing[slice_.mask > 0] = slice_.pixels[slice_.mask > 0]
    done = measured(ringing, slice_.mask, slice_.pixel_spacing_mm)
    assert fat_pct(done) == pytest.approx(fat_pct(of_slice(slice_)), abs=1.0)


@pytest.mark.parametrize("gamma", [0.7, 1.4])
def test_a_tone_curve_scales_what_is_expected_of_the_tissues_too(gamma: float) -> None:
    slice_ = generated(0.2)
    bent = np.asarray(255.0 * (slice_.pixels / 255.0) ** gamma, dtype=np.float32)
    done = measured(bent, slice_.mask, slice_.pixel_spacing_mm)
    assert fat_pct(done) == pytest.approx(fat_pct(of_slice(slice_)), abs=2.0)


def suppressed(slice_: PhantomSlice) -> Picture:
    return slice_.pixels * (1.0 - 0.9 * slice_.fat_fraction)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.45])
def test_suppressed_fat_is_not_measured(share: float) -> None:
    slice_ = generated(share)
    done = measured(suppressed(slice_), slice_.mask, slice_.pixel_spacing_mm)
    assert done.fat_unavailable == "fat_suppressed"
    assert done.right.fat_infiltration_pct is None
    assert done.right.fat_infiltration_ci95 is None
    assert done.right.functional_csa_mm2 is None


def around(mask: Mask, margin: int) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(rows[0] - margin, 0), rows[-1] + margin + 1),
        slice(max(columns[0] - margin, 0), columns[-1] + margin + 1),
    )


def test_a_field_of_view_without_subcutaneous_fat_is_refused_or_right() -> None:
    slice_ = generated(0.1)
    for margin in (3, 10, 25):
        box = around(slice_.mask, margin)
        done = measured(slice_.pixels[box], slice_.mask[box].copy(), slice_.pixel_spacing_mm)
        if done.fat_unavailable is None:
            assert fat_pct(done) == pytest.approx(fat_pct(of_slice(slice_)), abs=5.0)
        else:
            assert done.fat_unavailable == "no_reference_tissue"
            assert margin < 25


def speck(mask: Mask, size: int) -> Mask:
    row, column = np.argwhere(mask == 1)[200]
    made = np.zeros_like(mask)
    made[row : row + size, column] = 1
    return made


STRANGE: dict[str, Callable[[Picture, Mask], tuple[Picture, Mask]]] = {
    "black": lambda pixels, mask: (pixels * 0.0, mask),
    "grey": lambda pixels, mask: (pixels * 0.0 + 7.0, mask),
    "noise": lambda _, mask: (np.random.default_rng(0).rayleigh(20.0, mask.shape), mask),
    "one hot pixel": lambda pixels, mask: (
        np.where(np.arange(pixels.size).reshape(pixels.shape) == 33_000, 1e9, pixels),
        mask,
    ),
    "huge": lambda pixels, mask: (pixels * 1e30, mask),
    "minute": lambda pixels, mask: (pixels * 1e-30, mask),
    "empty mask": lambda pixels, mask: (pixels, mask * 0),
    "one pixel": lambda pixels, mask: (pixels, speck(mask, 1)),
    "twenty pixels": lambda pixels, mask: (pixels, speck(mask, 20)),
    "one side": lambda pixels, mask: (pixels, np.where(mask == 1, mask, 0).astype(np.uint8)),
    "all mask": lambda pixels, mask: (pixels, np.full_like(mask, 2)),
    "mask in a line": lambda pixels, mask: (pixels, np.eye(len(mask), dtype=np.uint8)),
    "tiny picture": lambda pixels, mask: (pixels[100:132, 100:132], mask[100:132, 100:132].copy()),
}


@pytest.mark.parametrize("name", list(STRANGE))
@pytest.mark.parametrize("spacing_mm", [None, (0.8, 0.8), (0.05, 9.0), (40.0, 0.02)])
def test_nothing_strange_raises_or_gives_what_is_no_number(
    name: str, spacing_mm: tuple[float, float] | None
) -> None:
    slice_ = generated(0.1)
    pixels, mask = STRANGE[name](slice_.pixels, slice_.mask)
    done = measured(np.asarray(pixels), mask, spacing_mm)
    assert all(math.isfinite(number) for number in numbers(done))
    for side in (done.right, done.left):
        assert (side.fat_infiltration_pct is None) == (side.fat_infiltration_ci95 is None)


def numbers(done: Measurements) -> list[float]:
    found: list[float] = []
    for side in (done.right, done.left):
        for value in dataclasses.asdict(side).values():
            found += [] if value is None else value if isinstance(value, tuple) else [value]
    return found


@pytest.mark.parametrize("name", ["black", "grey", "noise"])
def test_a_picture_of_nothing_has_no_fat(name: str) -> None:
    slice_ = generated(0.1)
    pixels, mask = STRANGE[name](slice_.pixels, slice_.mask)
    done = measured(np.asarray(pixels), mask, slice_.pixel_spacing_mm)
    assert done.fat_unavailable == "no_reference_tissue"
    assert done.right.fat_infiltration_pct is None


def test_no_mask_is_no_reason_to_speak_of_fat() -> None:
    slice_ = generated(0.1)
    done = measured(slice_.pixels, slice_.mask * 0, slice_.pixel_spacing_mm)
    assert done.fat_unavailable is None


def test_the_interval_holds_the_reading_and_widens_where_less_is_known() -> None:
    for share in (0.0, 0.1, 0.5, 1.0):
        low, high = interval95(share, 5.0)
        assert 0.0 <= low <= share <= high <= 1.0
    narrow, wide = (np.diff(interval95(0.2, contrast))[0] for contrast in (5.0, 1.7))
    assert wide > narrow
    assert np.diff(interval95(0.4, 5.0))[0] > np.diff(interval95(0.1, 5.0))[0]


def test_the_same_slice_gives_the_same_numbers() -> None:
    slice_ = generated(0.2)
    assert of_slice(slice_) == of_slice(slice_)


def test_half_the_pixels_keep_the_functional_area() -> None:
    slice_ = generated(0.3)
    small = np.asarray(
        cv2.resize(slice_.pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    )
    mask = np.asarray(cv2.resize(slice_.mask, (128, 128), interpolation=cv2.INTER_NEAREST))
    coarse = measured(small, mask, tuple(2.0 * mm for mm in slice_.pixel_spacing_mm))
    fine = of_slice(slice_)
    assert coarse.right.functional_csa_mm2 == pytest.approx(fine.right.functional_csa_mm2, rel=0.06)
