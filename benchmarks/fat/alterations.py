"""What must not change the fat that is read: scale, tone curve, coil, noise, pixels, spacing.

All but the tone curve and the spacing come about before a picture is exported, and are applied
before its window cuts off the brightest pixels (`Case.exported`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from benchmarks.fat.case import Case, FloatImage, Mask


def alterations() -> dict[str, Callable[[Case], Case]]:
    """Each alteration by its name."""
    return {
        "intensity x 0.1": lambda case: _with(case, case.pixels * np.float32(0.1)),
        "intensity x 16": lambda case: _with(case, case.pixels * np.float32(16.0)),
        "gamma 0.8": lambda case: _with(case, _gamma(case.pixels, 0.8)),
        "gamma 1.25": lambda case: _with(case, _gamma(case.pixels, 1.25)),
        "bias field, back to front": lambda case: _with(case, _gain(case.pixels, 0.6, 0.0)),
        "bias field, side to side": lambda case: _with(case, _gain(case.pixels, 0.0, 0.5)),
        "bias field, bowl": lambda case: _with(case, _bowl(case.pixels)),
        "noise, 1 % of bright tissue": lambda case: _with(case, _noisy(case.pixels, 0.01)),
        "noise, 2 % of bright tissue": lambda case: _with(case, _noisy(case.pixels, 0.02)),
        "8 bit": lambda case: _with(case, _eight_bit(case.pixels)),
        "half the pixels": lambda case: _resampled(case, 0.5),
        "twice the pixels": lambda case: _resampled(case, 2.0),
        "without spacing": lambda case: replace(case, spacing_known=False),
    }


def _with(case: Case, pixels: FloatImage) -> Case:
    return replace(case, pixels=np.ascontiguousarray(pixels, dtype=np.float32))


def _gamma(pixels: FloatImage, gamma: float) -> FloatImage:
    brightest = pixels.max()
    return np.asarray(np.maximum(pixels / brightest, 0.0) ** np.float32(gamma), dtype=np.float32)


def _gain(pixels: FloatImage, down: float, across: float) -> FloatImage:
    """Multiply by exp of a ramp; `down` and `across` are its whole range."""
    rows, columns = (np.linspace(-0.5, 0.5, size, dtype=np.float32) for size in pixels.shape)
    return pixels * np.exp(np.float32(down) * rows[:, None] + np.float32(across) * columns)


def _bowl(pixels: FloatImage) -> FloatImage:
    rows, columns = (np.linspace(-1.0, 1.0, size, dtype=np.float32) for size in pixels.shape)
    return pixels * np.exp(np.float32(0.3) * rows[:, None] ** 2 - np.float32(0.2) * columns**2)


def _noisy(pixels: FloatImage, share: float) -> FloatImage:
    """Rician noise."""
    rng = np.random.default_rng(0)
    deviation = share * float(np.percentile(pixels, 98))
    real, imaginary = (rng.normal(0.0, deviation, pixels.shape) for _ in range(2))
    return np.hypot(pixels + real, imaginary).astype(np.float32)


def _eight_bit(pixels: FloatImage) -> FloatImage:
    high = np.percentile(pixels, 99.5)
    return np.round(np.clip(pixels / high, 0.0, 1.0) * 255.0).astype(np.float32)


def _resampled(case: Case, factor: float) -> Case:
    shrinking = factor < 1.0
    pixels = cv2.resize(
        case.pixels,
        None,
        fx=factor,
        fy=factor,
        interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC,
    )
    size = (pixels.shape[1], pixels.shape[0])
    spacing_mm = (case.spacing_mm[0] / factor, case.spacing_mm[1] / factor)
    return replace(
        _with(case, np.asarray(pixels, dtype=np.float32)),
        mask=_resampled_mask(case.mask, size),
        fat=np.asarray(cv2.resize(case.fat, size, interpolation=cv2.INTER_AREA)),
        signal_fraction=None,
        spacing_mm=spacing_mm,
    )


def _resampled_mask(mask: Mask, size: tuple[int, int]) -> Mask:
    """Each side by its share of the new pixels; the nearest would move it by half a pixel.

    Pixels that are half covered, which straight edges make many of, are taken by turns.
    """
    rows, columns = np.indices((size[1], size[0]))
    limit = np.where((rows + columns) % 2, 0.49, 0.51)
    found = np.zeros(limit.shape, dtype=np.uint8)
    for value in (1, 2):
        side = (mask == value).astype(np.float32)
        found[np.asarray(cv2.resize(side, size, interpolation=cv2.INTER_AREA)) > limit] = value
    return found
