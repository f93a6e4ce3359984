"""The answers of `/segment` and `/measure` as JSON: names with units, and null for the unknown."""

from __future__ import annotations

import base64
from typing import Any, Literal

from pydantic import Field

from functions.segment.measurement_schemas import (
    Contours,
    PatientContours,
    QualityVerdict,
    Reference,
    Sides,
    references,
    report_input,
)
from functions.segment.options import SegmentOptions
from functions.segment.pipeline import SliceResult
from multifidus.answer import Answer, Hundredths, ModelInfo
from multifidus.manifest import ModelManifest
from multifidus.report_schemas import ReportEntry


class MaskTimings(Answer):
    """Duration of each stage in milliseconds, where the mask was sent."""

    decode: float
    preprocess: float
    measure: float
    quality: float
    render: float


class Timings(Answer):
    """Duration of each stage in milliseconds."""

    decode: float
    preprocess: float
    inference: float
    postprocess: float
    measure: float
    quality: float
    render: float


class SliceAnswer(Answer):
    """What is said of one slice, whoever drew the mask. Not a medical device."""

    request_id: str
    filename: str | None = Field(description="As sent; null for a raw body. Never stored.")
    latency_ms: float = Field(description="From the request's arrival to its result.")
    width: int = Field(description="Columns of the slice.")
    height: int = Field(description="Rows of the slice.")
    overlay_base64: str | None = Field(description="PNG at the slice's own size.")
    mask_base64: str | None = Field(
        description="PNG at the slice's own size: 0 background, 1 patient-right, 2 patient-left."
    )
    dicom_seg_base64: str | None = Field(
        description="DICOM Segmentation: a segment per side, on the slice's own grid."
    )
    dicom_sr_base64: str | None = Field(
        description="DICOM Comprehensive SR: the measurements as a report by TID 1500."
    )
    contours: Contours | None
    contours_patient_mm: PatientContours | None = Field(
        description="Beside `contours`, where the file says where the slice lies in the patient."
    )
    pixel_spacing_mm: tuple[float, float] | None = Field(description="Row, then column spacing.")
    orientation: Literal["patient", "image"] = Field(
        description="`patient`: the file says which side is right. `image`: the image's left half "
        "is taken for the patient's right, by radiological convention."
    )
    level: str | None
    sides: Sides
    asymmetry_pct: Hundredths | None = Field(description="100 |R - L| / mean(R, L) of the areas.")
    methods: dict[str, str] = Field(description="Name of the method behind each kind of number.")
    norms: list[Reference]
    quality: QualityVerdict
    report_input: list[ReportEntry] = Field(description="What `POST /report` takes, as it is.")


class SegmentResponse(SliceAnswer):
    """The segmentation and measurement of one slice. Not a medical device."""

    model: ModelInfo
    threshold: float = Field(description="Probability from which a pixel counts as muscle.")
    timings_ms: Timings

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
        return cls(
            request_id=request_id,
            filename=filename,
            latency_ms=latency_ms,
            model=ModelInfo.of(manifest),
            threshold=manifest.threshold if options.threshold is None else options.threshold,
            timings_ms=Timings(**timings_ms),
            **_measured(result, options),
        )


class MeasureResponse(SliceAnswer):
    """The measurement of one slice with the caller's own mask. Not a medical device."""

    model: None = Field(description="No model ran.")
    threshold: None = Field(description="No model ran.")
    timings_ms: MaskTimings

    @classmethod
    def of(
        cls,
        result: SliceResult,
        *,
        request_id: str,
        filename: str | None,
        options: SegmentOptions,
        timings_ms: dict[str, float],
        latency_ms: float,
    ) -> MeasureResponse:
        """Put the answer together."""
        return cls(
            request_id=request_id,
            filename=filename,
            latency_ms=latency_ms,
            model=None,
            threshold=None,
            timings_ms=MaskTimings(**timings_ms),
            **_measured(result, options),
        )


def _measured(result: SliceResult, options: SegmentOptions) -> dict[str, Any]:
    """All fields that do not depend on who drew the mask."""
    rows, columns = result.image.pixels.shape
    measurements, lines = result.measurements, result.outlines
    sides = Sides.of(measurements)
    quality = QualityVerdict(trusted=result.quality.trusted, flags=list(result.quality.flags))
    return {
        "width": columns,
        "height": rows,
        "overlay_base64": _base64(result.overlay_png),
        "mask_base64": _base64(result.mask_png),
        "dicom_seg_base64": _base64(result.dicom_seg),
        "dicom_sr_base64": _base64(result.dicom_sr),
        "contours": None if lines is None else Contours.of(lines),
        "contours_patient_mm": None if lines is None else PatientContours.of(lines, result.image),
        "pixel_spacing_mm": result.image.pixel_spacing_mm,
        "orientation": result.image.orientation,
        "level": options.level,
        "sides": sides,
        "asymmetry_pct": measurements.asymmetry_pct,
        "methods": dict(measurements.methods),
        "norms": references(sides, options.level),
        "quality": quality,
        "report_input": report_input(
            sides, quality, level=options.level, asymmetry_pct=measurements.asymmetry_pct
        ),
    }


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")
