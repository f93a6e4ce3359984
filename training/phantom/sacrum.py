"""The first sacral vertebra: body with wings, foramina, and the dorsal plate with its crest."""

from __future__ import annotations

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
    part.bone(bone, spine.cortex, spine.marrow_fat)
    if rng.random() < 0.5:  # remnant of the disc below the promontory
        remnant = ellipse(view, (0.0, centre_v), (spine.body_half_width * 0.7, 3.5))
        part.fill(remnant > 0.0, Tissue.DISC_ANNULUS)
    for side in SIDES:
        where = (side * rng.uniform(15.0, 21.0), -spine.canal_depth + rng.uniform(-2.0, 5.0))
        foramen = ellipse(view, where, (rng.uniform(4.0, 6.5), rng.uniform(4.0, 6.5)))
        part.fill(foramen > 0.0, Tissue.DEEP_FAT)
        part.line(foramen, 1.0, strength=0.8)
        root = ellipse(view, where, (rng.uniform(1.5, 3.0), rng.uniform(1.5, 3.0)))
        part.fill(root > 0.0, Tissue.NERVE)
