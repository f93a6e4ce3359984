"""Fatty infiltration: where fat lies within a muscle's compartment, and how much of it.

A score per pixel says where fat goes first (streaks along fascicles, septa, the pocket by the
lamina, the rim by the erector spinae, marbling, whole lobes); the fat fraction is a soft threshold
of the score, and the threshold is solved for so that the compartment's mean fraction is the one
that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import BoolField, FloatField, Rng, View, smooth_noise
from training.phantom.muscles import Muscles

SOLVER_STEPS = 18


@dataclass(frozen=True, kw_only=True)
class Fat:
    """How much fat, and where it goes first.

    Attributes
    ----------
    multifidus : tuple of float
        Mean fat fraction of the right and left compartment, 0 to 0.95.
    erector : tuple of float
        The same of the erector spinae.
    other : float
        Mean fat fraction of psoas and quadratus.
    streaks, septa, medial, feather, marbling, lobes, gradient : float
        Weights of the patterns; `gradient` has more fat towards one side of the muscle.
    diffuse : float
        Share of the fat that is spread evenly.
    softness : float
        Width of the threshold: small gives sharp bright fat, large gives haze.
    cleft_mm : float
        Width of the fat line between multifidus and erector spinae.
    cleft_strength : float
        How much of that line is fat, 0 to 1.
    false_clefts : float
        Mean number of further fat lines of that kind within the muscles, such as the one between
        longissimus and iliocostalis.
    septum_mm : float
        Width of a dark sheet of fascia in the middle of the cleft.
    tendons : float
        Strength of thin dark sheets of tendon within the muscles.
    """

    multifidus: tuple[float, float]
    erector: tuple[float, float]
    other: float = 0.03
    streaks: float = 1.0
    septa: float = 0.7
    medial: float = 1.0
    feather: float = 0.5
    marbling: float = 0.4
    lobes: float = 0.4
    gradient: float = 0.3
    diffuse: float = 0.25
    softness: float = 0.35
    cleft_mm: float = 1.5
    cleft_strength: float = 0.8
    false_clefts: float = 0.5
    septum_mm: float = 0.0
    tendons: float = 0.0


def draw_fat(rng: Rng, *, caudality: float) -> Fat:
    """Draw a degree and a pattern: lean to severe, more of it towards the sacrum."""
    degree = float(rng.beta(0.9, 2.4)) * (0.65 + 0.6 * min(caudality, 0.8))
    if rng.random() < 0.15:
        degree = float(rng.uniform(0.4, 0.85))
    right = float(np.clip(degree * np.exp(rng.normal(0.0, 0.2)) + 0.02, 0.01, 0.9))
    left = float(np.clip(degree * np.exp(rng.normal(0.0, 0.2)) + 0.02, 0.01, 0.9))
    erector = float(np.clip(degree * rng.uniform(0.3, 1.1) + 0.02, 0.01, 0.9))
    pattern = rng.gamma(1.0, 1.0, size=7)
    return Fat(
        multifidus=(right, left),
        erector=(erector, float(np.clip(erector * np.exp(rng.normal(0.0, 0.15)), 0.01, 0.9))),
        other=float(rng.uniform(0.0, 0.08)),
        streaks=0.4 + pattern[0],
        septa=0.3 + 0.8 * pattern[1],
        medial=1.3 * pattern[2],
        feather=0.6 * pattern[3],
        marbling=0.6 * pattern[4],
        lobes=0.7 * pattern[5],
        gradient=0.6 * pattern[6],
        diffuse=float(rng.uniform(0.0, 0.6)),
        softness=float(np.exp(rng.uniform(np.log(0.2), np.log(1.0)))),
        cleft_mm=float(
            rng.choice([0.0, rng.uniform(0.4, 1.5), rng.uniform(1.0, 3.5)], p=[0.12, 0.5, 0.38])
        ),
        cleft_strength=float(rng.uniform(0.25, 1.0)),
        false_clefts=float(rng.uniform(0.0, 1.5)),
        septum_mm=float(rng.uniform(0.3, 1.1)) if rng.random() < 0.2 + 0.4 * degree else 0.0,
        tendons=float(rng.uniform(0.1, 0.7)) if rng.random() < 0.4 else 0.0,
    )


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
                    score[where], base[own][where], cleft[own][where], target, fat
                )
        paint_sheets(part, inside, seam, near_bone, fat, rng)


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
        canvas.dark[inside] = np.maximum(canvas.dark, share)[inside]
    if fat.tendons > 0.0:
        sheets = np.exp(-np.abs(streaks(canvas.view, from_bone_mm, rng)) * np.float32(14.0))
        share = sheets * np.float32(fat.tendons)
        canvas.dark[inside] = np.maximum(canvas.dark, share)[inside]


def bounds(region: BoolField) -> tuple[slice, slice]:
    """Rows and columns of the least rectangle that holds a region, which is not empty."""
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def paint_minor_fat(canvas: Canvas, level_set: FloatField, mean: float, rng: Rng) -> None:
    """Paint a haze with a few thin lines, in muscles that are not measured."""
    inside = (level_set > 0.0) & (canvas.tissue == Tissue.MUSCLE)
    if not inside.any():
        return
    box = bounds(inside)
    part, where = canvas.part(*box), inside[box]
    noise = smooth_noise(rng, where.shape, 6.0)
    lines = np.exp(-((noise * np.float32(9.0)) ** 2)) * np.float32(4.0 * mean)
    part.fat[where] = np.clip(lines[where] + np.float32(mean), 0.0, 0.9)


def cleft_share(view: View, seam: FloatField, fat: Fat, rng: Rng) -> FloatField:
    """Share of the fat line between the muscles; wider towards the facet joint."""
    if fat.cleft_mm <= 0.0:
        return np.zeros_like(seam)
    wobble = np.float32(1.0) + np.float32(0.5) * smooth_noise(rng, seam.shape, 5.0)
    flare = np.float32(rng.uniform(0.0, 2.5)) * np.exp(
        -np.maximum(view.v_mm + np.float32(3.0), 0.0) * np.float32(1.0 / rng.uniform(5.0, 12.0))
    )
    width = np.float32(fat.cleft_mm) * np.clip(wobble + flare, 0.0, 4.0)
    share = view.coverage(seam, width) * np.float32(fat.cleft_strength)
    for _ in range(int(rng.poisson(fat.false_clefts))):
        bend = np.float32(2.5) * smooth_noise(rng, seam.shape, 2.5)
        if rng.random() < 0.7:  # longissimus against iliocostalis
            slope = np.float32(rng.normal(0.1, 0.25))
            distance = np.abs(view.u_mm) - slope * view.v_mm - np.float32(rng.uniform(28.0, 55.0))
            distance = np.where(seam < -5.0, distance, np.float32(99.0))
        else:  # between the multifidus' own layers
            distance = seam - np.float32(rng.uniform(3.0, 10.0))
        line = view.coverage(distance + bend, rng.uniform(0.3, 2.0))
        np.maximum(share, line * np.float32(rng.uniform(0.2, 0.9)), out=share)
    return share


def fat_score(
    view: View, from_bone_mm: FloatField, from_seam_mm: FloatField, fat: Fat, rng: Rng
) -> FloatField:
    """Where fat goes first; about unit variance, the pockets on top."""
    score = np.float32(fat.marbling) * view.noise(rng, rng.uniform(1.2, 3.5))
    score += np.float32(fat.lobes) * view.noise(rng, rng.uniform(9.0, 18.0))
    score += np.float32(0.2) * view.noise(rng, 1.8)
    patches = np.float32(1.0) + np.float32(0.7) * view.noise(rng, 12.0)
    score += np.float32(fat.streaks) * patches * streaks(view, from_bone_mm, rng)
    ridge = np.abs(streaks(view, from_bone_mm, rng))
    score += np.float32(fat.septa) * (np.exp(-ridge * np.float32(5.0)) * 3.0 - np.float32(1.0))
    angle = rng.uniform(0.0, 2.0 * np.pi) if rng.random() < 0.4 else rng.normal(-1.6, 0.6)
    slope = np.float32(fat.gradient / 12.0)
    score += slope * np.float32(np.cos(angle)) * np.abs(view.u_mm)
    score += slope * np.float32(np.sin(angle)) * view.v_mm
    deviation = max(float(score.std()), 1e-3)
    score *= np.float32(1.0 / deviation)
    reach = np.float32(1.0 / rng.uniform(2.0, 9.0))
    score += np.float32(2.0 * fat.medial) * np.exp(-from_bone_mm * reach)
    score += np.float32(2.0 * fat.feather) * np.exp(-from_seam_mm * np.float32(1.0 / 3.0))
    return score


def streaks(view: View, from_bone_mm: FloatField, rng: Rng) -> FloatField:
    """Noise drawn out along the fascicles: along the bone, or fanning out from the midline."""
    coarse = rng.standard_normal((96, 96), dtype=np.float32)
    short_mm, long_mm = rng.uniform(1.6, 4.5), rng.uniform(9.0, 30.0)
    pole_v = rng.uniform(-30.0, 20.0)
    du, dv = np.abs(view.u_mm), view.v_mm - np.float32(pole_v)
    along_arc = np.arctan2(dv, du + np.float32(4.0)) * np.float32(25.0)
    radius = np.sqrt(du * du + dv * dv)
    kind = rng.random()
    if kind < 0.4:  # shells around lamina and facet
        across, along = from_bone_mm, along_arc
    elif kind < 0.7:  # a fan from the midline
        across, along = along_arc, radius
    else:
        angle = rng.uniform(0.0, np.pi)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        across, along = cos * du + sin * dv, cos * dv - sin * du
    bend = np.float32(1.5) * smooth_noise(rng, across.shape, 5.0)
    offset = rng.uniform(0.0, 96.0, size=2)
    sampled = cv2.remap(
        coarse,
        np.asarray((across + bend) * (1.0 / short_mm) + offset[0], np.float32),
        np.asarray(along * (1.0 / long_mm) + offset[1], np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_WRAP,
    )
    return np.asarray(sampled, dtype=np.float32) * np.float32(1.35)


def solved_fraction(
    score: FloatField, base: FloatField, cleft: FloatField, target: float, fat: Fat
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

    Returns
    -------
    ndarray of float32, shape (N,)
        Fractions from 0 to 1. Where the cleft alone holds more fat than the target, it is thinned.
    """
    floor = np.minimum(
        cleft * np.float32(min(1.0, 0.7 * target / max(float(cleft.mean()), 1e-6))), 1.0
    )
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
