"""The severity ladder: one difficulty at a time, the others at typical values, seeds paired.

Every rung shows the same people (one seed each), so that the difference between rungs is that of
the difficulty alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from training.phantom.acquisition import Acquisition
from training.phantom.anatomy import Level
from training.phantom.fat import Fat
from training.phantom.generate import PhantomSpec, generate
from training.segmentation.evaluation.cases import Case, kept
from training.segmentation.evaluation.imitation import SIZE_PX, as_case

RUNGS: dict[str, tuple[float, ...]] = {
    "fat_pct": (2, 10, 20, 30, 40, 50, 60),
    "field_of_view_mm": (150, 200, 260, 300, 350, 400),
    "rotation_deg": (0, 5, 10, 15, 20),
    "noise_pct": (0.5, 1.5, 3, 5, 8),
}
"""Fat in the multifidus; side of the picture; turn of the body; noise over fat's signal."""

TYPICAL: dict[str, float] = {
    "fat_pct": 20,
    "field_of_view_mm": 260,
    "rotation_deg": 0,
    "noise_pct": 1.5,
}
PEOPLE = 6
FIRST_SEED = 90_000
_LEVELS: tuple[Level, ...] = ("L4", "L5", "L3")

_SCANNER = Acquisition(
    voxel_mm=(0.75, 0.65), slice_blur=0.15, coil_depth_mm=220.0, unevenness=0.06, gamma=0.9
)


def rung_spec(person: int, values: dict[str, float], *, size_px: int) -> PhantomSpec:
    """What the slice of a person shows at given difficulties (the keys of `TYPICAL`)."""
    fat = values["fat_pct"] / 100.0
    return PhantomSpec(
        level=_LEVELS[person % len(_LEVELS)],
        size_px=size_px,
        field_of_view_mm=values["field_of_view_mm"],
        centre_mm=(0.0, -0.1 * (values["field_of_view_mm"] - 110.0)),
        rotation_deg=values["rotation_deg"],
        fat=Fat(multifidus=(fat, fat), erector=(0.7 * fat, 0.7 * fat)),
        acquisition=dataclasses.replace(_SCANNER, noise=values["noise_pct"] / 100.0),
    )


def ladder_set(
    people: int = PEOPLE, *, size_px: int = SIZE_PX, folder: Path | None = None
) -> list[Case]:
    """All rungs of all ladders; the typical rung is made once for all of them."""

    def make() -> Iterator[Case]:
        for person in range(people):
            for values in _settings():
                phantom = generate(rung_spec(person, values, size_px=size_px), FIRST_SEED + person)
                name = ", ".join(f"{key} {value:g}" for key, value in values.items())
                yield as_case(phantom, f"person {person}, {name}", person=person, **_named(values))

    settings = {"people": people, "size_px": size_px, "rungs": RUNGS, "typical": TYPICAL}
    return kept(folder, "ladder", settings, make)


def rung_members(cases: list[Case], factor: str, value: float) -> list[int]:
    """Places of the cases in which one factor has a value and the others are typical."""
    wanted = _named(TYPICAL | {factor: value})
    return [
        place
        for place, case in enumerate(cases)
        if all(case.facts[key] == setting for key, setting in wanted.items())
    ]


def _named(values: dict[str, float]) -> dict[str, float]:
    """Settings as facts, under names that the measured fat does not take."""
    return {f"set_{key}": float(value) for key, value in values.items()}


def _settings() -> list[dict[str, float]]:
    found = [TYPICAL]
    for factor, values in RUNGS.items():
        found += [TYPICAL | {factor: value} for value in values if value != TYPICAL[factor]]
    return found
