"""Level sets of the muscles on the drawing grid, and their random change of shape."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import BoolField, FloatField, Rng, View
from training.phantom.label_maps import (
    ABOVE_MM,
    ABSENT_MM,
    CHANNELS,
    HALF_WIDTH_MM,
    STEP_MM,
    LabelSlice,
    level_set,
)
from training.phantom.made_up_muscles import made_up_psoas, made_up_quadratus


@dataclass(frozen=True, kw_only=True)
class Muscles:
    """Muscles of a slice; each pair is (right, left), as level sets in mm, positive inside.

    Attributes
    ----------
    paraspinal : pair of ndarray
        Multifidus and erector spinae together.
    seam : pair of ndarray
        Distance to the border between the two, positive on the multifidus' side.
    psoas, quadratus : pair of ndarray
        The other muscles.
    caudality : float
        Height along the spine, 0.1 at L1 to 0.8 at S1.
    psoas_gap_mm : float, optional
        Half the distance between the psoas muscles; None where they were made up.
    dorsal_mm, midline_mm, lateral_mm : float
        Dorsal surface of the paraspinal muscles, at most and at the midline, and half width.
    """

    paraspinal: tuple[FloatField, FloatField]
    seam: tuple[FloatField, FloatField]
    psoas: tuple[FloatField, FloatField]
    quadratus: tuple[FloatField, FloatField]
    caudality: float
    psoas_gap_mm: float | None
    dorsal_mm: float
    midline_mm: float
    lateral_mm: float

    def multifidus(self, side: int) -> FloatField:
        """Level set of the fascial compartment of one side's multifidus."""
        return np.minimum(self.paraspinal[side], self.seam[side])

    def erector(self, side: int) -> FloatField:
        """Level set of one side's erector spinae."""
        return np.minimum(self.paraspinal[side], -self.seam[side])


def outward_share(caudality: float) -> float:
    """How far, relative to L4 and below, the border may move outwards at a height.

    At L1 and L2 no multifidus is wide: what runs further out is the erector spinae's own cleft.
    """
    return float(np.clip((caudality - 0.05) / 0.35, 0.3, 1.0))


def blended_stack(first: LabelSlice, second: LabelSlice | None, weight: float) -> FloatField:
    """Level sets between two slices, in mm, on the slices' grid."""
    stack = first.level_sets.astype(np.float32)
    if second is not None:
        stack *= np.float32(1.0 - weight)
        stack += np.float32(weight) * second.level_sets
    stack *= np.float32(STEP_MM)
    return stack


def muscles_from_labels(
    rng: Rng,
    view: View,
    first: LabelSlice,
    second: LabelSlice | None,
    *,
    scale: tuple[float, float],
    top_mm: float,
    border_change: float = 1.0,
) -> Muscles:
    """Muscles of a real slice, or between two, with borders moved at random.

    Parameters
    ----------
    rng : Generator
        Source of the changes.
    view : View
        Drawing grid.
    first, second : LabelSlice
        What to start from.
    scale : tuple of float
        Stretch across and from front to back.
    top_mm : float
        How far dorsal of the spinolaminar junction the multifidi's ventral ends lie.
    border_change : float
        How far to move the border to the erector spinae: 1 so far that no width can be learnt,
        0 not at all.
    """
    weight = float(rng.uniform(0.2, 0.8)) if second is not None else 0.0
    stack = blended_stack(first, second, weight)
    map_u = view.u_mm * np.float32(1.0 / scale[0]) + np.float32(HALF_WIDTH_MM)
    map_v = (view.v_mm - np.float32(top_mm)) * np.float32(1.0 / scale[1]) + np.float32(ABOVE_MM)
    mean_scale = np.float32((scale[0] + scale[1]) / 2.0)
    fields: dict[str, FloatField] = {}
    for name, native in zip(CHANNELS, stack, strict=True):
        sampled = cv2.remap(
            native,
            map_u,
            map_v,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=ABSENT_MM,
        )
        fields[name] = np.asarray(sampled, dtype=np.float32) * mean_scale
    paraspinal, seam, psoas, quadratus = [], [], [], []
    caudality = first.caudality
    if second is not None:
        caudality = (1.0 - weight) * caudality + weight * second.caudality
    common_shift = rng.normal(0.0, 0.8)
    multifidus_px = int((stack[0] > 0.0).sum() + (stack[1] > 0.0).sum())
    width_mm = float(np.sqrt(multifidus_px / 2.0)) * float(mean_scale)
    erector_px = int((stack[2] > 0.0).sum() + (stack[3] > 0.0).sum())
    erector_width_mm = float(np.sqrt(erector_px / 2.0)) * float(mean_scale)
    seam_shift = 0.0
    if border_change > 0.0:
        outwards = 0.34 * outward_share(caudality)
        seam_shift = min(rng.uniform(-0.14, outwards) * width_mm, 0.25 * erector_width_mm)
        seam_shift *= border_change
    for side in ("right", "left"):
        rough = common_shift + rng.normal(0.0, 0.5)
        union = fields[f"paraspinal_{side}"] + np.float32(rough)
        union += np.float32(rng.uniform(0.2, 1.2)) * view.noise(rng, 22.0)
        paraspinal.append(union)
        border = (fields[f"multifidus_{side}"] - fields[f"erector_{side}"]) * np.float32(0.5)
        moved = seam_shift + rng.normal(0.0, 0.06) * width_mm
        border += np.float32(moved)
        border += np.float32(rng.uniform(0.3, 2.2)) * view.noise(rng, 18.0)
        seam.append(border)
        for name, found, size_mm in (("psoas", psoas, 1.5), ("quadratus", quadratus, 1.0)):
            edge = fields[f"{name}_{side}"] + np.float32(rng.normal(0.0, size_mm))
            found.append(edge + np.float32(rng.uniform(0.2, 1.2)) * view.noise(rng, 14.0))
    gap = None
    if first.psoas_centre_mm is not None:
        gap = first.psoas_centre_mm[1] * scale[0]
    else:
        psoas = list(made_up_psoas(rng, view, caudality))
        if caudality < 0.55:
            quadratus = list(made_up_quadratus(rng, view, first.lateral_mm * scale[0]))
    return Muscles(
        paraspinal=(paraspinal[0], paraspinal[1]),
        seam=(seam[0], seam[1]),
        psoas=(psoas[0], psoas[1]),
        quadratus=(quadratus[0], quadratus[1]),
        caudality=caudality,
        psoas_gap_mm=gap,
        dorsal_mm=first.dorsal_mm * scale[1] + top_mm,
        midline_mm=first.midline_mm * scale[1] + top_mm,
        lateral_mm=first.lateral_mm * scale[0],
    )


def grown_to_bone(
    rng: Rng,
    canvas: Canvas,
    muscles: Muscles,
    *,
    reach_mm: float,
    lateral_limit_mm: float,
    smooth_mm: float = 0.0,
) -> Muscles:
    """Extend the multifidi's compartments to lamina and spinous process.

    A compartment ends at the bone. Where a real label stopped short of the drawn bone, the gap is
    the compartment's medial fat, not a fat plane of its own.

    Parameters
    ----------
    rng : Generator
        Source of small differences between the sides.
    canvas : Canvas
        With the spine drawn, the muscles not yet.
    muscles : Muscles
        What to extend.
    reach_mm : float
        Widest gap that is closed.
    lateral_limit_mm : float
        Distance from the midline up to which it is closed: the facet joints' lateral edge.
    smooth_mm : float
        Width over which the new border is rounded; with it a gap is closed where it is narrow
        enough in all, and notches between closed parts are filled.
    """
    view = canvas.view
    rows, columns = view.window(
        (-lateral_limit_mm - 8.0, lateral_limit_mm + 8.0), (-30.0, muscles.dorsal_mm + 8.0)
    )
    part = canvas.part(rows, columns)
    if part.tissue.size == 0:
        return muscles
    soft = np.isin(part.tissue, (Tissue.DEEP_FAT, Tissue.SUBCUTANEOUS_FAT)).astype(np.uint8)
    distance_px = cv2.distanceTransform(soft, cv2.DIST_L2, 3)
    from_bone = np.asarray(distance_px, np.float32) * np.float32(view.mm_per_px)
    u, v = part.view.u_mm, part.view.v_mm
    paraspinal = []
    for side, sign in ((0, -1.0), (1, 1.0)):
        whole = muscles.paraspinal[side].copy()
        near, own = whole[rows, columns], muscles.seam[side][rows, columns] > 0.0
        # Towards the back the reach tapers off: the fascia, not the bone, is the border there.
        taper = np.clip((np.float32(muscles.dorsal_mm - 3.0) - v) * np.float32(0.1), 0.0, 1.0)
        reach = np.float32(reach_mm * rng.uniform(0.8, 1.2)) * taper
        lateral = np.float32(sign) * u
        core = own & (near > 0.0)
        room = (soft > 0) & own & (lateral > 0.0)
        free = room & (lateral < lateral_limit_mm)
        if smooth_mm > 0.0:
            gap = free & (from_bone + np.maximum(-near, 0.0) < reach)
        else:
            gap = free & (near > -reach) & (from_bone < np.float32(0.8) * reach)
        grown = merged(core, gap, opening_px=1.6 / view.mm_per_px)
        if smooth_mm > 0.0:
            grown = rounded_off(grown, core | room, smooth_px=smooth_mm / view.mm_per_px)
        np.maximum(near, level_set(grown) * np.float32(view.mm_per_px), out=near)
        paraspinal.append(whole)
    return replace(muscles, paraspinal=(paraspinal[0], paraspinal[1]))


def merged(core: BoolField, gap: BoolField, *, opening_px: float) -> npt.NDArray[np.uint8]:
    """Add the parts of a gap that touch a core, without slivers, and fill holes."""
    width = max(2 * round(opening_px / 2.0) + 1, 3)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    solid = core.astype(np.uint8)
    opened = cv2.morphologyEx(solid | gap.astype(np.uint8), cv2.MORPH_OPEN, brush)
    both = np.asarray(opened, dtype=np.uint8) | solid
    outlines, _ = cv2.findContours(both, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    region: npt.NDArray[np.uint8] = np.zeros_like(both)
    for outline in outlines:
        part: npt.NDArray[np.uint8] = np.zeros_like(both)
        cv2.drawContours(part, [outline], -1, 1, cv2.FILLED)
        if (part & solid).any():
            region |= part
    return region


def rounded_off(
    region: npt.NDArray[np.uint8], allowed: BoolField, *, smooth_px: float
) -> npt.NDArray[np.uint8]:
    """Fill notches of the ventral half and round the corners, within what is allowed."""
    points = cv2.findNonZero(region)
    if points is None:
        return region
    hull: npt.NDArray[np.uint8] = np.zeros_like(region)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    hull[int(points.reshape(-1, 2)[:, 1].mean()) :] = 0
    full = ((region | hull) > 0) & allowed
    soft = cv2.GaussianBlur(full.astype(np.float32), (0, 0), max(smooth_px, 0.5))
    return ((soft > 0.5) & allowed).astype(np.uint8)
