from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from multifidus.errors import ModelUnavailable
from multifidus.image_io import read_image
from multifidus.inference import Segmenter
from multifidus.manifest import ModelManifest, PreprocessSpec
from training.segmentation import checkpoints
from training.segmentation.config import TrainConfig
from training.segmentation.data_engine import Mixture
from training.segmentation.evaluation.scoring import segment_slice
from training.segmentation.export import READY_MASK, READY_SLICE, SHIPPED_MODEL, export
from training.segmentation.losses import bce_dice
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


def exported(run: Path, out: Path, *, precision: str = "fp32") -> ModelManifest:
    return export(
        run / "last.pt",
        out,
        version="0.0.1",
        threshold=0.5,
        precision=precision,
        metrics={},
        calibration_count=4,
        ready_slice=SHIPPED_MODEL / READY_SLICE,
    )


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


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_the_exported_model_runs_in_the_serving_package_and_agrees_with_torch(
    run: Path, tmp_path: Path, precision: str
) -> None:
    manifest = exported(run, tmp_path / "model", precision=precision)
    stored = ModelManifest.load(tmp_path / "model")
    # The configuration's tuples come back from JSON as lists.
    assert json.dumps(dataclasses.asdict(stored)) == json.dumps(dataclasses.asdict(manifest))
    segmenter = Segmenter(tmp_path / "model", threads=1)
    tensor = np.random.default_rng(0).random((1, 1, 64, 64), dtype=np.float32)
    served = segmenter.probabilities(tensor)
    model, _, _ = checkpoints.averaged_model(run / "last.pt")
    with torch.no_grad():
        expected = torch.sigmoid(model(torch.from_numpy(tensor)))[0, :2].numpy()
    assert served.shape == (2, 64, 64)
    difference = np.abs(served - expected)
    if precision == "fp32":
        assert difference.max() < 1e-4
    else:  # noise through a network of two steps, calibrated on four slices: close on the whole
        assert difference.mean() < 0.05
    stored_mask = read_image((tmp_path / "model" / READY_MASK).read_bytes()).pixels
    ready_slice = read_image((tmp_path / "model" / READY_SLICE).read_bytes())
    assert np.array_equal(stored_mask, segment_slice(segmenter, ready_slice)[0])
    card = (tmp_path / "model" / "MODEL_CARD.md").read_text()
    assert manifest.sha256 in card
    assert "Not a medical device" in card


def test_a_tampered_export_does_not_load(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    manifest = exported(run, out)
    with (out / manifest.model_file).open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(ModelUnavailable):
        Segmenter(out, threads=1)


def test_loss_falls_to_nothing_for_the_right_answer() -> None:
    targets = torch.zeros(2, 3, 16, 16)
    targets[:, :, 4:9, 4:9] = 1.0
    weights = torch.tensor([0.4, 0.4, 0.2])
    right = bce_dice((targets * 2 - 1) * 20, targets, weights)
    wrong = bce_dice((1 - targets * 2) * 20, targets, weights)
    assert float(right) == pytest.approx(0.0, abs=1e-3)
    assert float(wrong) > 1.0


def test_learning_rate_warms_up_and_decays() -> None:
    config = TrainConfig(steps=1000, warmup_steps=100, learning_rate=1e-3)
    rates = [learning_rate(config, step) for step in (0, 99, 500, 999)]
    assert rates[0] < rates[1] == pytest.approx(1e-3)
    assert rates[1] > rates[2] > rates[3] > 0.0
