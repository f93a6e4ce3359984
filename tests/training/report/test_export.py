"""From a run to the folder that is served."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from multifidus.report_grammar import first
from multifidus.report_input import ReportInput
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import prompts
from multifidus.report_statements import statements
from training.report import scoring
from training.report.examples import sentences
from training.report.export import MAX_BYTES, export, seconds_of
from training.report.inputs import draw_input, seeded
from training.report.tokenizer import load_tokenizer
from training.report.writer import Writer


def first_wordings(about: ReportInput) -> list[str]:
    return [first(statement.template) for statement in statements(about)]


@pytest.fixture(scope="module")
def exported(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "model"
    with pytest.MonkeyPatch.context() as patch:
        # Scoring all 500 would say no more about a model that has learnt nothing.
        patch.setattr(scoring, "HELD_OUT_INPUTS", 3)
        patch.setattr(scoring, "SENTENCES_SCORED", 3)
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
    asked = [prompts(draw_input(seeded(number))) for number in range(2)]
    first_time, second_time = writer.write(asked), writer.write(asked)
    assert first_time == second_time
    assert [len(each) for each in first_time] == [len(each) for each in asked]
    assert len(writer.seconds) == 4


def test_every_prompt_and_sentence_survives_the_tokenizer(exported: Path) -> None:
    tokenizer = load_tokenizer(exported)
    for each in sentences():
        for text in (f"report {each.words}", each.text):
            assert tokenizer.decode(tokenizer.encode(text)) == text


def test_scores_tell_good_from_bad() -> None:
    inputs = scoring.held_out_inputs(20)
    good = [first_wordings(each) for each in inputs]
    scores = scoring.score(inputs, good)
    assert {name: value for name, value in scores.items() if name.endswith("_pct")} == {
        "format_pct": 100.0,
        "facts_pct": 100.0,
        "let_through_pct": 100.0,
        "format_after_pct": 100.0,
        "facts_after_pct": 100.0,
    }
    bad = [
        [f"Risk: {said[0]}", *said[1:]] if number % 2 else said for number, said in enumerate(good)
    ]
    scores = scoring.score(inputs, bad)
    assert (scores["format_pct"], scores["let_through_pct"]) == (50.0, 50.0)
    assert scores["caught"] == {"format": 10}
    assert (scores["format_after_pct"], scores["facts_after_pct"]) == (100.0, 100.0)
    unfilled = [["It is [nothing].", *said[1:]] if n < 2 else said for n, said in enumerate(good)]
    assert scoring.score(inputs, unfilled)["facts_pct"] == 90.0


def test_seconds_are_added_up_from_the_log() -> None:
    log = [
        {"phase": "base", "step": 10, "seconds_per_step": 0.5},
        {"phase": "base", "step": 15, "seconds_per_step": 1.0},
        {"phase": "adapter", "step": 4, "seconds_per_step": 2.0},
    ]
    assert seconds_of(log) == {"base": 10.0, "adapter": 8.0}


def test_the_shipped_model_is_whole_and_small_and_its_adapter_counts() -> None:
    folder = Path(__file__).parents[3] / "functions" / "report" / "model"
    manifest = ReportManifest.load(folder)
    manifest.verify(folder)
    assert sum(path.stat().st_size for path in folder.iterdir()) < MAX_BYTES
    adapter, base = manifest.metrics["adapter"], manifest.metrics["base"]
    assert adapter["inputs"] == 500
    assert (adapter["format_after_pct"], adapter["facts_after_pct"]) == (100.0, 100.0)
    for figure in ("format_pct", "facts_pct", "let_through_pct"):
        assert adapter[figure] >= 97.0  # what issue 6 asks for, before the checker
    assert adapter["let_through_pct"] > base["let_through_pct"] + 50.0
    assert manifest.metrics["changed_by_adapter_pct"] > 50.0
    assert json.loads((folder / "manifest.json").read_text())["provenance"]["git_commit"]


def test_the_shipped_model_writes_as_its_card_says() -> None:
    folder = Path(__file__).parents[3] / "functions" / "report" / "model"
    inputs = scoring.held_out_inputs(25)
    writer = Writer(folder=folder)
    scores = scoring.score(inputs, writer.write([prompts(each) for each in inputs]))
    assert scores["let_through_pct"] >= 90.0  # of 25, where the card is of 500
    assert scores["facts_after_pct"] == 100.0
