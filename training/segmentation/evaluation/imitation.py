"""Generated slices that imitate clinical exports: the nearest thing to an external test set here.

512 x 512 pixels in 8 bit without spacing, fields of view of 200 to 350 mm, L2 to S1, mostly through
the disc, from lean to severely infiltrated, in T2 contrast of echo times of 70 to 125 ms. Seeds are
fixed. Training sees slices of the same generator with other seeds, so the figure says how well a
model does what it was taught over the whole range of difficulty, not how good it is on people.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from multifidus.image_io import ImageSlice
from training.phantom.acquisition import draw_acquisition
from training.phantom.anatomy import LEVELS, Level
from training.phantom.fat import draw_fat
from training.phantom.from_labels import draw_centre
from training.phantom.generate import PhantomSpec, generate, random_spec
from training.phantom.phantom_slice import PhantomSlice
from training.segmentation.evaluation.cases import Case, kept

SIZE_PX = 512
FIELD_OF_VIEW_MM = (200.0, 350.0)
ECHO_TIME_MS = (70.0, 125.0)
REPETITION_TIME_MS = (2500.0, 6000.0)
DISC_SHARE = 0.85
LEVEL_SHARES: dict[Level, float] = {"L2": 0.12, "L3": 0.22, "L4": 0.32, "L5": 0.3, "S1": 0.04}
MIN_SIDE_MM2 = 60.0
"""Slices that show less than this of a side are drawn anew."""

TEST_SEED, CALIBRATION_SEED = 10_000, 50_000
"""First seeds of the slices that are reported on, and of those that temperatures are fitted on."""


def draw_spec(rng: np.random.Generator, *, size_px: int) -> PhantomSpec:
    """Draw what one slice shows."""
    levels: list[Level] = list(LEVEL_SHARES)
    level = levels[int(rng.choice(len(levels), p=list(LEVEL_SHARES.values())))]
    field_of_view_mm = float(rng.uniform(*FIELD_OF_VIEW_MM))
    person = random_spec(rng, size_px=size_px)
    acquisition = draw_acquisition(
        rng, field_of_view_mm=field_of_view_mm, surface_mm=45.0 + person.dorsal_fat_mm
    )
    return dataclasses.replace(
        person,
        level=level,
        disc=bool(rng.random() < DISC_SHARE),
        field_of_view_mm=field_of_view_mm,
        centre_mm=draw_centre(rng, field_of_view_mm),
        fat=draw_fat(rng, caudality=0.1 + 0.13 * LEVELS.index(level)),
        random_contrast=False,
        field_strength_t=float(rng.choice([1.5, 3.0])),
        echo_time_ms=float(rng.uniform(*ECHO_TIME_MS)),
        repetition_time_ms=float(rng.uniform(*REPETITION_TIME_MS)),
        acquisition=dataclasses.replace(acquisition, eight_bit=True),
    )


def as_case(phantom: PhantomSlice, name: str, **facts: float | str) -> Case:
    """A generated slice as an 8-bit picture without spacing."""
    fat_pct = 0.5 * (phantom.fat_pct(1) + phantom.fat_pct(2))
    return Case(
        name=name,
        image=ImageSlice(pixels=phantom.pixels, media="png"),
        reference=phantom.mask,
        spacing_mm=phantom.pixel_spacing_mm,
        facts={"fat_pct": round(fat_pct, 1), **facts},
    )


def imitation_set(
    count: int, *, first_seed: int, size_px: int = SIZE_PX, folder: Path | None = None
) -> list[Case]:
    """The first `count` slices of a series; `folder` keeps them for the next run."""

    def make() -> Iterator[Case]:
        for seed in range(first_seed, first_seed + count):
            yield _drawn(seed, size_px)

    settings = {"count": count, "first_seed": first_seed, "size_px": size_px, "form": 1}
    return kept(folder, "imitation", settings, make)


def _drawn(seed: int, size_px: int) -> Case:
    rng = np.random.default_rng(seed)
    while True:
        spec = draw_spec(rng, size_px=size_px)
        phantom = generate(spec, seed)
        if min(phantom.area_mm2(1), phantom.area_mm2(2)) >= MIN_SIDE_MM2:
            return as_case(
                phantom,
                f"seed {seed}",
                level=spec.level,
                field_of_view_mm=round(spec.field_of_view_mm),
            )
