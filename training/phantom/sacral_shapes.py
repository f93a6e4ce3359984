"""Muscle shapes over the sacrum, from slices above it.

Few label maps reach below S1. There the erector spinae is a sheet of tendon, the multifidus fills
the groove between the median crest and the iliac bones, and the groove gets flatter and wider.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.phantom.fields import Rng
from training.phantom.label_maps import ABSENT_MM, CHANNELS, STEP_MM, LabelSlice

LOWEST_SHARE, FROM_CAUDALITY = 0.35, 0.5
"""Share of the slices at L5 and below that are taken further down, and where L5 begins."""

ACROSS, DOWN = (1.0, 1.3), (0.5, 0.95)
"""Stretch across and from front to back. The one T2 subject's multifidi are 21 mm high and 94 mm
wide together on its lowest slice, 35 and 104 mm with the erector spinae at L5."""

LOSS_MM = (3.0, 22.0)
"""How far the border to the erector spinae moves outwards; 15 and more leave none of it."""


def without_erector(labels: LabelSlice, loss_mm: float) -> LabelSlice:
    """Let the multifidus take the place of the erector spinae.

    Parameters
    ----------
    labels : LabelSlice
        A slice at L5 or below.
    loss_mm : float
        How far the border between the two moves outwards; 15 and more leave no erector spinae.
    """
    level_sets = labels.level_sets.astype(np.float32) * np.float32(STEP_MM)
    for side in ("right", "left"):
        whole = level_sets[CHANNELS.index(f"paraspinal_{side}")]
        own = level_sets[CHANNELS.index(f"multifidus_{side}")]
        other = level_sets[CHANNELS.index(f"erector_{side}")]
        own[...] = np.minimum(own + np.float32(loss_mm), whole)
        other[...] = np.maximum(other - np.float32(loss_mm), np.float32(ABSENT_MM))
    inside = {name: level_sets[place] > 0.0 for place, name in enumerate(CHANNELS)}
    multifidus = inside["multifidus_right"] | inside["multifidus_left"]
    paraspinal = inside["paraspinal_right"] | inside["paraspinal_left"]
    return replace(
        labels,
        level_sets=np.round(level_sets / STEP_MM).astype(np.int8),
        caudality=float(multifidus.sum()) / max(float(paraspinal.sum()), 1.0),
    )


def draw_taken_down(
    rng: Rng, first: LabelSlice, second: LabelSlice | None
) -> tuple[LabelSlice, LabelSlice | None, tuple[float, float]]:
    """Take some of the slices at L5 and below down to the sacrum.

    Parameters
    ----------
    rng : Generator
        Draws whether, and how far: from a part of the erector spinae to all of it is lost.
    first, second : LabelSlice
        What a slice is rendered from; the first one's height counts.

    Returns
    -------
    first, second : LabelSlice
        As they came, or without erector spinae.
    stretch : tuple of float
        Across and from front to back; 1 where they are as they came.
    """
    if first.caudality <= FROM_CAUDALITY or rng.random() >= LOWEST_SHARE:
        return first, second, (1.0, 1.0)
    stretch = float(rng.uniform(*ACROSS)), float(rng.uniform(*DOWN))
    loss_mm = float(rng.uniform(*LOSS_MM))
    lower = None if second is None else without_erector(second, loss_mm)
    return without_erector(first, loss_mm), lower, stretch
