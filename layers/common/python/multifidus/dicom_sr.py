"""The measurements as a DICOM Comprehensive SR: a measurement report by template TID 1500.

Sources: DICOM PS3.16 TID 1500 (report), 1001 and 1004 (observer); PS3.3 A.35.3 (Comprehensive SR).
"""

from __future__ import annotations

import highdicom as hd
from highdicom import sr
from highdicom.coding_schemes import CodingSchemeIdentificationItem

from multifidus import dicom_codes as codes
from multifidus.dicom_identity import (
    MANUFACTURER,
    Equipment,
    SideLabel,
    equipment_of,
    stable_uid,
    true_references,
)
from multifidus.dicom_source import DicomSource
from multifidus.dicom_sr_groups import GroupWriter
from multifidus.findings import Findings
from multifidus.measure import SideMeasurement
from multifidus.provenance import Provenance

SERIES_NUMBER = 9002
"""Beside the segmentation's, above the numbers that scanners give."""


def measurement_report(
    source: DicomSource,
    findings: Findings,
    labels: dict[codes.SideName, SideLabel],
    provenance: Provenance,
    segmentation: hd.seg.Segmentation | None,
) -> sr.ComprehensiveSR:
    """Make the report.

    Parameters
    ----------
    source : DicomSource
        The image that was measured.
    findings : Findings
        What was measured.
    labels : dict
        What each side is called and how it is tracked, as in the segmentation.
    provenance : Provenance
        Who and what made it.
    segmentation : Segmentation, optional
        Whose segments the groups refer to.
    """
    equipment = equipment_of(provenance)
    writer = GroupWriter(source, findings, provenance, segmentation)
    sides: dict[codes.SideName, SideMeasurement] = {
        "right": findings.measurements.right,
        "left": findings.measurements.left,
    }
    groups = [
        *(
            writer.of_side(side, labels[side], found)
            for side, found in sides.items()
            if found.area_px
        ),
        writer.of_slice(),
    ]
    content = sr.MeasurementReport(
        observation_context=_observer(equipment),
        procedure_reported=codes.MRI if source.header.Modality == "MR" else codes.IMAGING_PROCEDURE,
        imaging_measurements=groups,
        title=codes.MEASUREMENT_REPORT,
    )
    made = sr.ComprehensiveSR(
        evidence=[source.header, *([segmentation] if segmentation is not None else [])],
        content=content[0],
        series_instance_uid=hd.UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=False,
        is_verified=False,
        series_description="Multifidus measurements, research use only",
        manufacturer_model_name=equipment.name,
        software_versions=equipment.software_versions,
        device_serial_number=equipment.serial_number,
        specific_character_set="ISO_IR 192",
        coding_schemes=[
            CodingSchemeIdentificationItem(
                designator=codes.PRIVATE_SCHEME,
                name="Multifidus measurements",
                responsible_organization=MANUFACTURER,
            )
        ],
    )
    true_references(made, source)
    return made


def _observer(equipment: Equipment) -> sr.ObservationContext:
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=stable_uid("device", equipment.serial_number, equipment.software_versions),
        name=MANUFACTURER,
        manufacturer_name=MANUFACTURER,
        model_name=f"{equipment.name} {equipment.version}",
        serial_number=equipment.serial_number,
    )
    return sr.ObservationContext(
        observer_device_context=sr.ObserverContext(
            observer_type=sr.CodedConcept.from_code(codes.DEVICE),
            observer_identifying_attributes=device,
        )
    )
