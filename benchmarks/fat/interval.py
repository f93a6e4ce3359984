"""The interval's two constants, fitted with one kind of slice left out in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.fat.case import Reading
from benchmarks.tables import markdown_table

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
LEAN_PCT = 12.0


def left_out_table(kinds: Mapping[str, Sequence[Reading]]) -> str:
    """Coverage of each kind by an interval that was fitted to the others alone."""
    rows = []
    for name, group in kinds.items():
        others = [part for other, part in kinds.items() if other != name]
        lean, relative = fitted(others)
        share, error = _errors(group)
        half = np.hypot(lean, relative * share)
        rows.append(
            (
                name,
                f"{lean:.3f}, {relative:.2f}",
                f"{100.0 * np.mean(error <= half):.0f} %",
                f"{200.0 * half.mean():.1f}",
            )
        )
    header = ("left out", "constants of the others", "truth inside", "mean width, points")
    return markdown_table(header, rows)


def fitted(kinds: Sequence[Sequence[Reading]]) -> tuple[float, float]:
    """The narrowest pair that covers 95 %, the kinds weighted alike, and of the lean sides too."""
    found = [_errors(kind) for kind in kinds]
    share, error = (np.concatenate(part) for part in zip(*found, strict=True))
    lean_sides = share < LEAN_PCT / 100.0
    best = (np.inf, 0.0, 0.0)
    for lean in np.arange(0.02, 0.1, 0.0025):
        for relative in np.arange(0.05, 0.6, 0.01):
            half = np.hypot(lean, relative * share)
            held = np.mean([np.mean(e <= np.hypot(lean, relative * s)) for s, e in found])
            if held >= LEVEL and np.mean((error <= half)[lean_sides]) >= LEVEL:
                best = min(best, (float(half.mean()), float(lean), float(relative)))
                break
    return best[1], best[2]


def _errors(readings: Sequence[Reading]) -> tuple[Floats, Floats]:
    known = [one for one in readings if np.isfinite(one.anchored)]
    share = np.array([one.anchored for one in known]) / 100.0
    return share, np.abs(share - np.array([one.truth for one in known]) / 100.0)
