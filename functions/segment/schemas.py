"""The answers as JSON: names with units, and null for what is unknown."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from functions.segment.options import SegmentOptions
from functions.segment.pipeline import SliceResult
from multifidus.manifest import ModelManifest
from multifidus.measure import SideMeasurement


def _to_2_places(value: float) -> float:
    return round(value, 2)


def _to_4_places(value: float) -> float:
    return round(value, 4)


# Rounded far below the accuracy of any outline, so that nobody reads meaning into the rest.
Hundredths = Annotated[float, AfterValidator(_to_2_places)]
Share = Annotated[float, AfterValidator(_to_4_places)]


class Answer(BaseModel):
    """Base of all answers: no number is NaN or infinite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ModelInfo(Answer):
    """Which model answered."""

    name: str
    version: str
    sha256: str

    @classmethod
    def of(cls, manifest: ModelManifest) -> ModelInfo:
        """Take it from the manifest."""
        return cls(name=manifest.name, version=manifest.version, sha256=manifest.sha256)


class Grade(Answer):
    """A degree of fatty infiltration on a named scale."""

    scale: str
    value: int | None


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
    functional_csa_mm2: Hundredths | None = Field(description="Area of the lean muscle.")
    mean_probability: Share | None = Field(description="The model's, inside the mask.")
    grade: Grade | None

    @classmethod
    def of(cls, side: SideMeasurement) -> Side:
        """Take it from the measurement."""
        return cls(
            area_px=side.area_px,
            area_mm2=side.area_mm2,
            fat_infiltration_pct=side.fat_infiltration_pct,
            fat_infiltration_ci95=side.fat_infiltration_ci95,
            functional_csa_mm2=side.functional_csa_mm2,
            mean_probability=side.mean_probability,
            grade=None,
        )


class Sides(Answer):
    """Both sides; see `orientation` for what right means."""

    right: Side
    left: Side


class QualityVerdict(Answer):
    """Whether the numbers can be used."""

    trusted: bool
    flags: list[str]


class Norm(Answer):
    """A published reference value."""

    measure: str
    population: str
    mean: float
    sd: float
    source: str


class ReportInput(Answer):
    """The fields that `POST /report` takes, for one side."""

    level: str | None
    side: Literal["right", "left"]
    muscle_area_mm2: Hundredths | None
    fat_infiltration_pct: Hundredths | None
    degeneration_grade: int | None


class Contours(Answer):
    """Outlines as lists of [column, row] in native pixels; the last point joins the first."""

    right: list[list[tuple[int, int]]]
    left: list[list[tuple[int, int]]]


class Timings(Answer):
    """Duration of each stage in milliseconds."""

    decode: float
    preprocess: float
    inference: float
    postprocess: float
    measure: float
    quality: float
    render: float


class SegmentResponse(Answer):
    """The segmentation and measurement of one slice. Not a medical device."""

    request_id: str
    filename: str | None = Field(description="As sent; null for a raw body. Never stored.")
    latency_ms: float = Field(description="From the request's arrival to its result.")
    width: int = Field(description="Columns of the slice.")
    height: int = Field(description="Rows of the slice.")
    overlay_base64: str | None = Field(description="PNG at the slice's own size.")
    mask_base64: str | None = Field(
        description="PNG at the slice's own size: 0 background, 1 patient-right, 2 patient-left."
    )
    contours: Contours | None
    model: ModelInfo
    threshold: float = Field(description="Probability from which a pixel counts as muscle.")
    timings_ms: Timings
    pixel_spacing_mm: tuple[float, float] | None = Field(description="Row, then column spacing.")
    orientation: Literal["patient", "image"] = Field(
        description="`patient`: the file says which side is right. `image`: the image's left half "
        "is taken for the patient's right, by radiological convention."
    )
    level: str | None
    sides: Sides
    asymmetry_pct: Hundredths | None = Field(description="100 |R - L| / mean(R, L) of the areas.")
    norms: list[Norm]
    quality: QualityVerdict
    report_input: list[ReportInput]

    @classmethod
    def of(
        cls,
        result: SliceResult,
        *,
        request_id: str,
        filename: str | None,
        options: SegmentOptions,
        manifest: ModelManifest,
        timings_ms: dict[str, float],
        latency_ms: float,
    ) -> SegmentResponse:
        """Put the answer together."""
        rows, columns = result.image.pixels.shape
        measurements = result.measurements
        sides = Sides(right=Side.of(measurements.right), left=Side.of(measurements.left))
        return cls(
            request_id=request_id,
            filename=filename,
            latency_ms=latency_ms,
            width=columns,
            height=rows,
            overlay_base64=_base64(result.overlay_png),
            mask_base64=_base64(result.mask_png),
            contours=None if result.contours is None else Contours(**result.contours),
            model=ModelInfo.of(manifest),
            threshold=manifest.threshold if options.threshold is None else options.threshold,
            timings_ms=Timings(**timings_ms),
            pixel_spacing_mm=result.image.pixel_spacing_mm,
            orientation=result.image.orientation,
            level=options.level,
            sides=sides,
            asymmetry_pct=measurements.asymmetry_pct,
            norms=[],
            quality=QualityVerdict(
                trusted=result.quality.trusted, flags=list(result.quality.flags)
            ),
            report_input=_report_input(sides, options.level),
        )


def _report_input(sides: Sides, level: str | None) -> list[ReportInput]:
    names: tuple[Literal["right", "left"], ...] = ("right", "left")
    return [
        ReportInput(
            level=level,
            side=name,
            muscle_area_mm2=side.area_mm2,
            fat_infiltration_pct=side.fat_infiltration_pct,
            degeneration_grade=None if side.grade is None else side.grade.value,
        )
        for name, side in zip(names, (sides.right, sides.left), strict=True)
        if side.area_px > 0
    ]


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


class Problem(Answer):
    """An error, by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable name of the error.")
    request_id: str
