"""From a run to the folder that is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from multifidus.report_grammar import first
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import prompt
from multifidus.report_rules import marked_report
from training.report import scoring
from training.report.examples import one_line
from training.report.export import export, seconds_of
from training.report.inputs import draw_input, seeded
from training.report.tokenizer import load_tokenizer
from training.report.writer import Writer


@pytest.fixture(scope="module")
def exported(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "model"
    with pytest.MonkeyPatch.context() as patch:
        # Scoring all 500 would say no more about a model that has learnt nothing.
        patch.setattr(scoring, "HELD_OUT_INPUTS", 3)
        export(tiny_run, folder, "0.0.1")
    return folder


def test_the_manifest_names_and_verifies_every_file(exported: Path) -> None:
    manifest = ReportManifest.load(exported)
    manifest.verify(exported)
    assert set(manifest.files) == {
        "model.bin",
        "config.json",
        "shared_vocabulary.json",
        "spiece.model",
    }
    assert manifest.version == "0.0.1"
    assert manifest.provenance["config"]["lora"]["rank"] == 2
    assert manifest.provenance["trainable_parameters"] > 0
    assert {"adapter", "base", "changed_by_adapter_pct"} <= set(manifest.metrics)


def test_the_card_holds_the_figures(exported: Path) -> None:
    card = (exported / "MODEL_CARD.md").read_text()
    assert "Not a medical device" in card
    assert "| let through |" in card
    assert "| adapter | 3 |" in card


def test_the_converted_model_writes(exported: Path) -> None:
    writer = Writer(folder=exported, max_output_tokens=8)
    prompts = [prompt(draw_input(seeded(number))) for number in range(2)]
    first_time, second_time = writer.write(prompts), writer.write(prompts)
    assert first_time == second_time
    assert len(writer.seconds) == 4


def test_every_prompt_and_report_survives_the_tokenizer(exported: Path) -> None:
    tokenizer = load_tokenizer(exported)
    random = seeded("tokens")
    for _ in range(50):
        about = draw_input(random)
        for text in (prompt(about), one_line(marked_report(about, first))):
            assert tokenizer.decode(tokenizer.encode(text)) == text


def test_scores_tell_good_from_bad() -> None:
    inputs = scoring.held_out_inputs(20)
    good = [one_line(marked_report(each, first)) for each in inputs]
    scores = scoring.score(inputs, good)
    assert {name: value for name, value in scores.items() if name.endswith("_pct")} == {
        "format_pct": 100.0,
        "facts_pct": 100.0,
        "let_through_pct": 100.0,
        "format_after_pct": 100.0,
        "facts_after_pct": 100.0,
    }
    bad = [
        text.replace("Risk:", "Risks:") if number % 2 else text for number, text in enumerate(good)
    ]
    scores = scoring.score(inputs, bad)
    assert (scores["format_pct"], scores["let_through_pct"]) == (50.0, 50.0)
    assert scores["caught"] == {"format": 10}
    assert (scores["format_after_pct"], scores["facts_after_pct"]) == (100.0, 100.0)
    swapped = [good[1], good[0], *good[2:]]
    assert scoring.score(inputs, swapped)["facts_pct"] == 90.0


def test_seconds_are_added_up_from_the_log() -> None:
    log = [
        {"phase": "base", "step": 10, "seconds_per_step": 0.5},
        {"phase": "base", "step": 15, "seconds_per_step": 1.0},
        {"phase": "adapter", "step": 4, "seconds_per_step": 2.0},
    ]
    assert seconds_of(log) == {"base": 10.0, "adapter": 8.0}
