"""Slices rendered around real muscle shapes, without end: what the segmentation trains on."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.acquisition import acquire, draw_acquisition
from training.phantom.canvas import Canvas, Tissue
from training.phantom.fat import draw_fat, infiltrate
from training.phantom.fields import FloatField, Rng, make_view
from training.phantom.label_maps import LabelLibrary
from training.phantom.muscles import Muscles, muscles_from_labels, paint_muscles
from training.phantom.phantom_slice import PhantomSlice
from training.phantom.spine import draw_spine, paint_spine
from training.phantom.surroundings import draw_body, paint_body
from training.phantom.tissue_signal import random_contrast, render, t2_contrast

OVERSAMPLING = 1.5
"""Drawing grid over picture, per side."""


def render_from_labels(rng: Rng, size_px: int, library: LabelLibrary) -> PhantomSlice:
    """Render a slice with everything about it drawn at random.

    Parameters
    ----------
    rng : Generator
        Source of everything: the same state gives the same slice.
    size_px : int
        Side of the picture.
    library : LabelLibrary
        Where muscle shapes come from.
    """
    first = library.draw(rng)
    second = library.nearest(rng, first.caudality) if rng.random() < 0.6 else None
    field_of_view_mm = float(
        rng.choice(
            [rng.uniform(110.0, 180.0), rng.uniform(180.0, 360.0), rng.uniform(300.0, 420.0)],
            p=[0.15, 0.7, 0.15],
        )
    )
    spread = max(field_of_view_mm - 110.0, 10.0)
    centre = (
        float(rng.normal(0.0, 0.03 * spread)),
        float(rng.normal(10.0 - 0.12 * spread, 0.06 * spread)),
    )
    view = make_view(
        rng,
        size_px=round(size_px * OVERSAMPLING),
        field_of_view_mm=field_of_view_mm,
        centre_mm=centre,
        rotation_deg=float(rng.normal(0.0, 5.0)),
        warp_mm=float(rng.uniform(0.0, 5.0)),
    )
    across = float(rng.uniform(0.84, 1.22))
    muscles = muscles_from_labels(
        rng,
        view,
        first,
        second,
        scale=(across, across * float(rng.uniform(0.88, 1.14))),
        top_mm=float(rng.uniform(2.0, 8.0)),
    )
    canvas = draw_canvas(rng, muscles, Canvas.blank(view))
    infiltrate(canvas, muscles, draw_fat(rng, caudality=muscles.caudality), rng)
    if rng.random() < 0.8:
        contrast = t2_contrast(
            rng,
            field_strength_t=float(rng.choice([1.5, 3.0])),
            echo_time_ms=float(rng.uniform(60.0, 135.0)),
            repetition_time_ms=float(rng.uniform(2200.0, 7000.0)),
        )
    else:
        contrast = random_contrast(rng)
    signal = render(canvas, contrast, rng)
    settings = draw_acquisition(rng, field_of_view_mm=field_of_view_mm, dorsal_mm=muscles.dorsal_mm)
    fat = true_fat(canvas)
    pixels = acquire(signal, fat, view, settings, rng, size_px=size_px)
    return finished(pixels, fat, canvas, muscles, size_px=size_px)


def draw_canvas(rng: Rng, muscles: Muscles, canvas: Canvas) -> Canvas:
    """Draw all tissues around given muscles."""
    spine = draw_spine(
        rng,
        caudality=muscles.caudality,
        psoas_gap_mm=muscles.psoas_gap_mm,
        dorsal_mm=muscles.dorsal_mm,
    )
    body = draw_body(rng, lateral_mm=muscles.lateral_mm)
    paint_body(canvas, body, muscles, spine, rng)
    paint_spine(canvas, spine, rng)
    paint_muscles(canvas, muscles)
    fascia_mm = float(rng.uniform(0.4, 1.6))
    strength = float(rng.uniform(0.2, 1.0))
    for level_set in muscles.paraspinal:
        dorsal = level_set + np.float32(0.4 * fascia_mm)
        share = canvas.view.coverage(dorsal, fascia_mm) * np.float32(strength)
        share[canvas.view.v_mm < 4.0] *= np.float32(0.4)
        np.maximum(canvas.dark, share, out=canvas.dark)
    return canvas


def true_fat(canvas: Canvas) -> FloatField:
    """Share of fat in each pixel of the drawing grid."""
    fat = canvas.fat.copy()
    fat[np.isin(canvas.tissue, (Tissue.SUBCUTANEOUS_FAT, Tissue.DEEP_FAT))] = 1.0
    return fat


def finished(
    pixels: FloatField, fat: FloatField, canvas: Canvas, muscles: Muscles, *, size_px: int
) -> PhantomSlice:
    """Bring the ground truth to the picture's grid: each pixel's label is that of most of it."""
    regions: list[FloatField] = []
    for side in (0, 1):
        regions.append(canvas.view.inside(muscles.multifidus(side)))
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
