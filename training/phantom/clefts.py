"""Fat between and within the muscles: the cleft at the border, false clefts, and pockets."""

from __future__ import annotations

import cv2
import numpy as np

from training.phantom.fat import Fat
from training.phantom.fields import FloatField, Rng, View, smooth_noise


def cleft_share(view: View, seam: FloatField, fat: Fat, rng: Rng) -> FloatField:
    """Share of the fat lines at the muscles' border and, here and there, within them."""
    share = border_cleft(view, seam, fat, rng)
    for _ in range(int(rng.poisson(fat.false_clefts))):
        bend = np.float32(2.5) * smooth_noise(rng, seam.shape, 2.5)
        if fat.curl > 0.0:
            bend += np.float32(2.0 * fat.curl) * view.noise(rng, 28.0)
            bend += np.float32(0.5 * fat.curl) * view.noise(rng, 9.0)
        if rng.random() < 0.7:  # longissimus against iliocostalis
            slope = np.float32(rng.normal(0.1, 0.25))
            distance = np.abs(view.u_mm) - slope * view.v_mm - np.float32(rng.uniform(28.0, 55.0))
            distance = np.where(seam < -5.0, distance, np.float32(99.0))
        else:  # between the multifidus' own layers
            distance = seam - np.float32(rng.uniform(3.0, 10.0))
        line = view.coverage(distance + bend, rng.uniform(0.3, 2.0))
        if fat.curl > 0.0:  # a septum is seen in parts only
            line *= np.clip(np.float32(0.6) + view.noise(rng, 14.0), 0.0, 1.0)
        np.maximum(share, line * np.float32(rng.uniform(0.2, 0.9)), out=share)
    return share


def border_cleft(view: View, seam: FloatField, fat: Fat, rng: Rng) -> FloatField:
    """Share of the fat line at the muscles' border; wider towards the facet joint."""
    if fat.cleft_mm <= 0.0:
        return np.zeros_like(seam)
    wobble = np.float32(1.0) + np.float32(0.5) * smooth_noise(rng, seam.shape, 5.0)
    flare = np.float32(rng.uniform(0.0, 2.5)) * np.exp(
        -np.maximum(view.v_mm + np.float32(3.0), 0.0) * np.float32(1.0 / rng.uniform(5.0, 12.0))
    )
    width = np.float32(fat.cleft_mm) * np.clip(wobble + flare, 0.0, 4.0)
    middle = seam + np.float32(fat.cleft_offset) * width
    return np.asarray(view.coverage(middle, width) * np.float32(fat.cleft_strength), np.float32)


def longissimus_cleft(view: View, seam: FloatField, width_mm: float, rng: Rng) -> FloatField:
    """Share of the fat line between longissimus and iliocostalis; `view` is that of one side.

    It runs from front to back halfway through the erector spinae, leans outwards and opens into a
    notch under the fascia; often only one end of it is seen.
    """
    across = np.abs(view.u_mm)
    erector = seam < 0.0
    if not erector.any():
        return np.zeros_like(seam)
    front_mm, back_mm = float(view.v_mm[erector].min()), float(view.v_mm[erector].max())
    reach_mm = float(across.max())
    foot_mm = reach_mm * rng.uniform(0.38, 0.62)
    lean = rng.uniform(-0.05, 0.35)
    distance = across - np.float32(foot_mm) - np.float32(lean) * (view.v_mm - np.float32(front_mm))
    distance += np.float32(rng.uniform(0.3, 2.0)) * view.noise(rng, 20.0)
    depth = (view.v_mm - np.float32(front_mm)) * np.float32(1.0 / max(back_mm - front_mm, 1.0))
    notch = np.float32(rng.uniform(0.0, 4.0)) * np.clip((depth - 0.75) * np.float32(4.0), 0.0, 1.0)
    width = np.float32(width_mm) * (np.float32(0.8) + np.float32(0.4) * view.noise(rng, 12.0))
    share = view.coverage(distance, np.clip(width, 0.2, 6.0) + notch)
    start, end = ((0.0, 1.0), (0.0, rng.uniform(0.3, 0.8)), (rng.uniform(0.2, 0.7), 1.0))[
        rng.choice(3, p=[0.5, 0.15, 0.35])
    ]
    seen = np.clip((depth - np.float32(start)) * 8.0 + 1.0, 0.0, 1.0)
    seen *= np.clip((np.float32(end) - depth) * 8.0 + 1.0, 0.0, 1.0)
    share = share * seen * (seam < -2.0)
    return np.asarray(share * np.float32(rng.uniform(0.4, 1.0)), dtype=np.float32)


def pocket_share(
    view: View, level_set: FloatField, depth_mm: float, angle_deg: float, side: float, rng: Rng
) -> FloatField:
    """Share of fat where a muscle has drawn back from the wall of its compartment.

    Parameters
    ----------
    view : View
        Drawing grid.
    level_set : ndarray of float32
        The compartment.
    depth_mm : float
        How far the muscle has drawn back.
    angle_deg : float
        Where it went: 0 laterally, 90 dorsally.
    side : float
        -1 on the patient's right, 1 on the left.
    rng : Generator
        Draws the edge and the strands that are left in the fat.
    """
    angle = np.deg2rad(angle_deg)
    right_px = side * depth_mm * np.cos(angle) / view.mm_per_px
    down_px = depth_mm * np.sin(angle) / view.mm_per_px
    move = np.array([[1.0, 0.0, right_px], [0.0, 1.0, down_px]], dtype=np.float32)
    far = -31.0
    remnant = cv2.warpAffine(level_set, move, level_set.shape[::-1], borderValue=far)
    edge = np.asarray(remnant, np.float32)
    edge += np.float32(min(0.25 * depth_mm, 1.5)) * view.noise(rng, rng.uniform(5.0, 14.0))
    soft = np.float32(1.0 / rng.uniform(0.8, 4.0))
    share = np.clip(np.float32(0.5) - edge * soft, 0.0, 1.0)
    strands = np.exp(-np.abs(view.noise(rng, rng.uniform(4.0, 9.0))) * np.float32(5.0))
    share *= np.float32(1.0) - np.float32(rng.uniform(0.0, 0.7)) * strands
    return np.asarray(share * np.float32(rng.uniform(0.7, 1.0)), dtype=np.float32)
