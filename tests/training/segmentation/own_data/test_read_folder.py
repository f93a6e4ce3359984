from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
import pytest

from multifidus.postprocess import LEFT, RIGHT
from training.segmentation.own_data.annotated_slice import AnnotatedSlice
from training.segmentation.own_data.label_values import LabelValues
from training.segmentation.own_data.problems import DataFolderError
from training.segmentation.own_data.read_folder import OwnData, read_folder

Own = Callable[[str], Path]
DEFAULT = LabelValues.parse(None)


def by_size(data: OwnData) -> dict[str, list[AnnotatedSlice]]:
    """Slices by subject, in an order that all kinds share."""
    return {
        name: sorted(slices, key=lambda item: item.mask.sum())
        for name, slices in data.slices.items()
    }


def in_eight_bits(item: AnnotatedSlice) -> np.ndarray:
    """Pixels scaled as a PNG of eight bits has to scale them, where they are more."""
    pixels = item.image.pixels
    return np.asarray(pixels * min(255.0 / float(pixels.max()), 1.0))


def test_the_same_people_come_out_of_every_kind(example_data: Path) -> None:
    read = {
        kind: by_size(read_folder(example_data / kind, DEFAULT))
        for kind in ("nifti", "dicom", "png")
    }
    assert list(read["nifti"]) == ["anna", "bruno", "carla"]
    for kind in ("dicom", "png"):
        for name, slices in read["nifti"].items():
            assert len(slices) == len(read[kind][name]) == 3
            for first, second in zip(slices, read[kind][name], strict=True):
                assert np.array_equal(first.mask, second.mask)
                difference = in_eight_bits(first) - in_eight_bits(second)
                assert np.abs(difference).max() <= 1.0  # rounded
                assert second.image.pixel_spacing_mm == pytest.approx(
                    first.image.pixel_spacing_mm, abs=1e-5
                )


@pytest.mark.parametrize("kind", ["nifti", "dicom", "png"])
def test_right_lies_on_the_images_left(example_data: Path, kind: str) -> None:
    for slices in read_folder(example_data / kind, DEFAULT).slices.values():
        for item in slices:
            mask = item.image.turn.apply(item.mask)
            right, left = (np.nonzero(mask == side)[1].mean() for side in (RIGHT, LEFT))
            assert right < left


def test_a_volume_in_another_orientation_gives_the_same_slices(own: Own) -> None:
    folder = own("nifti")
    before = read_folder(folder, DEFAULT).slices["anna"]
    for name, axes in (("image", "LPS"), ("label", "SAR")):  # each in its own way
        path = folder / "anna" / f"{name}.nii.gz"
        image = nib.load(path)
        wanted = nib.orientations.axcodes2ornt(axes)
        turn = nib.orientations.ornt_transform(nib.io_orientation(image.affine), wanted)
        turned = image.as_reoriented(turn)
        nib.save(nib.Nifti1Image(np.asarray(turned.dataobj), turned.affine), path)
    after = read_folder(folder, DEFAULT).slices["anna"]
    for first, second in zip(before, after, strict=True):
        assert np.array_equal(first.mask, second.mask)
        assert np.array_equal(first.image.pixels, second.image.pixels)


def test_bids_names_in_one_folder(own: Own, tmp_path: Path) -> None:
    folder, flat = own("nifti"), tmp_path / "flat"
    flat.mkdir()
    for subject in ("anna", "bruno"):
        shutil.copy(folder / subject / "image.nii.gz", flat / f"{subject}_T2w.nii.gz")
        shutil.copy(folder / subject / "label.nii.gz", flat / f"{subject}_dseg.nii.gz")
    (flat / "README.md").write_text("passed over")
    (flat / ".hidden.png").write_text("passed over")
    assert list(read_folder(flat, DEFAULT).slices) == ["anna", "bruno"]


def test_images_and_masks_in_folders_of_their_own(own: Own, tmp_path: Path) -> None:
    folder, split = own("png"), tmp_path / "split"
    for name in ("images", "masks"):
        (split / name).mkdir(parents=True)
    for path in folder.glob("*.png"):
        target = "masks" if path.stem.endswith("_mask") else "images"
        shutil.copy(path, split / target / path.name.replace("_mask", ""))
    data = read_folder(split, DEFAULT)
    expected = {"anna": 3, "bruno": 3, "carla": 3}
    assert {name: len(slices) for name, slices in data.slices.items()} == expected
    # A data folder may itself have such a name.
    named = read_folder(folder.rename(tmp_path / "labels"), DEFAULT)
    assert {name: len(slices) for name, slices in named.slices.items()} == expected


def test_files_of_one_dicom_folder_are_told_apart_by_patient(own: Own, tmp_path: Path) -> None:
    folder, flat = own("dicom"), tmp_path / "flat"
    flat.mkdir()
    for path in sorted(folder.rglob("*.dcm")):
        shutil.copy(path, flat / f"{path.parent.name}-{path.stem}")  # without an ending
    data = read_folder(flat, DEFAULT)
    assert list(data.slices) == ["patient-1", "patient-2", "patient-3"]
    assert all(len(slices) == 3 for slices in data.slices.values())


def test_one_label_for_both_sides_is_divided_pixel_by_pixel(own: Own) -> None:
    folder = own("png")
    before = read_folder(folder, DEFAULT).slices
    for path in folder.glob("*_mask.png"):
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(path), np.where(mask > 0, np.uint8(255), np.uint8(0)))
    after = read_folder(folder, LabelValues.parse("both=255")).slices
    for name, slices in before.items():
        for first, second in zip(slices, after[name], strict=True):
            assert np.array_equal(first.mask > 0, second.mask > 0)
            assert np.mean(first.mask[first.mask > 0] == second.mask[first.mask > 0]) > 0.97


def test_other_labels_can_be_ignored_and_values_named(own: Own) -> None:
    folder = own("nifti")
    path = folder / "anna" / "label.nii.gz"
    image = nib.load(path)
    values = np.asarray(image.dataobj)
    changed = np.select([values == 1, values == 2], [20, 10], 0)
    changed[0, 0, 0] = 7
    nib.save(nib.Nifti1Image(changed.astype(np.int16), image.affine), path)
    for subject in ("bruno", "carla"):
        shutil.rmtree(folder / subject)
    labels = LabelValues.parse("right=20,left=10", ignore_others=True)
    (slices,) = read_folder(folder, labels).slices.values()
    assert len(slices) == 3


def test_a_lost_origin_can_be_ignored_and_nothing_else(own: Own) -> None:
    folder = own("nifti")
    before = read_folder(folder, DEFAULT).slices["anna"]
    path = folder / "anna" / "label.nii.gz"
    image = nib.load(path)

    def store(affine: np.ndarray) -> None:
        nib.save(nib.Nifti1Image(np.asarray(image.dataobj), affine), path)

    moved = image.affine.copy()
    moved[:3, 3] += (120.0, -80.0, 300.0)
    store(moved)
    with pytest.raises(DataFolderError, match="--ignore-origin"):
        read_folder(folder, DEFAULT)
    after = read_folder(folder, DEFAULT, ignore_origin=True).slices["anna"]
    assert all(
        np.array_equal(first.mask, second.mask) for first, second in zip(before, after, strict=True)
    )
    store(moved @ np.diag([1.05, 1.0, 1.0, 1.0]))
    with pytest.raises(DataFolderError, match="resample"):
        read_folder(folder, DEFAULT, ignore_origin=True)


def test_slices_without_labels_and_with_one_side_are_left_out(own: Own) -> None:
    folder = own("nifti")
    path = folder / "anna" / "label.nii.gz"
    image = nib.load(path)
    values = np.asarray(image.dataobj).copy()
    values[..., 0] = 0
    values[..., 1][values[..., 1] == 2] = 0
    nib.save(nib.Nifti1Image(values, image.affine), path)
    data = read_folder(folder, DEFAULT)
    assert [item.name for item in data.slices["anna"]] == ["anna/image.nii.gz, slice 2"]
    assert data.notes == ("anna/image.nii.gz: 1 slice with one side alone labelled, left out.",)


def test_pictures_without_a_table_have_no_spacing(own: Own) -> None:
    folder = own("png")
    (folder / "spacing.csv").unlink()
    slices = read_folder(folder, DEFAULT).slices["anna"]
    assert [item.image.pixel_spacing_mm for item in slices] == [None] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("right=1", "names no value for one side"),
        ("right=1,left=1", "named twice"),
        ("rechts=1,left=2", "right=1,left=2 or both=1"),
        ("right=0,left=2", "right=1,left=2 or both=1"),
        ("right=1.5,left=2", "right=1,left=2 or both=1"),
    ],
)
def test_labels_that_say_nothing_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LabelValues.parse(text)
