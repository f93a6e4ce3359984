"""The section of `docs/performance.md` that the benchmark fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.service.results import MEASURING_STAGES, Row, Shares, Side, growth_pct, shares
from benchmarks.tables import DOCS, markdown_table

PAGE, HEADING = DOCS / "performance.md", "Beside the baseline"
FIGURE = DOCS / "images" / "performance.svg"

MAX_HANDLING = 1.0 / 3.0
MAX_GROWTH_PCT = 2.0

TEXT = """\
Made by `make bench` on: {machine}. {note}. One processor and one thread for each
process; the two services take turns.

{table}

![Ratios](images/performance.svg)

After the warm-up, memory went from {before:.0f} to {after:.0f} MB ({growth:+.1f} %; at most
{max_growth:.0f} % is allowed).

### Stage by stage

Medians of the DICOM slice of 512 x 512 pixels. Decoding, pre- and postprocessing, pictures, form,
JSON and log row together take {handling:.1f} ms: {share:.2f} of the model's {inference:.1f} ms (at
most {max_share:.2f}). Measuring and judging take {measuring:.1f} ms more.

{stages}

### The network alone

Median of one run, ms. The ratio is INT8 to PyTorch.

{precision}
"""

_NAMES = {"torch": "PyTorch, FP32", "fp32": "ONNX Runtime, FP32", "int8": "ONNX Runtime, INT8"}


def text(
    rows: Sequence[Row],
    ours: Side,
    baseline: Side,
    precision: Mapping[tuple[str, int], float],
    *,
    machine: str,
    note: str,
) -> str:
    """Lay out all figures."""
    parts = shares(ours)
    return TEXT.format(
        machine=machine,
        note=note,
        table=markdown_table(
            ("what", "Multifidus", "baseline", "ratio", "budget", "held"), map(_cells, rows)
        ),
        before=ours.resident_mb[0],
        after=ours.resident_mb[1],
        growth=growth_pct(ours),
        max_growth=MAX_GROWTH_PCT,
        handling=parts.handling_ms,
        measuring=parts.measuring_ms,
        inference=parts.inference_ms,
        share=parts.handling_ms / parts.inference_ms,
        max_share=MAX_HANDLING,
        stages=_stages(ours, baseline, parts),
        precision=_precision(precision),
    )


def _cells(row: Row) -> tuple[str, ...]:
    held = "" if row.budget is None else "yes" if row.ratio <= row.budget else "no"
    return (
        f"{row.what}, {row.unit}",
        f"{row.ours:,.0f}",
        f"{row.baseline:,.0f}",
        f"{row.ratio:.2f}",
        "" if row.budget is None else f"{row.budget:.2f}",
        held,
    )


def _stages(ours: Side, baseline: Side, parts: Shares) -> str:
    found = {stage: median(values) for stage, values in ours.stages_ms.items()}
    counted_apart = {"inference", *MEASURING_STAGES}
    between = parts.handling_ms - sum(
        ms for stage, ms in found.items() if stage not in counted_apart
    )
    cells = [(stage, f"{ms:.1f}") for stage, ms in found.items()]
    cells.append(("form, JSON, log row", f"{between:.1f}"))
    cells.append(("whole", f"{median(ours.warm_ms['dicom']):.1f}"))
    cells.append(("baseline, whole", f"{median(baseline.warm_ms['dicom']):.1f}"))
    return markdown_table(("stage", "ms"), cells)


def _precision(found: Mapping[tuple[str, int], float]) -> str:
    threads = sorted({count for _, count in found})
    cells = [(_NAMES[kind], *(f"{found[kind, count]:.1f}" for count in threads)) for kind in _NAMES]
    ratios = (found["int8", count] / found["torch", count] for count in threads)
    cells.append(("ratio", *(f"{ratio:.2f}" for ratio in ratios)))
    header = ("", *(f"{count} thread{'s' if count > 1 else ''}" for count in threads))
    return markdown_table(header, cells)
