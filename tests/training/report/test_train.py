"""The trainer: it learns, goes on where it stopped, and stops where nothing can come of it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.report.conftest import TINY
from training.report.config import ReportConfig
from training.report.errors import BaseModelError, NonFiniteGradientError, ZeroAdapterError
from training.report.examples import Example, report_example, sentences
from training.report.inputs import seeded
from training.report.loop import Job, batch_of, learning_rate, run_job
from training.report.model import (
    adapter_is_zero,
    choose_precision,
    flan_t5_base_without_weights,
    load_base,
    parameter_counts,
    with_adapter,
)
from training.report.tokenizer import END, load_tokenizer
from training.report.train import train


def log_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def example(random: Any) -> Example:
    return report_example(random.choice(sentences()))


def job(**changes: Any) -> Job:
    fields: dict[str, Any] = {
        "name": "adapter",
        "phase": TINY.fine_tuning,
        "draw": example,
        "held_out": (example(seeded(1)),),
        "seed": 1,
        "precision": torch.float32,
    }
    return Job(**{**fields, **changes})


def test_a_run_leaves_base_adapter_counts_and_curves(tiny_run: Path) -> None:
    lines = log_of(tiny_run)
    assert [(line["phase"], line["step"]) for line in lines] == [
        ("base", 1),
        ("base", 2),
        ("adapter", 1),
        ("adapter", 2),
        ("adapter", 3),
    ]
    assert all(line["loss"] > 0.0 and line["held_out_loss"] > 0.0 for line in lines)
    counts = json.loads((tiny_run / "counts.json").read_text())
    # q and v of encoder, decoder and across: 6 matrices of 16 x 16, each rank 2 in and out.
    assert counts["trainable_parameters"] == 6 * 2 * (16 + 16)
    assert (tiny_run / "adapter" / "adapter_model.safetensors").is_file()
    config = ReportConfig.from_dict(json.loads((tiny_run / "config.json").read_text()))
    assert config == TINY


def test_an_interrupted_run_ends_with_the_same_weights(tiny_run: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_run, tmp_path / "again")
    shutil.rmtree(tmp_path / "again" / "adapter")
    (tmp_path / "again" / "adapter.pt").unlink()
    shorter = dataclasses.replace(
        TINY, fine_tuning=dataclasses.replace(TINY.fine_tuning, steps=2, warmup_steps=3)
    )
    longer = dataclasses.replace(
        TINY, fine_tuning=dataclasses.replace(TINY.fine_tuning, steps=3, warmup_steps=3)
    )
    train(shorter, tmp_path / "again", threads=1)
    train(longer, tmp_path / "again", threads=1)
    shutil.copytree(tmp_path / "again", tmp_path / "at once")
    (tmp_path / "at once" / "adapter.pt").unlink()
    train(longer, tmp_path / "at once", threads=1)
    resumed, whole = (
        torch.load(tmp_path / name / "adapter.pt", weights_only=True)["model"]
        for name in ("again", "at once")
    )
    assert resumed.keys() == whole.keys()
    for name in resumed:
        torch.testing.assert_close(resumed[name], whole[name])


def test_a_gradient_that_is_not_finite_stops_the_run(tiny_run: Path, tmp_path: Path) -> None:
    model = with_adapter(load_base(tiny_run / "base"), TINY.lora)
    weights = next(item for name, item in model.named_parameters() if "lora_A" in name)
    with torch.no_grad():
        weights[0, 0] = float("nan")
    with pytest.raises(NonFiniteGradientError, match="not finite at step 1"):
        run_job(job(), model, load_tokenizer(tiny_run / "base").encode, tmp_path)


def test_an_adapter_that_stays_zero_stops_the_run(tiny_run: Path, tmp_path: Path) -> None:
    model = with_adapter(load_base(tiny_run / "base"), TINY.lora)
    assert adapter_is_zero(model)
    still = dataclasses.replace(TINY.fine_tuning, learning_rate=0.0)
    with pytest.raises(ZeroAdapterError, match="still zero after 3 steps"):
        run_job(job(phase=still), model, load_tokenizer(tiny_run / "base").encode, tmp_path)


def test_only_the_adapter_learns(tiny_run: Path, tmp_path: Path) -> None:
    model = with_adapter(load_base(tiny_run / "base"), TINY.lora)
    before = {name: item.detach().clone() for name, item in model.named_parameters()}
    run_job(job(), model, load_tokenizer(tiny_run / "base").encode, tmp_path)
    moved = {name for name, item in model.named_parameters() if not before[name].equal(item)}
    assert moved
    assert all("lora_" in name for name in moved)
    assert any("lora_B" in name for name in moved)


def test_the_loss_falls_on_what_is_repeated(tiny_run: Path, tmp_path: Path) -> None:
    model = load_base(tiny_run / "base")
    one = example(seeded(2))
    phase = dataclasses.replace(TINY.pretraining, steps=40, learning_rate=1e-2, log_every=10)
    repeated = job(name="base", phase=phase, draw=lambda _: one)
    run_job(repeated, model, load_tokenizer(tiny_run / "base").encode, tmp_path)
    losses = [line["loss"] for line in log_of(tmp_path)]
    assert losses[-1] < 0.7 * losses[0]


def test_batches_are_padded_and_end_where_they_end() -> None:
    batch = batch_of(
        [Example(prompt="a", answer="bc"), Example(prompt="abc", answer="a")],
        lambda text: [ord(letter) for letter in text],
        torch.device("cpu"),
    )
    assert batch["input_ids"].tolist() == [[97, END, 0, 0], [97, 98, 99, END]]
    assert batch["attention_mask"].tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert batch["labels"].tolist() == [[98, 99, END], [97, END, -100]]


def test_the_rate_warms_up_and_decays() -> None:
    phase = dataclasses.replace(TINY.pretraining, steps=1000, warmup_steps=100, learning_rate=1e-3)
    rates = [learning_rate(phase, step) for step in (0, 99, 500, 999)]
    assert rates[0] < rates[1] == pytest.approx(1e-3)
    assert rates[1] > rates[2] > rates[3] >= 0.05e-3


def test_lora_trains_a_third_of_a_percent_of_flan_t5_base() -> None:
    lora = ReportConfig.load(ReportConfig.default_path()).lora
    model = with_adapter(flan_t5_base_without_weights(), lora)
    trainable, everything = parameter_counts(model)
    assert trainable == 884_736
    assert everything - trainable == 247_577_856
    assert round(100.0 * trainable / everything, 2) == 0.36


def test_the_shipped_configuration_is_what_was_asked_for() -> None:
    config = ReportConfig.load(ReportConfig.default_path())
    assert config.base == ""
    assert (config.lora.rank, config.lora.dropout, config.lora.targets) == (8, 0.1, ("q", "v"))
    flan = ReportConfig.load(ReportConfig.default_path().with_name("flan_t5_base.toml"))
    assert flan.base == "google/flan-t5-base"
    assert flan.lora == config.lora


def test_float16_is_never_chosen() -> None:
    cpu = torch.device("cpu")
    assert choose_precision("float32", cpu) is torch.float32
    assert choose_precision("bfloat16", cpu) is torch.bfloat16
    assert choose_precision("auto", cpu) in (torch.float32, torch.bfloat16)


def test_another_base_is_taken_from_a_folder(tiny_run: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(TINY, base=str(tiny_run / "base"))
    train(config, tmp_path, threads=1)
    assert {line["phase"] for line in log_of(tmp_path)} == {"adapter"}
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()


def test_a_base_without_its_tokenizer_is_named(tiny_run: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_run / "base", tmp_path / "bare")
    (tmp_path / "bare" / "spiece.model").unlink()
    config = dataclasses.replace(TINY, base=str(tmp_path / "bare"))
    with pytest.raises(BaseModelError, match=r"spiece\.model is missing"):
        train(config, tmp_path / "run", threads=1)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match="holds no T5"):
        load_base(tmp_path)


def test_a_configuration_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(TypeError, match="stepz"):
        ReportConfig.from_dict({"pretraining": {"stepz": 1}, "fine_tuning": {}})
