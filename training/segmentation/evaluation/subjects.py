"""The imaged subjects as they would be delivered, in T2 contrasts of fixed physics.

A Dixon subject has no T2 image. One is made from its water and fat images with the relaxation times
that stand in `training.phantom.tissue_signal`: water has the signal of muscle, fat that of fat, and
the canal that of fluid, at three echo times; nothing is random and nothing is added. The T2 subject
is taken as it is.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.image_io import ImageSlice
from training.phantom.canvas import Tissue
from training.phantom.tissue_signal import t2_contrast
from training.segmentation.evaluation.cases import Case, LabelImage
from training.segmentation.volumes import SubjectSlice

FloatImage = npt.NDArray[np.float32]
Delivery = Literal["dicom", "png", "png_260mm"]

DELIVERIES: dict[Delivery, str] = {
    "dicom": "with the pixel spacing of the file",
    "png": "the whole slice as an 8-bit picture without spacing",
    "png_260mm": "the same, cropped to 260 mm about the body's middle and back, as clinics plan it",
}
ECHO_TIMES_MS = (70.0, 100.0, 130.0)
"""Effective echo times at 1.5 T, repetition time 4 s: muscle at 0.22, 0.12 and 0.06 of fat."""

CROP_MM = 260.0
LEVELS = ("lower", "middle", "upper")
LEVEL_NOTE = (
    "Levels are thirds of the slices of a subject that show the multifidus, counted from the feet: "
    "the volumes carry no vertebral labels. They cover L2 to L5 (TUM01, TUM02) and L2 to the "
    "sacrum (sub-0001), so that `lower` is about L4-L5 and below, `middle` about L3-L4, "
    "`upper` about L2-L3."
)


def contrasts_of(source: SubjectSlice) -> dict[str, FloatImage]:
    """Return the T2 image, or one T2-like image per echo time; fat is about 1."""
    if source.contrast == "t2":
        return {"T2 as acquired": source.signal[0]}
    water, fat = source.signal
    # The canal was found pixel by pixel; a scanner shows no such steps.
    canal = cv2.GaussianBlur(source.canal, (0, 0), 0.8)
    made = {}
    for echo_time_ms in ECHO_TIMES_MS:
        signal = t2_contrast(echo_time_ms=echo_time_ms).signal
        tissue = signal[Tissue.MUSCLE] * water + signal[Tissue.SUBCUTANEOUS_FAT] * fat
        made[f"T2-like, echo time {echo_time_ms:.0f} ms"] = np.asarray(
            tissue * (1 - canal) + signal[Tissue.FLUID] * canal, dtype=np.float32
        )
    return made


def cases_of(slices: list[SubjectSlice]) -> list[Case]:
    """Every slice of one subject in every contrast and delivery.

    A subject whose field of view is no larger than `CROP_MM` has no cropped delivery.
    """
    cases = []
    for place, source in enumerate(slices):
        level = LEVELS[min(3 * place // len(slices), 2)]
        for contrast, pixels in contrasts_of(source).items():
            for delivery in DELIVERIES:
                made = delivered(pixels, source, delivery)
                if made is None:
                    continue
                image, reference = made
                cases.append(
                    Case(
                        name=f"{source.subject} slice {source.index}, {contrast}, {delivery}",
                        image=image,
                        reference=reference,
                        spacing_mm=source.spacing_mm,
                        facts={
                            "subject": source.subject,
                            "slice": source.index,
                            "level": level,
                            "contrast": contrast,
                            "delivery": delivery,
                        },
                    )
                )
    return cases


def delivered(
    pixels: FloatImage, source: SubjectSlice, delivery: Delivery
) -> tuple[ImageSlice, LabelImage] | None:
    """A slice as a user would send it, and its reference; None where a crop would change nothing.

    The reference is 0, 1 (right), 2 (left).
    """
    reference = np.where(source.muscles <= 2, source.muscles, np.uint8(0)).astype(np.uint8)
    if delivery == "dicom":
        image = ImageSlice(pixels=pixels, media="dicom", pixel_spacing_mm=source.spacing_mm)
        return image, reference
    if delivery == "png_260mm":
        box = _clinical_box(pixels, source.spacing_mm)
        if box is None:
            return None
        pixels, reference = pixels[box], np.ascontiguousarray(reference[box])
    low, high = np.percentile(pixels, (0.5, 99.5))
    eight_bit = np.round(np.clip((pixels - low) / (high - low), 0.0, 1.0) * 255.0)
    return ImageSlice(pixels=eight_bit.astype(np.float32), media="png"), reference


def _clinical_box(
    pixels: FloatImage, spacing_mm: tuple[float, float]
) -> tuple[slice, slice] | None:
    """A square of `CROP_MM` about the body's middle, with its back within; no label is used."""
    rows_px, columns_px = (round(CROP_MM / step) for step in spacing_mm)
    if rows_px >= pixels.shape[0] or columns_px >= pixels.shape[1]:
        return None
    body = pixels > 0.1 * np.percentile(pixels, 99)
    rows = np.flatnonzero(body.mean(axis=1) > 0.1)
    columns = np.flatnonzero(body.mean(axis=0) > 0.1)
    bottom = min(int(rows[-1]) + round(10.0 / spacing_mm[0]), pixels.shape[0])
    top = max(bottom - rows_px, 0)
    left = int(np.clip((columns[0] + columns[-1] - columns_px) // 2, 0, None))
    return slice(top, top + rows_px), slice(left, left + columns_px)
