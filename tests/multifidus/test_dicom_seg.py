from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import highdicom as hd
import numpy as np
import numpy.typing as npt
import pydicom
import pydicom.uid
import pytest
from pydicom.dataset import Dataset

from multifidus import dicom_codes as codes
from multifidus.dicom_source import read_source
from multifidus.image_io import read_image
from multifidus.provenance import DISCLAIMER, Provenance
from multifidus.render import LEFT_RGB, RIGHT_RGB
from tests.multifidus.dicom_checks import dciodvfy, dcmdump
from tests.multifidus.dicom_results import (
    BY_MODEL,
    COLUMNS,
    COMPLETE,
    FLIPPED,
    FRAME_OF_REFERENCE_UID,
    MODEL,
    OBLIQUE,
    PRIVATE_SOP_CLASS,
    ROWS,
    SERIES_UID,
    SOP_INSTANCE_UID,
    STUDY_UID,
    TRANSPOSED,
    enhanced_source,
    findings,
    mask,
    objects,
    odd_source,
    source,
)

PLACED: dict[str, Callable[[], bytes]] = {
    "plain": source,
    "oblique": lambda: source(ImageOrientationPatient=OBLIQUE),
    "transposed": lambda: source(ImageOrientationPatient=TRANSPOSED),
    "flipped": lambda: source(ImageOrientationPatient=FLIPPED),
    "anisotropic": lambda: source(PixelSpacing=[0.3, 0.9]),
    "long decimals": lambda: source(PixelSpacing=[0.6000000000001, 0.333333333333]),
    "without thickness": lambda: source(SliceThickness=None),
    "with distance alone": lambda: source(SliceThickness=None, SpacingBetweenSlices=4.4),
    "without type 2": lambda: source(
        **dict.fromkeys(("PatientName", "PatientID", "StudyID", "AccessionNumber", "PatientSex"))
    ),
    "against the standard": lambda: odd_source(PatientSex="female", StudyDate="2024/02/29"),
    "without maker": lambda: source(Manufacturer=None, ManufacturerModelName=None),
    "enhanced": enhanced_source,
    "enhanced without thickness": lambda: enhanced_source(thickness_mm=None),
    "private class": lambda: source(SOPClassUID=PRIVATE_SOP_CLASS),
    "RLE": lambda: source(pydicom.uid.RLELossless),
    "deflated": lambda: source(pydicom.uid.DeflatedExplicitVRLittleEndian),
    "big endian": lambda: source(pydicom.uid.ExplicitVRBigEndian),
    "another alphabet": lambda: source(PatientName="王^小東"),
    "lossy": lambda: source(LossyImageCompression="01", LossyImageCompressionRatio=12.5),
}
WITHOUT_PLACE: dict[str, Callable[[], bytes]] = {
    "without frame of reference": lambda: source(FrameOfReferenceUID=None),
    "without position": lambda: source(ImagePositionPatient=None),
    "without direction": lambda: source(ImageOrientationPatient=None),
    "without spacing": lambda: source(PixelSpacing=None),
    "secondary capture": lambda: source(
        SOPClassUID=pydicom.uid.SecondaryCaptureImageStorage,
        FrameOfReferenceUID=None,
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
        SliceThickness=None,
        Modality="OT",
    ),
}
EVERY_KIND = PLACED | WITHOUT_PLACE


def segmentation(data: bytes, **options: object) -> bytes:
    made = objects(data, sr=False, **options)  # type: ignore[arg-type]
    assert made.sr is None
    assert made.seg is not None
    return made.seg


def as_mask(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    assert frames.shape == (2, ROWS, COLUMNS)
    assert set(np.unique(frames)) <= {0, 1}
    return (frames[0] + 2 * frames[1]).astype(np.uint8)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_other_readers_find_the_mask_on_the_sources_grid(kind: str) -> None:
    data = EVERY_KIND[kind]()
    made = segmentation(data)
    assert dciodvfy(made) == []
    read = pydicom.dcmread(BytesIO(made))
    assert np.array_equal(as_mask(read.pixel_array), mask())
    assert (read.SOPClassUID, read.SegmentationType) == (
        pydicom.uid.SegmentationStorage,
        "BINARY",
    )
    assert (read.Rows, read.Columns, read.NumberOfFrames) == (ROWS, COLUMNS, 2)
    stored = hd.seg.segread(BytesIO(made))
    by_source = stored.get_pixels_by_source_instance(
        [SOP_INSTANCE_UID], combine_segments=True, ignore_spatial_locations=kind in WITHOUT_PLACE
    )
    assert np.array_equal(by_source[0], mask())


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_it_belongs_to_the_sources_patient_and_refers_to_the_source(kind: str) -> None:
    data = EVERY_KIND[kind]()
    of_source, read = read_source(data), pydicom.dcmread(BytesIO(segmentation(data)))
    assert read.StudyInstanceUID == STUDY_UID
    assert read.SeriesInstanceUID != SERIES_UID
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "StudyID", "AccessionNumber"):
        assert read[keyword].value == of_source.header[keyword].value or (
            not read[keyword].value and not of_source.header[keyword].value
        )
    (series,) = read.ReferencedSeriesSequence
    (instance,) = series.ReferencedInstanceSequence
    assert series.SeriesInstanceUID == SERIES_UID
    for frame in read.PerFrameFunctionalGroupsSequence:
        (image,) = frame.DerivationImageSequence[0].SourceImageSequence
        for reference in (instance, image):
            assert reference.ReferencedSOPInstanceUID == SOP_INSTANCE_UID
            assert reference.ReferencedSOPClassUID == of_source.sop_class_uid
        assert image.SpatialLocationsPreserved == "YES"


@pytest.mark.parametrize("kind", PLACED)
def test_every_pixel_lies_where_the_sources_does(kind: str) -> None:
    data = PLACED[kind]()
    image, made = read_image(data), segmentation(data)
    corners = np.array([[0, 0], [COLUMNS - 1, 0], [0, ROWS - 1], [COLUMNS - 1, ROWS - 1], [7, 3]])
    expected = image.patient_mm(corners.astype(np.float64))
    read = hd.seg.segread(BytesIO(made))
    assert read.FrameOfReferenceUID == FRAME_OF_REFERENCE_UID
    (shared,) = read.SharedFunctionalGroupsSequence
    for frame in read.PerFrameFunctionalGroupsSequence:
        to_patient = hd.spatial.PixelToReferenceTransformer(
            image_position=frame.PlanePositionSequence[0].ImagePositionPatient,
            image_orientation=shared.PlaneOrientationSequence[0].ImageOrientationPatient,
            pixel_spacing=shared.PixelMeasuresSequence[0].PixelSpacing,
        )
        assert to_patient(corners) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kind", WITHOUT_PLACE)
def test_without_a_place_none_is_made_up(kind: str) -> None:
    text = dcmdump(segmentation(WITHOUT_PLACE[kind]()))
    for name in ("FrameOfReferenceUID", "ImagePositionPatient", "SliceThickness"):
        assert name not in text


@pytest.mark.parametrize(
    ("data", "thickness_mm", "said"),
    [
        (source(), 4, DISCLAIMER),
        (source(SliceThickness=None, SpacingBetweenSlices=4.4), 4.4, DISCLAIMER),
        (source(SliceThickness=None), 1, "Research use only. Thickness unknown, a nominal 1 mm."),
    ],
)
def test_a_thickness_that_is_nominal_says_so(data: bytes, thickness_mm: float, said: str) -> None:
    read = pydicom.dcmread(BytesIO(segmentation(data)))
    (shared,) = read.SharedFunctionalGroupsSequence
    assert shared.PixelMeasuresSequence[0].SliceThickness == thickness_mm
    assert read.ContentDescription == said


def triple(item: Dataset) -> tuple[str, str]:
    return item.CodeValue, item.CodingSchemeDesignator


def test_segments_are_coded_coloured_and_tracked() -> None:
    read = pydicom.dcmread(BytesIO(segmentation(source())))
    expected = (("right", RIGHT_RGB), ("left", LEFT_RGB))
    for number, (segment, (side, rgb)) in enumerate(
        zip(read.SegmentSequence, expected, strict=True), 1
    ):
        assert segment.SegmentNumber == number
        assert segment.SegmentLabel == f"Multifidus, {side}" == segment.TrackingID
        (category,) = segment.SegmentedPropertyCategoryCodeSequence
        (kind,) = segment.SegmentedPropertyTypeCodeSequence
        (modifier,) = kind.SegmentedPropertyTypeModifierCodeSequence
        assert triple(category) == ("91723000", "SCT")
        assert triple(kind) == ("5709001", "SCT")
        assert modifier.CodeMeaning.lower() == side
        assert triple(segment.AnatomicRegionSequence[0]) == ("122496007", "SCT")
        colour = hd.color.CIELabColor.from_dicom_value(segment.RecommendedDisplayCIELabValue)
        assert colour.to_rgb() == pytest.approx(rgb, abs=1)
    uids = {segment.TrackingUID for segment in read.SegmentSequence}
    again = pydicom.dcmread(BytesIO(segmentation(source())))
    other = pydicom.dcmread(BytesIO(segmentation(source(SOPInstanceUID="1.2.3"))))
    assert len(uids) == 2
    assert {segment.TrackingUID for segment in again.SegmentSequence} == uids
    assert not {segment.TrackingUID for segment in other.SegmentSequence} & uids


def test_without_a_known_side_none_is_coded() -> None:
    read = pydicom.dcmread(
        BytesIO(
            segmentation(source(ImageOrientationPatient=None), found=findings(side_known=False))
        )
    )
    labels = [segment.SegmentLabel for segment in read.SegmentSequence]
    assert labels == [
        "Multifidus, image left half (right by convention)",
        "Multifidus, image right half (left by convention)",
    ]
    for segment in read.SegmentSequence:
        (kind,) = segment.SegmentedPropertyTypeCodeSequence
        assert "SegmentedPropertyTypeModifierCodeSequence" not in kind


def made_by(origin: str) -> Provenance:
    model = None if origin == "drawn" else MODEL
    return Provenance(mask_origin=origin, software_version="9.8.7", model=model)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("provenance", "kind"),
    [
        (BY_MODEL, "AUTOMATIC"),
        (made_by("corrected"), "SEMIAUTOMATIC"),
        (made_by("drawn"), "MANUAL"),
    ],
)
def test_it_says_who_made_the_mask(provenance: Provenance, kind: str) -> None:
    made = segmentation(source(), provenance=provenance)
    assert dciodvfy(made) == []
    read = pydicom.dcmread(BytesIO(made))
    for segment in read.SegmentSequence:
        assert segment.SegmentAlgorithmType == kind
        if provenance.model is None:
            assert "SegmentAlgorithmName" not in segment
        else:
            (algorithm,) = segment.SegmentationAlgorithmIdentificationSequence
            assert segment.SegmentAlgorithmName == algorithm.AlgorithmName == MODEL.name
            assert algorithm.AlgorithmVersion == MODEL.version
            assert triple(algorithm.AlgorithmFamilyCodeSequence[0]) == (
                codes.ARTIFICIAL_INTELLIGENCE.value,
                "DCM",
            )
    assert read.Manufacturer == "Multifidus"
    assert read.SoftwareVersions.startswith("9.8.7")
    if provenance.model is None:
        assert MODEL.name not in dcmdump(made)
    else:
        assert read.DeviceSerialNumber == MODEL.sha256


@pytest.mark.parametrize("values", [(), (1,), (2,)])
def test_an_empty_side_has_an_empty_frame(values: tuple[int, ...]) -> None:
    from multifidus.dicom_objects import write_objects

    drawn = np.where(np.isin(mask(), values), mask(), 0).astype(np.uint8)
    made = write_objects(read_source(source()), drawn, findings(), BY_MODEL, seg=True, sr=False)
    assert made.seg is not None
    assert dciodvfy(made.seg) == []
    assert np.array_equal(as_mask(pydicom.dcmread(BytesIO(made.seg)).pixel_array), drawn)


def test_only_identifiers_and_times_differ_between_two() -> None:
    first, second = (pydicom.dcmread(BytesIO(segmentation(source()))) for _ in range(2))
    assert varying(first, second) <= {
        "SOPInstanceUID",
        "SeriesInstanceUID",
        "DimensionOrganizationUID",
        "InstanceCreationTime",
        "InstanceCreationDate",
        "ContentDate",
        "ContentTime",
        "ContributionDateTime",
    }
    assert first.PatientName == COMPLETE["PatientName"]


def varying(first: Dataset, second: Dataset) -> set[str]:
    """Keywords of the elements that differ."""
    assert set(first.keys()) == set(second.keys())
    found: set[str] = set()
    for one, other in zip(first, second, strict=True):
        if one.VR == "SQ":
            for item, counterpart in zip(one.value, other.value, strict=True):
                found |= varying(item, counterpart)
        elif one.value != other.value:
            found.add(one.keyword)
    return found
