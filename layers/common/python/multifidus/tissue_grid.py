"""The surroundings of the multifidus on a coarse grid, and what tissue to expect where.

Fat is measured against lean muscle and fat found in the same picture. Both are looked for around
the masks: in the paraspinal muscles beside them, under the skin behind them, and in the psoas and
the fat around it further ventral. The vertebra, the canal and whatever lies ventral of the psoas
are left out: marrow, discs, fluid and bowel are neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
BoolImage = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

STEP_MM = 2.0
"""Grid step. Fine enough for fat between the muscles, and for a reading that does not depend on how
the grid happens to lie on the picture; noise is averaged away."""

VENTRAL_MM, DORSAL_MM, LATERAL_MM = 62.0, 20.0, 75.0
"""How far from the masks tissue is looked for."""

PSOAS_FROM_MM, PSOAS_TO_MM = 20.0, 62.0
"""Distances from the midline between which psoas is looked for; medial of it lies the vertebra."""

MARGIN_MM = 3.0
FLOOR_SHARE = 0.025
"""This share of bright tissue is added to all intensities. Exports often have the darkest muscle at
black, where a logarithm sees noise; a place between two references does not depend on an offset."""

SKIN_SHARE = 0.2
"""The body's outline is where it first exceeds this share of bright tissue."""

CLIPPED_FROM_SHARE = 0.002
"""A maximum that this share of all pixels has is the end of a window, not a bright spot."""

CLIPPED_WEIGHT = 0.3
"""Weight of tissue brighter than its picture's window: its intensity is a lower bound."""

EDGE_LOG = 0.15
"""Change of log intensity per step at which a pixel counts half: it is on a border of tissues."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Millimetres of the canonical view, from the midline and the ventral end of the masks.

    Attributes
    ----------
    spacing_mm : tuple of float
        Row and column spacing; assumed (`multifidus.pixel_size`) where the slice has none.
    top_px, middle_px : float
        Row of the masks' ventral end, column of the midline.
    height_mm : float
        Height of the masks.
    """

    spacing_mm: tuple[float, float]
    top_px: float
    middle_px: float
    height_mm: float

    def rows_mm(self, rows_px: Floats) -> Floats:
        """Distance of rows (pixel centres are at + 0.5) towards the back."""
        return (rows_px - self.top_px) * self.spacing_mm[0]

    def columns_mm(self, columns_px: Floats) -> Floats:
        """Distance of columns towards the image's right."""
        return (columns_px - self.middle_px) * self.spacing_mm[1]


@dataclass(frozen=True, kw_only=True)
class TissueGrid:
    """A coarse picture of the surroundings; all arrays share one shape.

    Attributes
    ----------
    frame : Frame
        Its place in the slice.
    rows_mm, columns_mm : ndarray of float64, shape (H,) and (W,)
        Coordinates in `frame`.
    intensity : ndarray of float32, shape (H, W)
        Means of the slice's pixels.
    inside : ndarray of float32
        Share of each pixel inside a mask.
    bright : float
        Intensity of bright tissue, to scale by.
    log_intensity : ndarray of float64
        log(intensity / bright + FLOOR_SHARE).
    weight : ndarray of float64
        1 in the midst of a tissue, towards 0 on borders and where the picture's window ends.
    paraspinal, dorsal, psoas : ndarray of bool
        Zones. Air is excluded.
    """

    frame: Frame
    rows_mm: Floats
    columns_mm: Floats
    intensity: FloatImage
    inside: FloatImage
    bright: float
    log_intensity: Floats
    weight: Floats
    paraspinal: BoolImage
    dorsal: BoolImage
    psoas: BoolImage


def frame_of(mask: npt.NDArray[np.uint8], spacing_mm: tuple[float, float]) -> Frame | None:
    """Place a frame by the masks (1 right, 2 left, canonical view); None for an empty mask."""
    if not mask.any():
        return None
    sides = [mask == value for value in (1, 2)]
    rows = np.flatnonzero(mask.any(axis=1))
    columns = [np.flatnonzero(side.any(axis=0)) for side in sides]
    right, left = columns
    if right.size and left.size:
        middle_px = (right[0] + left[-1] + 1) / 2.0
    else:  # the midline is at the medial end of the one side
        middle_px = right[-1] + 1.0 if right.size else float(left[0])
    return Frame(
        spacing_mm=spacing_mm,
        top_px=float(rows[0]),
        middle_px=float(middle_px),
        height_mm=float(rows[-1] + 1 - rows[0]) * spacing_mm[0],
    )


def tissue_grid(pixels: FloatImage, mask: npt.NDArray[np.uint8], frame: Frame) -> TissueGrid | None:
    """Reduce a slice and its mask (canonical view) to the grid; None where all is dark."""
    row_mm, column_mm = frame.spacing_mm
    bottom_px = frame.top_px + (frame.height_mm + DORSAL_MM) / row_mm
    box = (
        _span(frame.top_px - VENTRAL_MM / row_mm, bottom_px, pixels.shape[0]),
        _span(
            frame.middle_px - LATERAL_MM / column_mm,
            frame.middle_px + LATERAL_MM / column_mm,
            pixels.shape[1],
        ),
    )
    intensity = _reduced(pixels[box], frame.spacing_mm)
    inside = _reduced((mask[box] > 0).astype(np.float32), frame.spacing_mm)
    rows_mm = frame.rows_mm(_centres(box[0], intensity.shape[0]))
    columns_mm = frame.columns_mm(_centres(box[1], intensity.shape[1]))
    down, across = rows_mm[:, None], np.abs(columns_mm)[None, :]
    back = down > -MARGIN_MM
    bright = float(np.percentile(intensity[back[:, 0]], 97)) if back.any() else 0.0
    if not bright > 0.0:
        return None
    behind = down >= frame.height_mm + MARGIN_MM
    outline = np.asarray(cv2.blur(intensity, (3, 3))) > SKIN_SHARE * bright
    # Behind all tissue lies skin, so what has nothing bright behind it is air.
    tissue = np.flip(np.maximum.accumulate(np.flip(outline, 0), axis=0), 0)
    log_intensity = np.log(intensity / bright + FLOOR_SHARE, dtype=np.float64)
    return TissueGrid(
        frame=frame,
        rows_mm=rows_mm,
        columns_mm=columns_mm,
        intensity=intensity,
        inside=inside,
        bright=bright,
        log_intensity=log_intensity,
        weight=_clipped_weight(pixels, box, frame.spacing_mm)
        / (1.0 + (_slope(log_intensity) / EDGE_LOG) ** 2),
        paraspinal=tissue & back & ~behind,
        dorsal=tissue & behind,
        psoas=tissue & ~back & (across > PSOAS_FROM_MM) & (across < PSOAS_TO_MM),
    )


def _span(first: float, last: float, size: int) -> slice:
    start = min(max(int(first), 0), size - 1)
    return slice(start, min(max(int(np.ceil(last)), start + 1), size))


def _reduced(part: FloatImage, spacing_mm: tuple[float, float]) -> FloatImage:
    """Mean over grid pixels. A picture coarser than the grid stays as it is."""
    height, width = (
        max(1, min(size, round(size * mm / STEP_MM)))
        for size, mm in zip(part.shape, spacing_mm, strict=True)
    )
    small = cv2.resize(np.ascontiguousarray(part), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def _clipped_weight(
    pixels: FloatImage, box: tuple[slice, slice], spacing_mm: tuple[float, float]
) -> FloatImage:
    clipped = (pixels >= pixels.max()).astype(np.float32)
    if float(clipped.mean()) < CLIPPED_FROM_SHARE:
        return np.ones(1, dtype=np.float32)
    share = _reduced(clipped[box], spacing_mm)
    return np.where(share > 0.25, np.float32(CLIPPED_WEIGHT), np.float32(1.0))


def _centres(span: slice, count: int) -> Floats:
    step = (span.stop - span.start) / count
    return np.asarray(span.start + (np.arange(count) + 0.5) * step, dtype=np.float64)


def _slope(log_intensity: Floats) -> Floats:
    picture = log_intensity.astype(np.float32)
    slopes = [cv2.Sobel(picture, cv2.CV_32F, dx, dy, scale=0.125) for dx, dy in ((1, 0), (0, 1))]
    return np.hypot(slopes[0], slopes[1]).astype(np.float64)
