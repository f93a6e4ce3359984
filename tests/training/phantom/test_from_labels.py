import dataclasses
from pathlib import Path

import numpy as np
import pytest

from training.phantom.fat import Fat
from training.phantom.from_labels import render_from_labels
from training.phantom.generate import PhantomSpec, generate
from training.phantom.label_maps import SUBJECTS, LabelLibrary, solidity


def test_reads_a_label_map_with_the_right_side_on_the_left(label_folder: Path) -> None:
    library = LabelLibrary(label_folder)
    (slice_, _) = library.subjects["template"]  # the third slice is empty
    right, left = (slice_.level_sets[channel] > 0 for channel in (0, 1))
    assert right.sum() > 1.1 * left.sum()
    assert np.nonzero(right)[1].mean() < np.nonzero(left)[1].mean()
    assert right.sum() == pytest.approx(28 * 40, rel=0.05)  # on a 1 mm grid


def test_levels_are_told_by_the_multifidus_share(label_folder: Path) -> None:
    (slice_, _) = LabelLibrary(label_folder).subjects["template"]
    whole = (28 + 24) * 40 + (33 + 32) * 45
    assert slice_.caudality == pytest.approx((28 + 24) * 40 / whole, abs=0.02)


def test_an_excluded_subject_is_never_read(label_folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LabelLibrary(label_folder, exclude=frozenset({"template"}))


def test_a_folder_without_label_maps_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LabelLibrary(tmp_path)


def test_the_same_generator_state_gives_the_same_slice(label_folder: Path) -> None:
    library = LabelLibrary(label_folder)
    first, again, other = (
        render_from_labels(np.random.default_rng(seed), 96, library) for seed in (5, 5, 6)
    )
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.mask, again.mask)
    assert not np.array_equal(first.pixels, other.pixels)


def test_slices_differ_in_border_and_in_fat(label_folder: Path) -> None:
    library = LabelLibrary(label_folder)
    slices = [render_from_labels(np.random.default_rng(seed), 96, library) for seed in range(12)]
    areas = [slice_.area_mm2(1) for slice_ in slices]
    fat = [slice_.fat_pct(1) for slice_ in slices]
    assert np.std(areas) > 0.1 * np.mean(areas)
    assert max(fat) - min(fat) > 10.0


@pytest.mark.parametrize("seed", range(8))
def test_slices_from_real_shapes_are_sound(real_data_folder: Path, seed: int) -> None:
    library = real_library(real_data_folder)
    slice_ = render_from_labels(np.random.default_rng(seed), 128, library)
    assert np.isfinite(slice_.pixels).all()
    assert {1, 2} <= set(np.unique(slice_.mask))
    right, left = (np.nonzero(slice_.mask == side)[1].mean() for side in (1, 2))
    assert right < left


def test_compartments_have_no_notches(real_data_folder: Path) -> None:
    library = real_library(real_data_folder)
    solid = []
    for seed in range(12):
        slice_ = render_from_labels(np.random.default_rng(seed), 160, library)
        solid.extend(solidity((slice_.mask == side).astype(np.uint8)) for side in (1, 2))
    assert np.mean(solid) > 0.88
    assert min(solid) > 0.75


def test_a_hidden_border_moves_little() -> None:
    shown = Fat(multifidus=(0.1, 0.1), erector=(0.1, 0.1), cleft_mm=2.0, cleft_strength=0.8)
    hidden = dataclasses.replace(shown, cleft_mm=0.0)
    assert shown.shows_border
    assert not hidden.shows_border
    assert dataclasses.replace(hidden, multifidus=(0.5, 0.5)).shows_border


def test_a_pocket_holds_fat_at_the_medial_wall_and_stays_in_the_compartment() -> None:
    lean = Fat(multifidus=(0.05, 0.05), erector=(0.05, 0.05))
    atrophied = dataclasses.replace(lean, pockets_mm=(8.0, 8.0))
    before, after = (
        generate(PhantomSpec(size_px=160, fat=fat, warp_mm=0.0), 3) for fat in (lean, atrophied)
    )
    for side in (1, 2):
        assert after.area_mm2(side) == pytest.approx(before.area_mm2(side), rel=0.02)
        assert after.fat_pct(side) > before.fat_pct(side) + 10.0
        columns = np.nonzero(after.mask == side)[1]
        fat_columns = np.nonzero((after.mask == side) & (after.fat_fraction > 0.7))[1]
        towards_midline = 1.0 if side == 1 else -1.0
        assert towards_midline * (fat_columns.mean() - columns.mean()) > 0.0


def test_without_label_maps_the_shapes_are_made_up() -> None:
    slices = [render_from_labels(np.random.default_rng(seed), 96, None) for seed in range(6)]
    assert all({1, 2} <= set(np.unique(slice_.mask)) for slice_ in slices)
    assert len({slice_.area_mm2(1) for slice_ in slices}) == 6


def test_real_library_leaves_the_test_subject_out(real_data_folder: Path) -> None:
    assert set(real_library(real_data_folder).subjects) == {"lumbar20"}


_libraries: dict[Path, LabelLibrary] = {}


def real_library(folder: Path) -> LabelLibrary:
    if folder not in _libraries:
        others = frozenset(SUBJECTS) - {"lumbar20"}  # one is enough, and quick to read
        _libraries[folder] = LabelLibrary(folder, exclude=others)
    return _libraries[folder]
