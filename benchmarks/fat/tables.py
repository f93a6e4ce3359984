"""The results of `benchmarks.fat` as Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.fat.agreement import agreement
from benchmarks.fat.case import Reading
from benchmarks.tables import markdown_table

METHODS = {"anchored": "reference tissue", "gmm3": "GMM-3", "otsu": "Otsu"}


AGREEMENT_HEADER = ("sides", "true %", "bias", "limits of agreement", "MAE", "ICC")

COMPARISONS = {
    "share of the area": ("anchored", "truth"),
    "F / (W + F) as it stands": ("anchored", "signal_truth"),
    "F / (W + F), the reading carried over by the other's factor": ("as_signal", "signal_truth"),
}


def truths_table(groups: Mapping[str, Sequence[Reading]]) -> str:
    """The reported number against each thing that might be called the truth."""
    rows = []
    for compared, (field, truth) in COMPARISONS.items():
        for name, group in groups.items():
            rows.append((compared, name, *_agreement_cells(group, field, truth)))
    return markdown_table(("compared with", "slices", *AGREEMENT_HEADER), rows)


def agreement_table(groups: Mapping[str, Sequence[Reading]], *, truth: str = "truth") -> str:
    """Each group by each method."""
    rows = []
    for name, group in groups.items():
        for field, method in METHODS.items():
            rows.append((name, method, *_agreement_cells(group, field, truth)))
    return markdown_table(("slices", "method", *AGREEMENT_HEADER), rows)


def _agreement_cells(group: Sequence[Reading], field: str, truth: str) -> tuple[str, ...]:
    measured, true = (_values(group, which) for which in (field, truth))
    known = np.isfinite(measured)
    found = agreement(measured[known], true[known])
    return (
        str(found.count),
        f"{true.mean():.1f}",
        f"{found.bias:+.1f}",
        f"{found.limits[0]:+.1f} to {found.limits[1]:+.1f}",
        f"{found.mean_absolute_error:.1f}",
        f"{found.icc:.2f}",
    )


def breakdown_table(readings: Sequence[Reading]) -> str:
    """The anchored method by subject, side and level."""
    keys: list[tuple[str, Callable[[Reading], str]]] = [
        ("subject", lambda one: one.case.group.rstrip("+")),
        ("side", lambda one: one.side),
        ("level", lambda one: one.case.level),
    ]
    rows = []
    for key, of in keys:
        for value in sorted({of(one) for one in readings}):
            cells = [f"{key}: {value}"]
            for simulated in (False, True):
                part = [
                    one
                    for one in readings
                    if of(one) == value and one.case.group.endswith("+") is simulated
                ]
                found = agreement(_values(part, "anchored"), _values(part, "truth"))
                cells += [
                    f"{found.bias:+.1f}",
                    f"{found.limits[0]:+.1f} to {found.limits[1]:+.1f}",
                    f"{found.mean_absolute_error:.1f}",
                ]
            rows.append(tuple(cells))
    half = ("bias", "limits", "MAE")
    header = ("as scanned, then with simulated infiltration", *half, *half)
    return markdown_table(header, rows)


def ladder_table(readings: Sequence[Reading]) -> str:
    """Generated slices by the fat that was asked for."""
    rows = []
    for step in sorted({int(one.case.level) for one in readings}):
        part = [one for one in readings if int(one.case.level) == step]
        anchored, true = _values(part, "anchored"), _values(part, "truth")
        known = np.isfinite(anchored)
        error = (anchored - true)[known]
        rows.append(
            (
                f"{step} %",
                str(error.size),
                f"{true.mean():.1f}",
                f"{anchored[known].mean():.1f}",
                f"{anchored[known].min():.1f} to {anchored[known].max():.1f}",
                f"{np.abs(error).mean():.1f}",
                f"{_values(part, 'gmm3').mean():.1f}",
                f"{_values(part, 'otsu').mean():.1f}",
            )
        )
    header = (
        *("asked for", "sides", "true %", "reference tissue", "range", "MAE"),
        *("GMM-3", "Otsu"),
    )
    return markdown_table(header, rows)


def rising_share(readings: Sequence[Reading]) -> float:
    """Share of neighbouring rungs of one person and side at which the reading rises."""
    ladders: dict[str, list[tuple[int, float]]] = {}
    for one in readings:
        person = one.case.name.rsplit(" ", 1)[0] + one.side
        ladders.setdefault(person, []).append((int(one.case.level), one.anchored))
    rises = [
        higher > lower
        for rungs in ladders.values()
        for (_, lower), (_, higher) in zip(sorted(rungs), sorted(rungs)[1:], strict=False)
    ]
    return float(np.mean(rises))


def coverage_table(groups: Mapping[str, Sequence[Reading]]) -> str:
    """How often the interval holds the truth, and how wide it is."""
    rows = []
    for name, group in groups.items():
        known = [one for one in group if np.isfinite(one.anchored)]
        held = np.mean([one.low <= one.truth <= one.high for one in known])
        width = np.mean([one.high - one.low for one in known])
        rows.append((name, str(len(known)), f"{100.0 * held:.0f} %", f"{width:.1f}"))
    return markdown_table(("slices", "sides", "truth inside", "mean width, points"), rows)


def invariance_table(before: Sequence[Reading], altered: Mapping[str, Sequence[Reading]]) -> str:
    """How far each alteration moves the reading, and how often its interval holds the truth."""
    rows = []
    for name, after in altered.items():
        known = [one for one in after if np.isfinite(one.anchored)]
        change = _values(after, "anchored") - _values(before, "anchored")
        change = change[np.isfinite(change)]
        size = np.abs(change)
        held = np.mean([one.low <= one.truth <= one.high for one in known])
        rows.append(
            (
                name,
                str(size.size),
                f"{change.mean():+.2f}",
                f"{size.mean():.2f}",
                f"{np.percentile(size, 90):.2f}",
                f"{size.max():.2f}",
                f"{100.0 * np.mean(size <= 2.0):.0f} %",
                f"{100.0 * held:.0f} %",
            )
        )
    return markdown_table(
        (
            *("alteration", "sides", "mean", "mean size", "90 % under", "largest", "within 2"),
            "truth inside",
        ),
        rows,
    )


def _values(readings: Sequence[Reading], field: str) -> np.ndarray:
    return np.array([getattr(one, field) for one in readings], dtype=np.float64)
