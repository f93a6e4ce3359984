"""The definition itself: pixels of a true mask, times their size, against the exact area.

And the way of a mask through the product: a model that is right about every pixel of its own grid,
its probabilities brought to the slice's grid and thresholded there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.area.shapes import Floats, Pair, draw_pair
from multifidus.image_slice import ImageSlice
from multifidus.manifest import PreprocessSpec
from multifidus.measure import measure
from multifidus.postprocess import LEFT, RIGHT, Segmentation, postprocess
from multifidus.preprocess import Geometry, preprocess

Spacing = tuple[float, float]

SPACINGS_MM: tuple[Spacing, ...] = (
    *((0.3, 0.3), (0.45, 0.45), (0.6, 0.6), (0.75, 0.75), (0.9, 0.9), (1.2, 1.2)),
    *((0.3, 0.6), (0.6, 1.2), (1.2, 0.6), (0.5, 0.9)),
)
"""Row, then column spacing: square pixels, then others."""

AREAS_MM2 = (200.0, 400.0, 700.0, 1100.0)
"""Of a side: from the muscle at L1-L2 to the largest mean at L5-S1."""

FIELD_OF_VIEW_MM = 200.0
SUBPIXELS = 4
"""Points per pixel and direction that a model pixel's share of muscle is taken from."""


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Relative errors of the area at one spacing.

    Attributes
    ----------
    spacing_mm : tuple of float
        Row, then column spacing.
    areas_mm2, errors_pct : ndarray, shape (N,)
        The true area, and 100 (measured - true) / true, a value per side and shape.
    """

    spacing_mm: Spacing
    areas_mm2: Floats
    errors_pct: Floats


def definition_errors(
    *, shape_count: int, seed: int = 1, spacings_mm: Sequence[Spacing] = SPACINGS_MM
) -> list[Errors]:
    """Measure masks that hold each pixel whose centre lies inside a shape.

    Parameters
    ----------
    shape_count : int
        Pairs of shapes for each spacing and area.
    seed : int
        Draws the shapes; each spacing gets the same ones.
    spacings_mm : sequence of tuple of float
        Row and column spacings.
    """
    return [
        _errors(_pairs(shape_count, seed), spacing_mm, _true_mask) for spacing_mm in spacings_mm
    ]


def perfect_model_errors(
    *, shape_count: int, seed: int = 1, spacings_mm: Sequence[Spacing] = SPACINGS_MM
) -> list[Errors]:
    """Measure what becomes of a perfect model's probabilities; parameters as above."""
    return [
        _errors(_pairs(shape_count, seed), spacing_mm, _perfect_mask) for spacing_mm in spacings_mm
    ]


def _errors(
    pairs: Iterable[Pair],
    spacing_mm: Spacing,
    mask_of: Callable[[Pair, Spacing], npt.NDArray[np.uint8]],
) -> Errors:
    areas_mm2: list[float] = []
    errors_pct: list[float] = []
    for pair in pairs:
        segmentation = Segmentation(mask=mask_of(pair, spacing_mm), probability=None)
        done = measure(segmentation, _blank(spacing_mm))
        for side, truth in ((done.right, pair.right), (done.left, pair.left)):
            assert side.area_mm2 is not None  # noqa: S101 - there is a spacing
            areas_mm2.append(truth.area_mm2)
            errors_pct.append(100.0 * (side.area_mm2 - truth.area_mm2) / truth.area_mm2)
    return Errors(
        spacing_mm=spacing_mm, areas_mm2=np.array(areas_mm2), errors_pct=np.array(errors_pct)
    )


def _pairs(shape_count: int, seed: int) -> Iterator[Pair]:
    rng = np.random.default_rng(seed)
    for area_mm2 in AREAS_MM2:
        for _ in range(shape_count):
            yield draw_pair(rng, area_mm2, FIELD_OF_VIEW_MM)


def _blank(spacing_mm: Spacing) -> ImageSlice:
    rows, columns = (round(FIELD_OF_VIEW_MM / step) for step in spacing_mm)
    return ImageSlice(
        pixels=np.zeros((rows, columns), np.float32), media="dicom", pixel_spacing_mm=spacing_mm
    )


def _true_mask(pair: Pair, spacing_mm: Spacing) -> npt.NDArray[np.uint8]:
    rows, columns = _blank(spacing_mm).pixels.shape
    row_mm, column_mm = spacing_mm
    x, y = np.meshgrid((np.arange(columns) + 0.5) * column_mm, (np.arange(rows) + 0.5) * row_mm)
    return pair.mask(x, y)


def _perfect_mask(pair: Pair, spacing_mm: Spacing) -> npt.NDArray[np.uint8]:
    spec = PreprocessSpec()
    _, geometry = preprocess(_blank(spacing_mm), spec)
    probabilities = np.zeros((2, spec.height_px, spec.width_px), np.float32)
    labels = pair.mask(*_model_points_mm(geometry, spacing_mm))
    blocks = labels.reshape(geometry.height, SUBPIXELS, geometry.width, SUBPIXELS)
    rows = slice(geometry.top, geometry.top + geometry.height)
    columns = slice(geometry.left, geometry.left + geometry.width)
    for channel, value in enumerate((RIGHT, LEFT)):
        probabilities[channel, rows, columns] = (blocks == value).mean(axis=(1, 3))
    return postprocess(probabilities, geometry, threshold=0.5).mask


def _model_points_mm(geometry: Geometry, spacing_mm: Spacing) -> tuple[Floats, Floats]:
    """Where the points of the model's pixels lie in the slice."""
    down = (np.arange(geometry.height * SUBPIXELS) + 0.5) / SUBPIXELS / geometry.height
    across = (np.arange(geometry.width * SUBPIXELS) + 0.5) / SUBPIXELS / geometry.width
    y_mm = (geometry.crop_top + down * geometry.crop_height) * spacing_mm[0]
    x_mm = (geometry.crop_left + across * geometry.crop_width) * spacing_mm[1]
    x, y = np.meshgrid(x_mm, y_mm)
    return x, y
