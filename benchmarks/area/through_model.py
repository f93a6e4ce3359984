"""The same generated slice at several pixel spacings, through the served model.

A slice is drawn once, at the finest spacing; the others are means over larger pixels. The truth is
the fine mask's area. What comes out says how the model does on slices like those it was trained
with, and how much a coarser picture changes its answer; it says nothing of people.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.area.definition import Errors, Spacing
from multifidus.image_slice import ImageSlice
from multifidus.inference import Segmenter
from multifidus.measure import measure
from multifidus.postprocess import LEFT, RIGHT
from training.phantom.generate import generate, random_spec
from training.phantom.phantom_slice import PhantomSlice
from training.segmentation.evaluation.scoring import segment_slice

FIELD_OF_VIEW_MM = 240.0
SIZES_PX: tuple[tuple[int, int], ...] = (
    *((800, 800), (533, 533), (400, 400), (320, 320), (267, 267), (200, 200)),
    *((400, 200), (200, 400)),
)
"""Rows and columns: 0.3, 0.45, 0.6, 0.75, 0.9 and 1.2 mm, then 0.6 x 1.2 and 1.2 x 0.6 mm."""

MIN_SIDE_MM2 = 200.0
FIRST_SEED = 5_000


def draw_slices(count: int) -> list[PhantomSlice]:
    """Draw slices at the finest spacing, each with both sides in view."""
    rng = np.random.default_rng(FIRST_SEED)
    slices: list[PhantomSlice] = []
    seed = FIRST_SEED
    while len(slices) < count:
        seed += 1
        spec = dataclasses.replace(
            random_spec(rng, size_px=SIZES_PX[0][0]),
            field_of_view_mm=FIELD_OF_VIEW_MM,
            centre_mm=(0.0, -20.0),
        )
        phantom = generate(spec, seed)
        if min(phantom.area_mm2(RIGHT), phantom.area_mm2(LEFT)) >= MIN_SIDE_MM2:
            slices.append(phantom)
    return slices


def at_size(
    pixels: npt.NDArray[np.float32], size_px: tuple[int, int]
) -> tuple[npt.NDArray[np.float32], Spacing]:
    """Average a square picture over larger pixels; also their spacing."""
    rows, columns = size_px
    resized = pixels
    if size_px != pixels.shape:
        resized = np.asarray(
            cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA), np.float32
        )
    return resized, (FIELD_OF_VIEW_MM / rows, FIELD_OF_VIEW_MM / columns)


def model_errors(
    segmenter: Segmenter,
    slices: Sequence[PhantomSlice],
    *,
    sizes_px: Sequence[tuple[int, int]] = SIZES_PX,
) -> list[Errors]:
    """Measure slices at several sizes.

    Parameters
    ----------
    segmenter : Segmenter
        The model.
    slices : sequence of PhantomSlice
        From `draw_slices`.
    sizes_px : sequence of tuple of int
        Rows and columns.
    """
    made = []
    for size_px in sizes_px:
        errors: list[float] = []
        areas_mm2 = [slice_.area_mm2(side) for slice_ in slices for side in (RIGHT, LEFT)]
        for phantom in slices:
            pixels, spacing_mm = at_size(phantom.pixels, size_px)
            image = ImageSlice(pixels=pixels, media="dicom", pixel_spacing_mm=spacing_mm)
            errors += _errors_pct(segmenter, image, phantom)
        made.append(
            Errors(
                spacing_mm=spacing_mm,
                areas_mm2=np.array(areas_mm2),
                errors_pct=np.array(errors),
            )
        )
    return made


def _errors_pct(segmenter: Segmenter, image: ImageSlice, phantom: PhantomSlice) -> list[float]:
    done = measure(segment_slice(segmenter, image), image)
    errors = []
    for side, value in ((done.right, RIGHT), (done.left, LEFT)):
        truth_mm2 = phantom.area_mm2(value)
        assert side.area_mm2 is not None  # noqa: S101 - the spacing is given above
        errors.append(100.0 * (side.area_mm2 - truth_mm2) / truth_mm2)
    return errors
