"""Line charts of the records as SVG, small enough to stand in a repository."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 330, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 30, 42
COLOURS = ("#0b62a4", "#c45a00", "#3a7d2c", "#7a3b8f", "#555555", "#a40000")

FACTORS = {
    "fat_pct": ("Fat", "% of the multifidus"),
    "field_of_view_mm": ("Field of view", "mm"),
    "rotation_deg": ("Rotation", "degrees"),
    "noise_pct": ("Noise", "% of the signal of fat"),
}
"""Title and unit of each ladder."""

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One chart.

    Attributes
    ----------
    title, x_label, y_label : str
        Its words.
    series : dict
        Points by name, in the order of the colours.
    y_range : tuple of float
        What the y axis shows; the x axis shows what the points cover.
    """

    title: str
    x_label: str
    y_label: str
    series: dict[str, list[Point]]
    y_range: tuple[float, float]


def write_charts(records: dict[str, dict[str, Any]], folder: Path) -> list[Path]:
    """Draw what the records hold: `ladder.svg`, `risk_coverage.svg`, `reliability.svg`."""
    drawings = {
        "ladder": _ladder_panels(records.get("ladder")),
        "risk_coverage": _risk_panels(records.get("risk_coverage")),
        "reliability": _reliability_panels(records.get("calibration")),
    }
    written = []
    for name, panels in drawings.items():
        if panels:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name}.svg"
            path.write_text(svg(panels), encoding="utf-8")
            written.append(path)
    return written


def svg(panels: list[Panel]) -> str:
    """All panels side by side, two in a row."""
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    width, height = columns * WIDTH, rows * HEIGHT
    parts = [
        f'<g transform="translate({WIDTH * (place % columns)} {HEIGHT * (place // columns)})">'
        f"{_panel(panel)}</g>"
        for place, panel in enumerate(panels)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="11">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _panel(panel: Panel) -> str:
    xs = [x for points in panel.series.values() for x, _ in points]
    low, high = min(xs), max(xs)
    bottom, top = panel.y_range

    def place(point: Point) -> str:
        x = LEFT + (point[0] - low) / ((high - low) or 1.0) * (WIDTH - LEFT - RIGHT)
        y = TOP + (top - min(max(point[1], bottom), top)) / (top - bottom) * (HEIGHT - TOP - BOTTOM)
        return f"{x:.1f},{y:.1f}"

    lines = [
        f'<text x="{LEFT}" y="16" font-weight="bold">{html.escape(panel.title)}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{html.escape(panel.x_label)}</text>",
        f'<text x="12" y="{(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {(TOP + HEIGHT - BOTTOM) / 2})">'
        f"{html.escape(panel.y_label)}</text>",
    ]
    for step in range(5):
        value = bottom + (top - bottom) * step / 4
        y = place((low, value)).split(",")[1]
        lines.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 5}" y="{y}" dy="4" text-anchor="end">{value:.2g}</text>')
    for value in sorted(set(xs)) if len(set(xs)) <= 8 else (low, (low + high) / 2, high):
        x = place((value, bottom)).split(",")[0]
        lines.append(
            f'<text x="{x}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{value:.3g}</text>'
        )
    for order, (name, points) in enumerate(panel.series.items()):
        colour = COLOURS[order % len(COLOURS)]
        path = " ".join(place(point) for point in points)
        lines.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
        )
        lines += [
            '<circle cx="{}" cy="{}" r="2.2" fill="{}"/>'.format(*place(point).split(","), colour)
            for point in points
        ]
        if len(panel.series) > 1:
            y = HEIGHT - BOTTOM - 8 - 13 * (len(panel.series) - 1 - order)
            lines.append(f'<text x="{LEFT + 8}" y="{y}" fill="{colour}">{html.escape(name)}</text>')
    return "\n".join(lines)


def _ladder_panels(record: dict[str, Any] | None) -> list[Panel]:
    if record is None:
        return []
    return [
        Panel(
            title=FACTORS[factor][0],
            x_label=FACTORS[factor][1],
            y_label="Dice, both sides",
            series={
                "mean": [(row["value"], row["dice_mean"]) for row in rows],
                "worst of the people": [(row["value"], row["dice_worst"]) for row in rows],
            },
            y_range=(0.4, 1.0),
        )
        for factor, rows in record["ladders"].items()
    ]


def _risk_panels(record: dict[str, Any] | None) -> list[Panel]:
    panels = []
    for name, found in (record or {"sets": {}})["sets"].items():
        series = {
            confidence.replace("_", " "): [(p["coverage"], p["risk"]) for p in row["curve"]]
            for confidence, row in found["confidences"].items()
        }
        worst = max(risk for points in series.values() for _, risk in points)
        panels.append(
            Panel(
                title=name.replace("_", " "),
                x_label="share of results kept, surest first",
                y_label="mean 1 - Dice of those",
                series=series,
                y_range=(0.0, max(0.05, round(1.1 * worst, 2))),
            )
        )
    return panels


def _reliability_panels(record: dict[str, Any] | None) -> list[Panel]:
    return [
        Panel(
            title=name,
            x_label="probability",
            y_label="share of muscle",
            series={
                when: [(row["probability"], row["share_of_muscle"]) for row in found[when]["bins"]]
                for when in ("before", "after")
            },
            y_range=(0.0, 1.0),
        )
        for name, found in (record or {"models": {}})["models"].items()
    ]
