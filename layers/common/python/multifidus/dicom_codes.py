"""The coded concepts of DICOM SEG and SR: what a segment or a number means, for other software.

From public terminologies where they have the concept: SNOMED CT (SCT), the DICOM standard's own
(DCM, PS3.16 annex D), UCUM and LOINC (LN). What none of them has stands in a private scheme, which
PS3.16 8 has begin with 99; docs/dicom-objects.md lists it.
"""

from __future__ import annotations

from typing import Literal

from pydicom.sr.coding import Code

SideName = Literal["right", "left"]

PRIVATE_SCHEME = "99MULTIFIDUS"

MULTIFIDUS = Code("5709001", "SCT", "Multifidus muscles")
"""In no context group of PS3.16 2024. The code is listed by HL7 FHIR R4 4.0.1, in the value set
http://hl7.org/fhir/ValueSet/approach-site-codes."""

ANATOMICAL_STRUCTURE = Code("91723000", "SCT", "Anatomical Structure")
"""CID 7150; the muscles of CID 7192 are of this category."""

LUMBAR_SPINE = Code("122496007", "SCT", "Lumbar spine")
LATERALITY: dict[SideName, Code] = {
    "right": Code("24028007", "SCT", "Right"),
    "left": Code("7771000", "SCT", "Left"),
}
BOTH_SIDES = Code("51440002", "SCT", "Bilateral")
LEVELS = {
    "L1-L2": Code("243920003", "SCT", "Level of L1/L2 intervertebral disc"),
    "L2-L3": Code("243921004", "SCT", "Level of L2/L3 intervertebral disc"),
    "L3-L4": Code("243922006", "SCT", "Level of L3/L4 intervertebral disc"),
    "L4-L5": Code("243923001", "SCT", "Level of L4/L5 intervertebral disc"),
    "L5-S1": Code("243927000", "SCT", "Level of L5/S1 intervertebral disc"),
}

ARTIFICIAL_INTELLIGENCE = Code("123110", "DCM", "Artificial Intelligence")
MEASUREMENT_REPORT = Code("126000", "DCM", "Imaging Measurement Report")
MRI = Code("25056-3", "LN", "MRI unspecified body region")
IMAGING_PROCEDURE = Code("363679005", "SCT", "Imaging procedure")
DEVICE = Code("121007", "DCM", "Device")
COMMENT = Code("121106", "DCM", "Comment")
YES, NO = Code("373066001", "SCT", "Yes"), Code("373067005", "SCT", "No")

SQUARE_MM = Code("mm2", "UCUM", "square millimeter")
PERCENT = Code("%", "UCUM", "Percent")
NO_UNITS = Code("1", "UCUM", "no units")

AREA = Code("42798000", "SCT", "Area")


def _private(value: str, meaning: str) -> Code:
    return Code(value, PRIVATE_SCHEME, meaning)


FAT_INFILTRATION = _private("FAT", "Fat infiltration, share of the area")
"""Not DCM 129100 (Fat fraction): readers take that for the signal fraction of a water-fat MRI."""

FAT_LOWER = _private("FAT-LOW", "Fat infiltration, lower end of the 95 % interval")
FAT_UPPER = _private("FAT-HIGH", "Fat infiltration, upper end of the 95 % interval")
FAT_GMM3 = _private("FAT-GMM3", "Fat infiltration by a three-component mixture")
FUNCTIONAL_CSA = _private("FCSA", "Functional cross-sectional area, without fat")
MEAN_PROBABILITY = _private("MEANPROB", "Mean probability of the model in the mask")
ASYMMETRY = _private("ASYM", "Asymmetry of the areas, 100 |R - L| / mean(R, L)")
KJAER = _private("KJAER", "Kjaer grade of fat infiltration")
KJAER_GRADES = {
    0: _private("KJAER-0", "Grade 0: up to 10 % fat"),
    1: _private("KJAER-1", "Grade 1: over 10 % and up to 50 % fat"),
    2: _private("KJAER-2", "Grade 2: over 50 % fat"),
}
TRUSTED = _private("TRUSTED", "Result passed the quality checks")
QUALITY_FLAG = _private("FLAG", "Quality flag")
