from pathlib import Path

import numpy as np
import pytest

from training.phantom.from_labels import render_from_labels
from training.phantom.label_maps import SUBJECTS, LabelLibrary


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
def test_slices_from_real_shapes_are_sound(data_folder: Path, seed: int) -> None:
    library = real_library(data_folder)
    slice_ = render_from_labels(np.random.default_rng(seed), 128, library)
    assert np.isfinite(slice_.pixels).all()
    assert {1, 2} <= set(np.unique(slice_.mask))
    right, left = (np.nonzero(slice_.mask == side)[1].mean() for side in (1, 2))
    assert right < left


def test_real_library_leaves_the_test_subject_out(data_folder: Path) -> None:
    assert set(real_library(data_folder).subjects) == {"lumbar20"}


_libraries: dict[Path, LabelLibrary] = {}


def real_library(folder: Path) -> LabelLibrary:
    if folder not in _libraries:
        others = frozenset(SUBJECTS) - {"lumbar20"}  # one is enough, and quick to read
        _libraries[folder] = LabelLibrary(folder, exclude=others)
    return _libraries[folder]
