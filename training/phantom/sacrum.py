"""The first sacral vertebra: body with wings, foramina, and the dorsal plate with its crest."""

from __future__ import annotations

import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import Rng, capsule, ellipse, smooth_union
from training.phantom.spine import SIDES, Spine


def paint_sacrum(canvas: Canvas, spine: Spine, rng: Rng, *, lateral_mm: float) -> None:
    """Draw the sacrum; `lateral_mm` is how far its wings reach."""
    rows, columns = canvas.view.window((-80.0, 80.0), (-90.0, 60.0))
    part = canvas.part(rows, columns)
    if part.tissue.size == 0:
        return
    view = part.view
    centre_v = -spine.canal_depth - 6.0 - spine.body_half_depth * 0.8
    bone = ellipse(view, (0.0, centre_v), (spine.body_half_width + 2.0, spine.body_half_depth))
    thick = rng.uniform(9.0, 14.0)
    plate = spine.lamina * rng.uniform(0.5, 0.8)
    reach = min(lateral_mm * rng.uniform(0.55, 0.8), 42.0)
    for side in SIDES:
        wing = (side * min(lateral_mm + 2.0, 62.0), centre_v + rng.uniform(8.0, 18.0))
        ala = capsule(view, (side * 14.0, centre_v + 3.0), wing, (thick + 2.0, thick))
        bone = smooth_union(bone, ala, 8.0)
        dorsal = capsule(view, (0.0, plate / 2.0), (side * reach, -6.0), (plate / 2.0, plate))
        bone = smooth_union(bone, dorsal, 3.0)
        bridge = capsule(view, (side * reach, -6.0), (side * reach, centre_v), (4.0, 6.0))
        bone = smooth_union(bone, bridge, 4.0)
    crest = capsule(view, (0.0, 0.0), (0.0, rng.uniform(4.0, 16.0)), (2.5, 2.0))
    bone = smooth_union(bone, crest, 3.0)
    bone += np.float32(rng.uniform(0.3, 1.5)) * view.noise(rng, 16.0)
    bone += np.float32(rng.uniform(0.1, 0.7)) * view.noise(rng, 6.0)
    part.bone(bone, spine.cortex, spine.marrow_fat)
    if rng.random() < 0.3:  # remnant of the disc below the promontory, in parts
        thin = (spine.body_half_width * rng.uniform(0.4, 0.8), rng.uniform(1.0, 3.0))
        remnant = ellipse(view, (0.0, centre_v + rng.uniform(-4.0, 4.0)), thin)
        remnant += np.float32(1.2) * view.noise(rng, 8.0)
        share = view.inside(remnant) * np.float32(rng.uniform(0.2, 0.7))
        part.darken(share)
    for side in SIDES:
        paint_foramen(part, spine, side, rng)


def paint_foramen(canvas: Canvas, spine: Spine, side: float, rng: Rng) -> None:
    """A foramen full of fat with its root, open to the canal or cut off from it."""
    view = canvas.view
    where = (side * rng.uniform(14.0, 22.0), -spine.canal_depth + rng.uniform(-3.0, 5.0))
    radii = (rng.uniform(2.5, 6.5), rng.uniform(3.0, 6.5))
    foramen = ellipse(view, where, radii, rng.uniform(-40.0, 40.0))
    if rng.random() < 0.5:
        way = capsule(view, (side * 7.0, -spine.canal_depth / 2.0), where, (2.0, 3.0))
        foramen = smooth_union(foramen, way, 2.0)
    foramen += np.float32(rng.uniform(0.3, 1.2)) * view.noise(rng, 7.0)
    canvas.fill(foramen > 0.0, Tissue.DEEP_FAT)
    canvas.line(foramen, 0.8, strength=rng.uniform(0.0, 0.5))
    middle = (where[0] + rng.normal(0.0, 1.0), where[1] + rng.normal(0.0, 1.0))
    root = ellipse(view, middle, (rng.uniform(1.2, 3.5), rng.uniform(1.2, 3.5)))
    root += np.float32(0.4) * view.noise(rng, 5.0)
    canvas.fill(root > 0.0, Tissue.NERVE)
