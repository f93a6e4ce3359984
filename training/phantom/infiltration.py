"""Fatty infiltration: where fat lies within a muscle's compartment, and how much of it.

A score per pixel says where fat goes first (streaks along fascicles, septa, the pocket by the
lamina, the rim by the erector spinae, marbling, whole lobes); the fat fraction is a soft threshold
of the score, and the threshold is solved for so that the compartment's mean fraction is the one
that was asked for.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.clefts import cleft_share, longissimus_cleft, pocket_share
from training.phantom.fat import Fat
from training.phantom.fat_patterns import bundle_borders, fat_score, streaks
from training.phantom.fields import BoolField, FloatField, Rng, smooth_noise
from training.phantom.muscles import Muscles

SOLVER_STEPS = 18


def infiltrate(canvas: Canvas, muscles: Muscles, fat: Fat, rng: Rng) -> None:
    """Put fat into all muscles of a canvas; the multifidus gets exactly what was asked for."""
    for level_set in (*muscles.psoas, *muscles.quadratus):
        paint_minor_fat(canvas, level_set, fat.other, rng)
    bone = np.isin(canvas.tissue, (Tissue.MARROW, Tissue.LIGAMENT)).astype(np.uint8)
    from_bone = cv2.distanceTransform(np.uint8(1) - bone, cv2.DIST_L2, 3)
    from_bone = from_bone * np.float32(canvas.view.mm_per_px)
    for side in (0, 1):
        union = muscles.paraspinal[side] > 0.0
        if not union.any():
            continue
        box = bounds(union)
        part, near_bone = canvas.part(*box), np.asarray(from_bone[box], np.float32)
        seam = muscles.seam[side][box]
        inside = union[box] & (part.tissue == Tissue.MUSCLE)
        cleft = cleft_share(part.view, seam, fat, rng)
        around = fat_around(part, muscles, side, box, fat, rng)
        base = smooth_noise(rng, seam.shape, 3.0)
        base = np.clip(np.float32(1.0) + np.float32(0.35) * base, 0.2, 2.0)
        for region, target in (
            (inside & (seam > 0.0), fat.multifidus[side]),
            (inside & (seam <= 0.0), fat.erector[side]),
        ):
            if region.any():
                # Each muscle has its own fascicles, so the pattern breaks at the border.
                own = bounds(region)
                score = fat_score(part.view.part(*own), near_bone[own], np.abs(seam[own]), fat, rng)
                where = region[own]
                part.fat[own][where] = solved_fraction(
                    score[where],
                    base[own][where],
                    cleft[own][where],
                    target,
                    fat,
                    around=None if around is None else around[own][where],
                )
        paint_sheets(part, inside, seam, near_bone, fat, rng)


def fat_around(
    canvas: Canvas,
    muscles: Muscles,
    side: int,
    box: tuple[slice, slice],
    fat: Fat,
    rng: Rng,
) -> FloatField | None:
    """Share of fat in one side's pockets and between its longissimus and iliocostalis.

    It is there in lean people too, and so comes on top of the infiltration. None without any.
    """
    share: FloatField | None = None
    if fat.longissimus_cleft_mm > 0.0:
        seam = np.ascontiguousarray(muscles.seam[side][box])
        share = longissimus_cleft(canvas.view, seam, fat.longissimus_cleft_mm, rng)
    for level_set, depth_mm, angles_deg in (
        (muscles.multifidus(side), fat.pockets_mm[side], (15.0, 85.0)),
        (muscles.erector(side), fat.erector_pocket_mm, (60.0, 120.0)),
    ):
        if depth_mm > 0.0:
            own = np.ascontiguousarray(level_set[box])
            sign = -1.0 if side == 0 else 1.0
            angle_deg = float(rng.uniform(*angles_deg))
            found = pocket_share(canvas.view, own, depth_mm, angle_deg, sign, rng)
            found[own <= 0.0] = 0.0
            share = found if share is None else np.maximum(share, found)
    return share


def paint_sheets(
    canvas: Canvas,
    inside: BoolField,
    seam: FloatField,
    from_bone_mm: FloatField,
    fat: Fat,
    rng: Rng,
) -> None:
    """Draw dark fascia in the cleft and dark tendon within the muscles; fat stays as it is."""
    if fat.septum_mm > 0.0:
        share = canvas.view.coverage(seam, fat.septum_mm) * np.float32(rng.uniform(0.3, 0.9))
        canvas.darken(share, inside)
    if fat.tendons > 0.0:
        sheets = np.exp(-np.abs(streaks(canvas.view, from_bone_mm, rng)) * np.float32(14.0))
        canvas.darken(sheets * np.float32(fat.tendons), inside)


def bounds(region: BoolField) -> tuple[slice, slice]:
    """Rows and columns of the least rectangle that holds a region, which is not empty."""
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def paint_minor_fat(canvas: Canvas, level_set: FloatField, mean: float, rng: Rng) -> None:
    """Paint a haze with septa around bundles, in muscles that are not measured."""
    inside = (level_set > 0.0) & (canvas.tissue == Tissue.MUSCLE)
    if not inside.any():
        return
    box = bounds(inside)
    part, where = canvas.part(*box), inside[box]
    noise = smooth_noise(rng, where.shape, 6.0)
    lines = np.exp(-((noise * np.float32(9.0)) ** 2)) * np.float32(4.0 * mean)
    lines += np.clip(bundle_borders(part.view, rng), 0.0, 3.0) * np.float32(2.0 * mean)
    part.fat[where] = np.clip(lines[where] + np.float32(mean), 0.0, 0.9)


def solved_fraction(
    score: FloatField,
    base: FloatField,
    cleft: FloatField,
    target: float,
    fat: Fat,
    *,
    around: FloatField | None = None,
) -> FloatField:
    """Fat fraction per pixel whose mean is the target.

    Parameters
    ----------
    score, base, cleft : ndarray of float32, shape (N,)
        Where fat goes first, an even haze of mean 1, and the cleft's share, per pixel.
    target : float
        Mean fraction to reach.
    fat : Fat
        Pattern.
    around : ndarray of float32, shape (N,), optional
        Fat around the muscle, over and above the target.

    Returns
    -------
    ndarray of float32, shape (N,)
        Fractions from 0 to 1. Where the cleft alone holds more fat than the target, it is thinned.
    """
    floor = np.minimum(
        cleft * np.float32(min(1.0, 0.7 * target / max(float(cleft.mean()), 1e-6))), 1.0
    )
    if around is not None:
        floor = np.maximum(floor, around)
        given = float(around.mean())
        target = given + (1.0 - given) * target
    haze = np.minimum(base * np.float32(fat.diffuse * target), 1.0)
    low, high = float(score.min()) - 12.0 * fat.softness, float(score.max()) + 12.0 * fat.softness
    fraction = floor
    for _ in range(SOLVER_STEPS):
        middle = (low + high) / 2.0
        exponent = (np.float32(middle) - score) * np.float32(1.0 / fat.softness)
        lumps = np.float32(1.0) / (np.float32(1.0) + np.exp(np.clip(exponent, -30.0, 30.0)))
        free = (np.float32(1.0) - floor) * (np.float32(1.0) - haze)
        fraction = np.float32(1.0) - free * (np.float32(1.0) - lumps)
        if float(fraction.mean()) > target:
            low = middle
        else:
            high = middle
    return np.asarray(fraction, dtype=np.float32)
