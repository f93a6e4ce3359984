"""Drawn pictures: a trunk cut across, with or without air around it, and what is none."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]

FAT, MUSCLE, AIR = 200.0, 45.0, 6.0


def trunk_picture(
    *,
    size: tuple[int, int] = (400, 512),
    centre: tuple[float, float] = (210.0, 250.0),
    half: tuple[float, float] = (120.0, 190.0),
    arms: bool = False,
    dark_belly: bool = False,
    noise: float = 3.0,
) -> FloatImage:
    """A trunk of fat and muscle; `centre` and `half` its size are rows, then columns."""
    picture = np.full(size, AIR, np.float32)
    middle = (round(centre[1]), round(centre[0]))

    def ellipse(share: float, value: float) -> None:
        axes = (round(half[1] * share), round(half[0] * share))
        cv2.ellipse(picture, middle, axes, 0, 0, 360, value, -1)

    ellipse(1.0, FAT)
    ellipse(0.8, MUSCLE)
    ellipse(0.6, 0.6 * FAT)
    if arms:
        for side in (-1, 1):
            away = middle[0] + side * round(half[1] + 38)
            cv2.ellipse(picture, (away, middle[1]), (20, 40), 0, 0, 360, FAT, -1)
    if dark_belly:  # a saturation band
        picture[: round(centre[0] - 0.2 * half[0])] *= 0.05
    return _noisy(picture, noise)


def thighs_picture() -> FloatImage:
    """Two thighs that touch: as wide and as deep as a trunk."""
    picture = np.full((400, 512), AIR, np.float32)
    for column in (161, 351):
        cv2.circle(picture, (column, 200), 98, FAT, -1)
        cv2.circle(picture, (column, 200), 80, MUSCLE, -1)
    return _noisy(picture, 3.0)


def head_picture() -> FloatImage:
    """An ellipse deeper than it is wide."""
    picture = np.full((512, 512), AIR, np.float32)
    cv2.ellipse(picture, (256, 256), (140, 190), 0, 0, 360, FAT, -1)
    return _noisy(picture, 3.0)


def _noisy(picture: FloatImage, noise: float) -> FloatImage:
    rng = np.random.default_rng(0)
    return np.abs(picture + rng.normal(0.0, noise, picture.shape).astype(np.float32))
