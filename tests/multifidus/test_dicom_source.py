from __future__ import annotations

import warnings
from io import BytesIO

import pydicom
import pydicom.uid
import pytest
from pydicom.dataset import Dataset

from multifidus.dicom_source import NOMINAL_THICKNESS_MM, read_source
from multifidus.errors import InvalidParameter, MultifidusError, UnreadableImage
from tests.multifidus.dicom_results import (
    COLUMNS,
    COMPLETE,
    FRAME_OF_REFERENCE_UID,
    OBLIQUE,
    ROWS,
    SOP_INSTANCE_UID,
    enhanced_source,
    odd_source,
    source,
    source_dataset,
)
from tests.multifidus.samples import bare_dicom, png, textured, with_value

IDENTITY = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")


def test_patient_study_and_place_are_carried_over() -> None:
    read = read_source(source(ImageOrientationPatient=OBLIQUE, PixelSpacing=[0.6, 0.5]))
    header = read.header
    for keyword in ("PatientID", "PatientBirthDate", "StudyID", "StudyDate", "StudyTime"):
        assert header[keyword].value == COMPLETE[keyword]
    assert str(header.PatientName) == COMPLETE["PatientName"]
    assert header.StudyDescription == COMPLETE["StudyDescription"]
    assert (read.sop_class_uid, read.sop_instance_uid) == (
        pydicom.uid.MRImageStorage,
        SOP_INSTANCE_UID,
    )
    assert read.placed
    assert (header.Rows, header.Columns) == (ROWS, COLUMNS)
    assert header.FrameOfReferenceUID == FRAME_OF_REFERENCE_UID
    assert header.ImageOrientationPatient == pytest.approx(OBLIQUE)
    assert header.ImagePositionPatient == COMPLETE["ImagePositionPatient"]
    assert header.PixelSpacing == [0.6, 0.5]
    assert (header.SliceThickness, read.thickness_known, read.spacing_known) == (4, True, True)
    assert "PixelData" not in header


@pytest.mark.parametrize("keyword", IDENTITY)
@pytest.mark.parametrize("value", [None, "", "1.2.name"])
def test_what_does_not_say_which_image_it_is_is_refused(keyword: str, value: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = bare_dicom(source_dataset(**{keyword: value}), implicit=False)
    with pytest.raises(InvalidParameter, match=keyword):
        read_source(data)


@pytest.mark.parametrize("data", [png(textured()), b"", b"rubbish" * 100])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidParameter, match="DICOM files"):
        read_source(data)


TYPE_2 = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
)


@pytest.mark.parametrize("keyword", TYPE_2)
def test_what_archives_strip_is_written_empty(keyword: str) -> None:
    assert read_source(source(**{keyword: None})).header[keyword].value == ""


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientSex", "female"),
        ("PatientBirthDate", "1970.01.31"),
        ("StudyDate", "yesterday"),
        ("StudyTime", "10:11"),
    ],
)
def test_values_against_the_standard_are_not_handed_on(keyword: str, value: str) -> None:
    data = odd_source(**{keyword: value})
    assert read_source(data).header[keyword].value == ""


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Müller^Jörg"),
        ("ISO_IR 192", "王^小東"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    ],
)
def test_names_of_every_alphabet_are_read(charset: str, name: str) -> None:
    assert read_source(source(SpecificCharacterSet=charset, PatientName=name)).header[
        "PatientName"
    ].value == pydicom.valuerep.PersonName(name)


@pytest.mark.parametrize(
    ("elements", "thickness_mm", "known"),
    [
        ({"SliceThickness": 3.5}, 3.5, True),
        ({"SliceThickness": None, "SpacingBetweenSlices": 4.4}, 4.4, True),
        ({"SliceThickness": 0, "SpacingBetweenSlices": 4.4}, 4.4, True),
        ({"SliceThickness": None}, NOMINAL_THICKNESS_MM, False),
        ({"SliceThickness": -2}, NOMINAL_THICKNESS_MM, False),
        ({"SliceThickness": ""}, NOMINAL_THICKNESS_MM, False),
    ],
)
def test_thickness_is_the_files_or_nominal(
    elements: dict[str, object], thickness_mm: float, known: bool
) -> None:
    made = source_dataset(**{key: value for key, value in elements.items() if value is not None})
    for key in (key for key, value in elements.items() if value is None):
        delattr(made, key)
    read = read_source(bare_dicom(made, implicit=True))
    assert read.header.SliceThickness == thickness_mm
    assert read.thickness_known is known


def test_an_enhanced_images_place_is_in_its_functional_groups() -> None:
    read = read_source(enhanced_source())
    assert read.placed
    assert read.sop_class_uid == pydicom.uid.EnhancedMRImageStorage
    assert read.header.PixelSpacing == [0.7, 0.8]
    assert read.header.ImageOrientationPatient == [-1, 0, 0, 0, 1, 0]
    assert read.header.ImagePositionPatient == COMPLETE["ImagePositionPatient"]
    assert (read.header.SliceThickness, read.thickness_known) == (4, True)
    assert not read_source(enhanced_source(thickness_mm=None)).thickness_known


@pytest.mark.parametrize(
    "keyword",
    ["FrameOfReferenceUID", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"],
)
def test_a_place_is_whole_or_none(keyword: str) -> None:
    read = read_source(source(**{keyword: None}))
    assert not read.placed
    assert read.spacing_known is (keyword != "PixelSpacing")
    for element in ("FrameOfReferenceUID", "ImagePositionPatient", "SliceThickness"):
        assert element not in read.header


def test_a_value_that_fills_the_file_is_refused() -> None:
    data = source()
    longer = odd_source(PatientID="x" * 2000)
    assert len(longer) > len(data)
    with pytest.raises(UnreadableImage):
        read_source(longer)


@pytest.mark.parametrize("keyword", ["SliceThickness", "ImagePositionPatient", "PixelSpacing"])
@pytest.mark.parametrize("value", ["1e999\\0\\0", "nan", "x\\y", "\\\\", "1" * 40])
def test_rubbish_numbers_are_unknown_or_refused(keyword: str, value: str) -> None:
    try:
        read_source(with_value(source(), keyword, value))
    except MultifidusError:
        return


@pytest.mark.parametrize("length", range(0, 1400, 61))
def test_truncated_files_are_refused_or_read(length: int) -> None:
    try:
        read_source(source()[:length])
    except MultifidusError:
        return


def test_the_header_can_be_written() -> None:
    header = read_source(source()).header
    stream = BytesIO()
    Dataset(header).save_as(stream, implicit_vr=False, little_endian=True)
    assert stream.getvalue()
