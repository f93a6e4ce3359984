"""Scenes for the negatives: other anatomy in cross-section, a sagittal spine, documents."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.fields import smooth_noise

FloatImage = npt.NDArray[np.float32]


def head(rng: np.random.Generator, size_px: int) -> FloatImage:
    """A head: scalp fat, dark skull, folded grey and white matter, bright ventricles."""
    scene = _Scene(rng, size_px)
    width, height = rng.uniform(0.28, 0.38), rng.uniform(0.34, 0.45)
    scene.oval((0.0, 0.0), (width, height), rng.uniform(0.6, 1.0))
    scene.oval((0.0, 0.0), (width * 0.94, height * 0.94), 0.05)
    inside = scene.oval((0.0, 0.0), (width * 0.88, height * 0.88), rng.uniform(0.3, 0.6))
    folds = np.abs(smooth_noise(rng, inside.shape, 26.0))
    scene.mix(inside * np.clip(1.0 - 2.0 * folds, 0.0, 1.0), rng.uniform(0.6, 1.0))
    for side in (-1, 1):
        scene.oval((side * 0.05, -0.04), (0.03, rng.uniform(0.06, 0.12)), rng.uniform(0.7, 1.2))
    return scene.picture()


def limb(rng: np.random.Generator, size_px: int) -> FloatImage:
    """A thigh or knee, one or two: skin fat, muscles parted by fat, a bone with marrow."""
    scene = _Scene(rng, size_px)
    pair = rng.random() < 0.5
    radius = rng.uniform(0.17, 0.22) if pair else rng.uniform(0.28, 0.42)
    for middle in (-0.25, 0.25) if pair else (0.0,):
        scene.oval((middle, 0.0), (radius, radius), 1.0)
        inner = radius * rng.uniform(0.7, 0.92)
        flesh = scene.oval((middle, 0.0), (inner, inner), rng.uniform(0.15, 0.4))
        planes = np.exp(-np.abs(smooth_noise(rng, flesh.shape, rng.uniform(6.0, 12.0))) * 14.0)
        scene.mix(flesh * planes, 0.9)
        bone = radius * rng.uniform(0.12, 0.6)
        place = (middle + rng.uniform(-0.2, 0.2) * radius, rng.uniform(-0.3, 0.3) * radius)
        scene.oval(place, (bone, bone), 0.05)
        scene.oval(place, (bone * 0.8, bone * 0.8), rng.uniform(0.5, 0.9))
    return scene.picture()


def trunk(rng: np.random.Generator, size_px: int) -> FloatImage:
    """A chest with dark lungs and a heart, or a pelvis with hips and bladder; no lumbar muscle."""
    scene = _Scene(rng, size_px)
    width, height = rng.uniform(0.38, 0.48), rng.uniform(0.25, 0.34)
    scene.oval((0.0, 0.0), (width, height), 1.0)
    scene.oval((0.0, 0.0), (width * 0.9, height * 0.87), rng.uniform(0.2, 0.4))
    if rng.random() < 0.5:
        for side in (-1, 1):
            scene.oval((side * 0.2, 0.0), (rng.uniform(0.11, 0.15), height * 0.68), 0.03)
        scene.oval((0.05, -0.06), (0.1, 0.1), rng.uniform(0.1, 0.5))
        scene.oval((0.0, 0.14), (0.05, 0.05), rng.uniform(0.3, 0.6))
    else:
        scene.oval((0.0, -0.02), (width * 0.6, height * 0.6), 0.9)
        scene.oval((0.0, -0.1), (rng.uniform(0.06, 0.14), 0.08), rng.uniform(1.0, 1.6))
        scene.oval((0.0, 0.08), (0.05, 0.05), rng.uniform(0.1, 0.6))
        for side in (-1, 1):
            scene.oval((side * 0.27, 0.02), (0.07, 0.07), rng.uniform(0.4, 0.8))
            scene.oval((side * 0.2, 0.2), (0.16, 0.07), rng.uniform(0.15, 0.35))
    return scene.picture()


def sagittal_spine(rng: np.random.Generator, size_px: int) -> FloatImage:
    """A column of vertebral bodies and discs with the bright canal and spinous processes behind."""
    scene = _Scene(rng, size_px)
    scene.grey += np.float32(rng.uniform(0.1, 0.5))
    step, bow = rng.uniform(0.1, 0.17), rng.uniform(-0.08, 0.08)
    scene.box((rng.uniform(0.38, 0.44), 0.0), (0.08, 0.55), 0.0, 1.0)
    marrow, disc = rng.uniform(0.4, 0.8), rng.uniform(0.1, 1.0)
    fluid = rng.uniform(0.8, 1.6)
    for number in range(-5, 6):
        y = number * step
        x = bow * float(np.cos(3.0 * y)) - 0.05
        turn = float(np.rad2deg(3.0 * bow * np.sin(3.0 * y)))
        scene.box((x + 0.14, y), (0.035, 0.6 * step), turn, fluid)
        scene.box((x, y), (0.09, 0.38 * step), turn, marrow)
        scene.box((x, y + 0.5 * step), (0.085, 0.1 * step), turn, disc)
        scene.box((x + 0.25, y + 0.2 * step), (0.06, 0.2 * step), turn + 15.0, marrow * 0.9)
    return scene.picture()


def document(rng: np.random.Generator, size_px: int) -> FloatImage:
    """A page of text, dark on bright or the reverse, perhaps with a frame."""
    page = np.full((size_px, size_px), 255, dtype=np.uint8)
    scale = float(rng.uniform(0.3, 0.8))
    line_px = max(int(24 * scale), 6)
    letters = list("abcdefghiklmnoprstuvw ABDEGLMRST 0123456789.,:-")
    for y in range(line_px * 2, size_px - line_px, line_px):
        if rng.random() < 0.85:
            text = "".join(rng.choice(letters, size=int(rng.integers(5, 60))))
            cv2.putText(page, text, (line_px, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 20, 1)
    if rng.random() < 0.4:
        cv2.rectangle(page, (4, 4), (size_px - 5, size_px - 5), 40, 2)
    printed = page.astype(np.float32)
    return printed if rng.random() < 0.7 else np.float32(255.0) - printed


class _Scene:
    """A grey picture that shapes are laid upon; lengths over its side, from its middle."""

    def __init__(self, rng: np.random.Generator, size_px: int) -> None:
        self.grey = np.zeros((size_px, size_px), dtype=np.float32)
        self._rng = rng
        self._size_px = size_px
        self._turn_deg = float(rng.normal(0.0, 8.0))

    def oval(
        self, centre: tuple[float, float], radii: tuple[float, float], grey: float
    ) -> FloatImage:
        """Lay an ellipse upon the picture; return its region, 0 or 1."""
        region: FloatImage = np.zeros_like(self.grey)
        axes = (max(round(radii[0] * self._size_px), 1), max(round(radii[1] * self._size_px), 1))
        cv2.ellipse(region, self._pixel(centre), axes, self._turn_deg, 0, 360, 1.0, -1)
        self.mix(region, grey)
        return region

    def box(
        self, centre: tuple[float, float], halves: tuple[float, float], turn_deg: float, grey: float
    ) -> None:
        """Lay a turned rectangle upon the picture."""
        size = (2.0 * halves[0] * self._size_px, 2.0 * halves[1] * self._size_px)
        corners = cv2.boxPoints((self._pixel(centre), size, turn_deg + self._turn_deg))
        region: FloatImage = np.zeros_like(self.grey)
        cv2.fillPoly(region, [np.round(corners).astype(np.int32)], 1.0)
        self.mix(region, grey)

    def mix(self, share: FloatImage, grey: float) -> None:
        """Mix a grey value in."""
        self.grey += share * (np.float32(grey) - self.grey)

    def picture(self) -> FloatImage:
        """Texture, shading, blur and noise; 0 to 255."""
        rng = self._rng
        shape = (self._size_px, self._size_px)
        texture = 1.0 + rng.uniform(0.0, 0.15) * smooth_noise(rng, shape, rng.uniform(20.0, 80.0))
        shading = np.exp(np.float32(rng.uniform(0.0, 0.4)) * smooth_noise(rng, shape, 2.5))
        soft = cv2.GaussianBlur(self.grey * texture, (0, 0), rng.uniform(0.5, 1.5)) * shading
        soft = soft + rng.uniform(0.0, 0.05) * rng.standard_normal(shape, dtype=np.float32)
        return np.clip(soft * rng.uniform(170.0, 270.0), 0.0, 255.0).astype(np.float32)

    def _pixel(self, point: tuple[float, float]) -> tuple[int, int]:
        turn = np.deg2rad(self._turn_deg)
        x = np.cos(turn) * point[0] - np.sin(turn) * point[1]
        y = np.sin(turn) * point[0] + np.cos(turn) * point[1]
        return round((0.5 + x) * self._size_px), round((0.5 + y) * self._size_px)
