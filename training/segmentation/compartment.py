"""What varies inside and between the muscles: the border, the fat cleft along it, infiltration.

Trials showed that a network trained on fixed borders learns an average width. Here the border
between multifidus and erector spinae is moved at random and a fat cleft is painted where it then
runs, so that the network learns to follow what can be seen. The label is always the fascial
compartment, fat within it included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.segmentation.warp import WarpedSlice, smooth_noise

FloatImage = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Compartments:
    """The muscles of a slice after their borders were drawn.

    Attributes
    ----------
    right, left : ndarray of float32
        Share of each pixel inside the multifidus compartment.
    spinae : ndarray of float32
        The same for the erector spinae of both sides.
    fat_fraction : ndarray of float32
        Fat that was put into the muscles, 0 to 1.
    """

    right: FloatImage
    left: FloatImage
    spinae: FloatImage
    fat_fraction: FloatImage


def draw_compartments(
    warped: WarpedSlice, rng: np.random.Generator, *, move_border: bool
) -> Compartments:
    """Move the borders, paint clefts and infiltrate both sides with fat.

    Parameters
    ----------
    warped : WarpedSlice
        Where the muscles are.
    rng : Generator
        Source of all randomness.
    move_border : bool
        False where the image itself shows the border (a true T2 slice with a visible cleft).
    """
    shape = warped.signal[0].shape
    shape2 = (shape[0], shape[1])
    common_shift_mm = rng.uniform(-2.0, 8.0)
    cleft = _Cleft.draw(rng)
    severity = _severity(rng)
    texture = _marbling(rng, shape2, warped.pixel_mm)
    sharpness = float(rng.uniform(0.8, 4.0))
    fat = np.zeros(shape2, dtype=np.float32)
    spinae = np.zeros(shape2, dtype=np.float32)
    sides = []
    for side in (0, 1):
        muscle_mm = warped.muscles_mm[side]
        level_mm = warped.multifidus_mm[side]
        if move_border:
            waviness = smooth_noise(rng, shape2, 12.0) * rng.uniform(0.0, 2.0)
            level_mm = level_mm + np.float32(common_shift_mm + rng.normal(0.0, 1.0)) + waviness
        inside = np.minimum(level_mm, muscle_mm)
        compartment = _coverage(inside, warped.pixel_mm)
        muscle = _coverage(muscle_mm, warped.pixel_mm)
        sides.append(compartment)
        spinae += muscle - compartment

        side_severity = float(np.clip(severity * rng.uniform(0.7, 1.3), 0.0, 1.0))
        share = np.where(level_mm > 0, side_severity, side_severity * rng.uniform(0.3, 1.1))
        fat_here = _infiltration(texture, share.astype(np.float32), sharpness)
        fat_here += _pocket(warped, side, side_severity, rng) * compartment
        if move_border:
            fat_here = np.maximum(fat_here, cleft.paint(level_mm, rng, warped.pixel_mm))
            for _ in range(rng.integers(0, 3)):
                offset_mm = rng.uniform(6.0, 28.0)
                other = cleft.paint(level_mm + offset_mm, rng, warped.pixel_mm)
                fat_here = np.maximum(fat_here, np.float32(rng.uniform(0.1, 0.8)) * other)
            if rng.random() < 0.35:
                offset_mm = rng.uniform(-9.0, -3.5)
                other = cleft.paint(level_mm + offset_mm, rng, warped.pixel_mm)
                fat_here = np.maximum(fat_here, np.float32(rng.uniform(0.1, 0.7)) * other)
        fat += np.clip(fat_here, 0.0, 1.0) * muscle
    return Compartments(
        right=sides[0], left=sides[1], spinae=spinae, fat_fraction=np.clip(fat, 0.0, 1.0)
    )


@dataclass(frozen=True, kw_only=True)
class _Cleft:
    """The fat plane between two muscles: how wide, how bright, how continuous."""

    half_width_mm: float
    peak: float
    gaps: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> _Cleft:
        visible = rng.random() < 0.85
        return cls(
            half_width_mm=float(
                rng.uniform(0.5, 1.5) if rng.random() < 0.65 else rng.uniform(1.5, 3.5)
            ),
            peak=float(rng.uniform(0.35, 1.0)) if visible else 0.0,
            gaps=float(rng.uniform(-1.5, 0.6)),
        )

    def paint(self, level_mm: FloatImage, rng: np.random.Generator, pixel_mm: float) -> FloatImage:
        shape = (level_mm.shape[0], level_mm.shape[1])
        along = np.clip(smooth_noise(rng, shape, 10.0) - np.float32(self.gaps), 0.0, 1.0)
        # A plane thinner than a pixel stays visible, but fainter (partial volume).
        drawn_mm = max(self.half_width_mm, 0.5 * pixel_mm)
        width_mm = np.float32(drawn_mm) * (0.6 + 0.8 * along)
        profile: FloatImage = np.exp(-((level_mm / width_mm) ** 2)) * along
        return profile * np.float32(self.peak * (self.half_width_mm / drawn_mm) ** 0.5)


def _severity(rng: np.random.Generator) -> float:
    """Share of fat in the muscle: a third lean, a third mild to moderate, a third severe."""
    kind = rng.random()
    if kind < 0.3:
        return float(rng.uniform(0.0, 0.05))
    if kind < 0.7:
        return float(rng.uniform(0.05, 0.3))
    return float(rng.uniform(0.3, 0.9))


def _coverage(level_mm: FloatImage, pixel_mm: float) -> FloatImage:
    """Share of a pixel inside a border, from the signed distance of its centre."""
    covered: FloatImage = np.clip(level_mm / np.float32(pixel_mm) + np.float32(0.5), 0.0, 1.0)
    return covered


def _marbling(rng: np.random.Generator, shape: tuple[int, int], pixel_mm: float) -> FloatImage:
    """Uniform [0, 1] texture whose upper part looks like streaks and islands of fat."""
    longer_mm = max(shape) * pixel_mm
    texture = np.zeros(shape, dtype=np.float32)
    for grain_mm, weight in ((12.0, 0.6), (5.0, 1.0), (2.2, rng.uniform(0.1, 0.8))):
        noise = smooth_noise(rng, shape, longer_mm / (grain_mm * rng.uniform(0.7, 1.4)))
        if rng.random() < 0.5:  # ridges instead of islands
            noise = 1.2 - 2.2 * np.abs(noise)
        texture += np.float32(weight) * noise
    spread = float(texture.std()) or 1.0
    # The logistic function is close to the normal distribution's: the result is about uniform.
    uniform: FloatImage = 1.0 / (1.0 + np.exp(-1.702 * (texture - texture.mean()) / spread))
    return uniform


def _infiltration(texture: FloatImage, share: FloatImage, sharpness: float) -> FloatImage:
    """Fat fraction of about the mean `share`: islands when sharp, else general brightening."""
    present = np.clip(share / np.float32(0.02), 0.0, 1.0)
    raw = (texture - (1.0 - share)) * np.float32(sharpness) + np.float32(0.5)
    fraction: FloatImage = np.clip(raw, 0.0, 0.95) * present
    return fraction


def _pocket(
    warped: WarpedSlice, side: int, severity: float, rng: np.random.Generator
) -> FloatImage:
    """Fat between the muscle and the bone: along the medial and ventral rim of the compartment."""
    muscle_mm = warped.muscles_mm[side]
    shape = (muscle_mm.shape[0], muscle_mm.shape[1])
    if rng.random() > 0.35 + 0.5 * severity:
        return np.zeros(shape, dtype=np.float32)
    slope_y, slope_x = np.gradient(muscle_mm)
    medial = -slope_x if side == 0 else slope_x
    facing = np.clip((medial * rng.uniform(0.3, 1.0) + slope_y * rng.uniform(0.0, 1.0)), 0.0, None)
    facing = np.clip(facing / np.float32(0.6 * warped.pixel_mm), 0.0, 1.0)
    depth_mm = np.clip(
        rng.uniform(0.5, 7.0) + 2.5 * smooth_noise(rng, shape, 12.0), 0.05, None
    ).astype(np.float32)
    pocket: FloatImage = np.clip((depth_mm - muscle_mm) / 0.8, 0.0, 1.0) * facing
    return pocket * np.float32(rng.uniform(0.5, 1.0))
