"""Area against the truth over pixel spacings: ``python -m benchmarks.area [--write]``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.area.definition import Errors, definition_errors, perfect_model_errors
from benchmarks.area.through_model import draw_slices, model_errors
from benchmarks.tables import DOCS, markdown_table, write_section
from multifidus.inference import Segmenter

MODEL = Path(__file__).resolve().parents[2] / "layers" / "model"
PAGE, HEADING = DOCS / "measurements.md", "Area"

TEXT = """\
Made by `make bench-area`; model {model}. Errors are 100 (measured - true) / true. Spacing is that
of the rows, then of the columns.

### The definition

Mask pixels times their size, on {sides} shapes of 200 to 1100 mm2 a side whose area is known
exactly, laid anywhere on the pixels. The largest bias at any spacing, square or not, is
{largest_bias:.2f} %; what is left is the chance of the pixels along the border.
{summary}

{definition}

### The definition behind a perfect model

The same shapes, where the model's own grid of 256 x 256 pixels holds each pixel's true share of
muscle: its probabilities are brought to the slice's grid and thresholded there. This is what the
resampling costs.

{perfect}

### The served model

{slices} generated slices with all that the generator varies (level, person, fat, scanner), drawn
at 0.3 mm and averaged to larger pixels. The truth is the fine mask's area. The last two columns
compare each side with itself at 0.3 mm: that is the effect of the resolution alone. The model was
trained on slices of the same generator, so the errors say how well it does what it was taught,
and nothing of people.

{model_table}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measured area against the truth.")
    parser.add_argument("--model", type=Path, default=MODEL, help="model folder (%(default)s)")
    parser.add_argument("--shapes", type=int, default=40, help="shapes per area (%(default)s)")
    parser.add_argument("--slices", type=int, default=24, help="generated slices (%(default)s)")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name} too")
    options = parser.parse_args(arguments)
    segmenter = Segmenter(options.model, threads=1)
    definition = definition_errors(shape_count=options.shapes)
    text = TEXT.format(
        model=segmenter.manifest.version,
        sides=definition[0].errors_pct.size,
        slices=options.slices,
        largest_bias=max(abs(entry.errors_pct.mean()) for entry in definition),
        summary=large_errors(definition),
        definition=errors_table(definition),
        perfect=errors_table(perfect_model_errors(shape_count=-(-options.shapes // 4))),
        model_table=changes_table(model_errors(segmenter, draw_slices(options.slices))),
    )
    print(text)
    if options.write:
        write_section(PAGE, HEADING, text)


def errors_table(found: Sequence[Errors]) -> str:
    """Lay out bias and errors by spacing."""
    header = (
        *("spacing, mm", "sides", "bias, %", "95 % interval of the bias"),
        *("mean error, %", "95 % of errors under, %", "largest, %"),
    )
    rows = []
    for entry in found:
        errors, size = entry.errors_pct, np.abs(entry.errors_pct)
        bias, half = errors.mean(), 1.96 * errors.std(ddof=1) / np.sqrt(errors.size)
        rows.append(
            (
                spacing(entry),
                str(errors.size),
                f"{bias:+.2f}",
                f"{bias - half:+.2f} to {bias + half:+.2f}",
                *(f"{value:.2f}" for value in (size.mean(), np.percentile(size, 95), size.max())),
            )
        )
    return markdown_table(header, rows)


def large_errors(found: Sequence[Errors], bound_pct: float = 2.0) -> str:
    """Say how many errors are over a bound, and in which sides."""
    over = [entry for entry in found if (np.abs(entry.errors_pct) > bound_pct).any()]
    count = sum(int((np.abs(entry.errors_pct) > bound_pct).sum()) for entry in over)
    total = sum(entry.errors_pct.size for entry in found)
    if not over:
        return f"None of the {total} errors is over {bound_pct:g} %."
    largest_mm2 = max(entry.areas_mm2[np.abs(entry.errors_pct) > bound_pct].max() for entry in over)
    return (
        f"Of the {total} errors {count} are over {bound_pct:g} %: of sides up to "
        f"{largest_mm2:.0f} mm2, at {', '.join(spacing(entry) for entry in over)} mm."
    )


def changes_table(found: Sequence[Errors]) -> str:
    """Lay out the model's errors, and how far each spacing moves them from the first one's."""
    header = (
        *("spacing, mm", "sides", "bias, %", "median error, %"),
        *("mean change, %", "SD of the change, %"),
    )
    finest = found[0].errors_pct
    rows = []
    for entry in found:
        change = 100.0 * (entry.errors_pct - finest) / (100.0 + finest)
        rows.append(
            (
                spacing(entry),
                str(entry.errors_pct.size),
                f"{entry.errors_pct.mean():+.1f}",
                f"{np.median(np.abs(entry.errors_pct)):.1f}",
                f"{change.mean():+.1f}",
                f"{change.std(ddof=1):.1f}",
            )
        )
    return markdown_table(header, rows)


def spacing(entry: Errors) -> str:
    """Name a spacing."""
    row_mm, column_mm = entry.spacing_mm
    return f"{row_mm:.2f} x {column_mm:.2f}"


if __name__ == "__main__":
    main()
