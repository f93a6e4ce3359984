"""Muscles onto the canvas: the outlined ones, and the flesh and fat between them."""

from __future__ import annotations

import cv2
import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import BoolField, FloatField, Rng
from training.phantom.muscles import Muscles


def paint_deep_muscles(canvas: Canvas, muscles: Muscles, rng: Rng) -> None:
    """Fill psoas and quadratus, and what lies between them and the erector spinae.

    The spine is painted over them afterwards.
    """
    trunk = np.isin(canvas.tissue, (Tissue.AIR, Tissue.SKIN, Tissue.SUBCUTANEOUS_FAT), invert=True)
    deep = (*muscles.quadratus, *muscles.psoas)
    paint_bridges(canvas, (*deep, *muscles.paraspinal), trunk, rng)
    for muscle in deep:
        canvas.fill((muscle > 0.0) & trunk, Tissue.MUSCLE)
        canvas.line(muscle + np.float32(0.4), rng.uniform(0.3, 1.0), strength=rng.uniform(0, 0.6))


def paint_bridges(
    canvas: Canvas, level_sets: tuple[FloatField, ...], trunk: BoolField, rng: Rng
) -> None:
    """Close the narrow gaps between muscles: they touch, or thin flesh and fat lie between them.

    Labels stop short of a muscle's edge, and no one has outlined the small muscles.
    """
    width = 2 * round(float(rng.uniform(2.0, 9.0)) / canvas.view.mm_per_px / 2.0) + 1
    apart = np.logical_or.reduce([level_set > 0.0 for level_set in level_sets])
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    closed = cv2.morphologyEx(apart.astype(np.uint8), cv2.MORPH_CLOSE, brush)
    gap = np.asarray(closed, np.uint8).astype(bool) & ~apart & trunk
    mean = np.float32(rng.uniform(-0.2, 0.8))
    canvas.flesh(gap, mean + np.float32(0.6) * canvas.view.noise(rng, 5.0))


def paint_paraspinal_muscles(canvas: Canvas, muscles: Muscles) -> None:
    """Fill multifidus and erector spinae, over all that is there."""
    for muscle in muscles.paraspinal:
        canvas.fill(muscle > 0.0, Tissue.MUSCLE)
