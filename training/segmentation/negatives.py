"""Pictures without a multifidus to find: other planes and anatomy, noise, blanks, no MRI at all."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.fields import smooth_noise
from training.segmentation.scenes import document, head, limb, sagittal_spine, trunk

FloatImage = npt.NDArray[np.float32]

Scene = Callable[[np.random.Generator, int], FloatImage]

SCENES: tuple[Scene, ...] = (head, limb, trunk, sagittal_spine, document)


def negative(rng: np.random.Generator, size_px: int, volumes: dict[str, FloatImage]) -> FloatImage:
    """Draw one negative, `(size_px, size_px)`, 0 to 255.

    Parameters
    ----------
    rng : Generator
        Source of all randomness.
    size_px : int
        Side of the picture.
    volumes : dict of ndarray, shape (slices, rows, columns)
        T2-like volumes by subject, from the head downwards.
    """
    kind = rng.random()
    if kind < 0.3 and volumes:
        return _other_plane(rng, size_px, volumes)
    if kind < 0.7:
        draw = SCENES[int(rng.integers(len(SCENES)))]
        return draw(rng, size_px)
    if kind < 0.82:
        return _shapes(rng, size_px)
    if kind < 0.92:
        return _clouds(rng, size_px)
    if kind < 0.96:
        return np.clip(rng.normal(128, 60, (size_px, size_px)), 0, 255).astype(np.float32)
    return np.full((size_px, size_px), rng.uniform(0, 255), dtype=np.float32)


def _other_plane(
    rng: np.random.Generator, size_px: int, volumes: dict[str, FloatImage]
) -> FloatImage:
    """A sagittal or coronal plane through a subject, away from any axial view."""
    volume = volumes[str(rng.choice(sorted(volumes)))]
    if rng.random() < 0.6:
        plane = volume[:, :, int(volume.shape[2] * rng.uniform(0.2, 0.8))]
    else:
        plane = volume[:, int(volume.shape[1] * rng.uniform(0.3, 0.7)), :]
    picture = cv2.resize(plane, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.5:
        picture = np.rot90(picture, int(rng.integers(0, 4)))
    return _to_grey(np.ascontiguousarray(picture))


def _shapes(rng: np.random.Generator, size_px: int) -> FloatImage:
    """A scene of overlapping polygons and ellipses with shading, as in photographs and drawings."""
    scene = np.full((size_px, size_px), rng.uniform(0, 255), dtype=np.float32)
    for _ in range(rng.integers(4, 40)):
        grey = float(rng.uniform(0, 255))
        centre = rng.uniform(0, size_px, 2)
        if rng.random() < 0.5:
            axes = tuple(int(v) for v in rng.uniform(3, size_px / 3, 2))
            position = (int(centre[0]), int(centre[1]))
            cv2.ellipse(scene, position, axes, float(rng.uniform(0, 180)), 0, 360, grey, -1)
        else:
            corners = centre + rng.normal(0, size_px / 6, (int(rng.integers(3, 7)), 2))
            cv2.fillPoly(scene, [corners.astype(np.int32)], grey)
    shape = (size_px, size_px)
    scene += np.float32(rng.uniform(5, 40)) * smooth_noise(rng, shape, rng.uniform(3, 60))
    return np.clip(scene, 0, 255)


def _clouds(rng: np.random.Generator, size_px: int) -> FloatImage:
    """Smooth noise over many scales, as in textures."""
    shape = (size_px, size_px)
    falloff = rng.uniform(0.5, 1.2)
    total = np.zeros(shape, dtype=np.float32)
    for octave in range(1, 7):
        total += np.float32(2.0 ** (-falloff * octave)) * smooth_noise(rng, shape, 2.0**octave)
    return _to_grey(total)


def _to_grey(picture: FloatImage) -> FloatImage:
    low, high = np.percentile(picture, (1, 99))
    scaled = np.clip((picture - low) / max(high - low, 1e-6), 0, 1) * 255.0
    return np.asarray(scaled, dtype=np.float32)
