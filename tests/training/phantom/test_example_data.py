from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest

from multifidus import dicom_codes
from training.phantom.__main__ import main
from training.phantom.example_data import LEVELS, STEP_MM, SUBJECTS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example") / "data"
    main(["example-data", str(path)])
    return path


def test_every_kind_has_every_subject(folder: Path) -> None:
    for subject in SUBJECTS:
        assert (folder / "nifti" / subject / "label.nii.gz").is_file()
        assert (folder / "dicom" / subject / "segmentation.dcm").is_file()
        for level in LEVELS:
            assert (folder / "png" / f"{subject}_{level}_mask.png").is_file()
    lines = (folder / "png" / "spacing.csv").read_text().splitlines()
    assert len(lines) == 1 + len(SUBJECTS) * len(LEVELS)


def test_written_again_nothing_is_added(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    table = (folder / "png" / "spacing.csv").read_text()
    main(["example-data", str(folder)])
    assert sorted(folder.rglob("*")) == before
    assert (folder / "png" / "spacing.csv").read_text() == table


def test_the_segmentation_is_one_of_two_sides_on_its_series(folder: Path) -> None:
    series = folder / "dicom" / SUBJECTS[0]
    images = [pydicom.dcmread(path) for path in sorted(series.glob("slice_*.dcm"))]
    assert len({image.SeriesInstanceUID for image in images}) == 1
    heights = [float(image.ImagePositionPatient[2]) for image in images]
    assert np.allclose(np.diff(heights), STEP_MM)

    seg = hd.seg.segread(series / "segmentation.dcm")
    for number, side in ((1, "right"), (2, "left")):
        found = seg.get_segment_description(number)
        assert found.segmented_property_type == dicom_codes.MULTIFIDUS
        (modifier,) = found.SegmentedPropertyTypeCodeSequence[
            0
        ].SegmentedPropertyTypeModifierCodeSequence
        assert modifier.CodeValue == dicom_codes.LATERALITY[side].value
    masks = seg.get_pixels_by_source_instance([image.SOPInstanceUID for image in images])
    assert masks.shape == (len(images), *images[0].pixel_array.shape, 2)
    assert masks.any(axis=(1, 2)).all()
