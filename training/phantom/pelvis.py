"""Iliac wings and the muscles that clothe them."""

from __future__ import annotations

import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import FloatField, Rng, View, capsule, smooth_union
from training.phantom.muscles import Muscles
from training.phantom.spine import SIDES, Spine


def paint_pelvis(canvas: Canvas, muscles: Muscles, spine: Spine, rng: Rng) -> None:
    """Iliac wings beside the paraspinal muscles, gluteal muscles behind, iliacus in front."""
    view = canvas.view
    near = muscles.lateral_mm + rng.uniform(3.0, 10.0)
    back = muscles.dorsal_mm - rng.uniform(12.0, 22.0)
    flare = rng.uniform(30.0, 55.0)
    for side in SIDES:
        tip, wing = (side * near, back), (side * (near + flare), back - rng.uniform(50.0, 75.0))
        far = (side * (near + flare + 22.0), back - 95.0)
        bone = iliac_wing(view, (tip, wing, far), rng)
        behind = capsule(
            view,
            (tip[0] + side * 22.0, tip[1] - 8.0),
            (wing[0] + side * 30.0, wing[1] + 10.0),
            (10.0, 24.0),
        )
        front = capsule(
            view, (wing[0] - side * 8.0, wing[1] + 8.0), (far[0] - side * 14.0, far[1]), (7.0, 11.0)
        )
        inside = canvas.tissue != Tissue.AIR
        inside &= canvas.tissue != Tissue.SKIN
        behind += np.float32(1.5) * view.noise(rng, 20.0)
        front += np.float32(1.5) * view.noise(rng, 20.0)
        sheets = view.coverage(view.noise(rng, 22.0) * np.float32(14.0), rng.uniform(0.3, 1.2))
        flesh = inside & ((behind > 0.0) | (front > 0.0))
        canvas.flesh(flesh, sheets * np.float32(rng.uniform(0.0, 0.9)))
        around = (bone > np.float32(-rng.uniform(0.0, 2.0))) & inside
        canvas.fill(around, Tissue.DEEP_FAT)
        canvas.bone(
            np.where(inside, bone, np.float32(-9.0)), rng.uniform(0.6, 1.5), spine.marrow_fat
        )


def iliac_wing(
    view: View,
    points: tuple[tuple[float, float], tuple[float, float], tuple[float, float]],
    rng: Rng,
) -> FloatField:
    """Level set of a wing through its dorsal tip, its middle and its ventral end.

    Thickest some way in front of the dorsal tip, bowed in between, and never quite even.
    """
    tip, wing, far = points
    share = rng.uniform(0.3, 0.6)
    bow = rng.uniform(-7.0, 7.0)
    bend = (
        tip[0] + share * (wing[0] - tip[0]) + np.sign(tip[0]) * bow,
        tip[1] + share * (wing[1] - tip[1]) + 0.5 * bow,
    )
    thick = rng.uniform(4.5, 9.0)
    thin = rng.uniform(2.0, 4.5)
    dorsal = capsule(view, tip, bend, (thick * rng.uniform(0.25, 0.9), thick))
    middle = capsule(view, bend, wing, (thick, thin))
    ventral = capsule(view, wing, far, (thin, thin + 0.5))
    bone = smooth_union(smooth_union(dorsal, middle, 8.0), ventral, 8.0)
    bone += np.float32(rng.uniform(0.5, 2.0)) * view.noise(rng, 30.0)
    bone += np.float32(rng.uniform(0.3, 1.6)) * view.noise(rng, 11.0)
    return np.asarray(bone, dtype=np.float32)
