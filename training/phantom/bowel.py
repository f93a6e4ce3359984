"""Loops of bowel: cells that crowd each other, each with a wall and a content of its own."""

from __future__ import annotations

import cv2
import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.cells import crowded_cells
from training.phantom.fields import BoolField, Rng

CONTENTS: tuple[tuple[Tissue, float], ...] = (
    (Tissue.BOWEL_CONTENT, 0.3),
    (Tissue.BOWEL, 0.25),
    (Tissue.AIR, 0.2),
    (Tissue.FLUID, 0.15),
    (Tissue.ORGAN, 0.1),
)
"""What a loop holds, and how often. `BOWEL` is a collapsed one; gas lies over something else."""


def paint_bowel(canvas: Canvas, free: BoolField, emptiness: float, rng: Rng) -> None:
    """Fill a region with loops of bowel, with fat between them.

    Parameters
    ----------
    canvas : Canvas
        With the abdomen filled with fat.
    free : ndarray of bool
        Where bowel may lie.
    emptiness : float
        How few loops there are: half of the region is left to fat at 0, all of it at 2.
    rng : Generator
        Source of everything.
    """
    if not free.any():
        return
    view = canvas.view
    labels, edge_mm, seeds = crowded_cells(view, rng.uniform(20.0, 44.0), rng)
    from_fat = np.asarray(cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, 3), np.float32)
    within = np.minimum(edge_mm, from_fat * np.float32(view.mm_per_px))
    within = np.asarray(cv2.GaussianBlur(within, (0, 0), 2.0 / view.mm_per_px), np.float32)
    within += np.float32(rng.uniform(0.3, 1.5)) * view.noise(rng, 16.0)
    within -= np.float32(rng.uniform(0.3, 2.5))
    crowd = view.noise(rng, 70.0)
    present = crowd[seeds[:, 1], seeds[:, 0]] > emptiness
    loop = free & present[labels] & (within > 0.0)
    canvas.fill(loop, Tissue.BOWEL)
    lumen = loop & (within > np.float32(rng.uniform(1.0, 2.8)))
    kinds = rng.choice(len(CONTENTS), size=len(seeds), p=[share for _, share in CONTENTS])
    under_gas = (Tissue.FLUID, Tissue.BOWEL_CONTENT)[int(rng.integers(2))]
    for kind, (tissue, _) in enumerate(CONTENTS):
        where = lumen & (kinds == kind)[labels]
        if tissue == Tissue.AIR:  # the patient lies on the back: gas gathers in front
            canvas.fill(where, under_gas)
            levels_mm = view.v_mm[seeds[:, 1], seeds[:, 0]] + rng.uniform(-6.0, 20.0, len(seeds))
            where &= view.v_mm < levels_mm.astype(np.float32)[labels]
        canvas.fill(where, tissue)
