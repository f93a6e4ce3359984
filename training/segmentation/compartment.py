"""What varies inside and between a subject's muscles: the border, the fat cleft, infiltration.

Trials showed that a network trained on fixed borders learns an average width. Here the border
between multifidus and erector spinae is moved at random and a fat cleft is painted where it then
runs, so that the network learns to follow what can be seen. The label is always the fascial
compartment, fat within it included. Fat is drawn as in rendered slices (`training.phantom`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fat import draw_fat
from training.phantom.infiltration import infiltrate
from training.phantom.muscles import Muscles, outward_share
from training.segmentation.warp import WarpedSlice

FloatImage = npt.NDArray[np.float32]

VISIBLE_SHIFT_MM, HIDDEN_SHIFT_MM = (-2.0, 8.0), (-1.0, 2.5)
"""How far the border moves, outwards positive, where something shows it and where nothing does."""

UNTOUCHED_SHARE = 0.35
"""Share of slices that keep their own border and fat. In lean muscle without a visible cleft there
is nothing to follow: the muscle's usual shape at that height is the best guess, and learnt here."""

SPINE_HALF_WIDTH_MM = 22.0
"""Distance from the midline within which what is no muscle is taken for the bone behind it."""

FAR_MM = -60.0


@dataclass(frozen=True, kw_only=True)
class Compartments:
    """The muscles of a slice after their borders were drawn.

    Attributes
    ----------
    right, left : ndarray of float32
        Share of each pixel inside the multifidus compartment.
    spinae : ndarray of float32
        The same for the erector spinae of both sides.
    fat_fraction : ndarray of float32
        Fat that was put into the muscles, 0 to 1.
    dark : ndarray of float32
        Share of fascia and tendon that was put there.
    """

    right: FloatImage
    left: FloatImage
    spinae: FloatImage
    fat_fraction: FloatImage
    dark: FloatImage


def draw_compartments(
    warped: WarpedSlice, rng: np.random.Generator, *, move_border: bool
) -> Compartments:
    """Move the borders, paint clefts and infiltrate both sides with fat.

    Parameters
    ----------
    warped : WarpedSlice
        Where the muscles are.
    rng : Generator
        Source of all randomness.
    move_border : bool
        False where the image itself shows the border (a true T2 slice with a visible cleft).
    """
    grid = warped.grid
    caudality = _caudality(warped)
    fat = draw_fat(rng, caudality=caudality)
    inwards_mm, outwards_mm = VISIBLE_SHIFT_MM if fat.shows_border else HIDDEN_SHIFT_MM
    shift_mm = rng.uniform(inwards_mm, outwards_mm * outward_share(caudality))
    untouched = rng.random() < UNTOUCHED_SHARE
    seams = []
    for seam in warped.seam_mm:
        if move_border and not untouched:
            waviness = grid.noise(rng, 20.0) * np.float32(rng.uniform(0.0, 2.0))
            seam = seam + np.float32(shift_mm + rng.normal(0.0, 1.0)) + waviness
        seams.append(seam)
    absent = np.full(warped.canal.shape, FAR_MM, dtype=np.float32)
    muscles = Muscles(
        paraspinal=warped.muscles_mm,
        seam=(seams[0], seams[1]),
        psoas=(absent, absent),
        quadratus=(absent, absent),
        caudality=caudality,
        psoas_gap_mm=None,
        dorsal_mm=0.0,
        midline_mm=0.0,
        lateral_mm=0.0,
    )
    canvas = Canvas.blank(grid)
    canvas.tissue[np.abs(grid.u_mm) < SPINE_HALF_WIDTH_MM] = Tissue.MARROW
    for whole in muscles.paraspinal:
        canvas.tissue[whole > 0.0] = Tissue.MUSCLE
    if not untouched:
        infiltrate(canvas, muscles, fat, rng)
    sides = [grid.inside(muscles.multifidus(side)) for side in (0, 1)]
    wholes = [grid.inside(whole) for whole in muscles.paraspinal]
    return Compartments(
        right=sides[0],
        left=sides[1],
        spinae=wholes[0] - sides[0] + wholes[1] - sides[1],
        fat_fraction=np.clip(canvas.fat, 0.0, 1.0),
        dark=canvas.dark,
    )


def _caudality(warped: WarpedSlice) -> float:
    """Share of the multifidus in the paraspinal area, which grows from L1 to S1."""
    whole = [muscle > 0.0 for muscle in warped.muscles_mm]
    own = [region & (seam > 0.0) for region, seam in zip(whole, warped.seam_mm, strict=True)]
    return sum(int(part.sum()) for part in own) / max(sum(int(part.sum()) for part in whole), 1)
