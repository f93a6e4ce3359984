"""Where in a muscle fat goes first: fascicles, septa, marbling, lobes, the bone and the rim."""

from __future__ import annotations

import cv2
import numpy as np

from training.phantom.cells import crowded_cells
from training.phantom.fat import Fat
from training.phantom.fields import FloatField, Rng, View, smooth_noise


def fat_score(
    view: View, from_bone_mm: FloatField, from_seam_mm: FloatField, fat: Fat, rng: Rng
) -> FloatField:
    """Where fat goes first; about unit variance, the pockets on top."""
    score = np.float32(fat.marbling) * view.noise(rng, rng.uniform(1.2, 3.5))
    score += np.float32(fat.lobes) * view.noise(rng, rng.uniform(9.0, 18.0))
    score += np.float32(0.2) * view.noise(rng, 1.8)
    patches = np.float32(1.0) + np.float32(0.7) * view.noise(rng, 12.0)
    score += np.float32(fat.streaks) * patches * streaks(view, from_bone_mm, rng, curl=fat.curl)
    ridge = np.abs(streaks(view, from_bone_mm, rng, curl=fat.curl))
    score += np.float32(fat.septa) * (np.exp(-ridge * np.float32(5.0)) * 3.0 - np.float32(1.0))
    if fat.bundles > 0.0:
        score += np.float32(fat.bundles) * bundle_borders(view, rng)
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


def bundle_borders(view: View, rng: Rng) -> FloatField:
    """The septa around bundles of fascicles, seen in parts; about unit variance."""
    score: FloatField = np.zeros(view.u_mm.shape, dtype=np.float32)
    for low_mm, high_mm in ((8.0, 16.0), (4.0, 8.0)):
        _, edge_mm, _ = crowded_cells(view, rng.uniform(low_mm, high_mm), rng)
        seen = np.clip(np.float32(0.5) + np.float32(0.8) * view.noise(rng, 10.0), 0.0, 1.5)
        sharp = np.float32(1.0 / rng.uniform(0.4, 1.0))
        score += seen * (np.exp(-edge_mm * sharp) * np.float32(3.0) - np.float32(0.8))
    return score


def streaks(view: View, from_bone_mm: FloatField, rng: Rng, *, curl: float = 0.0) -> FloatField:
    """Noise drawn out along the fascicles: along the bone, or fanning out from the midline."""
    coarse = rng.standard_normal((96, 96), dtype=np.float32)
    if curl > 0.0:
        short_mm = rng.uniform(1.2, 3.2)
        long_mm = short_mm * rng.uniform(1.5, 7.0)
    else:
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
    if curl > 0.0:
        bend += np.float32(2.0 * curl) * view.noise(rng, 14.0)
        bend += np.float32(0.5 * curl) * view.noise(rng, 5.0)
    offset = rng.uniform(0.0, 96.0, size=2)
    sampled = cv2.remap(
        coarse,
        np.asarray((across + bend) * (1.0 / short_mm) + offset[0], np.float32),
        np.asarray(along * (1.0 / long_mm) + offset[1], np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_WRAP,
    )
    return np.asarray(sampled, dtype=np.float32) * np.float32(1.35)
