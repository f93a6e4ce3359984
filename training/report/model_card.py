"""The card of the report's model, written from its manifest and the log of its run."""

from __future__ import annotations

from typing import Any

from multifidus.report_manifest import ReportManifest

CURVE_POINTS = 10

_TEXT = """# Model card: {name} {version}

A T5 that words the statements which the rules of `multifidus.report_statements` chose: one prompt
and one sentence for each, with marks in the place of numbers, levels and sides. Code fills those,
and puts the sentences in order. Base: {base}, {parameters:,} parameters with the adapter. LoRA by
PEFT: rank {rank}, alpha {alpha}, dropout {dropout}, on {targets}; {trainable:,} trainable
parameters ({trainable_pct} %). Served as INT8 by CTranslate2: {size_mb:.1f} MB, weights
`{sha256}`.
Written by `training.report`; do not edit.

**Research use. Not a medical device.** No clinician has rated its texts.

## What was measured

On {inputs} held-out inputs, through the converted files, before and after the checker. Held out is
a tenth of all combinations of statements. **Single statements have been seen in training**: there
are only {all_prompts} prompts (statement, form and variant), which the generator can list in full.
One in twenty of them is held out too, from base and adapter; the {prompts} prompts of these reports
hold them among the others.

Format: the three sections once each, in order; code writes the headings, so that this is no merit
of the model's. Facts: every number, level and side is the input's, and every fact that the rules
state is there. Let through: `multifidus.report_checker` has nothing against the whole text; one
sentence that is caught gives the whole text to the rules.

| | base | with adapter | after the checker |
| --- | --- | --- | --- |
| format | {base_format} % | {format} % | {format_after} % |
| facts | {base_facts} % | {facts} % | {facts_after} % |
| let through | {base_through} % | {through} % | |
| single sentences right, {known} prompts of training | {base_known} % | {right_known} % | |
| single sentences right, {unseen} held-out prompts | {base_unseen} % | {right_unseen} % | |
| different texts | {base_distinct} | {distinct} | |
| different wordings, before facts are filled in | {base_wordings} | {wordings} | |

The adapter changes {changed} % of the base's texts. Texts that were caught, by what was found
first: {caught}. One text took {median_ms} ms (median, one thread, on the machine that exported it,
which may have had other work).

## Training

{data}

The base learns to word single statements as an item of a list, after their name, or under a
heading of a letter; the adapter learns the report's form, the plain sentence.
{pretraining}{fine_tuning}
Clipped gradients, fixed seeds; seconds of each phase: {seconds}. Commit `{commit}`.

{note}

| phase | step | loss | held-out loss |
| --- | --- | --- | --- |
{curve}

The held-out loss is that of sentences whose prompts are held out. Another variant of the same
statement is right too, but counts as loss.

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
        all_prompts=adapter["known_prompts"] + adapter["unseen_prompts"],
        known=adapter["known_prompts"],
        unseen=adapter["unseen_prompts"],
        base_known=base["known_prompts_right_pct"],
        right_known=adapter["known_prompts_right_pct"],
        base_unseen=base["unseen_prompts_right_pct"],
        right_unseen=adapter["unseen_prompts_right_pct"],
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
