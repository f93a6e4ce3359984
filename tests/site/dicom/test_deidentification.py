"""What leaves the browser names nobody, and is measured like the original."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydicom
import pydicom.uid
import pytest
from pydicom.dataset import Dataset

from multifidus.image_io import read_image
from tests.multifidus.dicom_results import COMPLETE, source
from tests.multifidus.samples import bare_dicom, dataset, enhanced, textured, under_another_name
from tests.multifidus.samples import dicom as written
from tests.site.dicom.dicom_page import DicomPage, DicomProblem
from tests.site.dicom.planted import confidential, plant_all, planted, secrets_in, tag_of, tag_text
from tests.site.dicom.sent_files import SYNTAXES, assert_alike, read

EMPTIED = {
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "StudyID",
}
REPLACED = {"SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"}


@pytest.mark.parametrize("name", list(SYNTAXES))
def test_no_secret_leaves_and_the_image_stays(dicom: DicomPage, name: str) -> None:
    original = planted(SYNTAXES[name])
    assert len(secrets_in(original)) >= 5 or name == "deflated"
    sent = dicom.deidentify(original).data
    assert secrets_in(sent) == []
    assert_alike(sent, original)
    made = read(sent)
    assert made.pixel_array.shape == (48, 40)
    assert made.PatientIdentityRemoved == "YES"
    assert made.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    assert made.LongitudinalTemporalInformationModified == "REMOVED"
    assert not [element for element in made.iterall() if element.tag.is_private]


def test_no_secret_of_an_enhanced_image_leaves(dicom: DicomPage) -> None:
    made = enhanced(textured().astype(np.uint16) * 13)
    made.SOPClassUID = pydicom.uid.EnhancedMRImageStorage
    for groups in (made.SharedFunctionalGroupsSequence, made.PerFrameFunctionalGroupsSequence):
        plant_all(groups[0])
    measures = made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.add_new(0x00091001, "LO", "Geheim private")
    measures.PatientComments = "Geheim"
    original = planted(made=made)
    result = dicom.deidentify(original)
    assert secrets_in(result.data) == []
    assert_alike(result.data, original)
    nested = {entry["tag"] for entry in result.removed if entry["tag"].startswith(">>")}
    assert {">>(0009,1001)", ">>(0010,4000)"} <= nested
    found = read(result.data).SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert found.PixelSpacing == [0.7, 0.8]


def test_each_confidential_attribute_is_listed_with_what_became_of_it(dicom: DicomPage) -> None:
    made = dataset(textured().astype(np.uint16) * 13, **COMPLETE)
    tags = plant_all(made)
    assert len(tags) > 600
    result = dicom.deidentify(planted())
    actions = result.actions()
    left = {
        tag_of(keyword): action
        for keywords, action in ((EMPTIED, "emptied"), (REPLACED, "replaced"))
        for keyword in keywords
    }
    for tag in tags:
        assert actions[tag_text(tag)] == left.get(tag_text(tag), "removed"), tag_text(tag)
    kept = read(result.data)
    for tag in confidential():
        if tag in kept and tag_text(tag) not in left:
            raise AssertionError(tag_text(tag))
    assert {keyword for keyword in EMPTIED if kept[keyword].value} == set()


def test_what_is_emptied_and_replaced_is_what_the_basic_profile_asks_for() -> None:
    profile = confidential()
    for keywords, allowed in ((EMPTIED, {"Z", "X/Z", "Z/D"}), (REPLACED, {"U"})):
        for keyword in keywords:
            tag = int(pydicom.tag.Tag(keyword))
            assert profile[tag] in allowed, keyword


def test_values_and_names_are_listed_for_the_reader(dicom: DicomPage) -> None:
    result = dicom.deidentify(source(PatientComments="x" * 100, Rows=45))
    removed = {entry["tag"]: entry for entry in result.removed}
    assert removed["(0010,0010)"] == {
        "tag": "(0010,0010)",
        "keyword": "PatientName",
        "value": "Geheim^Jörg",
        "action": "emptied",
    }
    assert removed["(0010,4000)"]["keyword"] == "PatientComments"
    assert removed["(0010,4000)"]["value"] == "x" * 64
    kept = {entry["keyword"]: entry["value"] for entry in result.kept}
    assert kept["Rows"] == "45"
    assert kept["PixelSpacing"] == "0.6\\0.5"
    assert kept["PatientName"] == ""


def test_what_is_kept_is_listed_whole(dicom: DicomPage) -> None:
    result = dicom.deidentify(planted())
    made = read(result.data)
    tags = [tag_text(int(element.tag)) for element in (*made.file_meta, *made)]
    listed = [entry["tag"] for entry in result.kept if not entry["tag"].startswith(">")]
    assert listed == [tag for tag in tags if tag != "(0002,0000)"]


def test_names_of_the_list_are_those_of_the_standard(dicom: DicomPage) -> None:
    result = dicom.deidentify(planted())
    for entry in (*result.removed, *result.kept):
        tag = int(entry["tag"].lstrip(">").replace(",", "")[1:-1], 16)
        keyword = entry["keyword"]
        if keyword and keyword not in ("Private", "Overlay"):
            assert keyword == pydicom.datadict.keyword_for_tag(tag)
        if keyword == "Private":
            assert tag >> 16 & 1


ODD: dict[str, dict[str, Any]] = {
    "Modality": {"Modality": "GEHEIM"},
    "SliceThickness": {"SliceThickness": None},
    "BurnedInAnnotation": {"BurnedInAnnotation": "GEHEIM"},
    "LossyImageCompression": {"LossyImageCompression": "GEHEIM"},
    "LossyImageCompressionMethod": {"LossyImageCompressionMethod": "GEHEIM"},
    "SOPClassUID": {"SOPClassUID": "geheim"},
    "FrameOfReferenceUID": {"FrameOfReferenceUID": "geheim"},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", list(ODD))
def test_a_name_in_an_attribute_that_is_kept_goes_too(dicom: DicomPage, name: str) -> None:
    made = dataset(textured().astype(np.uint16) * 13, **COMPLETE)
    for keyword, value in ODD[name].items():
        if value is not None:
            setattr(made, keyword, value)
    data = written(made)
    if name == "SliceThickness":
        data = data.replace(b"\x18\x00\x50\x00DS\x04\x004.0 ", b"\x18\x00\x50\x00DS\x06\x00geheim")
        assert b"DS\x06\x00geheim" in data
    sent = dicom.deidentify(data).data
    assert secrets_in(sent) == []
    np.testing.assert_array_equal(read_image(sent).pixels, read_image(data).pixels)


def test_a_table_of_intensities_is_kept_and_its_explanation_is_not(dicom: DicomPage) -> None:
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType = [4096, 0, 16], "GEHEIM"
    item.LUTExplanation = "Geheim"
    item.LUTData = (np.arange(4096, dtype=np.uint16) * 3).tobytes()
    item["LUTData"].VR = "OW"
    made = dataset(textured().astype(np.uint16) * 13, ModalityLUTSequence=[item])
    original = written(made)
    sent = dicom.deidentify(original).data
    assert secrets_in(sent) == []
    assert_alike(sent, original)
    assert read(sent).ModalityLUTSequence[0].ModalityLUTType == "US"


def test_uids_are_replaced_alike_for_all_files_of_a_study(dicom: DicomPage) -> None:
    first = read(dicom.deidentify(source(SOPInstanceUID="1.2.3.1")).data)
    second = read(dicom.deidentify(source(SOPInstanceUID="1.2.3.2")).data)
    again = read(dicom.deidentify(source(SOPInstanceUID="1.2.3.1")).data)
    for keyword in REPLACED - {"SOPInstanceUID"}:
        assert first[keyword].value == second[keyword].value != COMPLETE[keyword]
    assert first.SOPInstanceUID == again.SOPInstanceUID != second.SOPInstanceUID
    uids = {first[keyword].value for keyword in REPLACED} | {second.SOPInstanceUID}
    assert len(uids) == 5
    for uid in uids:
        assert pydicom.uid.UID(uid).is_valid
        assert uid.startswith("2.25.")
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID


def test_another_visit_replaces_them_by_others(dicom: DicomPage) -> None:
    first = read(dicom.deidentify(source()).data)
    dicom.page.reload()
    assert read(dicom.deidentify(source()).data).StudyInstanceUID != first.StudyInstanceUID


@pytest.mark.parametrize(
    ("value", "expected"), [("YES", "yes"), ("NO", "no"), (None, "unknown"), ("MAYBE", "unknown")]
)
def test_burnt_in_annotation_is_told(dicom: DicomPage, value: str | None, expected: str) -> None:
    made = dataset(BurnedInAnnotation=value)
    assert dicom.deidentify(written(made)).burnt_in == expected


@pytest.mark.parametrize("implicit", [True, False])
def test_a_data_set_without_preamble_goes_out_as_a_file(dicom: DicomPage, implicit: bool) -> None:
    original = bare_dicom(dataset(**COMPLETE), implicit=implicit)
    sent = dicom.deidentify(original).data
    assert sent[128:132] == b"DICM"
    assert secrets_in(sent) == []
    assert_alike(sent, original)


def test_what_is_deidentified_already_is_taken_as_it_is(dicom: DicomPage) -> None:
    once = dicom.deidentify(source()).data
    twice = dicom.deidentify(once).data
    assert_alike(twice, once)


def directory() -> bytes:
    record = Dataset()
    record.DirectoryRecordType = "PATIENT"
    made = Dataset()
    made.SOPClassUID = pydicom.uid.MediaStorageDirectoryStorage
    made.SOPInstanceUID = "1.2.3"
    made.DirectoryRecordSequence = [record]
    return written(made)


REFUSED = {
    "dicomdir": directory,
    "no_pixel_data": lambda: written(dataset(PixelData=None)),
    "unsupported_media": lambda: b"no picture at all" * 10,
    "unsupported_transfer_syntax": lambda: under_another_name(
        written(dataset()), "1.2.840.10008.1.2.4.100"
    ),
    "unreadable_image": lambda: written(dataset())[:-100],
}


@pytest.mark.parametrize("code", list(REFUSED))
def test_nothing_comes_out_of_what_cannot_be_cleaned(dicom: DicomPage, code: str) -> None:
    with pytest.raises(DicomProblem, match=f"^{code}$"):
        dicom.deidentify(REFUSED[code]())
