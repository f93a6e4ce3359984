"""Drawn pictures for the quality gate, from random noise to body-like shapes without a spine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Rng = np.random.Generator
Draw = Callable[[Rng], FloatImage]

SIZE_PX = 320


def white_noise(rng: Rng) -> FloatImage:
    """Independent pixels of some distribution."""
    kind = int(rng.integers(3))
    shape = (SIZE_PX, SIZE_PX)
    if kind == 0:
        return rng.uniform(0, 255, shape).astype(np.float32)
    if kind == 1:
        return rng.normal(100, 30, shape).astype(np.float32)
    return rng.rayleigh(40, shape).astype(np.float32)


def clouds(rng: Rng) -> FloatImage:
    """Noise with a power-law spectrum."""
    frequency = np.hypot(
        *np.meshgrid(np.fft.fftfreq(SIZE_PX), np.fft.rfftfreq(SIZE_PX), indexing="ij")
    )
    frequency[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.standard_normal((SIZE_PX, SIZE_PX)))
    return np.fft.irfft2(spectrum / frequency ** rng.uniform(0.8, 2.2)).astype(np.float32)


def constant(rng: Rng) -> FloatImage:
    """One grey, with or without the last bit flickering."""
    flicker = rng.integers(0, 2, (SIZE_PX, SIZE_PX)) * (rng.random() < 0.5)
    return (rng.uniform(0, 255) + flicker).astype(np.float32)


def gradient(rng: Rng) -> FloatImage:
    """A ramp or a spot of light."""
    rows, columns = _grid()
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        return (np.cos(angle) * rows + np.sin(angle) * columns).astype(np.float32)
    return -np.hypot(rows - rng.uniform(-0.5, 0.5), columns - rng.uniform(-0.5, 0.5)).astype(
        np.float32
    )


def text_page(rng: Rng) -> FloatImage:
    """A page of text, black on white or white on black."""
    page = np.full((2 * SIZE_PX, 2 * SIZE_PX), 245, dtype=np.uint8)
    scale = rng.uniform(0.5, 1.1)
    letters = list("abcdefghijklmnopqrstuvwxyz      ABC,.0123")
    for row in range(30, 2 * SIZE_PX - 10, round(34 * scale)):
        if rng.random() < 0.12:
            continue
        line = "".join(rng.choice(letters, size=int(rng.integers(10, 60))))
        cv2.putText(page, line, (20, row), cv2.FONT_HERSHEY_SIMPLEX, scale, 20, 1, cv2.LINE_AA)
    return _small(255 - page if rng.random() < 0.3 else page)


def report_with_table(rng: Rng) -> FloatImage:
    """A form: heading, ruled table, a signature."""
    page = np.full((2 * SIZE_PX, 2 * SIZE_PX), 250, dtype=np.uint8)
    cv2.putText(page, "Report", (40, 60), cv2.FONT_HERSHEY_DUPLEX, 1.6, 0, 2, cv2.LINE_AA)
    for row in range(110, 460, 44):
        cv2.line(page, (40, row), (600, row), 90, 2)
        cv2.putText(page, f"{rng.normal():.3f}", (60, row + 32), cv2.FONT_HERSHEY_PLAIN, 2, 30, 2)
        cv2.putText(
            page, f"{rng.integers(9999)}", (340, row + 32), cv2.FONT_HERSHEY_PLAIN, 2, 30, 2
        )
    points = np.cumsum(rng.normal(0, 14, (30, 2)), axis=0) + np.array([320, 560])
    cv2.polylines(page, [points.astype(np.int32)], False, 40, 3, cv2.LINE_AA)
    return _small(page)


def chart(rng: Rng) -> FloatImage:
    """A bar or line chart."""
    page = np.full((2 * SIZE_PX, 2 * SIZE_PX), 255, dtype=np.uint8)
    cv2.line(page, (70, 570), (600, 570), 0, 3)
    cv2.line(page, (70, 570), (70, 50), 0, 3)
    heights = rng.uniform(40, 480, 9)
    if rng.random() < 0.5:
        for place, height in enumerate(heights):
            corner = (95 + place * 55, 570 - int(height))
            cv2.rectangle(page, corner, (corner[0] + 38, 570), int(rng.integers(60, 200)), -1)
    else:
        points = np.stack([np.linspace(80, 590, 9), 570 - heights], axis=1)
        cv2.polylines(page, [points.astype(np.int32)], False, 60, 4, cv2.LINE_AA)
    return _small(page)


def scene(rng: Rng) -> FloatImage:
    """Overlapping, shaded shapes before a horizon, as a photograph has."""
    picture = np.full((SIZE_PX, SIZE_PX), 0, dtype=np.float32)
    horizon = int(SIZE_PX * rng.uniform(0.3, 0.7))
    picture[:horizon] = np.linspace(rng.uniform(120, 250), rng.uniform(80, 200), horizon)[:, None]
    picture[horizon:] = np.linspace(rng.uniform(40, 160), rng.uniform(20, 120), SIZE_PX - horizon)[
        :, None
    ]
    for _ in range(int(rng.integers(6, 30))):
        corners = rng.uniform(0, SIZE_PX, 2) + rng.normal(0, 40, (int(rng.integers(3, 7)), 2))
        cv2.fillPoly(picture, [corners.astype(np.int32)], float(rng.uniform(0, 255)))
    return _with_grain(np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8)), rng, 6)


def symmetric_scene(rng: Rng) -> FloatImage:
    """A facade: the left half mirrored, with windows and a door."""
    half = np.full((SIZE_PX, SIZE_PX // 2), rng.uniform(90, 200), dtype=np.float32)
    half[: int(SIZE_PX * rng.uniform(0.1, 0.3))] = rng.uniform(150, 255)
    for row in range(60, SIZE_PX - 60, int(rng.integers(40, 70))):
        for column in range(15, SIZE_PX // 2 - 20, int(rng.integers(30, 60))):
            half[row : row + 28, column : column + 18] = rng.uniform(0, 90)
    return _with_grain(np.hstack([half, half[:, ::-1]]), rng, 8)


def head(rng: Rng) -> FloatImage:
    """An axial head: scalp, skull, two hemispheres, ventricles, often eyes."""
    picture = _blank()
    centre, tall = (SIZE_PX // 2, SIZE_PX // 2), int(SIZE_PX * rng.uniform(0.38, 0.46))
    wide = int(tall * rng.uniform(0.72, 0.85))
    for inset, grey in ((0, 210), (9, 25), (17, 110)):
        cv2.ellipse(picture, centre, (wide - inset, tall - inset), 0, 0, 360, grey, -1)
    rows, columns = _grid()
    folds = 25 * np.sin(18 * np.hypot(rows, columns) + 4 * np.sin(7 * np.arctan2(rows, columns)))
    picture = np.where(picture == 110, picture + folds, picture).astype(np.float32)
    cv2.line(picture, (centre[0], centre[1] - tall + 20), (centre[0], centre[1] + tall - 20), 60, 2)
    for sign in (-1, 1):
        place = (centre[0] + sign * 16, centre[1] - 5)
        cv2.ellipse(picture, place, (9, int(rng.integers(22, 40))), sign * -12, 0, 360, 235, -1)
        if rng.random() < 0.5:
            cv2.circle(picture, (centre[0] + sign * wide // 2, centre[1] - tall + 30), 20, 200, -1)
    return _with_grain(picture, rng, 5)


def thighs(rng: Rng) -> FloatImage:
    """Two legs: skin, fat, muscle groups, bone with marrow."""
    picture = _blank()
    for sign in (-1, 1):
        centre = (SIZE_PX // 2 + sign * int(rng.integers(70, 80)), SIZE_PX // 2)
        radius = int(rng.integers(60, 70))
        for share, grey in ((1.0, 220), (rng.uniform(0.7, 0.92), 60), (0.24, 15), (0.15, 190)):
            cv2.circle(picture, centre, max(3, int(share * radius)), float(grey), -1)
        for angle in rng.uniform(0, 2 * np.pi, 6):
            reach = 0.85 * radius
            end = (centre[0] + int(reach * np.cos(angle)), centre[1] + int(reach * np.sin(angle)))
            cv2.line(picture, centre, end, 160, 1, cv2.LINE_AA)
        cv2.circle(picture, centre, int(0.2 * radius), 25, 4)
    return _with_grain(picture, rng, 6)


def thorax(rng: Rng) -> FloatImage:
    """A chest cut across: two dark lungs, the heart, a vertebra, shoulder blades."""
    picture = _blank()
    middle = SIZE_PX // 2
    axes = (int(SIZE_PX * 0.46), int(SIZE_PX * rng.uniform(0.3, 0.36)))
    cv2.ellipse(picture, (middle, middle), axes, 0, 0, 360, 200, -1)
    cv2.ellipse(picture, (middle, middle), (axes[0] - 14, axes[1] - 12), 0, 0, 360, 90, -1)
    for sign in (-1, 1):
        lung = (middle + sign * 66, middle - 8)
        cv2.ellipse(picture, lung, (48, 66), sign * 8, 0, 360, 12, -1)
    cv2.ellipse(picture, (middle + 14, middle - 30), (40, 32), 30, 0, 360, 150, -1)
    cv2.circle(picture, (middle, middle + 50), 20, 130, -1)
    cv2.circle(picture, (middle - 26, middle + 38), 9, 40, -1)
    return _with_grain(picture, rng, 6)


def knee(rng: Rng) -> FloatImage:
    """A joint seen from the front: two long bones with a gap, soft tissue beside."""
    picture = _blank()
    middle, gap = SIZE_PX // 2, int(SIZE_PX * rng.uniform(0.45, 0.55))
    cv2.rectangle(picture, (50, 0), (SIZE_PX - 50, SIZE_PX), 70, -1)
    for top, bottom, flare in ((0, gap - 5, 1), (gap + 5, SIZE_PX, -1)):
        cv2.rectangle(picture, (middle - 35, top), (middle + 35, bottom), 180, -1)
        end = gap - 35 if flare > 0 else gap + 35
        cv2.ellipse(picture, (middle, end), (78, 30), 0, 0, 360, 180, -1)
    return _with_grain(np.asarray(cv2.GaussianBlur(picture, (0, 0), 2)), rng, 6)


def pattern(rng: Rng) -> FloatImage:
    """Chequers, stripes, rings or a disc."""
    rows, columns = _grid()
    kind, count = int(rng.integers(4)), rng.uniform(3, 20)
    if kind == 0:
        made = np.sign(np.sin(count * rows) * np.sin(count * columns))
    elif kind == 1:
        made = np.sin(count * columns)
    elif kind == 2:
        made = np.sin(2 * count * np.hypot(rows, columns))
    else:
        made = (np.hypot(rows, columns) < rng.uniform(0.3, 0.9)).astype(np.float64)
    return made.astype(np.float32)


DRAWINGS: dict[str, tuple[Literal["tuning", "held_out"], Draw]] = {
    "white noise": ("tuning", white_noise),
    "clouds": ("tuning", clouds),
    "constant": ("tuning", constant),
    "gradient": ("tuning", gradient),
    "text": ("tuning", text_page),
    "form": ("held_out", report_with_table),
    "chart": ("held_out", chart),
    "scene": ("tuning", scene),
    "facade": ("held_out", symmetric_scene),
    "head": ("held_out", head),
    "thighs": ("held_out", thighs),
    "thorax": ("held_out", thorax),
    "knee": ("held_out", knee),
    "test pattern": ("tuning", pattern),
}
"""What is drawn, and in which part."""


def _grid() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    axis = np.linspace(-1, 1, SIZE_PX)
    rows, columns = np.meshgrid(axis, axis, indexing="ij")
    return rows, columns


def _blank() -> FloatImage:
    return np.zeros((SIZE_PX, SIZE_PX), dtype=np.float32)


def _small(page: npt.NDArray[np.uint8]) -> FloatImage:
    return np.asarray(
        cv2.resize(page, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA), np.float32
    )


def _with_grain(picture: npt.NDArray[np.floating], rng: Rng, strength: float) -> FloatImage:
    """Add noise as a camera or a coil does."""
    return (picture + rng.normal(0, strength, picture.shape)).astype(np.float32)
