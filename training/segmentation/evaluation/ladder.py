"""The severity ladder: one difficulty at a time, the others at typical values, seeds paired.

Every rung shows the same people (one seed each), so that the difference between rungs is that of
the difficulty alone. Fat and noise are drawn by the generator, which gives the same person for the
same seed; field of view and rotation are cut out of one wide picture of each person.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from multifidus.image_io import ImageSlice
from training.phantom.acquisition import Acquisition
from training.phantom.anatomy import Level
from training.phantom.fat import Fat
from training.phantom.fields import FloatField
from training.phantom.generate import PhantomSpec, generate
from training.phantom.phantom_slice import PhantomSlice
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
DRAWN, CUT = ("fat_pct", "noise_pct"), ("field_of_view_mm", "rotation_deg")
WIDE_MM = 400.0
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
        centre_mm=(0.0, centre_v_mm(values["field_of_view_mm"])),
        rotation_deg=values["rotation_deg"],
        fat=Fat(multifidus=(fat, fat), erector=(0.7 * fat, 0.7 * fat)),
        acquisition=dataclasses.replace(_SCANNER, noise=values["noise_pct"] / 100.0),
    )


def ladder_set(
    people: int = PEOPLE, *, size_px: int = SIZE_PX, folder: Path | None = None
) -> list[Case]:
    """All rungs of all ladders."""

    def make() -> Iterator[Case]:
        for person in range(people):
            for values in _settings(DRAWN):
                spec = rung_spec(person, values, size_px=size_px)
                phantom = generate(spec, FIRST_SEED + person)
                yield as_case(phantom, _name(person, values), **_facts(person, values, "drawn"))
            spec = rung_spec(person, TYPICAL | {"field_of_view_mm": WIDE_MM}, size_px=2 * size_px)
            wide = generate(spec, FIRST_SEED + person)
            for values in _settings(CUT):
                yield cut_out(wide, person, values, size_px=size_px)

    settings = {"people": people, "size_px": size_px, "rungs": RUNGS, "typical": TYPICAL, "form": 2}
    return kept(folder, "ladder", settings, make)


def cut_out(wide: PhantomSlice, person: int, values: dict[str, float], *, size_px: int) -> Case:
    """Part of a wide picture at a given field of view and turn; the person stays the same."""
    field_of_view_mm, step_mm = values["field_of_view_mm"], wide.pixel_spacing_mm[0]
    scale = field_of_view_mm / size_px / step_mm
    turn = cv2.getRotationMatrix2D((0.0, 0.0), values["rotation_deg"], scale)[:, :2]
    middle = 0.5 * (wide.mask.shape[0] - 1)
    below_mm = centre_v_mm(field_of_view_mm) - centre_v_mm(WIDE_MM)
    centre = np.array([middle, middle + below_mm / step_mm])
    offset = centre - turn @ np.full(2, 0.5 * (size_px - 1))
    matrix = np.column_stack([turn, offset])

    def carried(field: FloatField) -> FloatField:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(field, matrix, (size_px, size_px), flags=flags))

    pixels = wide.pixels
    if scale > 1.0:  # without aliasing
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.4 * scale), dtype=np.float32)
    sides = [carried((wide.mask == side).astype(np.float32)) >= 0.5 for side in (1, 2)]
    spacing_mm = field_of_view_mm / size_px
    whole = as_case(wide, _name(person, values), **_facts(person, values, "cut"))
    return dataclasses.replace(
        whole,
        image=ImageSlice(pixels=np.round(carried(pixels)), media="png"),
        reference=np.select(sides, (1, 2), 0).astype(np.uint8),
        spacing_mm=(spacing_mm, spacing_mm),
    )


def centre_v_mm(field_of_view_mm: float) -> float:
    """Height of the picture's centre: in wide pictures farther in front of the muscles."""
    return -0.1 * (field_of_view_mm - 110.0)


def rung_members(cases: list[Case], factor: str, value: float) -> list[int]:
    """Places of the cases in which one factor has a value and the others are typical."""
    kind = "cut" if factor in CUT else "drawn"
    wanted = _facts(0, TYPICAL | {factor: value}, kind)
    del wanted["person"]
    return [
        place
        for place, case in enumerate(cases)
        if all(case.facts[key] == setting for key, setting in wanted.items())
    ]


def _name(person: int, values: dict[str, float]) -> str:
    return f"person {person}, " + ", ".join(f"{key} {value:g}" for key, value in values.items())


def _facts(person: int, values: dict[str, float], kind: str) -> dict[str, float | str]:
    """Settings under names that the measured fat does not take."""
    named: dict[str, float | str] = {f"set_{key}": float(value) for key, value in values.items()}
    return named | {"person": person, "kind": kind}


def _settings(factors: tuple[str, ...]) -> list[dict[str, float]]:
    found = [TYPICAL]
    for factor in factors:
        found += [TYPICAL | {factor: value} for value in RUNGS[factor] if value != TYPICAL[factor]]
    return found
