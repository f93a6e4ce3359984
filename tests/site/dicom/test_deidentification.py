"""What leaves the browser names nobody, and is measured like the original."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import cv2
import imagecodecs
import numpy as np
import pydicom
import pydicom.uid
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from multifidus.image_io import ImageSlice, read_image
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.dicom_results import COMPLETE, source
from tests.multifidus.samples import (
    bare_dicom,
    dataset,
    encapsulated,
    enhanced,
    jpeg,
    pixel_data,
    png,
    png_chunk,
    textured,
    under_another_name,
)
from tests.multifidus.samples import (
    dicom as written,
)
from tests.site.dicom.dicom_page import DicomPage, DicomProblem
from tests.site.dicom.planted import (
    confidential,
    plant_all,
    planted,
    secrets_in,
    tag_of,
    tag_text,
)

SYNTAXES = {
    "explicit": pydicom.uid.ExplicitVRLittleEndian,
    "implicit": pydicom.uid.ImplicitVRLittleEndian,
    "big endian": pydicom.uid.ExplicitVRBigEndian,
    "deflated": pydicom.uid.DeflatedExplicitVRLittleEndian,
    "rle": pydicom.uid.RLELossless,
    "jpeg-ls": pydicom.uid.JPEGLSLossless,
    "jpeg 2000": pydicom.uid.JPEG2000Lossless,
}
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


def assert_alike(sent: bytes, original: bytes) -> None:
    """The service reads the same image of both: pixels, spacing, place, kind."""
    found, expected = read_image(sent), read_image(original)
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    for name in ImageSlice.__dataclass_fields__:
        if name != "pixels":
            assert getattr(found, name) == getattr(expected, name), name


def read(data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(data))


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


def overlay_in_unused_bits(dtype: str) -> tuple[np.ndarray[Any, Any], Dataset]:
    clean = textured().astype(dtype) * 13 % 4096 - (2048 if dtype == "i2" else 0)
    drawn = (clean & 0x0FFF).astype("u2")
    drawn[5:9, 5:30] |= 0xA000
    made = dataset(drawn, **COMPLETE)
    made.BitsStored, made.HighBit, made.PixelRepresentation = 12, 11, int(dtype == "i2")
    return clean, made


@pytest.mark.parametrize("dtype", ["u2", "i2"])
@pytest.mark.parametrize("name", ["explicit", "implicit", "big endian", "rle"])
def test_an_overlay_in_unused_bits_is_taken_out(dicom: DicomPage, name: str, dtype: str) -> None:
    clean, made = overlay_in_unused_bits(dtype)
    # pydicom's encoder would cut the bits off itself.
    data = written(made, SYNTAXES["explicit" if name == "rle" else name])
    if name == "rle":
        frame = _rle_frame(np.frombuffer(made.PixelData, "<u2"))
        data = encapsulated(frame, SYNTAXES["rle"], made)
    np.testing.assert_array_equal(read_image(data).pixels, clean)
    sent = dicom.deidentify(data).data
    assert_alike(sent, data)
    order = ">" if name == "big endian" else "<"
    cells = np.frombuffer(read(sent).PixelData, f"{order}{dtype}").reshape(48, 40)
    np.testing.assert_array_equal(cells, clean)


def _rle_frame(cells: np.ndarray[Any, Any]) -> bytes:
    """Literal runs alone, of the high bytes and then of the low ones."""
    segments = []
    for plane in ((cells >> 8).astype("u1").tobytes(), (cells & 0xFF).astype("u1").tobytes()):
        runs = [plane[at : at + 128] for at in range(0, len(plane), 128)]
        segment = b"".join(bytes([len(run) - 1]) + run for run in runs)
        segments.append(segment + b"\x80" * (len(segment) % 2))
    offsets = (64, 64 + len(segments[0]))
    header = np.array([2, *offsets, *[0] * 13], dtype="<u4").tobytes()
    return header + b"".join(segments)


def commented(name: str) -> bytes:
    """A frame with a comment, an application segment and something after its end."""
    coding, pixels = CODINGS[name], textured(61, 53).astype(np.uint8)
    frame = coding.encode(pixels, 8)
    text = b"Geheim comment!!"
    if frame.startswith(b"\xff\xd8"):
        comment = b"\xff\xfe\x00\x12" + text
        exif = b"\xff\xe1\x00\x18Exif\0\0" + text
        return frame[:2] + comment + exif + frame[2:] + b"Geheim"
    if not frame.startswith(b"\xff\x4f"):
        return frame + b"\0\0\0\x18uuid" + text
    siz = 4 + int.from_bytes(frame[4:6], "big")
    comment = b"\xff\x64\x00\x14\x00\x01" + text
    return frame[:siz] + comment + frame[siz:]


@pytest.mark.parametrize("name", list(CODINGS))
def test_comments_within_a_compressed_picture_are_taken_out(dicom: DicomPage, name: str) -> None:
    if "uint8" not in CODINGS[name].formats:
        pytest.fail(f"{name} holds no 8 bits")
    frame = commented(name)
    assert secrets_in(frame)
    made = dataset(textured(61, 53).astype(np.uint8), **COMPLETE)
    original = encapsulated(frame, CODINGS[name].syntax, made)
    sent = dicom.deidentify(original).data
    assert secrets_in(sent) == []
    assert_alike(sent, original)


def test_bytes_after_the_picture_are_cut_off(dicom: DicomPage) -> None:
    made = dataset(textured(), **COMPLETE)
    made.PixelData += b"Geheim after the picture"
    original = written(made)
    sent = dicom.deidentify(original).data
    assert secrets_in(sent) == []
    assert_alike(sent, original)


def test_the_offset_table_and_fragments_are_made_anew(dicom: DicomPage) -> None:
    coding = CODINGS["jpeg lossless, first order"]
    pixels = textured(61, 53).astype(np.uint16) * 13
    value = encapsulate([coding.encode(pixels, 16)], fragments_per_frame=3, has_bot=True)
    original = pixel_data(value, coding.syntax, dataset(pixels, **COMPLETE))
    sent = dicom.deidentify(original).data
    assert_alike(sent, original)
    assert read(sent).PixelData[:8] == b"\xfe\xff\x00\xe0\0\0\0\0"


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


def test_what_stands_in_a_png_beside_the_picture_is_taken_out(dicom: DicomPage) -> None:
    pixels = textured().astype(np.uint16) * 200
    plain = png(pixels)
    ihdr = 8 + 25
    texts = png_chunk(b"tEXt", b"Author\0Geheim") + png_chunk(b"eXIf", b"Geheim exif")
    original = plain[:ihdr] + texts + plain[ihdr:] + b"Geheim"
    result = dicom.deidentify(original)
    assert result.data == plain
    assert [entry["tag"] for entry in result.removed] == ["tEXt", "eXIf"]
    assert result.removed[0]["value"] == "Author Geheim"


def test_what_stands_in_a_jpeg_beside_the_picture_is_taken_out(dicom: DicomPage) -> None:
    plain = jpeg(textured())
    exif = b"\xff\xe1\x00\x18Exif\0\0Geheim comment!!"
    icc = b"\xff\xe2\x00\x14ICC_PROFILE\0Geheim"
    original = plain[:20] + exif + icc + b"\xff\xfe\x00\x08Geheim" + plain[20:] + b"Geheim"
    result = dicom.deidentify(original)
    assert secrets_in(result.data) == []
    np.testing.assert_array_equal(read_image(result.data).pixels, read_image(plain).pixels)
    assert [entry["tag"] for entry in result.removed] == ["APP1", "APP2", "COM"]


def test_colour_of_a_jpeg_stays_what_it_was(dicom: DicomPage) -> None:
    grey = textured()
    rgb = np.dstack([grey] * 3)
    for original in (
        cv2.imencode(".jpg", rgb)[1].tobytes(),
        bytes(imagecodecs.jpeg8_encode(rgb, 95, colorspace="RGB", outcolorspace="RGB")),
    ):
        sent = dicom.deidentify(original).data
        np.testing.assert_array_equal(read_image(sent).pixels, read_image(original).pixels)
