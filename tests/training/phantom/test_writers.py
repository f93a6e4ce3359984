import json
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.uid import MRImageStorage

from training.phantom.__main__ import main
from training.phantom.phantom_slice import PhantomSlice
from training.phantom.write_dicom import write_dicom
from training.phantom.write_png import contact_sheet, eight_bit

REPOSITORY = Path(__file__).parents[3]

REQUIRED = [
    "SOPClassUID",
    "SOPInstanceUID",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
    "Modality",
    "SeriesInstanceUID",
    "SeriesNumber",
    "PatientPosition",
    "FrameOfReferenceUID",
    "PositionReferenceIndicator",
    "Manufacturer",
    "InstanceNumber",
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "SliceThickness",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelData",
    "ImageType",
    "ScanningSequence",
    "SequenceVariant",
    "ScanOptions",
    "MRAcquisitionType",
    "RepetitionTime",
    "EchoTime",
    "EchoTrainLength",
]

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def written(plain: PhantomSlice, tmp_path: Path) -> pydicom.FileDataset:
    path = tmp_path / "slice.dcm"
    write_dicom(plain, path, name="test")
    return pydicom.dcmread(path)


def test_dicom_has_all_required_attributes(written: pydicom.FileDataset) -> None:
    assert [name for name in REQUIRED if name not in written] == []
    assert written.SOPClassUID == MRImageStorage == written.file_meta.MediaStorageSOPClassUID
    assert written.SOPInstanceUID == written.file_meta.MediaStorageSOPInstanceUID


def test_dicom_keeps_pixels_and_spacing(written: pydicom.FileDataset, plain: PhantomSlice) -> None:
    assert np.array_equal(written.pixel_array, np.round(plain.pixels))
    assert list(written.PixelSpacing) == pytest.approx(plain.pixel_spacing_mm, abs=1e-5)
    assert list(written.ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]


def test_dicom_names_no_one(written: pydicom.FileDataset) -> None:
    assert written.PatientIdentityRemoved == "YES"
    assert str(written.PatientName) == "Phantom^Multifidus"


def test_dicom_written_twice_is_the_same(plain: PhantomSlice, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_dicom(plain, tmp_path / name, name="test")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_contact_sheet_has_a_row_for_the_rest(plain: PhantomSlice) -> None:
    sheet = contact_sheet([plain] * 3, columns=2, tile_px=50, outlines=True)
    assert sheet.shape == (100, 100, 3)
    assert sheet[:50, :50].any()
    assert not sheet[50:, 50:].any()
    assert (sheet[..., 0] != sheet[..., 2]).any()  # coloured outlines


def test_eight_bit_leaves_a_baked_slice_alone(plain: PhantomSlice) -> None:
    assert np.array_equal(eight_bit(plain), plain.pixels)


def test_commands_write_what_is_shipped(tmp_path: Path) -> None:
    main(["samples", str(tmp_path / "samples")])
    main(["ready", str(tmp_path / "model")])
    index = json.loads((tmp_path / "samples" / "samples.json").read_text())["samples"]
    assert [sample["name"] for sample in index] == ["healthy", "moderate", "severe"]
    for sample in index:
        mask = cv2.imread(str(tmp_path / "samples" / sample["mask"]), cv2.IMREAD_UNCHANGED)
        stored = pydicom.dcmread(tmp_path / "samples" / sample["dicom"])
        assert mask.shape == stored.pixel_array.shape
        row_mm, column_mm = stored.PixelSpacing
        for value, side in ((1, "right"), (2, "left")):
            area_mm2 = (mask == value).sum() * row_mm * column_mm
            assert area_mm2 == pytest.approx(sample["truth"][side]["area_mm2"], abs=0.1)
    fat = [sample["truth"]["right"]["fat_pct"] for sample in index]
    assert fat[0] < 10 < fat[1] < 50 < fat[2]
    shipped = ROOT / "layers" / "model" / "ready_slice.png"
    made = tmp_path / "model" / "ready_slice.png"
    assert [path.name for path in made.parent.iterdir()] == [made.name], "the mask is the model's"
    both = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(int) for path in (made, shipped)]
    np.testing.assert_allclose(*both, atol=2)  # the last bit of a sine differs between processors


def test_the_shipped_samples_agree_with_their_own_figures() -> None:
    folder = REPOSITORY / "site" / "samples"
    for sample in json.loads((folder / "samples.json").read_text())["samples"]:
        mask = cv2.imread(str(folder / sample["mask"]), cv2.IMREAD_UNCHANGED)
        row_mm, column_mm = sample["pixel_spacing_mm"]
        for value, side in ((1, "right"), (2, "left")):
            area_mm2 = (mask == value).sum() * row_mm * column_mm
            assert area_mm2 == pytest.approx(sample["truth"][side]["area_mm2"], abs=0.1)


def test_contact_sheet_command(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    main(["contact_sheet", str(path), "--count", "2", "--columns", "2", "--size", "96"])
    assert cv2.imread(str(path)).shape == (384, 768, 3)
