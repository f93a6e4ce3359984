"""The card of the report's model, written from its manifest and the log of its run."""

from __future__ import annotations

from typing import Any

from multifidus.report_manifest import ReportManifest

CURVE_POINTS = 10

_TEXT = """# Model card: {name} {version}

A T5 that words the statements which the rules of `multifidus.report_statements` chose. It names
each statement, then words it, with marks in the place of numbers, levels and sides; code fills
those and takes the names out. Base: {base}, {parameters:,} parameters with the adapter. LoRA by
PEFT: rank {rank}, alpha {alpha}, dropout {dropout}, on {targets}; {trainable:,} trainable
parameters ({trainable_pct} %). Served as INT8 by CTranslate2: {size_mb:.1f} MB, weights
`{sha256}`.
Written by `training.report`; do not edit.

**Research use. Not a medical device.** No clinician has rated its texts.

## What was measured

On {inputs} held-out inputs ({prompts} different prompts), through the converted files. Held out is
a tenth of all combinations of statements, by a hash of the prompt: no training example has one of
these prompts. Format: the three sections once each, in order. Facts: every number, level and side
is the input's, and every fact that the rules state is there. Let through:
`multifidus.report_checker` has nothing against it; a text that is caught is replaced by the rules'
own.

All of it is of texts as `fill_marks` makes them of an answer: named statements under their
headings, in the rules' order. That helps the base more than the adapter.

| | base | with adapter | after the checker |
| --- | --- | --- | --- |
| format | {base_format} % | {format} % | {format_after} % |
| facts | {base_facts} % | {facts} % | {facts_after} % |
| let through | {base_through} % | {through} % | |
| different texts | {base_distinct} | {distinct} | |
| different wordings, before facts are filled in | {base_wordings} | {wordings} | |

The adapter changes {changed} % of the base's texts. Texts that were caught, by what was found
first: {caught}. One text took {median_ms} ms (median, one thread, on the machine that exported it,
which may have had other work).

## Training

{data}

The base learns to word statements, sections and whole texts in several forms under other names than
the report's; the adapter learns the report. {pretraining}{fine_tuning}
Clipped gradients, fixed seeds; seconds of each phase: {seconds}. Commit `{commit}`.

{note}

| phase | step | loss | held-out loss |
| --- | --- | --- | --- |
{curve}

The held-out loss is that of reports in every wording of the grammar, so that it cannot reach zero:
which wording comes is not in the prompt.

## Limits

- It can only say what the rules say, and wording is all that it adds. English only.
- The statement on pain rests on one cross-sectional study; see `multifidus/grading.py`.
- Pieces of its tokenizer are whole phrases of the generated text: it is of no use for other text.
"""


def model_card(manifest: ReportManifest, log: list[dict[str, Any]], *, size_bytes: int) -> str:
    """Write the card.

    Parameters
    ----------
    manifest : ReportManifest
        With metrics and provenance.
    log : list of dict
        Lines of the run's `log.jsonl`.
    size_bytes : int
        Of the model's folder.
    """
    run, figures = manifest.provenance, manifest.metrics
    adapter, base, lora = figures["adapter"], figures["base"], run["config"]["lora"]
    return _TEXT.format(
        name=manifest.name,
        version=manifest.version,
        base=run["base"],
        parameters=run["parameters"],
        rank=lora["rank"],
        alpha=lora["alpha"],
        dropout=lora["dropout"],
        targets=" and ".join(lora["targets"]),
        trainable=run["trainable_parameters"],
        trainable_pct=run["trainable_pct"],
        size_mb=size_bytes / 1e6,
        sha256=manifest.sha256,
        inputs=adapter["inputs"],
        prompts=adapter["prompts"],
        base_format=base["format_pct"],
        format=adapter["format_pct"],
        format_after=adapter["format_after_pct"],
        base_facts=base["facts_pct"],
        facts=adapter["facts_pct"],
        facts_after=adapter["facts_after_pct"],
        base_through=base["let_through_pct"],
        through=adapter["let_through_pct"],
        base_distinct=base["distinct_texts"],
        distinct=adapter["distinct_texts"],
        base_wordings=base["distinct_wordings"],
        wordings=adapter["distinct_wordings"],
        changed=figures["changed_by_adapter_pct"],
        caught=", ".join(f"{code} {count}" for code, count in adapter["caught"].items()) or "none",
        median_ms=figures["median_ms_per_text"],
        data="\n".join(f"- {item['name']}: {item['what']}." for item in manifest.training_data),
        pretraining=_phase("Base", run["config"]["pretraining"], run["config"]["base"]),
        fine_tuning=_phase("Adapter", run["config"]["fine_tuning"], ""),
        seconds=", ".join(f"{name} {value:.0f}" for name, value in run["training_seconds"].items()),
        commit=run["git_commit"],
        note=run.get("note", ""),
        curve="\n".join(_curve(log)),
    )


def _phase(name: str, phase: dict[str, Any], base: str) -> str:
    if base:
        return f"{name}: as it came. "
    return (
        f"{name}: {phase['steps']} steps of {phase['batch_size']} examples, AdamW, learning rate "
        f"{phase['learning_rate']:g}. "
    )


def _curve(log: list[dict[str, Any]]) -> list[str]:
    rows = []
    for phase in ("base", "adapter"):
        lines = [line for line in log if line["phase"] == phase]
        every = max(1, len(lines) // CURVE_POINTS)
        chosen = [line for number, line in enumerate(lines, 1) if number % every == 0]
        rows += [
            f"| {phase} | {line['step']} | {line['loss']} | {line['held_out_loss']} |"
            for line in chosen
        ]
    return rows
