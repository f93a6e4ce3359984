"""Random fields of view: a real slice is carried onto a new grid, turned, scaled and bent.

Muscles travel as signed distances in mm, so that their borders stay smooth at any resolution and
can be moved afterwards (`compartment`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.fields import View as Grid
from training.phantom.fields import smooth_noise
from training.segmentation.volumes import (
    MULTIFIDUS_LEFT,
    MULTIFIDUS_RIGHT,
    SPINAE_LEFT,
    SPINAE_RIGHT,
    SubjectSlice,
)

FloatImage = npt.NDArray[np.float32]

_FAR_MM = 60.0

JUNCTION_MM = 18.0
"""How far ventral of the multifidi's middle the spinolaminar junction lies, about."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A field of view upon a slice.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the new grid.
    field_of_view_mm : float
        Length of the longer side.
    shift_mm : tuple of float
        Of the muscles' middle from the view's centre, down and to the image's right.
    rotation_deg, shear : float
        In the plane.
    stretch : tuple of float
        Anatomical scaling, rows and columns; pixels keep their nominal size.
    bend_mm : float
        Standard deviation of the smooth random displacement.
    """

    shape: tuple[int, int]
    field_of_view_mm: float
    shift_mm: tuple[float, float]
    rotation_deg: float
    shear: float
    stretch: tuple[float, float]
    bend_mm: float

    @property
    def pixel_mm(self) -> float:
        """Distance between pixels of the new grid."""
        return self.field_of_view_mm / max(self.shape)


@dataclass(frozen=True, kw_only=True)
class WarpedSlice:
    """A slice on its new grid; all arrays share its shape.

    Attributes
    ----------
    signal : tuple of ndarray
        `(t2,)` or `(water, fat)`.
    canal : ndarray
        Share of canal fluid.
    seam_mm : tuple of ndarray
        Signed distance to the border between multifidus and erector spinae of the right and the
        left side, positive in the multifidus.
    muscles_mm : tuple of ndarray
        The same to the border of both muscles together, positive inside.
    grid : Grid
        Body coordinates of the pixels.
    """

    signal: tuple[FloatImage, ...]
    canal: FloatImage
    seam_mm: tuple[FloatImage, FloatImage]
    muscles_mm: tuple[FloatImage, FloatImage]
    grid: Grid

    @property
    def pixel_mm(self) -> float:
        """Distance between pixels."""
        return self.grid.mm_per_px


def random_view(rng: np.random.Generator, size_px: int, *, source_mm: float) -> View:
    """Draw a field of view: mostly of 175 to 350 mm, sometimes from 110 to 420 mm.

    Mostly no larger than the source's own, `source_mm`, as beyond it there is only black.
    """
    wide = rng.random() < 0.3
    field_of_view_mm = rng.uniform(110, 420) if wide else rng.uniform(175, 350)
    if field_of_view_mm > source_mm and rng.random() < 0.85:
        field_of_view_mm = rng.uniform(130.0, source_mm)
    ratio = 1.0 if rng.random() < 0.6 else rng.uniform(0.7, 1.0)
    short = round(size_px * ratio)
    shape = (size_px, size_px) if ratio == 1.0 else (short, size_px)
    if rng.random() < 0.25:
        shape = shape[::-1]
    # The muscles lie below the centre of a lumbar slice; how far depends on how it was planned.
    half_rows_mm = 0.5 * field_of_view_mm * shape[0] / size_px
    half_columns_mm = 0.5 * field_of_view_mm * shape[1] / size_px
    down_mm = rng.uniform(-0.1, 1.0) * max(half_rows_mm - 45.0, 0.0)
    side_mm = rng.normal(0.0, 0.12) * half_columns_mm
    return View(
        shape=shape,
        field_of_view_mm=float(field_of_view_mm),
        shift_mm=(float(down_mm), float(side_mm)),
        rotation_deg=float(rng.normal(0.0, 5.0) if rng.random() < 0.9 else rng.normal(0.0, 14.0)),
        shear=float(rng.normal(0.0, 0.05)),
        stretch=(float(rng.uniform(0.8, 1.25)), float(rng.uniform(0.8, 1.25))),
        bend_mm=float(rng.uniform(0.0, 3.5)),
    )


def warp(source: SubjectSlice, view: View, rng: np.random.Generator) -> WarpedSlice:
    """Carry a slice and its muscles onto the grid of a view."""
    images, distances, centre = _channels(source)
    map_x, map_y, grid = _source_coordinates(source, view, centre, rng)
    sampled = cv2.remap(
        images, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )
    border = (-_FAR_MM, -_FAR_MM, -_FAR_MM, -_FAR_MM)
    lengths = cv2.remap(
        distances,
        map_x,
        map_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=border,
    )
    sampled = np.maximum(sampled, 0.0)
    planes = [np.ascontiguousarray(sampled[..., k]) for k in range(3)]
    sides = [np.ascontiguousarray(lengths[..., k]) for k in range(4)]
    return WarpedSlice(
        signal=tuple(planes[: len(source.signal)]),
        canal=np.minimum(planes[2], 1.0),
        seam_mm=(sides[0], sides[1]),
        muscles_mm=(sides[2], sides[3]),
        grid=grid,
    )


def _source_coordinates(
    source: SubjectSlice, view: View, centre: tuple[float, float], rng: np.random.Generator
) -> tuple[FloatImage, FloatImage, Grid]:
    rows, columns = view.shape
    y_mm = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * view.pixel_mm - view.shift_mm[0]
    x_mm = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * view.pixel_mm
    x_mm -= view.shift_mm[1]
    grid_y, grid_x = np.meshgrid(y_mm, x_mm, indexing="ij")
    angle = np.deg2rad(view.rotation_deg)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    turned_x = cos * grid_x + sin * grid_y + np.float32(view.shear) * grid_y
    turned_y = -sin * grid_x + cos * grid_y
    if view.bend_mm > 0:
        cells = view.field_of_view_mm / 45.0
        turned_x = turned_x + view.bend_mm * smooth_noise(rng, view.shape, cells)
        turned_y = turned_y + view.bend_mm * smooth_noise(rng, view.shape, cells)
    row_mm, column_mm = source.spacing_mm
    map_y = centre[0] + turned_y / np.float32(view.stretch[0] * row_mm)
    map_x = centre[1] + turned_x / np.float32(view.stretch[1] * column_mm)
    grid = Grid(
        size_px=max(view.shape),
        mm_per_px=view.pixel_mm,
        u_mm=turned_x.astype(np.float32),
        v_mm=(turned_y + np.float32(JUNCTION_MM)).astype(np.float32),
    )
    return map_x.astype(np.float32), map_y.astype(np.float32), grid


@lru_cache(maxsize=256)
def _channels(source: SubjectSlice) -> tuple[FloatImage, FloatImage, tuple[float, float]]:
    """Images, signed distances and the muscles' middle (row, column) of a slice, kept for reuse."""
    muscles = source.muscles
    unused = [np.zeros(muscles.shape, dtype=np.float32)] * (2 - len(source.signal))
    planes = [*source.signal, *unused, source.canal]
    right = muscles == MULTIFIDUS_RIGHT
    left = muscles == MULTIFIDUS_LEFT
    seams, wholes = [], []
    for multifidus, code in ((right, SPINAE_RIGHT), (left, SPINAE_LEFT)):
        spinae = muscles == code
        inner_mm = signed_distance_mm(multifidus, source.spacing_mm)
        outer_mm = signed_distance_mm(spinae, source.spacing_mm)
        seams.append((inner_mm - outer_mm) * np.float32(0.5))
        wholes.append(signed_distance_mm(multifidus | spinae, source.spacing_mm))
    distances = [*seams, *wholes]
    rows, columns = np.nonzero(right | left)
    images = np.dstack(planes).astype(np.float32)
    return images, np.dstack(distances), (float(rows.mean()), float(columns.mean()))


def signed_distance_mm(
    region: npt.NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> FloatImage:
    """Distance to a region's border, positive inside, in mm (pixels taken as square)."""
    inside = region.astype(np.uint8)
    pixel_mm = float(np.sqrt(spacing_mm[0] * spacing_mm[1]))
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    beyond = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    smooth = cv2.GaussianBlur((within - beyond) * pixel_mm, (0, 0), 0.7)
    return np.clip(smooth, -_FAR_MM, _FAR_MM).astype(np.float32)
