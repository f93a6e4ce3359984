"""Fields on the drawing grid: where each pixel lies in the body, smooth noise, and level sets.

A level set is a float32 array, positive inside a shape, in millimetres to its border (exact for
lines and circles, close to it for the rest). Body coordinates have their origin at the
spinolaminar junction: `u` grows towards the patient's left (the image's right), `v` towards the
back (the image's bottom).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

FloatField = npt.NDArray[np.float32]
BoolField = npt.NDArray[np.bool_]
Rng = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class View:
    """The square window of the body that is drawn.

    Attributes
    ----------
    size_px : int
        Side of the drawing grid.
    mm_per_px : float
        Size of its pixels.
    u_mm, v_mm : ndarray of float32, shape (size_px, size_px)
        Body coordinates of the pixels' centres, after rotation and smooth warping.
    """

    size_px: int
    mm_per_px: float
    u_mm: FloatField
    v_mm: FloatField

    @property
    def field_of_view_mm(self) -> float:
        """Side of the window."""
        return self.size_px * self.mm_per_px

    def coverage(self, distance_mm: FloatField, width_mm: float | FloatField) -> FloatField:
        """Share of each pixel that a line of some width covers.

        Parameters
        ----------
        distance_mm : ndarray
            Distance to the line's centre, of either sign.
        width_mm : float or ndarray
            Width of the line; may be below a pixel.
        """
        half = np.asarray(width_mm, dtype=np.float32) * np.float32(0.5 / self.mm_per_px)
        share = half + np.float32(0.5) - np.abs(distance_mm) * np.float32(1.0 / self.mm_per_px)
        return np.clip(share, 0.0, np.minimum(2.0 * half, np.float32(1.0)))

    def inside(self, level_set_mm: FloatField) -> FloatField:
        """Share of each pixel that lies inside a level set."""
        share = level_set_mm * np.float32(1.0 / self.mm_per_px) + np.float32(0.5)
        return np.asarray(np.clip(share, 0.0, 1.0), dtype=np.float32)

    def noise(self, rng: Rng, scale_mm: float) -> FloatField:
        """Smooth Gaussian noise of about unit variance with structures of a given size."""
        shape = self.u_mm.shape
        return smooth_noise(rng, shape, max(shape) * self.mm_per_px / scale_mm)

    def part(self, rows: slice, columns: slice) -> View:
        """Cut out a rectangle; `size_px` stays that of the whole."""
        return View(
            size_px=self.size_px,
            mm_per_px=self.mm_per_px,
            u_mm=self.u_mm[rows, columns],
            v_mm=self.v_mm[rows, columns],
        )

    def window(
        self, u_range_mm: tuple[float, float], v_range_mm: tuple[float, float]
    ) -> tuple[slice, slice]:
        """Rows and columns of the least rectangle that holds a box in body coordinates."""
        inside = (
            (self.u_mm > u_range_mm[0])
            & (self.u_mm < u_range_mm[1])
            & (self.v_mm > v_range_mm[0])
            & (self.v_mm < v_range_mm[1])
        )
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        if rows.size == 0:
            return slice(0, 0), slice(0, 0)
        return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def make_view(
    rng: Rng,
    *,
    size_px: int,
    field_of_view_mm: float,
    centre_mm: tuple[float, float],
    rotation_deg: float,
    asymmetry: float,
    warp_mm: float,
) -> View:
    """Lay a window over the body.

    Parameters
    ----------
    rng : Generator
        Draws the warp.
    size_px : int
        Side of the drawing grid.
    field_of_view_mm : float
        Side of the window.
    centre_mm : tuple of float
        Body coordinates (u, v) of the window's centre.
    rotation_deg : float
        Turn of the body in the picture.
    asymmetry : float
        Relative stretch of the patient's left half against the right.
    warp_mm : float
        Standard deviation of a smooth displacement at scales of about 90, 35, 11 and 4.5 mm, the
        smaller ones weaker: no border of a body is as smooth as a drawn one.
    """
    mm_per_px = field_of_view_mm / size_px
    axis = (np.arange(size_px, dtype=np.float32) + 0.5) * mm_per_px - field_of_view_mm / 2.0
    x, y = np.meshgrid(axis, axis)
    cos, sin = np.cos(np.deg2rad(rotation_deg)), np.sin(np.deg2rad(rotation_deg))
    u = np.float32(cos) * x + np.float32(sin) * y + np.float32(centre_mm[0])
    v = np.float32(cos) * y - np.float32(sin) * x + np.float32(centre_mm[1])
    if asymmetry:
        u = u * (np.float32(1.0) - np.float32(asymmetry) * np.tanh(u * np.float32(0.05)))
    if warp_mm > 0.0:
        fine_mm = min(warp_mm / 8.0, 0.45)
        scales = ((90.0, warp_mm), (35.0, warp_mm / 3.0), (11.0, fine_mm), (4.5, 0.7 * fine_mm))
        for scale_mm, strength_mm in scales:
            cells = field_of_view_mm / scale_mm
            u = u + np.float32(strength_mm) * smooth_noise(rng, u.shape, cells)
            v = v + np.float32(strength_mm) * smooth_noise(rng, v.shape, cells)
    return View(
        size_px=size_px,
        mm_per_px=mm_per_px,
        u_mm=u.astype(np.float32, copy=False),
        v_mm=v.astype(np.float32, copy=False),
    )


def smooth_noise(rng: Rng, shape: tuple[int, ...], cells: float) -> FloatField:
    """Smooth Gaussian noise with about unit variance.

    Parameters
    ----------
    rng : Generator
        Source of the values.
    shape : tuple of int
        Rows and columns.
    cells : float
        Number of independent values along the longer side.
    """
    height, width = shape[0], shape[1]
    if height == 0 or width == 0:
        return np.zeros((height, width), dtype=np.float32)
    cell_px = max(max(height, width) / max(cells, 0.5), 1.0)
    rows, columns = int(height / cell_px) + 4, int(width / cell_px) + 4
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    gain = np.float32(1.35)
    if cell_px > 8.0:
        # Cubic interpolation alone leaves creases along the coarse grid; they are blurred away
        # on a grid of four steps to the cell, where that is cheap.
        size = (4 * columns, 4 * rows)
        enlarged = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
        coarse = np.asarray(cv2.GaussianBlur(enlarged, (0, 0), 1.8), dtype=np.float32)
        gain = np.float32(1.9)
    # Enlarged with one cell to spare on each side, then cut at a random phase of the coarse grid.
    full_height, full_width = round(rows * cell_px), round(columns * cell_px)
    top = int(rng.integers(int(cell_px) + 1)) + int(cell_px)
    left = int(rng.integers(int(cell_px) + 1)) + int(cell_px)
    full = cv2.resize(coarse, (full_width, full_height), interpolation=cv2.INTER_CUBIC)
    noise = full[top : top + height, left : left + width] * gain
    return np.asarray(noise, dtype=np.float32)


def ellipse(
    view: View, centre_mm: tuple[float, float], radii_mm: tuple[float, float], turn_deg: float = 0.0
) -> FloatField:
    """Level set of an ellipse; first-order distance."""
    x, y = view.u_mm - np.float32(centre_mm[0]), view.v_mm - np.float32(centre_mm[1])
    if turn_deg:
        cos = np.float32(np.cos(np.deg2rad(turn_deg)))
        sin = np.float32(np.sin(np.deg2rad(turn_deg)))
        x, y = cos * x + sin * y, cos * y - sin * x
    a, b = np.float32(1.0 / radii_mm[0]), np.float32(1.0 / radii_mm[1])
    near, far = (x * a) ** 2 + (y * b) ** 2, (x * a * a) ** 2 + (y * b * b) ** 2
    k0 = np.sqrt(near)
    return np.asarray(k0 * (np.float32(1.0) - k0) / np.sqrt(far + np.float32(1e-9)), np.float32)


def capsule(
    view: View,
    start_mm: tuple[float, float],
    end_mm: tuple[float, float],
    radius_mm: tuple[float, float],
) -> FloatField:
    """Level set of a thick line whose radius goes from one value to another."""
    du, dv = end_mm[0] - start_mm[0], end_mm[1] - start_mm[1]
    square = max(du * du + dv * dv, 1e-6)
    x, y = view.u_mm - np.float32(start_mm[0]), view.v_mm - np.float32(start_mm[1])
    along = np.clip((x * np.float32(du) + y * np.float32(dv)) * np.float32(1.0 / square), 0.0, 1.0)
    x = x - along * np.float32(du)
    y = y - along * np.float32(dv)
    radius = np.float32(radius_mm[0]) + np.float32(radius_mm[1] - radius_mm[0]) * along
    return np.asarray(radius - np.sqrt(x * x + y * y), dtype=np.float32)


def smooth_union(first: FloatField, second: FloatField, radius_mm: float) -> FloatField:
    """Union of two level sets whose inner corners are filled with a radius."""
    mix = np.clip(np.float32(0.5 / radius_mm) * (first - second) + np.float32(0.5), 0.0, 1.0)
    bulge = np.float32(radius_mm) * mix * (np.float32(1.0) - mix)
    return np.asarray(second + (first - second) * mix + bulge, dtype=np.float32)
