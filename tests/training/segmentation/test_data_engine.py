from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from multifidus.manifest import PreprocessSpec
from tests.multifidus.trunks import trunk_picture
from training.segmentation.acquisition import acquire_subject
from training.segmentation.compartment import draw_compartments
from training.segmentation.config import TrainConfig
from training.segmentation.data_engine import DataEngine, Mixture
from training.segmentation.examples import build_engine
from training.segmentation.negatives import SCENES, Scene, negative
from training.segmentation.volumes import SUBJECTS, SubjectSlice, load_subject
from training.segmentation.warp import View, warp

SPEC = PreprocessSpec(height_px=96, width_px=96)
REAL_ONLY = Mixture(rendered=0.0, negatives=0.0)


def _view(**changes: object) -> View:
    plain = {
        "shape": (128, 128),
        "field_of_view_mm": 200.0,
        "shift_mm": (0.0, 0.0),
        "rotation_deg": 0.0,
        "shear": 0.0,
        "stretch": (1.0, 1.0),
        "bend_mm": 0.0,
    }
    return View(**(plain | changes))


@pytest.mark.parametrize("name", SUBJECTS)
def test_sides_and_orientation_of_a_subject(data_folder: Path, name: str) -> None:
    slices = load_subject(name, data_folder)
    assert [source.index for source in slices] == sorted(source.index for source in slices)
    for source in slices:
        rows, columns = zip(*(np.nonzero(source.muscles == code) for code in (1, 2)), strict=True)
        assert columns[0].mean() < columns[1].mean(), "the right side lies on the image's left"
        canal = np.nonzero(source.canal)[0]
        if canal.size:
            assert canal.mean() < np.concatenate(rows).mean(), "anterior is at the top"


def test_a_plain_view_keeps_the_area_in_mm2(data_folder: Path) -> None:
    source = load_subject("sub-0001", data_folder)[1]
    warped = warp(source, _view(), np.random.default_rng(0))
    drawn = draw_compartments(warped, np.random.default_rng(0), move_border=False)
    true_mm2 = float((source.muscles == 1).sum()) * source.spacing_mm[0] * source.spacing_mm[1]
    assert float(drawn.right.sum()) * warped.pixel_mm**2 == pytest.approx(true_mm2, rel=0.05)


def test_moving_the_border_changes_the_share_but_not_the_sum_of_the_muscles(
    data_folder: Path,
) -> None:
    source = load_subject("TUM01", data_folder)[1]
    warped = warp(source, _view(), np.random.default_rng(0))
    drawn = [draw_compartments(warped, np.random.default_rng(s), move_border=True) for s in (1, 2)]
    sums = [d.right + d.left + d.spinae for d in drawn]
    assert np.allclose(sums[0], sums[1], atol=1e-4)
    assert not np.allclose(drawn[0].right, drawn[1].right, atol=0.1)
    for d in drawn:
        assert d.fat_fraction.min() >= 0.0
        assert d.fat_fraction.max() <= 1.0


@pytest.mark.usefixtures("data_folder")
def test_examples_repeat_with_their_seed_and_have_sane_targets() -> None:
    engine = build_engine(TrainConfig(preprocess=SPEC))
    for seed in range(12):
        first = engine.draw(np.random.default_rng(seed))
        second = engine.draw(np.random.default_rng(seed))
        assert np.array_equal(first[0], second[0])
        assert np.array_equal(first[1], second[1])
        tensor, targets = first
        assert tensor.shape == (1, 96, 96)
        assert targets.shape == (3, 96, 96)
        assert np.isfinite(tensor).all()
        assert 0.0 <= tensor.min() <= tensor.max() <= 1.0
        assert 0.0 <= targets.min() <= targets.max() <= 1.0


def test_the_right_target_lies_on_the_left_after_flips_too(data_folder: Path) -> None:
    stacks = {"TUM01": load_subject("TUM01", data_folder)}
    engine = DataEngine(stacks, SPEC, REAL_ONLY)
    for seed in range(20):
        _, targets = engine.draw(np.random.default_rng(seed))
        right, left = (np.average(np.arange(96), weights=t.sum(axis=0)) for t in targets[:2])
        assert right < left


def test_negatives_have_empty_targets(data_folder: Path) -> None:
    stacks = {"TUM01": load_subject("TUM01", data_folder)}
    engine = DataEngine(stacks, SPEC, Mixture(rendered=0.0, negatives=1.0))
    for seed in range(20):
        tensor, targets = engine.draw(np.random.default_rng(seed))
        assert not targets.any()
        assert np.isfinite(tensor).all()


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_a_picture_that_repeats_with_its_seed(scene: Scene) -> None:
    first, again, other = (scene(np.random.default_rng(seed), 96) for seed in (1, 1, 2))
    assert first.shape == (96, 96)
    assert first.dtype == np.float32
    assert 0.0 <= first.min() < first.max() <= 255.0
    assert first.std() > 10.0
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_negatives_come_without_any_subject_too() -> None:
    for seed in range(60):
        picture = negative(np.random.default_rng(seed), 64, {})
        assert picture.shape == (64, 64)
        assert picture.dtype == np.float32
        assert 0.0 <= picture.min() <= picture.max() <= 255.0


def test_a_subject_goes_through_the_same_scanner_on_any_grid(data_folder: Path) -> None:
    source = load_subject("TUM01", data_folder)[0]
    warped = warp(source, _view(shape=(90, 128)), np.random.default_rng(0))
    picture = acquire_subject(warped.signal[1], None, warped.grid, np.random.default_rng(1))
    assert picture.shape == (90, 128)
    assert np.isfinite(picture).all()


def test_a_seam_parts_the_two_muscles(data_folder: Path) -> None:
    source = load_subject("TUM01", data_folder)[1]
    warped = warp(source, _view(), np.random.default_rng(0))
    drawn = draw_compartments(warped, np.random.default_rng(0), move_border=False)
    assert not ((drawn.right > 0.9) & (drawn.spinae > 0.2)).any()
    middle = warped.grid.u_mm[drawn.right > 0.5].mean(), warped.grid.u_mm[drawn.left > 0.5].mean()
    assert middle[0] < -3.0 < 3.0 < middle[1]


def test_an_excluded_subject_is_never_loaded(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lpm").symlink_to(data_folder / "lpm")  # nothing of MuscleMap is there at all
    monkeypatch.setenv("MULTIFIDUS_DATA", str(tmp_path))
    config = TrainConfig(preprocess=SPEC, exclude_subjects=("sub-0001",))
    tensor, _ = build_engine(config).draw(np.random.default_rng(3))
    assert tensor.shape == (1, 96, 96)
    with pytest.raises(FileNotFoundError):
        build_engine(TrainConfig(preprocess=SPEC))


def test_a_subject_slice_offers_a_t2_like_picture(data_folder: Path) -> None:
    source: SubjectSlice = load_subject("TUM02", data_folder)[0]
    picture = source.t2_like()
    muscle = np.median(picture[np.isin(source.muscles, (1, 2))])
    fat = np.median(picture[source.signal[1] > 0.9])
    assert fat > 2.0 * muscle


def test_targets_follow_a_wide_picture_into_the_part_that_is_looked_at() -> None:
    picture = cv2.resize(trunk_picture(size=(512, 512), centre=(250.0, 250.0)), (96, 96))
    marked = np.zeros((3, 96, 96), np.float32)
    marked[0, 52:60, 36:44] = 1.0
    picture = np.where(marked[0] > 0, np.float32(255.0), np.minimum(picture, 150.0))
    engine = DataEngine(
        {}, SPEC, Mixture(rendered=1.0, negatives=0.0), lambda *_: (picture, marked)
    )
    tensor, targets = engine.draw(np.random.default_rng(2))
    either = targets[0] + targets[1]  # a flip exchanges the sides
    assert either.sum() > 1.5 * marked.sum(), "the part is enlarged"
    assert np.mean((tensor[0] > 0.8) == (either > 0.5)) > 0.99
