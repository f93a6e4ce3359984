"""Muscle shapes from parameters: no data needed.

The outlines below are corner points of a typical adult's muscles at six levels, measured by eye
on published atlas figures and real slices; corners are cut round, levels are interpolated, sizes
and asymmetry vary. They come out as a `LabelSlice`, so that everything after goes one way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.fields import Rng
from training.phantom.label_maps import (
    ABOVE_MM,
    BELOW_MM,
    HALF_WIDTH_MM,
    LabelSlice,
    closed,
    make_slice,
)

Level = Literal["L1", "L2", "L3", "L4", "L5", "S1"]
LEVELS: tuple[Level, ...] = ("L1", "L2", "L3", "L4", "L5", "S1")

GRID_MM = 0.5
"""Step of the grid on which outlines are filled."""

Outline = npt.NDArray[np.float64]

# Corners (distance from the midline, height below the multifidus' ventral end) in mm.
MULTIFIDUS: dict[Level, tuple[tuple[float, float], ...]] = {
    "L1": ((4, -1), (11, -1), (15, 9), (13, 18), (4, 22), (2, 10)),
    "L2": ((5, -1), (14, 0), (18, 13), (15, 27), (3, 31), (2.5, 14)),
    "L3": ((5, -1), (17, 0), (21, 15), (18, 33), (3, 37), (2.5, 17)),
    "L4": ((5, 0), (21, -2), (25, 15), (23, 36), (3, 41), (3, 18)),
    "L5": ((6, 2), (24, -2), (32, 14), (30, 34), (3, 40), (3, 19)),
    "S1": ((8, 5), (24, -2), (39, 14), (39, 29), (3, 37), (4, 20)),
}
ERECTOR: dict[Level, tuple[tuple[float, float], ...]] = {
    "L1": ((10, -6), (42, -6), (82, 8), (76, 23), (42, 30), (8, 25)),
    "L2": ((11, -8), (42, -8), (80, 8), (80, 24), (44, 36), (10, 33)),
    "L3": ((14, -10), (35, -12), (75, 6), (78, 22), (47, 40), (12, 40)),
    "L4": ((19, -13), (33, -16), (66, 4), (75, 19), (47, 39), (16, 42)),
    "L5": ((23, -15), (38, -18), (57, 0), (59, 17), (46, 34), (22, 39)),
    "S1": ((29, -7), (43, -12), (51, 3), (50, 17), (42, 28), (30, 31)),
}
# Centre and half axes of the psoas and the quadratus lumborum.
PSOAS: dict[Level, tuple[float, float, float, float]] = {
    "L1": (30, -22, 6, 11),
    "L2": (34, -26, 11, 16),
    "L3": (39, -30, 15, 20),
    "L4": (44, -36, 19, 22),
    "L5": (50, -44, 20, 22),
    "S1": (58, -56, 19, 20),
}
QUADRATUS: dict[Level, tuple[float, float, float, float]] = {
    "L1": (50, -10, 16, 4),
    "L2": (58, -9, 20, 5),
    "L3": (64, -8, 22, 7),
    "L4": (68, -7, 22, 7),
    "L5": (70, -12, 14, 5),
    "S1": (72, -14, 1, 1),
}


@dataclass(frozen=True, kw_only=True)
class MuscleSizes:
    """How a person's muscles differ from the typical ones.

    Attributes
    ----------
    multifidus_width, multifidus_height : float
        Relative size.
    erector_width, psoas_size : float
        Relative size.
    left_over_right : float
        Relative width of the left multifidus against the right.
    corner_mm : float
        Standard deviation of the corners' places.
    """

    multifidus_width: float = 1.0
    multifidus_height: float = 1.0
    erector_width: float = 1.0
    psoas_size: float = 1.0
    left_over_right: float = 1.0
    corner_mm: float = 0.0


def draw_sizes(rng: Rng) -> MuscleSizes:
    """Draw a person."""
    return MuscleSizes(
        multifidus_width=float(rng.uniform(0.75, 1.35)),
        multifidus_height=float(rng.uniform(0.85, 1.15)),
        erector_width=float(rng.uniform(0.85, 1.1)),
        psoas_size=float(rng.uniform(0.75, 1.2)),
        left_over_right=float(np.exp(rng.normal(0.0, 0.08))),
        corner_mm=float(rng.uniform(0.5, 2.0)),
    )


def muscle_shapes(rng: Rng, position: float, sizes: MuscleSizes) -> LabelSlice:
    """Fill the outlines at a height of the spine.

    Parameters
    ----------
    rng : Generator
        Moves the corners.
    position : float
        0 at L1 to 5 at S1; fractions lie between.
    sizes : MuscleSizes
        The person.

    Raises
    ------
    ValueError
        The sizes leave no multifidus.
    """
    lower = int(np.clip(np.floor(position), 0, len(LEVELS) - 2))
    weight = float(np.clip(position - lower, 0.0, 1.0))
    first, second = LEVELS[lower], LEVELS[lower + 1]

    def between(table: dict[Level, tuple[tuple[float, float], ...]]) -> Outline:
        ends = np.asarray(table[first], float), np.asarray(table[second], float)
        return np.asarray((1.0 - weight) * ends[0] + weight * ends[1])

    multifidus, erector = between(MULTIFIDUS), between(ERECTOR)
    psoas = (1.0 - weight) * np.asarray(PSOAS[first]) + weight * np.asarray(PSOAS[second])
    quadratus = (1.0 - weight) * np.asarray(QUADRATUS[first]) + weight * np.asarray(
        QUADRATUS[second]
    )
    masks: dict[str, npt.NDArray[np.uint8]] = {}
    for side, sign in (("right", -1.0), ("left", 1.0)):
        stretch = sizes.multifidus_width * sizes.left_over_right ** (0.5 * sign)
        inner = multifidus * (stretch, sizes.multifidus_height)
        outer = erector * (sizes.erector_width, sizes.multifidus_height)
        inner = inner + rng.normal(0.0, 1.0, inner.shape) * sizes.corner_mm
        outer = outer + rng.normal(0.0, 1.0, outer.shape) * sizes.corner_mm
        inner[:, 0] = np.maximum(inner[:, 0], 1.5)
        core = filled(inner, sign)
        masks[f"multifidus_{side}"] = core
        masks[f"erector_{side}"] = filled(outer, sign) & (np.uint8(1) - core)
        masks[f"paraspinal_{side}"] = closed(core | masks[f"erector_{side}"], 7)
        for name, shape in (("psoas", psoas), ("quadratus", quadratus)):
            size = sizes.psoas_size * float(np.exp(rng.normal(0.0, 0.05)))
            slope = 0.3 if name == "quadratus" else 0.0
            masks[f"{name}_{side}"] = filled(oval(shape, size, slope), sign)
    labels = make_slice(masks, (GRID_MM, GRID_MM), "made up", 0)
    if labels is None:
        raise ValueError("the sizes leave no multifidus")
    return labels


def oval(shape: npt.NDArray[np.float64], size: float, slope: float) -> Outline:
    """Corners of an ellipse given by centre and half axes, its lateral end lowered by a slope."""
    angle = np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False)
    across, down = size * shape[2] * np.cos(angle), size * shape[3] * np.sin(angle)
    return np.stack([shape[0] + across, shape[1] + down + slope * across], axis=1)


def filled(corners: Outline, sign: float) -> npt.NDArray[np.uint8]:
    """Fill an outline whose corners are cut round; `sign` is -1 for the patient's right."""
    points = corners * (sign, 1.0)
    for _ in range(4):  # Chaikin's corner cutting
        following = np.roll(points, -1, axis=0)
        points = np.stack(
            [0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], axis=1
        ).reshape(-1, 2)
    height, width = round((ABOVE_MM + BELOW_MM) / GRID_MM), round(2 * HALF_WIDTH_MM / GRID_MM)
    mask = np.zeros((height, width), dtype=np.uint8)
    pixels = (points + np.array([HALF_WIDTH_MM, ABOVE_MM])) / GRID_MM
    cv2.fillPoly(mask, [np.round(pixels * 16.0).astype(np.int32)], 1, shift=4)
    return mask
