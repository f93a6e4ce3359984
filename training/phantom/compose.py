"""Everything after the muscles' shapes are known: draw, infiltrate, render, acquire."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.acquisition import Acquisition, acquire
from training.phantom.canal import paint_canal
from training.phantom.canvas import Canvas, Tissue
from training.phantom.fat import Fat
from training.phantom.fields import FloatField, Rng, View
from training.phantom.infiltration import infiltrate
from training.phantom.lesions import paint_oedema, paint_surgery
from training.phantom.muscles import Muscles, grown_to_bone
from training.phantom.paint_muscles import paint_deep_muscles, paint_paraspinal_muscles
from training.phantom.phantom_slice import PhantomSlice
from training.phantom.sacrum import paint_sacrum
from training.phantom.small_muscles import paint_small_muscles
from training.phantom.spine import Spine, paint_spine
from training.phantom.surroundings import Body, paint_body
from training.phantom.tissue_signal import Contrast, render

OVERSAMPLING = 1.25
"""Drawing grid over picture, per side."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is drawn around the muscles, and how the picture is taken.

    Attributes
    ----------
    spine, body, fat, contrast, acquisition
        See their classes.
    gap_mm : float
        Gaps up to this width between multifidus and bone belong to the compartment; 0 leaves them.
    gap_lateral_mm : float
        Distance from the midline up to which that holds.
    gap_smooth_mm : float
        See `grown_to_bone`.
    fascia_mm, fascia_strength, fascia_gap_mm : float
        Dark line around the paraspinal muscles, and the fat between it and them.
    line_gaps : float
        How far dark lines come and go along their course, 0 to 1.
    oedema, surgery : bool
        See `lesions`.
    """

    spine: Spine
    body: Body
    fat: Fat
    contrast: Contrast
    acquisition: Acquisition
    gap_mm: float = 6.0
    gap_lateral_mm: float = 22.0
    gap_smooth_mm: float = 0.0
    fascia_mm: float = 0.9
    fascia_strength: float = 0.7
    fascia_gap_mm: float = 0.0
    line_gaps: float = 0.0
    oedema: bool = False
    surgery: bool = False


def compose(rng: Rng, view: View, muscles: Muscles, scene: Scene, *, size_px: int) -> PhantomSlice:
    """Draw a scene around given muscles and take its picture.

    Parameters
    ----------
    rng : Generator
        Draws all that the scene leaves open.
    view : View
        Drawing grid.
    muscles : Muscles
        Their shapes.
    scene : Scene
        The rest.
    size_px : int
        Side of the picture.
    """
    canvas = Canvas.blank(view)
    if scene.line_gaps > 0.0:
        seen = np.float32(0.8) * view.noise(rng, 9.0) - np.float32(0.5)
        canvas.line_share = np.clip(np.float32(1.0) + np.float32(scene.line_gaps) * seen, 0.0, 1.0)
    muscles = paint(rng, canvas, muscles, scene)
    infiltrate(canvas, muscles, scene.fat, rng)
    if scene.oedema:
        paint_oedema(canvas, muscles, rng)
    if scene.surgery:
        paint_surgery(canvas, muscles, rng)
    signal = render(canvas, scene.contrast, rng)
    fat = true_fat(canvas)
    pixels = acquire(signal, fat, view, scene.acquisition, rng, size_px=size_px)
    return finished(pixels, fat, canvas, muscles, size_px=size_px)


def paint(rng: Rng, canvas: Canvas, muscles: Muscles, scene: Scene) -> Muscles:
    """Draw all tissues around given muscles; return the muscles as they fit the bones."""
    paint_body(canvas, scene.body, muscles, scene.spine, rng)
    paint_deep_muscles(canvas, muscles, rng)
    if scene.spine.sacrum:
        paint_sacrum(canvas, scene.spine, rng, lateral_mm=muscles.lateral_mm)
    else:
        paint_spine(canvas, scene.spine, rng)
    mottle_marrow(canvas, rng)
    paint_small_muscles(canvas, scene.spine, rng)
    paint_canal(canvas, scene.spine, rng)
    if scene.gap_mm > 0.0:
        muscles = grown_to_bone(
            rng,
            canvas,
            muscles,
            reach_mm=scene.gap_mm,
            lateral_limit_mm=scene.gap_lateral_mm,
            smooth_mm=scene.gap_smooth_mm,
        )
    paint_paraspinal_muscles(canvas, muscles)
    ventral = np.where(canvas.view.v_mm < 4.0, np.float32(0.4), np.float32(1.0))
    strength = np.float32(scene.fascia_strength) * ventral
    for level_set in muscles.paraspinal:
        outside = level_set + np.float32(0.4 * scene.fascia_mm + scene.fascia_gap_mm)
        canvas.line(outside, scene.fascia_mm, strength)
    return muscles


def mottle_marrow(canvas: Canvas, rng: Rng) -> None:
    """Let marrow's fat lie in patches, as it does from the fourth decade on."""
    marrow = canvas.tissue == Tissue.MARROW
    patches = np.float32(rng.uniform(0.05, 0.5)) * canvas.view.noise(rng, rng.uniform(5.0, 14.0))
    patches += np.float32(rng.uniform(0.0, 0.25)) * canvas.view.noise(rng, 2.5)
    canvas.fat[marrow] = np.clip(canvas.fat * (np.float32(1.0) + patches), 0.0, 1.0)[marrow]


def true_fat(canvas: Canvas) -> FloatField:
    """Share of fat in each pixel of the drawing grid."""
    fat = canvas.fat.copy()
    fat[np.isin(canvas.tissue, (Tissue.SUBCUTANEOUS_FAT, Tissue.DEEP_FAT))] = 1.0
    return fat


def finished(
    pixels: FloatField, fat: FloatField, canvas: Canvas, muscles: Muscles, *, size_px: int
) -> PhantomSlice:
    """Bring the ground truth to the picture's grid: each pixel's label is that of most of it."""
    regions = [canvas.view.inside(muscles.multifidus(side)) for side in (0, 1)]
    both = np.maximum(
        canvas.view.inside(muscles.erector(0)), canvas.view.inside(muscles.erector(1))
    )
    regions.append(both)
    free = np.isin(canvas.tissue, (Tissue.MUSCLE, Tissue.OEDEMA))
    regions.extend(
        np.where(free, np.maximum(canvas.view.inside(pair[0]), canvas.view.inside(pair[1])), 0.0)
        for pair in (muscles.psoas, muscles.quadratus)
    )
    labels = np.zeros((size_px, size_px), dtype=np.uint8)
    best = np.full((size_px, size_px), 0.5, dtype=np.float32)
    for value, region in enumerate(regions, start=1):
        share = resized(np.asarray(region, np.float32), size_px)
        better = share >= best
        labels[better], best[better] = value, share[better]
    mask: npt.NDArray[np.uint8] = np.where(labels <= 2, labels, np.uint8(0))
    spacing = canvas.view.field_of_view_mm / size_px
    return PhantomSlice(
        pixels=pixels,
        mask=mask,
        muscles=labels,
        fat_fraction=np.clip(resized(fat, size_px), 0.0, 1.0),
        pixel_spacing_mm=(spacing, spacing),
    )


def resized(field: FloatField, size_px: int) -> FloatField:
    """Mean of a field over the picture's pixels."""
    if field.shape[0] == size_px:
        return field
    small = cv2.resize(field, (size_px, size_px), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)
