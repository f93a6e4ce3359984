from __future__ import annotations

from io import BytesIO
from typing import Any

import highdicom as hd
import pydicom
import pydicom.uid
import pytest
from pydicom.dataset import Dataset

from multifidus import dicom_codes as codes
from multifidus.findings import Findings
from multifidus.provenance import DISCLAIMER, Provenance
from multifidus.quality import FLAGS, Quality
from tests.multifidus.dicom_checks import dciodvfy, dcmdump, dsrdump
from tests.multifidus.dicom_results import (
    MODEL,
    PRIVATE_SOP_CLASS,
    SOP_INSTANCE_UID,
    STUDY_UID,
    enhanced_source,
    findings,
    objects,
    side,
    source,
)

MEASURED: dict[str, Any] = {
    "fat_infiltration_pct": 23.456,
    "fat_infiltration_ci95": (20.0, 27.5),
    "fat_infiltration_gmm3_pct": 30.1,
    "functional_csa_mm2": 24.25,
}
FULL = findings(side(106, **MEASURED), side(64, **MEASURED), level="L4-L5")


def report(data: bytes | None = None, found: Findings = FULL, **options: Any) -> bytes:
    made = objects(source() if data is None else data, found, **({"seg": False} | options))
    assert made.sr is not None
    return made.sr


def groups(made: bytes) -> list[Dataset]:
    root = pydicom.dcmread(BytesIO(made))
    (measured,) = (
        item
        for item in root.ContentSequence
        if item.ConceptNameCodeSequence[0].CodeMeaning == "Imaging Measurements"
    )
    return list(measured.ContentSequence)


def numbers(group: Dataset) -> dict[str, tuple[float, str]]:
    return {
        item.ConceptNameCodeSequence[0].CodeValue: (
            float(item.MeasuredValueSequence[0].NumericValue),
            item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue,
        )
        for item in group.ContentSequence
        if item.ValueType == "NUM"
    }


def values(group: Dataset, concept: str) -> list[str]:
    """Texts and meanings of codes under a concept."""
    return [
        item.TextValue if item.ValueType == "TEXT" else item.ConceptCodeSequence[0].CodeMeaning
        for item in group.ContentSequence
        if item.ConceptNameCodeSequence[0].CodeValue == concept
        and item.ValueType in ("TEXT", "CODE")
    ]


@pytest.mark.parametrize("seg", [True, False])
@pytest.mark.parametrize(
    "data",
    [
        source(),
        enhanced_source(),
        source(FrameOfReferenceUID=None, SliceThickness=None),
        source(PatientName=None, StudyID=None, Manufacturer=None, Modality="CT"),
    ],
    ids=["plain", "enhanced", "without place", "stripped"],
)
def test_other_readers_accept_it(data: bytes, seg: bool) -> None:
    made = report(data, seg=seg)
    assert dciodvfy(made) == []
    text = dsrdump(made)
    assert "Comprehensive SR Document" in text
    assert f'"{DISCLAIMER}"' in text
    assert '(42798000,SCT,"Area")="31.8" (mm2,UCUM,"square millimeter")' in text
    read = hd.sr.srread(BytesIO(made))
    found = read.content.get_planar_roi_measurement_groups() if seg else []
    assert len(found) == (2 if seg else 0)
    assert len(read.content.get_image_measurement_groups()) == (1 if seg else 3)


def test_it_is_a_measurement_report_of_the_sources_study() -> None:
    read = pydicom.dcmread(BytesIO(report()))
    assert read.SOPClassUID == pydicom.uid.ComprehensiveSRStorage
    assert read.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert (read.StudyInstanceUID, read.Modality) == (STUDY_UID, "SR")
    assert (read.CompletionFlag, read.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    assert read.PreliminaryFlag == "PRELIMINARY"
    (scheme,) = read.CodingSchemeIdentificationSequence
    assert scheme.CodingSchemeDesignator == codes.PRIVATE_SCHEME


def test_each_number_stands_under_its_code_and_unit() -> None:
    right, left, whole = groups(report())
    expected = {
        "42798000": (31.8, "mm2"),
        "FAT": (23.46, "%"),
        "FAT-LOW": (20.0, "%"),
        "FAT-HIGH": (27.5, "%"),
        "FAT-GMM3": (30.1, "%"),
        "FCSA": (24.25, "mm2"),
        "MEANPROB": (0.9123, "1"),
    }
    assert numbers(right) == expected
    assert numbers(left) == expected | {"42798000": (19.2, "mm2")}
    assert numbers(whole) == {"ASYM": (49.4, "%")}


def test_what_was_not_measured_is_left_out() -> None:
    unmeasured = side(106, area_mm2=None, mean_probability=None)
    made = report(found=findings(unmeasured, side(64, area_mm2=None), asymmetry=None))
    assert dciodvfy(made) == []
    right, left, whole = groups(made)
    assert numbers(right) == {}
    assert set(numbers(left)) == {"MEANPROB"}
    assert numbers(whole) == {}
    for group in (right, left):
        assert values(group, "KJAER") == []


@pytest.mark.parametrize("empty", [("right",), ("left",), ("right", "left")])
def test_a_missing_side_is_no_side_of_0_mm2(empty: tuple[str, ...]) -> None:
    none = side(0, area_mm2=0.0, mean_probability=None)
    made = report(found=findings(**dict.fromkeys(empty, none)), seg=True)
    assert dciodvfy(made) == []
    found = groups(made)
    assert len(found) == 3 - len(empty)
    assert [values(group, "112039") for group in found] == [
        *([f"Multifidus, {name}"] for name in ("right", "left") if name not in empty),
        ["Multifidus, both sides"],
    ]


@pytest.mark.parametrize(
    ("fat_pct", "interval", "said"),
    [
        (4.0, (2.0, 6.0), "Grade 0: up to 10 % fat"),
        (23.0, (20.0, 27.0), "Grade 1: over 10 % and up to 50 % fat"),
        (60.0, (51.0, 70.0), "Grade 2: over 50 % fat"),
        (11.0, (8.0, 14.0), "0 or 1: each lies in the fat infiltration's 95 % interval"),
        (30.0, (8.0, 54.0), "0 or 1 or 2: each lies in the fat infiltration's 95 % interval"),
    ],
)
def test_the_grade_is_a_code_or_names_all_that_it_may_be(
    fat_pct: float, interval: tuple[float, float], said: str
) -> None:
    graded = side(106, fat_infiltration_pct=fat_pct, fat_infiltration_ci95=interval)
    assert values(groups(report(found=findings(graded)))[0], "KJAER") == [said]


def test_sides_and_level_are_coded() -> None:
    text = dsrdump(report())
    assert text.count('(363698007,SCT,"Finding Site")=(5709001,SCT,"Multifidus muscles")') == 3
    for laterality in ('(24028007,SCT,"Right")', '(7771000,SCT,"Left")', "51440002"):
        assert text.count(laterality) == 1
    assert text.count('243923001,SCT,"Level of L4/L5 intervertebral disc"') == 3
    assert "Level of" not in dsrdump(report(found=findings()))


def test_without_a_known_side_none_is_coded() -> None:
    text = dsrdump(report(found=findings(side_known=False)))
    assert "24028007" not in text
    assert "7771000" not in text
    assert "The file does not say which side is the patient's right" in text


def test_quality_is_told() -> None:
    codes_of_flags = tuple(flag.code for flag in FLAGS)
    doubtful = Quality(trusted=False, flags=codes_of_flags)
    made = report(found=findings(quality=doubtful))
    assert dciodvfy(made) == []
    whole = groups(made)[-1]
    assert values(whole, "TRUSTED") == ["No"]
    assert values(whole, "FLAG") == [f"{flag.code}: {flag.meaning}" for flag in FLAGS]
    assert values(groups(report())[-1], "TRUSTED") == ["Yes"]
    assert values(groups(report())[-1], "FLAG") == []


def test_a_spacing_that_the_caller_gave_is_told() -> None:
    note = "The file has no pixel spacing; the caller gave the one of the areas."
    assert note in values(groups(report(source(PixelSpacing=None)))[-1], "121106")
    assert note not in values(groups(report())[-1], "121106")


def test_groups_refer_to_the_segments_or_to_the_image() -> None:
    made = objects(source(), FULL)
    assert made.seg is not None
    assert made.sr is not None
    segmentation = pydicom.dcmread(BytesIO(made.seg))
    for number, group in enumerate(groups(made.sr)[:2], 1):
        segment = next(item for item in group.ContentSequence if item.ValueType == "IMAGE")
        (reference,) = segment.ReferencedSOPSequence
        assert reference.ReferencedSOPInstanceUID == segmentation.SOPInstanceUID
        assert reference.ReferencedFrameNumber == number
        frame = segmentation.PerFrameFunctionalGroupsSequence[number - 1]
        assert frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber == number
        tracked = segmentation.SegmentSequence[number - 1]
        assert tracked.TrackingUID in [item.get("UID") for item in group.ContentSequence]
    evidence = pydicom.dcmread(BytesIO(made.sr)).CurrentRequestedProcedureEvidenceSequence
    instances = {
        instance.ReferencedSOPInstanceUID: instance.ReferencedSOPClassUID
        for series in evidence[0].ReferencedSeriesSequence
        for instance in series.ReferencedSOPSequence
    }
    assert instances == {
        SOP_INSTANCE_UID: pydicom.uid.MRImageStorage,
        segmentation.SOPInstanceUID: pydicom.uid.SegmentationStorage,
    }
    alone = dcmdump(report(source(SOPClassUID=PRIVATE_SOP_CLASS)))
    assert segmentation.SOPInstanceUID not in alone
    assert alone.count(PRIVATE_SOP_CLASS) == 4  # three groups and the evidence


@pytest.mark.parametrize(
    ("origin", "said", "name"),
    [
        ("model", "mask: made by the model", MODEL.name),
        ("corrected", "mask: made by the model, changed by a person", MODEL.name),
        ("drawn", "mask: drawn by a person, or of unknown origin", "Multifidus"),
    ],
)
def test_it_says_who_made_mask_and_numbers(origin: Any, said: str, name: str) -> None:
    provenance = Provenance(
        mask_origin=origin,
        software_version="9.8.7",
        model=None if origin == "drawn" else MODEL,
        threshold=0.37 if origin == "model" else None,
    )
    made = report(provenance=provenance)
    assert dciodvfy(made) == []
    for group in groups(made):
        assert values(group, "111001") == [name]
        assert said in values(group, "111002")
        assert "area: pixel-count" in values(group, "111002")
        assert ("threshold: 0.37" in values(group, "111002")) is (origin == "model")
    assert ("a-model" in dcmdump(made)) is (origin != "drawn")
    assert '(121005,DCM,"Observer Type")=(121007,DCM,"Device")' in dsrdump(made)
