"""The small muscles and vessels beside the facet joints and in front of the spine."""

from __future__ import annotations

import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import Rng, capsule, ellipse
from training.phantom.spine import SIDES, Spine


def paint_small_muscles(canvas: Canvas, spine: Spine, rng: Rng) -> None:
    """Draw the intertransverse muscles, and vessels seen end on, into the fat by the spine.

    Only fat is painted over, so that bones and outlined muscles stay as they are.
    """
    rows, columns = canvas.view.window((-75.0, 75.0), (-100.0, 20.0))
    part = canvas.part(rows, columns)
    if part.tissue.size == 0:
        return
    view = part.view
    for side in SIDES:
        if rng.random() < 0.75:
            start = (side * (spine.facet_u + rng.uniform(4.0, 12.0)), rng.uniform(-20.0, -8.0))
            end = (start[0] + side * rng.uniform(2.0, 14.0), start[1] + rng.uniform(-6.0, 4.0))
            flesh = capsule(view, start, end, (rng.uniform(2.0, 6.0), rng.uniform(1.5, 5.0)))
            flesh += np.float32(rng.uniform(0.5, 2.0)) * view.noise(rng, 7.0)
            where = (flesh > 0.0) & (part.tissue == Tissue.DEEP_FAT)
            mean = np.float32(rng.uniform(-0.2, 0.5))
            part.flesh(where, mean + np.float32(0.5) * view.noise(rng, 3.0))
    front_v = -spine.canal_depth - 1.0 - 2.0 * spine.body_half_depth
    for _ in range(int(rng.integers(0, 12))):
        beside = rng.random() < 0.5
        u = rng.choice(SIDES) * rng.uniform(20.0, 45.0) if beside else rng.uniform(-35.0, 35.0)
        v = rng.uniform(front_v, -5.0) if beside else front_v + rng.uniform(-25.0, -2.0)
        dot = ellipse(view, (u, v), (rng.uniform(0.8, 3.0), rng.uniform(0.8, 3.0)))
        tissue = (Tissue.BLOOD, Tissue.NERVE, Tissue.ORGAN)[int(rng.integers(3))]
        part.fill((dot > 0.0) & (part.tissue == Tissue.DEEP_FAT), tissue)
