"""SEG and SR of a de-identified slice get their identity again, to the last element."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import httpx
import numpy as np
import pydicom
import pydicom.uid
import pytest
from pydicom.dataset import Dataset

from tests.local.running import SAMPLES, LocalServer
from tests.multifidus.dicom_checks import dciodvfy
from tests.multifidus.dicom_results import (
    COMPLETE,
    FLIPPED,
    OBLIQUE,
    PRIVATE_SOP_CLASS,
    enhanced_source,
    objects,
    source,
)
from tests.site.dicom.dicom_page import DicomPage

# Made anew with each object, and nobody's identity.
OF_EACH_OBJECT = {
    "SOPInstanceUID",
    "SeriesInstanceUID",
    "MediaStorageSOPInstanceUID",
    "InstanceCreationDate",
    "InstanceCreationTime",
    "ContentDate",
    "ContentTime",
    "ContributionDateTime",
    "DimensionOrganizationUID",
    "FileMetaInformationGroupLength",  # of UIDs of any length
}
SOURCES: dict[str, bytes] = {
    "complete": source(),
    "implicit": source(pydicom.uid.ImplicitVRLittleEndian),
    "big endian": source(pydicom.uid.ExplicitVRBigEndian),
    "deflated": source(pydicom.uid.DeflatedExplicitVRLittleEndian),
    "run lengths": source(pydicom.uid.RLELossless),
    "jpeg 2000": source(pydicom.uid.JPEG2000Lossless),
    "enhanced": enhanced_source(),
    "oblique": source(ImageOrientationPatient=OBLIQUE),
    "flipped": source(ImageOrientationPatient=FLIPPED),
    "no place": source(FrameOfReferenceUID=None),
    "no thickness": source(SliceThickness=None),
    "no manufacturer": source(Manufacturer=None, ManufacturerModelName=None),
    "no model name": source(ManufacturerModelName=None),
    "no study description": source(StudyDescription=None),
    "issuer": source(IssuerOfPatientID="Clinic"),
    "stripped": source(PatientName=None, PatientID=None, StudyDate=None, AccessionNumber=None),
    "private class": source(SOPClassUID=PRIVATE_SOP_CLASS),
    "lossy": source(
        LossyImageCompression="01",
        LossyImageCompressionRatio=["10.5"],
        LossyImageCompressionMethod=["ISO_10918_1"],
    ),
}
NAMES = {
    "ISO_IR 100": "Müller^Jörg",
    "ISO_IR 101": "Łukasz^Żółć",
    "ISO_IR 144": "Люксембург",
    "ISO_IR 126": "Διονυσιος",
    "ISO_IR 192": "王^小東=Wáng^Xiǎodōng",
    "GB18030": "Wang^XiaoDong=王^小东",
    "\\ISO 2022 IR 87": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "\\ISO 2022 IR 149": "Hong^Gildong=洪^吉洞=홍^길동",
}


def whole(data: bytes) -> dict[str, Any]:
    """All of an object as JSON, without what each object has of its own."""
    read = pydicom.dcmread(BytesIO(data))
    own = {read[keyword].value for keyword in ("SOPInstanceUID", "SeriesInstanceUID")}
    for dataset in (read.file_meta, read):
        _forget(dataset, own)
    found: dict[str, Any] = json.loads(read.to_json())
    return {"meta": json.loads(read.file_meta.to_json()), **found}


def _forget(dataset: Dataset, own: set[str]) -> None:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                _forget(item, own)
        # Of the original's instances the same keywords are to be right.
        elif element.keyword in OF_EACH_OBJECT and (
            not element.keyword.endswith("InstanceUID") or element.value in own
        ):
            element.value = None


def made_both_ways(dicom: DicomPage, original: bytes, kind: str) -> tuple[bytes, bytes]:
    """An object of the original, and the restored one of what is sent of it."""
    parts = {"seg": kind == "seg", "sr": kind == "sr"}
    direct = getattr(objects(original, **parts), kind)
    sent = dicom.deidentify(original).data
    made = getattr(objects(sent, **parts), kind)
    assert COMPLETE["PatientName"].encode() not in made
    return direct, dicom.restore(made, original)


@pytest.mark.parametrize("kind", ["seg", "sr"])
@pytest.mark.parametrize("name", list(SOURCES))
def test_the_restored_object_is_the_one_that_the_original_gives(
    dicom: DicomPage, name: str, kind: str
) -> None:
    direct, restored = made_both_ways(dicom, SOURCES[name], kind)
    assert whole(restored) == whole(direct)


@pytest.mark.parametrize("kind", ["seg", "sr"])
@pytest.mark.parametrize("name", ["complete", "enhanced", "no place", "lossy"])
def test_the_validator_finds_nothing_in_the_restored_object(
    dicom: DicomPage, name: str, kind: str
) -> None:
    _, restored = made_both_ways(dicom, SOURCES[name], kind)
    assert [line for line in dciodvfy(restored) if line.startswith("Error")] == []


@pytest.mark.parametrize("character_set", list(NAMES))
def test_names_in_other_alphabets_come_back(dicom: DicomPage, character_set: str) -> None:
    name = NAMES[character_set]
    original = source(SpecificCharacterSet=character_set.split("\\"), PatientName=name)
    direct, restored = made_both_ways(dicom, original, "seg")
    assert whole(restored) == whole(direct)
    assert str(pydicom.dcmread(BytesIO(restored)).PatientName) == name


def test_seg_and_sr_of_one_slice_belong_together(dicom: DicomPage) -> None:
    original = SOURCES["complete"]
    made = objects(dicom.deidentify(original).data)
    seg, sr = (
        pydicom.dcmread(BytesIO(dicom.restore(data, original)))
        for data in (made.seg, made.sr)
        if data is not None
    )
    assert seg.StudyInstanceUID == sr.StudyInstanceUID == COMPLETE["StudyInstanceUID"]
    evidence = sr.CurrentRequestedProcedureEvidenceSequence[0]
    assert evidence.StudyInstanceUID == COMPLETE["StudyInstanceUID"]
    referenced = {
        instance.ReferencedSOPInstanceUID
        for series in evidence.ReferencedSeriesSequence
        for instance in series.ReferencedSOPSequence
    }
    assert referenced == {COMPLETE["SOPInstanceUID"], seg.SOPInstanceUID}


def test_the_mask_of_the_restored_segmentation_is_the_same(dicom: DicomPage) -> None:
    direct, restored = made_both_ways(dicom, SOURCES["complete"], "seg")
    np.testing.assert_array_equal(
        pydicom.dcmread(BytesIO(restored)).pixel_array, pydicom.dcmread(BytesIO(direct)).pixel_array
    )


def test_an_object_of_a_slice_that_was_sent_whole_stays_what_it_is(dicom: DicomPage) -> None:
    original = source(SOPInstanceUID="1.2.3.4.5", StudyInstanceUID="1.2.3.4")
    made = objects(original).seg
    assert made is not None
    assert whole(dicom.restore(made, original)) == whole(made)


# What is told of each request, and differs from one to the next.
OF_EACH_ANSWER = ("request_id", "latency_ms", "timings_ms")


def answer(server: LocalServer, data: bytes, include: str) -> dict[str, Any]:
    response = httpx.post(
        f"{server.address}/segment",
        files={"file": ("slice", data)},
        data={"include": include},
        timeout=60,
        trust_env=False,
    )
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return {key: value for key, value in found.items() if key not in OF_EACH_ANSWER}


@pytest.mark.parametrize("name", ["healthy", "moderate", "severe"])
def test_the_service_gives_the_same_numbers_with_and_without_identity(
    dicom: DicomPage, server: LocalServer, name: str
) -> None:
    made = pydicom.dcmread(SAMPLES / f"{name}.dcm")
    for keyword, value in COMPLETE.items():
        if keyword not in ("ImagePositionPatient", "SliceThickness"):
            setattr(made, keyword, value)
    buffer = BytesIO()
    made.save_as(buffer)
    original = buffer.getvalue()
    sent = dicom.deidentify(original).data
    include = "overlay,mask,contours,dicom_seg,dicom_sr"
    whole_answer = answer(server, original, include)
    without = answer(server, sent, include)
    for key in ("dicom_seg_base64", "dicom_sr_base64"):
        direct = base64.b64decode(whole_answer.pop(key))
        restored = dicom.restore(base64.b64decode(without.pop(key)), original)
        # The report refers to the segmentation of its own answer.
        if key == "dicom_seg_base64":
            assert whole(restored) == whole(direct)
        assert [line for line in dciodvfy(restored) if line.startswith("Error")] == []
    assert without == whole_answer
    assert without["sides"]["right"]["area_mm2"] > 0
