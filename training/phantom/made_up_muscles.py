"""Psoas and quadratus lumborum where a label map has none."""

from __future__ import annotations

import numpy as np

from training.phantom.fields import FloatField, Rng, View, ellipse


def made_up_psoas(rng: Rng, view: View, caudality: float) -> tuple[FloatField, FloatField]:
    """Two ellipses beside the body that grow and move ventrally towards the sacrum."""
    size = min(0.35 + 1.1 * caudality, 1.0) * rng.uniform(0.85, 1.15)
    centre_v = -26.0 - 34.0 * caudality + rng.normal(0.0, 3.0)
    right, left = (
        ellipse(
            view,
            (side * (23.0 + 18.0 * size + 6.0 * caudality), centre_v + rng.normal(0.0, 1.0)),
            (18.0 * size, 23.0 * size),
            side * 15.0,
        )
        + np.float32(rng.uniform(0.5, 2.0)) * view.noise(rng, 18.0)
        for side in (-1.0, 1.0)
    )
    return right, left


def made_up_quadratus(rng: Rng, view: View, lateral_mm: float) -> tuple[FloatField, FloatField]:
    """Two flat ellipses in front of the erector spinae's lateral part."""
    thickness = rng.uniform(4.0, 10.0)
    centre_v = rng.uniform(-15.0, -6.0)
    reach = rng.uniform(8.0, 18.0)
    right, left = (
        ellipse(view, (side * (lateral_mm - reach), centre_v), (22.0, thickness), side * 12.0)
        + np.float32(rng.uniform(0.3, 1.5)) * view.noise(rng, 18.0)
        for side in (-1.0, 1.0)
    )
    return right, left
