"""The whole way on made-up people, without a data folder: check, train, score, export."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from multifidus.inference import Segmenter
from multifidus.manifest import PreprocessSpec
from training.segmentation.checkpoints import load
from training.segmentation.config import TrainConfig
from training.segmentation.examples import MadeUpSource
from training.segmentation.export import SHIPPED_MODEL, export
from training.segmentation.export_sources import sources_of
from training.segmentation.losses import UNKNOWN
from training.segmentation.own_data.__main__ import main
from training.segmentation.own_data.fine_tune import VALIDATION_FILE
from training.segmentation.own_data.label_values import LabelValues
from training.segmentation.own_data.mixture import MAX_SIDE_PX, OwnMixture, as_subject_slice
from training.segmentation.own_data.read_folder import read_folder
from training.segmentation.own_data.run_folder import record_folder

Own = Callable[[str], Path]
CONFIG = """
steps = 3
batch_size = 2
warmup_steps = 1
checkpoint_every = 1
log_every = 1
workers = 0
own_share = 0.6
"""


@pytest.fixture(autouse=True)
def no_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTIFIDUS_DATA", str(tmp_path / "none"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(CONFIG)
    return path


def test_weights_are_tuned_scored_and_exported(
    own: Own, untrained: Path, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "mine"
    arguments = [str(own("png")), "--run", str(run), "--config", str(config), "--threads", "1"]
    assert main([*arguments, "--init", str(untrained)]) == 0
    told = capsys.readouterr().out
    assert "9 slices of 3 subjects, labelled (png)." in told
    assert f"make export RUN={run}" in told

    split = json.loads((run / "split.json").read_text())
    assert (len(split["train"]), len(split["validation"])) == (2, 1)
    found = load(run / "last.pt")
    assert found["step"] == 3
    assert found["config"]["preprocess"]["height_px"] == 64, "as the weights, not as the file"
    assert found["seen_subjects"] == ["TUM01", "own data (2 subjects)"]
    validation = json.loads((run / VALIDATION_FILE).read_text())
    (name,) = split["validation"]
    for when in ("before", "after"):
        assert validation[when][name]["slices"] == 3
        assert 0.0 <= validation[when][name]["dice_union"] <= 1.0
        assert f"{validation[when][name]['dice_union']:.3f}" in told

    # Started again it goes on, and what was measured before training stays.
    assert main([*arguments, "--steps", "4"]) == 0
    assert load(run / "last.pt")["step"] == 4
    assert json.loads((run / VALIDATION_FILE).read_text())["before"] == validation["before"]

    sources = sources_of(run / "last.pt")
    assert isinstance(sources.examples, OwnMixture)
    assert len(sources.real) == 9
    manifest = export(
        run / "last.pt",
        tmp_path / "model",
        version="0.0.1",
        sources=dataclasses.replace(sources, generated=1),
        calibration_count=2,
        tolerance=1.0,
    )
    assert Segmenter(tmp_path / "model", threads=1).manifest.precision == "int8"
    assert "int8, real" in manifest.metrics["parity"]["forms"]
    assert manifest.training_data[-1]["subjects"] == ["own data (2 subjects)"]
    assert split["train"][0] not in (tmp_path / "model" / "manifest.json").read_text()


def test_an_export_does_without_data_that_are_gone(untrained: Path, tmp_path: Path) -> None:
    run = tmp_path / "mine"
    run.mkdir()
    shutil.copy(untrained, run / "last.pt")
    record_folder(run, tmp_path / "gone", LabelValues.parse("both=1"), ignore_origin=False)
    sources = sources_of(run / "last.pt")
    assert isinstance(sources.examples, MadeUpSource)
    assert sources.real == ()
    assert "not what they were" in sources.note


def test_check_only_trains_nothing(
    own: Own, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "mine"
    assert main([str(own("dicom")), "--run", str(run), "--check-only"]) == 0
    assert "can be trained on" in capsys.readouterr().out
    assert not run.exists()


def test_the_shipped_model_can_be_scored_on_own_data(
    own: Own, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = own("png")
    assert main([str(folder), "--score", str(SHIPPED_MODEL)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["subject", "anna", "bruno", "carla", "mean"]
    means = [float(line.split()[2]) for line in lines[1:4]]
    assert float(lines[4].split()[1]) == pytest.approx(np.mean(means), abs=0.001)
    assert min(means) > 0.4, "coarse, but the muscle is found"
    assert main([str(folder), "--score", str(tmp_path)]) == 2
    assert "manifest" in capsys.readouterr().err


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    return capsys.readouterr().err


def test_what_is_wrong_is_told_and_ends_with_status_two(
    own: Own, untrained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, run = own("png"), tmp_path / "mine"
    (folder / "anna_L3_mask.png").unlink()
    assert "image_without_mask" in refused([str(folder), "--run", str(run)], capsys)

    for path in folder.glob("[bc]*.png"):
        path.unlink()
    (folder / "anna_L3.png").unlink()
    (folder / "spacing.csv").unlink()
    assert "one_subject" in refused([str(folder), "--run", str(run)], capsys)
    assert main([str(folder), "--check-only", "--no-validation"]) == 0
    capsys.readouterr()

    blocked = tmp_path / "file"
    blocked.touch()
    assert "run_not_writable" in refused([str(folder), "--run", str(blocked / "mine")], capsys)

    run.mkdir(exist_ok=True)
    shutil.copy(untrained, run / "last.pt")
    assert "other_run" in refused([str(folder), "--run", str(run)], capsys)
    with pytest.raises(SystemExit) as caught:
        main([str(folder), "--labels", "right"])
    assert caught.value.code == 2


def test_without_weights_it_says_so(
    own: Own,
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("training.segmentation.own_data.__main__.shipped_weights", lambda: None)
    small = TrainConfig(preprocess=PreprocessSpec(height_px=64, width_px=64))
    config.write_text(f"{CONFIG}\n[preprocess]\nheight_px = 64\nwidth_px = 64\n")
    arguments = [str(own("nifti")), "--run", str(tmp_path / "mine"), "--config", str(config)]
    assert main([*arguments, "--steps", "1", "--no-validation", "--threads", "1"]) == 0
    told = capsys.readouterr().out
    assert "no weights to start from" in told
    assert "Validation: nobody." in told
    found = load(tmp_path / "mine" / "last.pt")
    assert TrainConfig.from_dict(found["config"]).preprocess == small.preprocess
    assert found["seen_subjects"] == ["own data (3 subjects)"]


@pytest.mark.parametrize("kind", ["nifti", "dicom", "png"])
def test_own_slices_become_examples_with_sides_and_unknown_neighbours(own: Own, kind: str) -> None:
    data = read_folder(own(kind), LabelValues.parse(None))
    config = TrainConfig(own_share=1.0, preprocess=PreprocessSpec(height_px=64, width_px=64))
    draw = OwnMixture.of(config, data.slices).open()
    for seed in range(6):
        tensor, targets = draw(np.random.default_rng(seed))
        assert tensor.shape == (1, 64, 64)
        assert 0.0 <= tensor.min() <= tensor.max() <= 1.0
        assert (targets[2] == UNKNOWN).all()
        right, left = (np.average(np.arange(64), weights=t.sum(axis=0)) for t in targets[:2])
        assert right < left


def test_large_slices_are_stored_smaller_with_their_size_in_mm(own: Own) -> None:
    item = read_folder(own("dicom"), LabelValues.parse(None)).slices["anna"][0]
    large = dataclasses.replace(
        item,
        image=dataclasses.replace(
            item.image,
            pixels=np.kron(item.image.pixels, np.ones((6, 6), np.float32)) - 50.0,
            pixel_spacing_mm=(0.4, 0.4),
        ),
        mask=np.kron(item.mask, np.ones((6, 6), np.uint8)),
    )
    made = as_subject_slice(large, 0)
    assert made.muscles.shape == (MAX_SIDE_PX, MAX_SIDE_PX)
    area_mm2 = float((made.muscles == 1).sum()) * made.spacing_mm[0] * made.spacing_mm[1]
    assert area_mm2 == pytest.approx(float((large.mask == 1).sum()) * 0.16, rel=0.05)
    assert made.signal[0].min() >= 0.0, "intensities below zero would be cut off by the warp"
    assert np.median(made.signal[0][made.muscles > 0]) == pytest.approx(1.0)
