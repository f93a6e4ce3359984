"""One slice from a specification and a seed, with muscles from parameters: no data needed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training.phantom.acquisition import Acquisition, draw_acquisition
from training.phantom.anatomy import LEVELS, Level, MuscleSizes, draw_sizes, muscle_shapes
from training.phantom.compose import OVERSAMPLING, Scene, compose
from training.phantom.fat import Fat, draw_fat
from training.phantom.fields import Rng, make_view
from training.phantom.from_labels import draw_centre, draw_field_of_view
from training.phantom.muscles import muscles_from_labels
from training.phantom.phantom_slice import PhantomSlice
from training.phantom.spine import draw_spine
from training.phantom.surroundings import draw_body
from training.phantom.tissue_signal import draw_contrast, t2_contrast

TOP_MM = 5.0
"""Distance of the multifidi's ventral ends from the spinolaminar junction."""


@dataclass(frozen=True, kw_only=True)
class PhantomSpec:
    """What a slice shows. All that is not named here is drawn from the seed.

    Attributes
    ----------
    level : str
        Vertebra.
    disc : bool
        The disc below that vertebra (with facet joints), or the vertebra itself.
    size_px : int
        Side of the picture.
    field_of_view_mm : float
        Side of the window.
    centre_mm : tuple of float
        Window's centre, towards the patient's left and towards the back of the spinolaminar
        junction.
    rotation_deg : float
        Turn of the body in the picture.
    asymmetry : float
        Relative stretch of the patient's left half of the body.
    warp_mm : float
        Strength of smooth deformations.
    sizes : MuscleSizes
        The person's muscles.
    fat : Fat
        Infiltration.
    dorsal_fat_mm : float
        Fat under the skin of the back.
    random_contrast : bool
        Draw the contrast from the seed; otherwise textbook T2 turbo spin echo with the next three.
    field_strength_t, echo_time_ms, repetition_time_ms : float
        Of the turbo spin echo.
    acquisition : Acquisition
        Scanner and export.
    """

    level: Level = "L4"
    disc: bool = True
    size_px: int = 256
    field_of_view_mm: float = 220.0
    centre_mm: tuple[float, float] = (0.0, -25.0)
    rotation_deg: float = 0.0
    asymmetry: float = 0.0
    warp_mm: float = 1.0
    sizes: MuscleSizes = field(default_factory=MuscleSizes)
    fat: Fat = field(default_factory=lambda: Fat(multifidus=(0.08, 0.08), erector=(0.06, 0.06)))
    dorsal_fat_mm: float = 14.0
    random_contrast: bool = False
    field_strength_t: float = 1.5
    echo_time_ms: float = 100.0
    repetition_time_ms: float = 4000.0
    acquisition: Acquisition = field(default_factory=Acquisition)


def random_spec(rng: Rng, *, size_px: int = 256) -> PhantomSpec:
    """Draw a specification over the whole range of levels, people, fat and scanners."""
    index = int(rng.integers(len(LEVELS)))
    field_of_view_mm = draw_field_of_view(rng)
    dorsal_fat_mm = float(np.clip(rng.lognormal(np.log(14.0), 0.75), 2.0, 75.0))
    return PhantomSpec(
        level=LEVELS[index],
        disc=bool(rng.random() < 0.7),
        size_px=size_px,
        field_of_view_mm=field_of_view_mm,
        centre_mm=draw_centre(rng, field_of_view_mm),
        rotation_deg=float(rng.normal(0.0, 5.0)),
        asymmetry=float(rng.normal(0.0, 0.05)),
        warp_mm=float(rng.uniform(0.0, 5.0)),
        sizes=draw_sizes(rng),
        fat=draw_fat(rng, caudality=0.1 + 0.13 * index),
        dorsal_fat_mm=dorsal_fat_mm,
        random_contrast=True,
        acquisition=draw_acquisition(
            rng, field_of_view_mm=field_of_view_mm, surface_mm=45.0 + dorsal_fat_mm
        ),
    )


def generate(spec: PhantomSpec, seed: int) -> PhantomSlice:
    """Render a slice.

    Parameters
    ----------
    spec : PhantomSpec
        What it shows.
    seed : int
        Draws the rest; the same specification and seed give the same slice.
    """
    rng = np.random.default_rng(seed)
    position = LEVELS.index(spec.level) + (0.5 if spec.disc and spec.level != "S1" else 0.0)
    labels = muscle_shapes(rng, position, spec.sizes)
    view = make_view(
        rng,
        size_px=round(spec.size_px * OVERSAMPLING),
        field_of_view_mm=spec.field_of_view_mm,
        centre_mm=spec.centre_mm,
        rotation_deg=spec.rotation_deg,
        asymmetry=spec.asymmetry,
        warp_mm=spec.warp_mm,
    )
    muscles = muscles_from_labels(
        rng, view, labels, None, scale=(1.0, 1.0), top_mm=TOP_MM, border_change=0.0
    )
    spine = draw_spine(
        rng,
        caudality=muscles.caudality,
        psoas_gap_mm=muscles.psoas_gap_mm,
        midline_mm=muscles.midline_mm,
        disc=spec.disc,
    )
    scene = Scene(
        spine=spine,
        body=draw_body(rng, lateral_mm=muscles.lateral_mm, dorsal_fat_mm=spec.dorsal_fat_mm),
        fat=spec.fat,
        contrast=draw_contrast(rng)
        if spec.random_contrast
        else t2_contrast(
            field_strength_t=spec.field_strength_t,
            echo_time_ms=spec.echo_time_ms,
            repetition_time_ms=spec.repetition_time_ms,
        ),
        acquisition=spec.acquisition,
        gap_lateral_mm=spine.facet_u + 4.0,
    )
    return compose(rng, view, muscles, scene, size_px=spec.size_px)
