"""A tiny T5 and a tokenizer of its own, trained for a few steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.report.config import Lora, Phase, ReportConfig, SmallT5
from training.report.train import train

TINY = ReportConfig(
    small=SmallT5(
        d_model=16,
        d_kv=8,
        d_ff=32,
        heads=2,
        encoder_layers=1,
        decoder_layers=1,
        vocabulary=600,
        longest_piece=16,
    ),
    lora=Lora(rank=2, alpha=4, dropout=0.0),
    pretraining=Phase(
        steps=2, batch_size=2, learning_rate=1e-3, warmup_steps=1, log_every=1, checkpoint_every=1
    ),
    fine_tuning=Phase(
        steps=3, batch_size=2, learning_rate=1e-2, warmup_steps=1, log_every=1, checkpoint_every=1
    ),
    precision="float32",
)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run of the tiny configuration; not to be changed."""
    run = tmp_path_factory.mktemp("report_run")
    train(TINY, run, threads=1)
    return run
