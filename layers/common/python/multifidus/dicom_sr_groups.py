"""The measurement groups of the report: one per side, and one for the slice as a whole.

A side's group is tied to its segment or, without a segmentation, to the image. A number that was
not measured has no item: an empty value would be read as zero.

Sources: DICOM PS3.16 TID 1410 (planar regions); 1501 (other groups; its row 12 is the qualitative
evaluation as text, which highdicom has no argument for); 300 (measurement); 4019 (algorithm).
"""

from __future__ import annotations

from collections.abc import Sequence

import highdicom as hd
from highdicom import sr
from pydicom.sr.coding import Code

from multifidus import dicom_codes as codes
from multifidus.dicom_identity import MANUFACTURER, SideLabel, equipment_of, stable_uid
from multifidus.dicom_seg import FRAME_NUMBERS, SEGMENT_NUMBERS
from multifidus.dicom_source import DicomSource
from multifidus.findings import Findings
from multifidus.grading import kjaer_grade
from multifidus.measure import SideMeasurement
from multifidus.provenance import DISCLAIMER, Provenance
from multifidus.quality import FLAGS

_WHOLE_SLICE = "Multifidus, both sides"
_MASK_ORIGINS = {
    "model": "mask: made by the model",
    "corrected": "mask: made by the model, changed by a person",
    "drawn": "mask: drawn by a person, or of unknown origin",
}

Group = sr.PlanarROIMeasurementsAndQualitativeEvaluations | sr.MeasurementsAndQualitativeEvaluations


class GroupWriter:
    """Writes the groups of one report.

    Parameters
    ----------
    source : DicomSource
        The image that was measured.
    findings : Findings
        What was measured.
    provenance : Provenance
        Who and what made it.
    segmentation : Segmentation, optional
        Whose segments the sides' groups refer to; without one they refer to the image.
    """

    def __init__(
        self,
        source: DicomSource,
        findings: Findings,
        provenance: Provenance,
        segmentation: hd.seg.Segmentation | None,
    ) -> None:
        self._source = source
        self._findings = findings
        self._provenance = provenance
        self._segmentation = segmentation

    def of_side(self, side: codes.SideName, label: SideLabel, found: SideMeasurement) -> Group:
        """Measurements of one side."""
        laterality = codes.LATERALITY[side] if label.side_known else None
        tracking = sr.TrackingIdentifier(uid=label.tracking_uid, identifier=label.text)
        evaluations, texts = _grade(found)
        if self._segmentation is None:
            group = self._image_group(tracking, laterality, _numbers(found), evaluations)
        else:
            group = sr.PlanarROIMeasurementsAndQualitativeEvaluations(
                tracking_identifier=tracking,
                referenced_segment=self._segment(self._segmentation, side),
                finding_type=codes.MULTIFIDUS,
                algorithm_id=self._algorithm(),
                finding_sites=[self._site(laterality)],
                measurements=_numbers(found),
                qualitative_evaluations=evaluations,
            )
        return _with_texts(group, texts)

    def of_slice(self) -> Group:
        """What concerns both sides: asymmetry, quality, and what the reader has to know."""
        findings = self._findings
        quality = findings.quality
        meanings = {flag.code: flag.meaning for flag in FLAGS}
        notes = [DISCLAIMER]
        if findings.measurements.right.area_mm2 is not None and not self._source.spacing_known:
            notes.append("The file has no pixel spacing; the caller gave the one of the areas.")
        if not findings.side_known:
            notes.append(
                "The file does not say which side is the patient's right; the image's left half "
                "is taken for it."
            )
        group = self._image_group(
            sr.TrackingIdentifier(
                uid=stable_uid(self._source.sop_instance_uid, "both"), identifier=_WHOLE_SLICE
            ),
            codes.BOTH_SIDES,
            _numeric((codes.ASYMMETRY, findings.measurements.asymmetry_pct, codes.PERCENT)),
            [sr.QualitativeEvaluation(codes.TRUSTED, codes.YES if quality.trusted else codes.NO)],
        )
        return _with_texts(
            group,
            [
                *((codes.QUALITY_FLAG, f"{code}: {meanings[code]}") for code in quality.flags),
                *((codes.COMMENT, note) for note in notes),
            ],
        )

    def _image_group(
        self,
        tracking: sr.TrackingIdentifier,
        laterality: Code | None,
        measurements: list[sr.Measurement],
        evaluations: list[sr.QualitativeEvaluation],
    ) -> Group:
        return sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracking,
            finding_type=codes.MULTIFIDUS,
            algorithm_id=self._algorithm(),
            finding_sites=[self._site(laterality)],
            measurements=measurements,
            qualitative_evaluations=evaluations,
            source_images=[
                sr.SourceImageForMeasurementGroup(
                    self._source.sop_class_uid, self._source.sop_instance_uid
                )
            ],
        )

    def _segment(
        self, segmentation: hd.seg.Segmentation, side: codes.SideName
    ) -> sr.ReferencedSegmentationFrame:
        reference = sr.ReferencedSegmentationFrame(
            sop_class_uid=segmentation.SOPClassUID,
            sop_instance_uid=segmentation.SOPInstanceUID,
            frame_number=FRAME_NUMBERS[side],
            segment_number=SEGMENT_NUMBERS[side],
            source_image=sr.SourceImageForSegmentation(
                self._source.sop_class_uid, self._source.sop_instance_uid
            ),
        )
        # Shall not be present beside the frame's number (PS3.3 table 10-3), which names the
        # segment too.
        del reference[0].ReferencedSOPSequence[0].ReferencedSegmentNumber
        return reference

    def _site(self, laterality: Code | None) -> sr.FindingSite:
        level = self._findings.level
        return sr.FindingSite(
            anatomic_location=codes.MULTIFIDUS,
            laterality=laterality,
            topographical_modifier=None if level is None else codes.LEVELS[level],
        )

    def _algorithm(self) -> sr.AlgorithmIdentification:
        made = self._provenance
        parameters = [_MASK_ORIGINS[made.mask_origin]]
        if made.threshold is not None:
            parameters.append(f"threshold: {made.threshold:g}")
        methods = self._findings.measurements.methods
        parameters += [f"{kind}: {method}" for kind, method in methods.items()]
        equipment = equipment_of(made)
        return sr.AlgorithmIdentification(
            name=equipment.name,
            version=equipment.version,
            parameters=parameters,
            manufacturer=MANUFACTURER,
        )


def _numbers(found: SideMeasurement) -> list[sr.Measurement]:
    low, high = found.fat_infiltration_ci95 or (None, None)
    return _numeric(
        (codes.AREA, found.area_mm2, codes.SQUARE_MM),
        (codes.FAT_INFILTRATION, found.fat_infiltration_pct, codes.PERCENT),
        (codes.FAT_LOWER, low, codes.PERCENT),
        (codes.FAT_UPPER, high, codes.PERCENT),
        (codes.FAT_GMM3, found.fat_infiltration_gmm3_pct, codes.PERCENT),
        (codes.FUNCTIONAL_CSA, found.functional_csa_mm2, codes.SQUARE_MM),
        (codes.MEAN_PROBABILITY, found.mean_probability, codes.NO_UNITS),
    )


def _numeric(*entries: tuple[Code, float | None, Code]) -> list[sr.Measurement]:
    # As many decimals as the JSON answer has.
    return [
        sr.Measurement(name=name, value=round(value, 4 if unit == codes.NO_UNITS else 2), unit=unit)
        for name, value, unit in entries
        if value is not None
    ]


def _grade(
    found: SideMeasurement,
) -> tuple[list[sr.QualitativeEvaluation], list[tuple[Code, str]]]:
    """Grade as a code, or, where the interval holds several, as a text that names them."""
    fat_pct, interval = found.fat_infiltration_pct, found.fat_infiltration_ci95
    if fat_pct is None or interval is None:
        return [], []
    grade = kjaer_grade(fat_pct, interval)
    if grade.value is not None:
        return [sr.QualitativeEvaluation(codes.KJAER, codes.KJAER_GRADES[grade.value])], []
    candidates = " or ".join(map(str, grade.candidates))
    return [], [(codes.KJAER, f"{candidates}: each lies in the fat infiltration's 95 % interval")]


def _with_texts(group: Group, texts: Sequence[tuple[Code, str]]) -> Group:
    group[0].ContentSequence.extend(
        sr.TextContentItem(
            name=name, value=text, relationship_type=sr.RelationshipTypeValues.CONTAINS
        )
        for name, text in texts
    )
    return group
