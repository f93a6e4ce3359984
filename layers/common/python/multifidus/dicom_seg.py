"""The mask as a DICOM Segmentation: two segments on the source image's own grid.

BINARY and not LABELMAP: the sides do not overlap, so that nothing is gained but size, of which
there is little; and archives and viewers of today take the older kind, the newer not all
(docs/dicom-objects.md).

Sources: DICOM PS3.3 A.51 and C.8.20 (Segmentation IOD and its modules).
"""

from __future__ import annotations

import highdicom as hd
import numpy as np
import numpy.typing as npt
from highdicom.seg import (
    SegmentAlgorithmTypeValues,
    Segmentation,
    SegmentationTypeValues,
    SegmentDescription,
)
from pydicom.uid import ExplicitVRLittleEndian

from multifidus import dicom_codes as codes
from multifidus.dicom_identity import (
    MANUFACTURER,
    SideLabel,
    equipment_of,
    true_references,
)
from multifidus.dicom_source import DicomSource
from multifidus.postprocess import LEFT, RIGHT
from multifidus.provenance import DISCLAIMER, Provenance
from multifidus.render import LEFT_RGB, RIGHT_RGB

SERIES_NUMBER = 9001
"""Above the numbers that scanners give, so that viewers list it last."""

SEGMENT_NUMBERS: dict[codes.SideName, int] = {"right": 1, "left": 2}
FRAME_NUMBERS = SEGMENT_NUMBERS
"""One frame per segment, in their order; an empty side has an empty frame."""

_MASK_VALUES: dict[codes.SideName, int] = {"right": RIGHT, "left": LEFT}
_RGB: dict[codes.SideName, tuple[int, int, int]] = {"right": RIGHT_RGB, "left": LEFT_RGB}
_ALGORITHM_TYPES = {
    "model": SegmentAlgorithmTypeValues.AUTOMATIC,
    "corrected": SegmentAlgorithmTypeValues.SEMIAUTOMATIC,
    "drawn": SegmentAlgorithmTypeValues.MANUAL,
}
_NOMINAL = "Research use only. Thickness unknown, a nominal 1 mm."


def segmentation_object(
    source: DicomSource,
    mask: npt.NDArray[np.uint8],
    labels: dict[codes.SideName, SideLabel],
    provenance: Provenance,
) -> Segmentation:
    """Make the Segmentation of a mask.

    Parameters
    ----------
    source : DicomSource
        The image that was segmented.
    mask : ndarray of uint8, shape (rows, columns)
        On the image's stored grid: 0 background, 1 right, 2 left.
    labels : dict
        What each side is called and how it is tracked.
    provenance : Provenance
        Who made the mask.
    """
    planes = [mask == _MASK_VALUES[side] for side in SEGMENT_NUMBERS]
    header, equipment = source.header, equipment_of(provenance)
    description = DISCLAIMER if source.thickness_known or not source.placed else _NOMINAL
    made = Segmentation(
        source_images=[header],
        pixel_array=np.stack(planes, axis=-1)[np.newaxis].astype(np.uint8),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[_segment(side, labels[side], provenance) for side in SEGMENT_NUMBERS],
        series_instance_uid=hd.UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=equipment.name,
        software_versions=equipment.software_versions,
        device_serial_number=equipment.serial_number,
        content_label="MULTIFIDUS",
        content_description=description,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        omit_empty_frames=False,
        series_description="Multifidus segmentation, research use only",
        specific_character_set="ISO_IR 192",
    )
    if not source.placed:
        made.PatientOrientation = ""  # type 2C: has to stand there where directions do not
    true_references(made, source)
    return made


def _segment(side: codes.SideName, label: SideLabel, provenance: Provenance) -> SegmentDescription:
    algorithm_type = _ALGORITHM_TYPES[provenance.mask_origin]
    algorithm = None
    if algorithm_type is not SegmentAlgorithmTypeValues.MANUAL:
        equipment = equipment_of(provenance)
        algorithm = hd.AlgorithmIdentificationSequence(
            name=equipment.name,
            family=codes.ARTIFICIAL_INTELLIGENCE,
            version=equipment.version,
            source=MANUFACTURER,
        )
    segment = SegmentDescription(
        segment_number=SEGMENT_NUMBERS[side],
        segment_label=label.text,
        segmented_property_category=codes.ANATOMICAL_STRUCTURE,
        segmented_property_type=codes.MULTIFIDUS,
        algorithm_type=algorithm_type,
        algorithm_identification=algorithm,
        tracking_uid=label.tracking_uid,
        tracking_id=label.text,
        anatomic_regions=[codes.LUMBAR_SPINE],
        display_color=hd.color.CIELabColor.from_rgb(*_RGB[side]),
    )
    segment.SegmentDescription = "The muscle's compartment, fat within included."
    if label.side_known:
        property_type = segment.SegmentedPropertyTypeCodeSequence[0]
        property_type.SegmentedPropertyTypeModifierCodeSequence = [
            hd.sr.CodedConcept.from_code(codes.LATERALITY[side])
        ]
    return segment
