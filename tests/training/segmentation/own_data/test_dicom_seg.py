from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from multifidus.dicom_identity import side_labels
from multifidus.dicom_seg import segmentation_object
from multifidus.dicom_source import read_source
from multifidus.postprocess import LEFT, RIGHT
from multifidus.provenance import Provenance
from training.segmentation.own_data.dicom_seg import roles_of_segments
from training.segmentation.own_data.label_values import BOTH, LabelValues
from training.segmentation.own_data.read_folder import read_folder

Own = Callable[[str], Path]
DEFAULT = LabelValues.parse(None)


def segmentation(*segments: Dataset) -> Dataset:
    seg = Dataset()
    seg.SegmentSequence = list(segments)
    return seg


def segment(number: int, label: str, laterality: str | None = None) -> Dataset:
    made = Dataset()
    made.SegmentNumber, made.SegmentLabel = number, label
    if laterality:
        modifier, region = Dataset(), Dataset()
        modifier.CodeValue, modifier.CodingSchemeDesignator = laterality, "SCT"
        region.AnatomicRegionModifierSequence = [modifier]
        made.AnatomicRegionSequence = [region]
    return made


@pytest.mark.parametrize(
    ("segments", "labels", "expected"),
    [
        ([segment(1, "a", "24028007"), segment(2, "b", "7771000")], None, {1: RIGHT, 2: LEFT}),
        ([segment(1, "Left multifidus"), segment(2, "multifidus_R")], None, {1: LEFT, 2: RIGHT}),
        # A code says more than a label.
        ([segment(4, "left", "24028007"), segment(7, "L")], None, {4: RIGHT, 7: LEFT}),
        (
            [segment(1, "psoas right"), segment(2, "multifidus lt"), segment(3, "multifidus rt")],
            None,
            {2: LEFT, 3: RIGHT},
        ),
        ([segment(1, "multifidus"), segment(2, "spine")], None, {1: BOTH}),
        ([segment(1, "x"), segment(2, "y")], "right=2,left=1", {1: LEFT, 2: RIGHT}),
        ([segment(1, "x"), segment(2, "y")], "both=2", {2: BOTH}),
    ],
)
def test_sides_of_segments(
    segments: list[Dataset], labels: str | None, expected: dict[int, int]
) -> None:
    assert roles_of_segments(segmentation(*segments), LabelValues.parse(labels)) == expected


@pytest.mark.parametrize(
    ("segments", "labels"),
    [
        ([segment(1, "muscle"), segment(2, "fat")], None),
        ([segment(1, "right"), segment(2, "right psoas")], None),
        ([segment(1, "right"), segment(2, "left")], "right=5,left=6"),
    ],
)
def test_segments_that_cannot_be_told_apart_are_named(
    segments: list[Dataset], labels: str | None
) -> None:
    with pytest.raises(ValueError, match=r"1: \w+"):
        roles_of_segments(segmentation(*segments), LabelValues.parse(labels))


def test_frames_that_name_no_image_are_matched_by_their_place(own: Own) -> None:
    folder = own("dicom")
    before = read_folder(folder, DEFAULT).slices["anna"]
    path = folder / "anna" / "segmentation.dcm"
    seg = pydicom.dcmread(path)
    for groups in seg.PerFrameFunctionalGroupsSequence:
        del groups.DerivationImageSequence
    seg.save_as(path)
    after = read_folder(folder, DEFAULT).slices["anna"]
    for first, second in zip(before, after, strict=True):
        assert (first.name, first.mask.sum()) == (second.name, second.mask.sum())
        assert np.array_equal(first.mask, second.mask)


def test_what_the_service_writes_can_be_learnt_from(own: Own) -> None:
    """One segmentation per slice, as `/measure` gives them back for a corrected mask."""
    folder = own("dicom")
    before = read_folder(folder, DEFAULT).slices["anna"]
    (folder / "anna" / "segmentation.dcm").unlink()
    for item in before:
        source = read_source((folder / item.name).read_bytes())
        made = segmentation_object(
            source,
            item.mask,
            side_labels(source, side_known=True),
            Provenance(mask_origin="drawn", software_version="1"),
        )
        made.save_as((folder / item.name).with_suffix(".seg"), enforce_file_format=True)
    after = read_folder(folder, DEFAULT).slices["anna"]
    assert [item.name for item in after] == [item.name for item in before]
    for first, second in zip(before, after, strict=True):
        assert np.array_equal(first.mask, second.mask)


def test_images_stored_upside_down_keep_their_sides(own: Own) -> None:
    """Rows from back to front: the stored right stays the patient's."""
    folder = own("dicom")
    before = read_folder(folder, DEFAULT).slices["anna"]
    paths = [folder / "anna" / f"slice_{number}.dcm" for number in (1, 2, 3)]
    for path in paths:
        data = pydicom.dcmread(path)
        data.PixelData = np.ascontiguousarray(data.pixel_array[::-1]).tobytes()
        flip(data, rows=data.Rows, row_mm=float(data.PixelSpacing[0]))
        data.save_as(path)
    path = folder / "anna" / "segmentation.dcm"
    seg = pydicom.dcmread(path)
    flipped = np.ascontiguousarray(seg.pixel_array[:, ::-1])
    seg.PixelData = pydicom.pixels.pack_bits(flipped)
    shared = seg.SharedFunctionalGroupsSequence[0]
    orientation = shared.PlaneOrientationSequence[0]
    orientation.ImageOrientationPatient = [1, 0, 0, 0, -1, 0]
    row_mm = float(shared.PixelMeasuresSequence[0].PixelSpacing[0])
    for groups in seg.PerFrameFunctionalGroupsSequence:
        position = groups.PlanePositionSequence[0].ImagePositionPatient
        position[1] = float(position[1]) + (seg.Rows - 1) * row_mm
    seg.save_as(path)
    after = read_folder(folder, DEFAULT).slices["anna"]
    for first, second in zip(before, after, strict=True):
        assert np.array_equal(second.mask, first.mask[::-1])
        assert np.array_equal(second.image.turn.apply(second.mask), first.mask)


def flip(data: Dataset, *, rows: int, row_mm: float) -> None:
    across, back, up = (float(value) for value in data.ImagePositionPatient)
    data.ImagePositionPatient = [across, round(back + (rows - 1) * row_mm, 4), up]
    data.ImageOrientationPatient = [1, 0, 0, 0, -1, 0]
