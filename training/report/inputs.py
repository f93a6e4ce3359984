"""Random inputs over all that a report can be asked about: missing values and extremes included."""

from __future__ import annotations

import hashlib
from random import Random

from multifidus.grading import KJAER_CUT_OFFS_PCT, kjaer_grade, kjaer_grade_of
from multifidus.norms import ALL_LEVELS
from multifidus.report_input import (
    INFORMING_FLAGS,
    MAX_AREA_MM2,
    SEXES,
    SIDES,
    UNTRUSTED_FLAGS,
    ReportInput,
)
from multifidus.report_prompt import plan

HELD_OUT_ONE_IN = 10
"""Of the combinations of statements."""

HELD_OUT_PROMPTS_ONE_IN = 20
"""Of the prompts, each of which is one variant of one statement in one form."""


def seeded(seed: int | str) -> Random:
    """Return a generator whose draws are the same each time."""
    return Random(seed)  # noqa: S311 - it draws examples, no secrets


def is_held_out(report_input: ReportInput) -> bool:
    """Whether an input belongs to the held-out tenth.

    By what it has to say and not by chance: all inputs with the same combination of statements
    stand on the same side.
    """
    return _one_in(HELD_OUT_ONE_IN, plan(report_input))


def is_held_out_prompt(words: str) -> bool:
    """Whether the words of a prompt (`report_prompt.ask`) belong to the held-out twentieth."""
    return _one_in(HELD_OUT_PROMPTS_ONE_IN, words)


def _one_in(count: int, words: str) -> bool:
    digest = hashlib.sha256(words.encode()).digest()
    return int.from_bytes(digest[:8], "big") % count == 0


def draw_input(random: Random, *, held_out: bool | None = None) -> ReportInput:
    """Draw an input.

    Parameters
    ----------
    random : Random
        What decides.
    held_out : bool, optional
        Draw until it does, or does not, belong to the held-out tenth.
    """
    while True:
        drawn = _draw(random)
        if held_out is None or is_held_out(drawn) is held_out:
            return drawn


def _draw(random: Random) -> ReportInput:
    fat_pct = None if random.random() < 0.12 else _fat_pct(random)
    interval = None if fat_pct is None or random.random() < 0.3 else _interval(random, fat_pct)
    area_mm2 = None if random.random() < 0.2 else _area_mm2(random)
    flags = _flags(random, has_area=area_mm2 is not None, has_fat=fat_pct is not None)
    doubted = bool(set(flags) & set(UNTRUSTED_FLAGS))
    return ReportInput(
        level=random.choice((None, *ALL_LEVELS, *ALL_LEVELS)),
        side=random.choice(SIDES),
        muscle_area_mm2=area_mm2,
        fat_infiltration_pct=fat_pct,
        degeneration_grade=_grade(random, fat_pct, interval),
        asymmetry_pct=None if random.random() < 0.4 else round(_extreme(random, 0.0, 200.0, 25), 2),
        fat_infiltration_ci95=interval,
        quality_flags=flags,
        trusted=not doubted and random.random() > 0.02,
        age=random.randint(0, 120) if random.random() < 0.3 else None,
        sex=random.choice(SEXES) if random.random() < 0.5 else None,
    )


def _extreme(random: Random, lowest: float, highest: float, usual: float) -> float:
    """Draw mostly a usual value, now and then an end, and sometimes anything between."""
    kind = random.random()
    if kind < 0.05:
        return random.choice((lowest, highest))
    if kind < 0.2:
        return random.uniform(lowest, highest)
    return min(highest, lowest + random.gammavariate(2.0, usual / 2.0))


def _fat_pct(random: Random) -> float:
    if random.random() < 0.1:  # beside a cut-off
        fat_pct = random.choice(KJAER_CUT_OFFS_PCT) + random.uniform(-1.0, 1.0)
    else:
        fat_pct = random.choice((5.0, 25.0, 65.0)) * random.lognormvariate(0.0, 0.35)
        if random.random() < 0.05:
            fat_pct = random.choice((0.0, 100.0))
    return round(min(fat_pct, 100.0), random.choice((0, 1, 2)))


def _interval(random: Random, fat_pct: float) -> tuple[float, float]:
    below, above = (random.uniform(0.0, 12.0) for _ in range(2))
    return round(max(0.0, fat_pct - below), 2), round(min(100.0, fat_pct + above), 2)


def _area_mm2(random: Random) -> float:
    return round(_extreme(random, 0.0, MAX_AREA_MM2, 900.0), random.choice((0, 1, 2)))


def _grade(
    random: Random, fat_pct: float | None, interval: tuple[float, float] | None
) -> int | None:
    if random.random() < 0.1:  # whatever the fat infiltration
        return random.randint(0, len(KJAER_CUT_OFFS_PCT))
    if fat_pct is None or random.random() < 0.05:
        return None
    if interval is None:
        return kjaer_grade_of(fat_pct)
    return kjaer_grade(fat_pct, interval).value


def _flags(random: Random, *, has_area: bool, has_fat: bool) -> tuple[str, ...]:
    found = set()
    if not has_area and random.random() < 0.8:
        found.add("no_spacing")
    if not has_fat and random.random() < 0.8:
        found.add(random.choice(("fat_suppressed", "no_reference_tissue")))
    if random.random() < 0.12:
        found |= set(random.sample(UNTRUSTED_FLAGS, random.choice((1, 1, 2))))
    for flag in ("low_resolution", "converted_colour", "asymmetric_masks"):
        if random.random() < 0.08:
            found.add(flag)
    return tuple(flag for flag in (*UNTRUSTED_FLAGS, *INFORMING_FLAGS) if flag in found)
