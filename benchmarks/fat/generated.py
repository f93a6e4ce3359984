"""Generated slices from 0 to 60 % fat, whose fat is known pixel by pixel."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from benchmarks.fat.case import Case
from training.phantom.anatomy import LEVELS
from training.phantom.fat import Fat, draw_fat
from training.phantom.generate import PhantomSpec, generate

STEPS_PCT = (0, 5, 10, 20, 30, 40, 50, 60)


def ladder_cases(*, people: int = 6, steps_pct: tuple[int, ...] = STEPS_PCT) -> Iterator[Case]:
    """The same people at each amount of fat, in the generator's usual pattern.

    The erector spinae holds half as much; scanner and export as the generator's defaults have it.
    """
    for person in range(people):
        for step in steps_pct:
            share = step / 100.0
            fat = Fat(multifidus=(share, share), erector=(share / 2.0, share / 2.0))
            spec = PhantomSpec(level=LEVELS[1 + person % 5], fat=without_lines(fat, share))
            yield _case("usual pattern", spec, seed=300 + person, step=step)


def varied_cases(*, people: int = 6, steps_pct: tuple[int, ...] = STEPS_PCT) -> Iterator[Case]:
    """Different people, patterns, echo times, field strengths and fields of view throughout.

    These hold diffuse fat in every muscle of the slice, the psoas too.
    """
    rng = np.random.default_rng(7)
    for _ in range(people):
        for step in steps_pct:
            share = step / 100.0
            fat = dataclasses.replace(
                draw_fat(rng, caudality=0.4),
                multifidus=(share, share),
                erector=(0.7 * share, 0.7 * share),
            )
            spec = PhantomSpec(
                level=LEVELS[1 + int(rng.integers(5))],
                field_of_view_mm=float(rng.uniform(180.0, 280.0)),
                fat=without_lines(fat, share),
                dorsal_fat_mm=float(rng.uniform(5.0, 35.0)),
                field_strength_t=float(rng.choice([1.5, 3.0])),
                echo_time_ms=float(rng.uniform(80.0, 120.0)),
            )
            yield _case("varied", spec, seed=int(rng.integers(2**31)), step=step)


def without_lines(fat: Fat, share: float) -> Fat:
    """Leave the fat lines between muscles out where there is to be no fat at all."""
    if share > 0.0:
        return fat
    return dataclasses.replace(fat, cleft_strength=0.0, false_clefts=0.0)


def _case(group: str, spec: PhantomSpec, *, seed: int, step: int) -> Case:
    scanner = dataclasses.replace(spec.acquisition, window_high=100.0, eight_bit=False)
    made = generate(dataclasses.replace(spec, acquisition=scanner), seed)
    return Case(
        group=group,
        name=f"{group} {seed} {step}",
        level=str(step),
        pixels=made.pixels,
        window_high=spec.acquisition.window_high,
        mask=made.mask,
        fat=made.fat_fraction,
        spacing_mm=made.pixel_spacing_mm,
    )
