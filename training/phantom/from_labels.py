"""Slices rendered around real muscle shapes, without end: what the segmentation trains on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.phantom.acquisition import draw_acquisition
from training.phantom.anatomy import LEVELS, draw_sizes, muscle_shapes
from training.phantom.compose import OVERSAMPLING, Scene, compose
from training.phantom.fat import Fat, draw_fat
from training.phantom.fields import Rng, make_view
from training.phantom.label_maps import LabelLibrary, LabelSlice
from training.phantom.lesions import OEDEMA_SHARE, SURGERY_SHARE
from training.phantom.muscles import Muscles, muscles_from_labels
from training.phantom.phantom_slice import PhantomSlice
from training.phantom.sacral_shapes import draw_taken_down
from training.phantom.spine import draw_spine
from training.phantom.surroundings import draw_varied_body
from training.phantom.tissue_signal import draw_contrast

MADE_UP_SHARE = 0.15
"""Share of slices whose shapes come from parameters, for widths that no label map has."""

HIDDEN_BORDER_CHANGE = 0.35
"""How far, relative to the usual, a border moves that nothing in the picture shows: the label then
has to stay near what a reader would guess from the facet joint and the muscle's usual shape."""

LOWEST_EDGE_MM = 46.0
"""How far the window reaches at least behind the spinolaminar junction: most of the muscle."""


def render_from_labels(rng: Rng, size_px: int, library: LabelLibrary | None) -> PhantomSlice:
    """Render a slice with everything about it drawn at random.

    Parameters
    ----------
    rng : Generator
        Source of everything: the same state gives the same slice.
    size_px : int
        Side of the picture.
    library : LabelLibrary, optional
        Where muscle shapes come from; without it all are made up from parameters.
    """
    if library is None:
        first, second = made_up_shapes(rng), None
    else:
        first = made_up_shapes(rng) if rng.random() < MADE_UP_SHARE else library.draw(rng)
        second = library.nearest(rng, first.caudality) if rng.random() < 0.6 else None
    first, second, stretch = draw_taken_down(rng, first, second)
    field_of_view_mm = draw_field_of_view(rng)
    view = make_view(
        rng,
        size_px=round(size_px * OVERSAMPLING),
        field_of_view_mm=field_of_view_mm,
        centre_mm=draw_centre(rng, field_of_view_mm),
        rotation_deg=float(rng.normal(0.0, 5.0)),
        asymmetry=float(rng.normal(0.0, 0.05)),
        warp_mm=float(rng.uniform(0.0, 5.0)),
    )
    across = float(rng.uniform(0.82, 1.15))
    scale = (across * stretch[0], across * float(rng.uniform(0.88, 1.14)) * stretch[1])
    fat = draw_fat(rng, caudality=first.caudality)
    muscles = muscles_from_labels(
        rng,
        view,
        first,
        second,
        scale=scale,
        top_mm=float(rng.uniform(2.0, 8.0)),
        border_change=1.0 if fat.shows_border else HIDDEN_BORDER_CHANGE,
    )
    scene = draw_scene(rng, muscles, fat, field_of_view_mm=field_of_view_mm)
    return compose(rng, view, muscles, scene, size_px=size_px)


def made_up_shapes(rng: Rng) -> LabelSlice:
    """Draw a person and a height until the random corners leave a multifidus on both sides."""
    while True:
        lowest = 0.2 if rng.random() < 0.4 else 1.5  # L2-L3, as most clinical slices
        position = float(rng.uniform(lowest, len(LEVELS) - 1))
        try:
            return muscle_shapes(rng, position, draw_sizes(rng))
        except ValueError:  # about one draw in ten thousand
            continue


def draw_field_of_view(rng: Rng) -> float:
    """Draw the side of the window in mm: mostly 180 to 360, some tight crops and whole trunks."""
    low, high = ((110.0, 180.0), (180.0, 360.0), (300.0, 420.0))[rng.choice(3, p=[0.15, 0.7, 0.15])]
    return float(rng.uniform(low, high))


def draw_centre(rng: Rng, field_of_view_mm: float) -> tuple[float, float]:
    """Draw the window's centre: on the multifidi when tight, on the vertebral body when wide."""
    spread_mm = max(field_of_view_mm - 110.0, 10.0)
    across = float(rng.normal(0.0, 0.03 * spread_mm))
    down = float(rng.normal(8.0 - 0.16 * spread_mm, 0.08 * spread_mm))
    return across, max(down, LOWEST_EDGE_MM - field_of_view_mm / 2.0)


def draw_scene(rng: Rng, muscles: Muscles, fat: Fat, *, field_of_view_mm: float) -> Scene:
    """Draw all that surrounds given muscles, and a scanner."""
    spine = draw_spine(
        rng,
        caudality=muscles.caudality,
        psoas_gap_mm=muscles.psoas_gap_mm,
        midline_mm=muscles.midline_mm,
    )
    roof_mm = float(rng.uniform(0.0, 9.0 - 8.0 * muscles.caudality))
    spine = replace(spine, roof=roof_mm)
    if muscles.psoas_gap_mm is not None:  # the psoas clings to the body
        snug_mm = muscles.psoas_gap_mm + float(rng.uniform(-3.0, 1.0))
        spine = replace(spine, body_half_width=float(np.clip(snug_mm, 19.0, 31.0)))
    body = draw_varied_body(rng, lateral_mm=muscles.lateral_mm)
    return Scene(
        spine=spine,
        body=body,
        fat=fat,
        contrast=draw_contrast(rng),
        acquisition=draw_acquisition(
            rng,
            field_of_view_mm=field_of_view_mm,
            surface_mm=muscles.dorsal_mm + body.dorsal_fat,
        ),
        gap_mm=draw_gap(rng, muscles.caudality) + roof_mm * min(2.0 * muscles.caudality, 0.8),
        gap_smooth_mm=float(rng.uniform(0.8, 2.0)),
        gap_lateral_mm=spine.facet_u + float(rng.uniform(0.0, 9.0)),
        fascia_mm=float(rng.uniform(0.4, 1.6)),
        fascia_strength=float(rng.uniform(0.2, 1.0)),
        fascia_gap_mm=float(rng.uniform(0.5, 3.0)) if rng.random() < 0.15 else 0.0,
        line_gaps=float(rng.uniform(0.2, 1.0)),
        oedema=bool(rng.random() < OEDEMA_SHARE),
        surgery=bool(rng.random() < SURGERY_SHARE),
    )


def draw_gap(rng: Rng, caudality: float) -> float:
    """Draw the widest gap to the bone, in mm, that belongs to the compartment.

    At the upper levels the space beside the spinous process is mostly outside the fascia; from L3
    downwards the fat there is the compartment's.
    """
    low = min(caudality, 0.4)
    return float(rng.uniform(1.0 + 10.0 * low, 5.0 + 14.0 * low))
