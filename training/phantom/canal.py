"""The spinal canal: epidural fat, ligamentum flavum, the thecal sac and the roots that leave it."""

from __future__ import annotations

import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import Rng, ellipse
from training.phantom.spine import SIDES, Spine


def paint_canal(canvas: Canvas, spine: Spine, rng: Rng) -> None:
    """Draw epidural fat, ligamentum flavum, thecal sac with fluid and nerve roots."""
    rows, columns = canvas.view.window((-35.0, 35.0), (-40.0, 15.0))
    canvas = canvas.part(rows, columns)
    if canvas.tissue.size == 0:
        return
    view = canvas.view
    middle_v = -spine.canal_depth / 2.0 - 1.0
    half_width, half_depth = spine.canal_width / 2.0, spine.canal_depth / 2.0
    bent = view.noise(rng, 9.0)
    canal = ellipse(view, (0.0, middle_v), (half_width, half_depth)) + np.float32(0.7) * bent
    if spine.disc:
        radii = (half_width + rng.uniform(0.3, 1.6), half_depth + rng.uniform(0.8, 3.0))
        flavum = np.minimum(
            ellipse(view, (0.0, middle_v), radii) + np.float32(0.6) * view.noise(rng, 7.0),
            view.v_mm - np.float32(middle_v + rng.uniform(-3.0, 3.0)) + bent,
        )
        canvas.fill(flavum > 0.0, Tissue.LIGAMENT)
        canal = canal - np.float32(spine.stenosis * 3.5)
    canvas.fill(canal > 0.0, Tissue.DEEP_FAT)
    narrow = 1.0 - 0.45 * spine.stenosis
    shift = rng.uniform(-1.5, 0.5)
    sac_radii = (
        max(half_width * rng.uniform(0.62, 0.9) * narrow, 4.0),
        max(half_depth * rng.uniform(0.7, 0.98) * narrow, 3.5),
    )
    sac = ellipse(view, (rng.normal(0.0, 0.7), middle_v + shift), sac_radii)
    sac = np.minimum(sac + np.float32(0.5) * view.noise(rng, 8.0), canal + np.float32(0.5))
    canvas.fill(sac > 0.0, Tissue.FLUID)
    canvas.line(sac, rng.uniform(0.3, 0.8), strength=rng.uniform(0.1, 0.7))
    paint_roots(canvas, (middle_v + shift, *sac_radii), rng)
    for side in SIDES:  # the roots that leave through the foramen, in fat
        where = (side * (half_width + rng.uniform(2.0, 9.0)), -spine.canal_depth + rng.normal(0, 2))
        ganglion = ellipse(view, where, (rng.uniform(2.0, 3.5), rng.uniform(2.0, 4.5)), 20.0 * side)
        fat = ganglion + np.float32(2.0)
        if spine.disc:
            free = fat > 0.0
            free &= canvas.tissue != Tissue.MARROW
            canvas.fill(free, Tissue.DEEP_FAT)
            canvas.fill((ganglion > 0.0) & free, Tissue.NERVE)


def paint_roots(canvas: Canvas, sac: tuple[float, float, float], rng: Rng) -> None:
    """Nerve roots of the cauda equina: grey threads seen end on, most of them along the sac's back.

    `sac` is its height and its half axes.
    """
    middle_v, half_width, half_depth = sac
    rows, columns = canvas.view.window(
        (-half_width, half_width), (middle_v - half_depth, middle_v + half_depth)
    )
    part = canvas.part(rows, columns)
    if part.tissue.size == 0:
        return
    view = part.view
    settled, grey = rng.uniform(0.0, 1.0), rng.uniform(0.25, 0.7)
    for _ in range(int(rng.integers(6, 30))):
        if rng.random() < settled:
            angle, radius = rng.uniform(0.05, 0.95) * np.pi, np.sqrt(rng.uniform(0.35, 0.85))
        else:
            angle, radius = rng.uniform(-0.3, 1.3) * np.pi, np.sqrt(rng.uniform(0.0, 0.8))
        u = half_width * radius * np.cos(angle)
        v = middle_v + half_depth * radius * np.sin(angle)
        distance = np.hypot(view.u_mm - np.float32(u), view.v_mm - np.float32(v))
        share = view.inside(np.float32(rng.uniform(0.3, 0.8)) - distance)
        part.dark += (np.float32(1.0) - part.dark) * share * np.float32(grey * rng.uniform(0.6, 1))
