"""The ratios as a picture: one bar for each row of the table, with its budget as a mark."""

from __future__ import annotations

import html
from collections.abc import Sequence

from benchmarks.service.results import Row

WIDTH_PX, LABELS_PX, BAR_PX, GAP_PX, TOP_PX = 720, 210, 18, 12, 46
MET, MISSED, PLAIN = "#0b62a4", "#c45a00", "#7d8a97"


def svg(rows: Sequence[Row]) -> str:
    """Draw the rows; the full width stands for the baseline."""
    height = TOP_PX + len(rows) * (BAR_PX + GAP_PX) + 8
    full = WIDTH_PX - LABELS_PX - 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH_PX}" height="{height}" fill="#fff"/>',
        f'<text x="{LABELS_PX}" y="18" font-size="14">Multifidus as a share of the baseline</text>',
        f'<text x="{LABELS_PX}" y="36" fill="#555">line: budget; full width: baseline</text>',
    ]
    for number, row in enumerate(rows):
        top = TOP_PX + number * (BAR_PX + GAP_PX)
        length = full * min(row.ratio, 1.1)
        colour = PLAIN if row.budget is None else MET if row.ratio <= row.budget else MISSED
        middle = top + BAR_PX - 4
        parts += [
            f'<text x="{LABELS_PX - 8}" y="{middle}" text-anchor="end">{html.escape(row.what)}'
            "</text>",
            f'<rect x="{LABELS_PX}" y="{top}" width="{full}" height="{BAR_PX}" fill="#eef1f4"/>',
            f'<rect x="{LABELS_PX}" y="{top}" width="{length:.1f}" height="{BAR_PX}" '
            f'fill="{colour}"/>',
            f'<text x="{LABELS_PX + length + 6:.1f}" y="{middle}">{row.ratio:.2f}</text>',
        ]
        if row.budget is not None:
            at = LABELS_PX + full * row.budget
            parts.append(
                f'<path d="M{at:.1f} {top - 3}V{top + BAR_PX + 3}" stroke="#000" stroke-width="2"/>'
            )
    return "\n".join([*parts, "</svg>", ""])
