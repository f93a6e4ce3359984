from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from multifidus.manifest import PreprocessSpec
from training.segmentation import checkpoints
from training.segmentation.config import TrainConfig
from training.segmentation.data_engine import Mixture
from training.segmentation.train import learning_rate, train

CONFIG = TrainConfig(
    steps=2,
    batch_size=2,
    warmup_steps=1,
    checkpoint_every=1,
    log_every=1,
    workers=0,
    preprocess=PreprocessSpec(height_px=64, width_px=64),
    mixture=Mixture(rendered=0.0, negatives=0.1),
)


@pytest.fixture
def run(data_folder: Path, tmp_path: Path) -> Path:
    """A run of two steps."""
    assert data_folder.is_dir()
    folder = tmp_path / "run"
    train(CONFIG, folder, init=None, threads=1)
    return folder


def test_a_run_logs_resumes_and_describes_itself(run: Path) -> None:
    train(dataclasses.replace(CONFIG, steps=3), run, init=None, threads=1)
    steps = [json.loads(line)["step"] for line in (run / "log.jsonl").read_text().splitlines()]
    assert steps == [1, 2, 3]
    _, config, notes = checkpoints.averaged_model(run / "last.pt")
    assert config == dataclasses.replace(CONFIG, steps=3)
    assert notes == {"step": 3, "seen_subjects": ["TUM01", "TUM02", "sub-0001"]}


def test_subjects_seen_by_the_run_it_starts_from_are_remembered(run: Path, tmp_path: Path) -> None:
    without = dataclasses.replace(CONFIG, steps=1, exclude_subjects=("sub-0001", "TUM02"))
    train(without, tmp_path / "second", init=run / "last.pt", threads=1)
    found = checkpoints.load(tmp_path / "second" / "last.pt")
    assert found["seen_subjects"] == ["TUM01", "TUM02", "sub-0001"]


def test_learning_rate_warms_up_and_decays() -> None:
    config = TrainConfig(steps=1000, warmup_steps=100, learning_rate=1e-3)
    rates = [learning_rate(config, step) for step in (0, 99, 500, 999)]
    assert rates[0] < rates[1] == pytest.approx(1e-3)
    assert rates[1] > rates[2] > rates[3] > 0.0
