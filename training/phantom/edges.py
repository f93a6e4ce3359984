"""What an export program puts around and over a picture: black margins and letters."""

from __future__ import annotations

import cv2
import numpy as np

from training.phantom.fields import FloatField, Rng


def with_margins(image: FloatField, margins: tuple[float, float], rng: Rng) -> FloatField:
    """Blacken margins; those at the sides may slant, as where distortion was corrected."""
    height, width = image.shape
    rows, columns = round(margins[0] * height), round(margins[1] * width)
    slant = round(rng.uniform(0.0, 0.06) * width) if rng.random() < 0.5 else 0
    inside = np.zeros(image.shape, dtype=np.uint8)
    corners = [
        (columns, rows),
        (width - 1 - columns, rows),
        (width - 1 - max(columns - slant, 0), height - 1 - rows),
        (max(columns - slant, 0), height - 1 - rows),
    ]
    cv2.fillConvexPoly(inside, np.array(corners, dtype=np.int32), 1)
    return image * inside


def with_text(image: FloatField, rng: Rng) -> FloatField:
    """Burn letters into the edges."""
    height, width = image.shape
    ink = np.zeros(image.shape, dtype=np.uint8)
    scale = max(height, width) / 256.0 * rng.uniform(0.25, 0.5)
    for _ in range(int(rng.integers(1, 5))):
        letters = drawn_text(rng)
        x = int(rng.choice([0.01, rng.uniform(0.3, 0.6), 0.8]) * width)
        y = int(rng.choice([0.04, 0.08, 0.94, 0.99]) * height)
        grey = int(rng.integers(150, 256))
        cv2.putText(ink, letters, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, grey)
    letters_on_top = np.maximum(image, ink.astype(np.float32) * np.float32(1.0 / 255.0))
    return np.asarray(letters_on_top, dtype=np.float32)


def drawn_text(rng: Rng) -> str:
    """Draw what a workstation writes along the edges: a side, a number, a setting."""
    kind = int(rng.integers(8))
    number = int(rng.integers(1, 40))
    return (
        str(rng.choice(["R", "L", "A", "P", "H", "F"])),
        f"Se: {rng.integers(2, 12)}",
        f"Im: {number}/{number + int(rng.integers(0, 20))}",
        f"TR: {rng.integers(22, 70) * 100}",
        f"TE: {rng.integers(60, 135)}",
        f"W: {rng.integers(200, 1800)} L: {rng.integers(100, 900)}",
        f"T: {rng.choice([3.0, 4.0, 5.0])}mm",
        f"Zoom: {rng.integers(100, 250)}%",
    )[kind]
