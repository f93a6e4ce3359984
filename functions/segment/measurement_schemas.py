"""The parts of an answer that are made of the measured numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from multifidus.answer import Answer, Hundredths, Share
from multifidus.grading import kjaer_grade
from multifidus.image_slice import ImageSlice
from multifidus.measure import Measurements, SideMeasurement
from multifidus.norms import Norm, NormMeasure, Position, norms_for
from multifidus.outlines import Polygon
from multifidus.report_schemas import ReportEntry

PATIENT_DECIMALS = 3
"""Of coordinates in millimetres: a thousandth of a millimetre."""

Points = list[tuple[float, float]]
PatientPoints = list[tuple[float, float, float]]


class Grade(Answer):
    """A degree of fatty infiltration on a named scale."""

    scale: str
    value: int | None = Field(
        description="Null where the 95 % interval of the fat infiltration holds more than one."
    )
    candidates: list[int] = Field(description="Every grade that the interval holds.")

    @classmethod
    def of(cls, side: SideMeasurement) -> Grade | None:
        """Grade a measurement; None without a fat infiltration or without its interval."""
        if side.fat_infiltration_pct is None or side.fat_infiltration_ci95 is None:
            return None
        grade = kjaer_grade(side.fat_infiltration_pct, side.fat_infiltration_ci95)
        return cls(scale=grade.scale, value=grade.value, candidates=list(grade.candidates))


class Side(Answer):
    """One side's multifidus."""

    area_px: int = Field(description="Pixels of the native grid inside the mask.")
    area_mm2: Hundredths | None = Field(
        description="Cross-sectional area; null without pixel spacing."
    )
    fat_infiltration_pct: Hundredths | None = Field(
        description="Fat area of the whole area, percent."
    )
    fat_infiltration_ci95: tuple[Hundredths, Hundredths] | None = Field(
        description="Its 95 % interval."
    )
    fat_infiltration_gmm3_pct: Hundredths | None = Field(
        description="The same by a mixture of three Gaussians inside the mask, for comparison with "
        "other work. No reference tissue anchors it, and the grade is not made of it."
    )
    functional_csa_mm2: Hundredths | None = Field(description="Area of the lean muscle.")
    mean_probability: Share | None = Field(
        description="The model's, inside the mask; null where no model ran."
    )
    grade: Grade | None

    @classmethod
    def of(cls, side: SideMeasurement) -> Side:
        """Take it from the measurement."""
        return cls(
            area_px=side.area_px,
            area_mm2=side.area_mm2,
            fat_infiltration_pct=side.fat_infiltration_pct,
            fat_infiltration_ci95=side.fat_infiltration_ci95,
            fat_infiltration_gmm3_pct=side.fat_infiltration_gmm3_pct,
            functional_csa_mm2=side.functional_csa_mm2,
            mean_probability=side.mean_probability,
            grade=Grade.of(side),
        )


class Sides(Answer):
    """Both sides; see `orientation` for what right means."""

    right: Side
    left: Side

    @classmethod
    def of(cls, measurements: Measurements) -> Sides:
        """Take them from the measurements."""
        return cls(right=Side.of(measurements.right), left=Side.of(measurements.left))


class Standing(Answer):
    """Where one side's value stands against a reference value."""

    value: Hundredths
    z_score: Hundredths | None = Field(
        description="Distance from the mean in standard deviations; null for a range."
    )
    position: Position | None = Field(description="Against the range; null for a mean.")


class Standings(Answer):
    """Both sides against a reference value; null where a side has no value."""

    right: Standing | None
    left: Standing | None


class Reference(Answer):
    """A published reference value, and where this slice's sides stand against it."""

    measure: NormMeasure = Field(description="Name of the side's field; it holds the unit.")
    population: str
    region: str = Field(description="The muscle and level that the source measured.")
    same_region: bool = Field(description="Whether that is the multifidus alone, as here.")
    levels: list[str] = Field(description="Discs that it says something about.")
    method: str
    mean: float | None = Field(description="Null where the source gives a range.")
    sd: float | None
    range: tuple[float, float] | None = Field(
        description="Of the source's mean values, where it gives no more; otherwise null."
    )
    note: str = Field(description="What keeps it from being a like-for-like comparison.")
    source: str
    sides: Standings

    @classmethod
    def of(cls, norm: Norm, sides: Sides) -> Reference:
        """Hold both sides against a reference value."""
        return cls(
            measure=norm.measure,
            population=norm.population,
            region=norm.region,
            same_region=norm.same_region,
            levels=list(norm.levels),
            method=norm.method,
            mean=norm.mean,
            sd=norm.sd,
            range=norm.bounds,
            note=norm.note,
            source=norm.source,
            sides=Standings(right=_standing(norm, sides.right), left=_standing(norm, sides.left)),
        )


def _standing(norm: Norm, side: Side) -> Standing | None:
    value = _value(side, norm.measure)
    if value is None:
        return None
    return Standing(value=value, z_score=norm.z_score(value), position=norm.position(value))


def _value(side: Side, measure: NormMeasure) -> float | None:
    if side.area_px == 0:  # nothing was found: an area of zero would stand low in any population
        return None
    return side.area_mm2 if measure == "area_mm2" else side.fat_infiltration_pct


def references(sides: Sides, level: str | None) -> list[Reference]:
    """Reference values for what was measured, at the slice's level where that is known."""
    measures: tuple[NormMeasure, ...] = ("fat_infiltration_pct", "area_mm2")
    measured = [
        measure
        for measure in measures
        if any(_value(side, measure) is not None for side in (sides.right, sides.left))
    ]
    return [Reference.of(norm, sides) for norm in norms_for(level, measured)]


class QualityVerdict(Answer):
    """Whether the numbers can be used."""

    trusted: bool
    flags: list[str]


def report_input(
    sides: Sides, quality: QualityVerdict, *, level: str | None, asymmetry_pct: float | None
) -> list[ReportEntry]:
    """Return what `POST /report` takes for each side that was found."""
    return [
        ReportEntry.model_validate(
            {
                "level": level,
                "side": name,
                "muscle_area_mm2": side.area_mm2,
                "fat_infiltration_pct": side.fat_infiltration_pct,
                "fat_infiltration_ci95": side.fat_infiltration_ci95,
                "degeneration_grade": None if side.grade is None else side.grade.value,
                "asymmetry_pct": None if asymmetry_pct is None else round(asymmetry_pct, 2),
                "quality_flags": quality.flags,
                "trusted": quality.trusted,
            }
        )
        for name, side in (("right", sides.right), ("left", sides.left))
        if side.area_px > 0
    ]


class Contours(Answer):
    """Outlines along the pixels' edges, as lists of [column, row].

    Whole numbers are the pixels' centres, so that corners lie at halves. The last corner joins the
    first. Borders run clockwise as the image is seen, holes the other way round.
    """

    right: list[Points]
    left: list[Points]

    @classmethod
    def of(cls, outlines: Mapping[str, list[Polygon]]) -> Contours:
        """Take them from the polygons."""
        return cls(**{side: [line.tolist() for line in lines] for side, lines in outlines.items()})


class PatientContours(Answer):
    """The same outlines in the patient, as lists of [x, y, z] in mm.

    Along DICOM's patient axes: x to the patient's left, y to the back, z to the head.
    """

    right: list[PatientPoints]
    left: list[PatientPoints]

    @classmethod
    def of(cls, outlines: Mapping[str, list[Polygon]], image: ImageSlice) -> PatientContours | None:
        """Carry the polygons into the patient; None where the file does not say where that is."""
        carried = {
            side: [image.patient_mm(line) for line in lines] for side, lines in outlines.items()
        }
        if image.patient_mm(np.zeros((1, 2))) is None:
            return None
        return cls(
            **{
                side: [line.round(PATIENT_DECIMALS).tolist() for line in lines if line is not None]
                for side, lines in carried.items()
            }
        )
