"""Each record of the evaluation as a section of the model card."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Record = dict[str, Any]


def sections(figures: Record) -> str:
    """All records that are there, in the card's order."""
    made = [
        f"### {title}\n\n{table(figures[name])}"
        for name, (title, table) in _SECTIONS.items()
        if name in figures
    ]
    return "\n\n".join(made) or "Nothing has been recorded for this export."


def _leave_one_out(record: Record) -> str:
    lines = []
    for subject, deliveries in record["subjects"].items():
        for delivery, groups in deliveries.items():
            lines.append([subject, delivery, "all", *_cells(groups["all"])])
            lines += [["", "", level, *_cells(row)] for level, row in groups["by_level"].items()]
    heads = ["subject", "sent as", "level", *_HEADS]
    averages = ", ".join(f"{key} {value:.3f}" for key, value in record["average_dice"].items())
    sent = "; ".join(f"`{key}`: {what}" for key, what in record["deliveries"].items())
    contrasts = [
        [subject, contrast, row["pictures"], _with_ci(row["dice"]["union"], 3)]
        for subject, deliveries in record["subjects"].items()
        for contrast, row in deliveries["dicom"]["by_contrast"].items()
    ]
    models = "; ".join(
        _model(model, f"{name} scored by") for name, model in record["models"].items()
    )
    return "\n\n".join(
        [
            record["note"],
            models + ".",
            f"Sent as: {sent}.",
            _table(heads, lines),
            f"Mean of the subjects' union Dice: {averages or 'not all subjects scored'}.",
            _table(["subject", "contrast", "pictures", "Dice, union"], contrasts),
        ]
    )


def _imitation(record: Record) -> str:
    lines = [
        [name, *_cells(row), row["dice_median"], row["under_0.7_pct"], row["under_0.5_pct"]]
        for name, row in record["groups"].items()
    ]
    heads = ["group", *_HEADS, "median", "under 0.7, %", "under 0.5, %"]
    return f"{record['note']}\n\n{_model(record['model'], 'Scored:')}.\n\n{_table(heads, lines)}"


def _ladder(record: Record) -> str:
    typical = ", ".join(f"{key} {value:g}" for key, value in record["typical"].items())
    lines = [
        [
            factor if place == 0 else "",
            f"{row['value']:g}",
            f"{row['dice_mean']:.3f}",
            f"{row['dice_worst']:.3f}",
            f"{row['area_ratio']:.2f}",
            f"{row['trusted_pct']:.0f}",
        ]
        for factor, rows in record["ladders"].items()
        for place, row in enumerate(rows)
    ]
    heads = ["difficulty", "value", "Dice, union: mean", "worst", "area ratio", "trusted, %"]
    return f"{record['note']} Typical: {typical}.\n\n{_table(heads, lines)}"


def _calibration(record: Record) -> str:
    lines = [
        [
            name,
            row["temperature"],
            " and ".join(str(half) for half in row["halves"]) or "-",
            row["checked_on"],
            row["slices"],
            *(row[when]["ece"] for when in ("before", "after")),
            *(row[when]["negative_log_likelihood"] for when in ("before", "after")),
        ]
        for name, row in record["models"].items()
    ]
    heads = [
        "model",
        "temperature",
        "of each half",
        "checked on",
        "pictures",
        "ECE before",
        "after",
    ]
    heads += ["log-likelihood loss before", "after"]
    return f"{record['note']}\n\n{_table(heads, lines)}"


def _risk_coverage(record: Record) -> str:
    lines = [
        [
            name if place == 0 else "",
            confidence,
            row["aurc"],
            found["random_aurc"],
            found["best_aurc"],
            row["gain_pct"],
            "-" if row["low_dice_auc"] is None else row["low_dice_auc"],
        ]
        for name, found in record["sets"].items()
        for place, (confidence, row) in enumerate(found["confidences"].items())
    ]
    heads = [
        "set",
        "confidence",
        "AURC",
        "random",
        "best possible",
        "gain, %",
        "AUC for Dice < 0.7",
    ]
    warned = [
        [name if place == 0 else "", warning, *(_number(value, 1) for value in row.values())]
        for name, found in record["sets"].items()
        for place, (warning, row) in enumerate(found["warned"].items())
    ]
    warned_heads = ["set", "warning", "of results under 0.7, %", "of results from 0.8 on, %"]
    return "\n\n".join([record["note"], _table(heads, lines), _table(warned_heads, warned)])


def _gate(record: Record) -> str:
    doubted = [
        [name, row["pictures"], row["doubted_pct"]]
        for name, row in (record["negatives"] | record["negatives_by_kind"]).items()
        if row["pictures"]
    ]
    slices = [
        [name, row["pictures"], row["refused_pct"], row["not_trusted_pct"]]
        for name, row in record["slices"].items()
    ]
    return "\n\n".join(
        [
            record["note"],
            _table(["pictures that are no slices", "count", "doubted, %"], doubted),
            _table(["good slices", "count", "refused, %", "not trusted, %"], slices),
        ]
    )


def _parity(record: Record) -> str:
    lines = [[name, *row.values()] for name, row in record["forms"].items()]
    heads = ["form", *(name.replace("_", " ") for name in next(iter(record["forms"].values())))]
    return f"{record['note']}\n\n{_table(heads, lines)}"


_ABLATION_NOTE = (
    "Trials during development: union Dice (with spacing), or the change of it, and inference time "
    "over that of one run. Subjects are unseen by the run; every third slice of each, in "
    "the trials named Renderer and Fold every second, unless said."
)


def _ablation(record: Record) -> str:
    names = {key: None for figures in record.values() for key in figures}
    lines = [[name, *(figures.get(key, "-") for key in names)] for name, figures in record.items()]
    return f"{_ABLATION_NOTE}\n\n{_table(['change', *names], lines)}"


def _carried(record: Record) -> str:
    lines = [
        [name.replace("_", " "), about["version"], about["sha256"][:12], about["git_commit"][:12]]
        for name, about in record.items()
    ]
    text = (
        "These were measured for an earlier model, by the code of its commit, and not again for "
        "this one: what they need, such as the models of the folds, is there no more."
    )
    return f"{text}\n\n{_table(['what', 'of model', 'file', 'commit'], lines)}"


_SECTIONS: dict[str, tuple[str, Callable[[Record], str]]] = {
    "carried_over": ("Carried over", _carried),
    "leave_one_out": ("Leave one subject out", _leave_one_out),
    "imitation": ("Generated slices that imitate clinical exports", _imitation),
    "ladder": ("Severity ladder", _ladder),
    "calibration": ("Calibration", _calibration),
    "risk_coverage": ("Does the confidence rank errors?", _risk_coverage),
    "gate": ("Quality gate", _gate),
    "parity": ("Parity of torch, ONNX and the served file", _parity),
    "ablation": ("Ablation", _ablation),
}

_HEADS = [
    "pictures",
    "Dice, union (95 %)",
    "right",
    "left",
    "worst",
    "HD95, mm",
    "area error, %",
    "absolute, %",
    "ICC (95 %)",
]


def _cells(row: Record) -> list[object]:
    area = row["area"]
    return [
        row["pictures"],
        _with_ci(row["dice"]["union"], 3),
        f"{row['dice']['right']['mean']:.3f}",
        f"{row['dice']['left']['mean']:.3f}",
        f"{row['dice_worst']['value']:.3f}",
        _number(row["hd95_mm"]["union"]["mean"], 1),
        _number(area.get("error_pct_signed"), 1),
        _number(area.get("error_pct_absolute"), 1),
        _number(area.get("icc_2_1"), 2) + _ci(area.get("icc_2_1_ci95"), 2),
    ]


def _with_ci(figure: Record, digits: int) -> str:
    return f"{figure['mean']:.{digits}f}" + _ci(figure.get("ci95"), digits)


def _ci(pair: list[float] | None, digits: int) -> str:
    return f" ({pair[0]:.{digits}f} to {pair[1]:.{digits}f})" if pair else ""


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _model(about: Record, said: str) -> str:
    seen = ", ".join(about["trained_on"]) or "no imaged subject"
    return (
        f"{said} file {about['sha256'][:12]} ({about['precision'].upper()}, {about['size_px']} px, "
        f"trained on {seen})"
    )


def _table(heads: Iterable[object], lines: Iterable[Iterable[object]]) -> str:
    head = list(heads)
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)
