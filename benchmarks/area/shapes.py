"""Closed shapes whose area is known exactly, and their masks on any grid.

A shape is a wavy circle, stretched without change of area, and turned: the area within
r(t) = r0 (1 + sum of a_k cos kt + b_k sin kt) is pi r0^2 (1 + half the sum of a_k^2 + b_k^2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from multifidus.postprocess import LEFT, RIGHT

Floats = npt.NDArray[np.float64]

WAVES = (2, 3, 4, 5)
MAX_WAVE = 0.08
"""Of the radius; four of them still leave a shape without loops."""

MAX_STRETCH = 1.6
REACH = MAX_STRETCH**0.5 * (1.0 + 2 * len(WAVES) * MAX_WAVE)
"""Mean radii from the centre beyond which no shape goes."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A region in millimetres.

    Attributes
    ----------
    centre_mm : tuple of float
        x to the image's right, y downwards.
    area_mm2 : float
        Exact.
    cosines, sines : tuple of float
        Amplitudes of the waves, over the radius.
    stretch : float
        Height over width.
    turn_rad : float
        Direction of the stretch.
    """

    centre_mm: tuple[float, float]
    area_mm2: float
    cosines: tuple[float, ...]
    sines: tuple[float, ...]
    stretch: float
    turn_rad: float

    def contains(self, x_mm: Floats, y_mm: Floats) -> npt.NDArray[np.bool_]:
        """Whether points lie inside."""
        x, y = x_mm - self.centre_mm[0], y_mm - self.centre_mm[1]
        reach_mm = REACH * self._radius_mm()
        near = (np.abs(x) < reach_mm) & (np.abs(y) < reach_mm)
        inside = np.zeros(x.shape, dtype=bool)
        inside[near] = self._contains(x[near], y[near])
        return inside

    def _contains(self, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        cos, sin = np.cos(self.turn_rad), np.sin(self.turn_rad)
        across = (cos * x + sin * y) * np.sqrt(self.stretch)
        along = (cos * y - sin * x) / np.sqrt(self.stretch)
        angle = np.arctan2(along, across)
        wavy = np.ones_like(angle)
        for wave, a, b in zip(WAVES, self.cosines, self.sines, strict=True):
            wavy += a * np.cos(wave * angle) + b * np.sin(wave * angle)
        inside: npt.NDArray[np.bool_] = np.hypot(across, along) < self._radius_mm() * wavy
        return inside

    def _radius_mm(self) -> float:
        waves = sum(value**2 for value in (*self.cosines, *self.sines))
        return float(np.sqrt(self.area_mm2 / (np.pi * (1.0 + 0.5 * waves))))


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The two sides, in a square field of view with its upper left corner at (0, 0)."""

    right: Shape
    left: Shape
    field_of_view_mm: float

    def mask(self, x_mm: Floats, y_mm: Floats) -> npt.NDArray[np.uint8]:
        """Label points: 1 right, 2 left, 0 outside."""
        right, left = (side.contains(x_mm, y_mm) for side in (self.right, self.left))
        return np.where(right, RIGHT, np.where(left, LEFT, 0)).astype(np.uint8)


def draw_pair(rng: np.random.Generator, area_mm2: float, field_of_view_mm: float) -> Pair:
    """Draw two sides of about the same area, anywhere on the pixels."""
    middle = field_of_view_mm / 2.0
    right, left = (
        Shape(
            # Far enough apart for any two shapes; the rest moves them over the pixels.
            centre_mm=(
                middle + sign * 2.0 * np.sqrt(area_mm2 / np.pi) + rng.uniform(-2.0, 2.0),
                middle + rng.uniform(-2.0, 2.0),
            ),
            area_mm2=area_mm2 * rng.uniform(0.9, 1.1),
            cosines=tuple(rng.uniform(-MAX_WAVE, MAX_WAVE, len(WAVES))),
            sines=tuple(rng.uniform(-MAX_WAVE, MAX_WAVE, len(WAVES))),
            stretch=float(rng.uniform(1.0, MAX_STRETCH)),
            turn_rad=float(sign * rng.uniform(0.0, 0.6)),
        )
        for sign in (-1.0, 1.0)
    )
    return Pair(right=right, left=left, field_of_view_mm=field_of_view_mm)
