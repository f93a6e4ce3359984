"""What disease and surgery leave behind: oedema, scars, a missing arch with fluid in its place."""

from __future__ import annotations

import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import Rng, capsule, ellipse
from training.phantom.muscles import Muscles

OEDEMA_SHARE, SURGERY_SHARE = 0.07, 0.05
"""How often a random scene has them."""


def paint_oedema(canvas: Canvas, muscles: Muscles, rng: Rng) -> None:
    """Water in part of one multifidus: bright, but not fat."""
    side = int(rng.integers(2))
    inside = (muscles.multifidus(side) > 0.0) & (canvas.tissue == Tissue.MUSCLE)
    noise = canvas.view.noise(rng, rng.uniform(8.0, 25.0))
    canvas.tissue[inside & (noise > rng.uniform(-0.5, 1.0))] = Tissue.OEDEMA


def paint_surgery(canvas: Canvas, muscles: Muscles, rng: Rng) -> None:
    """A scar from the skin to the spine, a fluid pocket, a void around metal.

    The muscles keep their labels: what a scar replaces is still in the compartment.
    """
    view = canvas.view
    end_v = muscles.dorsal_mm
    middle_u = rng.normal(0.0, 4.0)
    track = capsule(
        view, (middle_u, rng.uniform(4.0, 15.0)), (middle_u, end_v + 60.0), (rng.uniform(2, 7), 2.0)
    )
    strands = view.noise(rng, 6.0)
    share = view.inside(track) * np.clip(np.float32(0.55) + np.float32(0.3) * strands, 0.0, 1.0)
    inside = (canvas.tissue != Tissue.AIR) & (canvas.tissue != Tissue.SKIN)
    canvas.darken(share * np.float32(rng.uniform(0.5, 0.9)), inside)
    if rng.random() < 0.4:
        pocket = ellipse(
            view,
            (middle_u, rng.uniform(6.0, max(end_v - 6.0, 8.0))),
            (rng.uniform(3.0, 12.0), rng.uniform(4.0, 12.0)),
        )
        canvas.fill(pocket > 0.0, Tissue.FLUID)
    if rng.random() < 0.4:
        for sign in (-1.0, 1.0):
            where = (sign * rng.uniform(14.0, 26.0), rng.uniform(-18.0, 4.0))
            void = ellipse(view, where, (rng.uniform(4.0, 10.0), rng.uniform(5.0, 12.0)))
            canvas.fill(void > 0.0, Tissue.AIR)
