"""What a run of the benchmark found, and the figures that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

KINDS = ("dicom", "png")

MEASURING_STAGES = ("measure", "quality")
"""What the baseline does not do at all."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One service's figures.

    Attributes
    ----------
    warm_ms : dict
        Durations of warm requests by kind of file.
    stages_ms : dict
        Durations of each stage for the DICOM slice; empty for the baseline.
    cold_ms : list of float
        From the start of the process to the first 200.
    peak_mb : list of float
        Peak memory of each of these processes.
    resident_mb : tuple of float
        Memory before and after the longest run of warm requests.
    image_mb : float, optional
        Of the container image, uncompressed.
    """

    warm_ms: dict[str, list[float]]
    stages_ms: dict[str, list[float]]
    cold_ms: list[float]
    peak_mb: list[float]
    resident_mb: tuple[float, float]
    image_mb: float | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    what, unit : str
        In words.
    ours, baseline : float
        Figures.
    budget : float, optional
        The most that ours may be of the baseline.
    """

    what: str
    unit: str
    ours: float
    baseline: float
    budget: float | None = None

    @property
    def ratio(self) -> float:
        """Ours over the baseline's."""
        return self.ours / self.baseline


def rows(ours: Side, baseline: Side) -> list[Row]:
    """Compare the two."""
    found = []
    for kind, budget in (("dicom", 0.25), ("png", None)):
        mine, theirs = ours.warm_ms[kind], baseline.warm_ms[kind]
        name = {"dicom": "DICOM", "png": "PNG"}[kind]
        found += [
            Row(
                what=f"warm, {name}, p50",
                unit="ms",
                ours=median(mine),
                baseline=median(theirs),
                budget=budget,
            ),
            Row(
                what=f"warm, {name}, p95",
                unit="ms",
                ours=percentile(mine, 95),
                baseline=percentile(theirs, 95),
            ),
        ]
    found += [
        Row(
            what="cold: process to first 200",
            unit="ms",
            ours=median(ours.cold_ms),
            baseline=median(baseline.cold_ms),
            budget=0.25,
        ),
        Row(
            what="peak memory",
            unit="MB",
            ours=median(ours.peak_mb),
            baseline=median(baseline.peak_mb),
            budget=0.40,
        ),
    ]
    if ours.image_mb is not None and baseline.image_mb is not None:
        found.append(
            Row(
                what="image, uncompressed",
                unit="MB",
                ours=ours.image_mb,
                baseline=baseline.image_mb,
                budget=0.30,
            )
        )
    return found


def percentile(values: list[float], percent: int) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def growth_pct(side: Side) -> float:
    """Growth of the memory over the longest run of warm requests, in percent."""
    before, after = side.resident_mb
    return 100.0 * (after - before) / before


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Where a warm DICOM request's time goes: medians, ms.

    Attributes
    ----------
    inference_ms : float
        The model's run.
    measuring_ms : float
        Measuring, and judging how far to trust it (`MEASURING_STAGES`).
    handling_ms : float
        The rest: decoding, pre- and postprocessing, pictures, form, JSON and log row. Design,
        section 8, bounds it by the model's run.
    """

    inference_ms: float
    measuring_ms: float
    handling_ms: float


def shares(side: Side) -> Shares:
    """Divide up the warm DICOM requests."""
    stages = side.stages_ms
    measuring = [
        sum(each) for each in zip(*(stages[name] for name in MEASURING_STAGES), strict=True)
    ]
    handling = [
        whole - model - measured
        for whole, model, measured in zip(
            side.warm_ms["dicom"], stages["inference"], measuring, strict=True
        )
    ]
    return Shares(
        inference_ms=median(stages["inference"]),
        measuring_ms=median(measuring),
        handling_ms=median(handling),
    )
