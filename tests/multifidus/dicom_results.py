"""Source files of every kind, and a result to make DICOM objects of."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom.uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from multifidus.dicom_objects import DicomObjects, write_objects
from multifidus.dicom_source import read_source
from multifidus.findings import Findings
from multifidus.image_io import read_image
from multifidus.manifest import ModelManifest, PreprocessSpec
from multifidus.measure import Measurements, SideMeasurement
from multifidus.provenance import Provenance
from multifidus.quality import Quality
from tests.multifidus.samples import dataset, dicom, enhanced, textured

ROWS, COLUMNS = 45, 37
"""Neither their product nor that of one frame's bits is a number of whole bytes."""

SOP_INSTANCE_UID = "1.2.826.0.1.3680043.8.498.11"
STUDY_UID, SERIES_UID = "1.2.826.0.1.3680043.8.498.12", "1.2.826.0.1.3680043.8.498.13"
FRAME_OF_REFERENCE_UID = "1.2.826.0.1.3680043.8.498.14"
PRIVATE_SOP_CLASS = "1.2.826.0.1.3680043.8.498.15"

COMPLETE: dict[str, Any] = {
    "SOPInstanceUID": SOP_INSTANCE_UID,
    "StudyInstanceUID": STUDY_UID,
    "SeriesInstanceUID": SERIES_UID,
    "FrameOfReferenceUID": FRAME_OF_REFERENCE_UID,
    "SpecificCharacterSet": "ISO_IR 192",
    "PatientName": "Geheim^Jörg",
    "PatientID": "P-1",
    "PatientBirthDate": "19700131",
    "PatientSex": "F",
    "StudyID": "S-1",
    "StudyDate": "20240229",
    "StudyTime": "101112.5",
    "AccessionNumber": "A-1",
    "ReferringPhysicianName": "Doctor^Who",
    "StudyDescription": "Lumbar spine",
    "Manufacturer": "Scanner maker",
    "ManufacturerModelName": "Scanner",
    "ImagePositionPatient": [-91.25, 12.5, 333.125],
    "SliceThickness": 4,
}
OBLIQUE = [0.98480775, 0.17364818, 0.0, -0.14713, 0.83441, 0.53116]
TRANSPOSED = [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]
FLIPPED = [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0]

MODEL = ModelManifest(
    name="a-model",
    version="1.2.3",
    model_file="model.onnx",
    sha256="5a" * 32,
    input_name="image",
    output_name="logits",
    output_channels=("right", "left"),
    preprocess=PreprocessSpec(),
    threshold=0.5,
)
BY_MODEL = Provenance(mask_origin="model", software_version="9.8.7", model=MODEL, threshold=0.5)


def source_dataset(**elements: Any) -> Dataset:
    """A complete axial MR slice; `elements` replace or, given as None, remove its elements."""
    pixels = textured(ROWS, COLUMNS).astype(np.uint16) * 13
    made = dataset(pixels, **COMPLETE)
    for keyword, value in elements.items():
        if value is None:
            delattr(made, keyword)
        else:
            setattr(made, keyword, value)
    return made


def source(syntax: str = pydicom.uid.ExplicitVRLittleEndian, **elements: Any) -> bytes:
    return dicom(source_dataset(**elements), syntax)


def odd_source(**elements: Any) -> bytes:
    """The same with values that are against the standard, of which pydicom warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return source(**elements)


def enhanced_source(*, thickness_mm: float | None = 4.0) -> bytes:
    """Enhanced MR of one frame; its place stands in functional groups."""
    made = enhanced(textured(ROWS, COLUMNS).astype(np.uint16) * 13)
    made.SOPClassUID = pydicom.uid.EnhancedMRImageStorage
    for keyword, value in COMPLETE.items():
        if keyword not in ("ImagePositionPatient", "SliceThickness"):
            setattr(made, keyword, value)
    position = Dataset()
    position.ImagePositionPatient = COMPLETE["ImagePositionPatient"]
    made.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence = Sequence([position])
    measures = made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    if thickness_mm is not None:
        measures.SliceThickness = thickness_mm
    return dicom(made)


def mask() -> npt.NDArray[np.uint8]:
    """Two regions of different size and shape: a flip, transposition or exchange shows."""
    made = np.zeros((ROWS, COLUMNS), dtype=np.uint8)
    made[20:33, 4:11], made[30:33, 9:14] = 1, 1
    made[18:30, 22:27], made[25, 27:31] = 2, 2
    return made


def side(area_px: int, **numbers: Any) -> SideMeasurement:
    known: dict[str, Any] = {"area_mm2": area_px * 0.3, "mean_probability": 0.91234}
    return SideMeasurement(area_px=area_px, **(known | numbers))


def findings(
    right: SideMeasurement | None = None, left: SideMeasurement | None = None, **fields: Any
) -> Findings:
    measurements = Measurements(
        right=right or side(106), left=left or side(64), asymmetry_pct=fields.pop("asymmetry", 49.4)
    )
    given: dict[str, Any] = {"quality": Quality(trusted=True, flags=()), "side_known": True}
    return Findings(measurements=measurements, **(given | fields))


def objects(
    data: bytes, found: Findings | None = None, provenance: Provenance = BY_MODEL, **parts: bool
) -> DicomObjects:
    """Both objects of a file, or those of `parts`."""
    read_image(data)  # a source is a file that can be measured
    wanted = {"seg": True, "sr": True} | parts
    return write_objects(read_source(data), mask(), found or findings(), provenance, **wanted)
