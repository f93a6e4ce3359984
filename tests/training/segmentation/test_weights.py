from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from multifidus.manifest import ModelManifest, file_sha256
from training.segmentation.checkpoints import averaged_model, load_init
from training.segmentation.config import TrainConfig
from training.segmentation.export import SHIPPED_MODEL
from training.segmentation.weights import (
    MAX_BYTES,
    SHIPPED_WEIGHTS,
    SUFFIX,
    WeightsError,
    load_weights,
    save_weights,
    shipped_weights,
)


@pytest.fixture(scope="module")
def weights(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = load_init(untrained)
    path = tmp_path_factory.mktemp("weights") / "multifidus-1.2.3.safetensors"
    save_weights(
        path,
        found["ema"],
        TrainConfig.from_dict(found["config"]),
        version="1.2.3",
        step=10,
        seen_subjects=["TUM01"],
    )
    return path


def test_weights_are_half_as_large_and_nearly_the_same(untrained: Path, weights: Path) -> None:
    assert weights.stat().st_size <= MAX_BYTES
    exact, halved = (load_init(path)["ema"] for path in (untrained, weights))
    assert exact.keys() == halved.keys()
    for name, tensor in exact.items():
        assert halved[name].dtype == tensor.dtype
        if tensor.ndim < 2:
            assert torch.equal(halved[name], tensor), name
        else:
            assert torch.allclose(halved[name], tensor, rtol=1e-3, atol=1e-7), name


def test_weights_say_what_they_are_and_make_a_model(untrained: Path, weights: Path) -> None:
    found = load_weights(weights)
    assert (found["version"], found["step"], found["seen_subjects"]) == ("1.2.3", 10, ["TUM01"])
    model, config, notes = averaged_model(weights)
    assert config == averaged_model(untrained)[1]
    assert notes == {"step": 10, "seen_subjects": ["TUM01"]}
    assert not model.training


def test_other_files_are_refused(tmp_path: Path, weights: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": torch.zeros(2)}, foreign)
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(weights.read_bytes()[:1000])
    checkpoint = tmp_path / "cut.pt"
    checkpoint.write_bytes(b"PK\x03\x04")
    for path, message in (
        (foreign, "no weights of this project"),
        (cut, "cannot be read as weights"),
        (tmp_path / "none.safetensors", "cannot be read as weights"),
        (tmp_path / "none.pt", "cannot be read as a checkpoint"),
        (checkpoint, "cannot be read as a checkpoint"),
    ):
        with pytest.raises(WeightsError, match=message):
            load_init(path)


def test_weights_of_another_network_are_refused(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.segmentation.checkpoints.TARGETS", ("right", "left"))
    with pytest.raises(WeightsError, match="channels right, left, erector_spinae"):
        load_init(weights)


def test_a_weight_beyond_sixteen_bits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="does not fit into 16 bits"):
        save_weights(
            tmp_path / "large.safetensors",
            {"kernel": torch.full((2, 2), 1e6)},
            TrainConfig(),
            version="1",
            step=1,
            seen_subjects=[],
        )


def test_the_tree_holds_the_weights_that_the_served_model_names() -> None:
    stated = ModelManifest.load(SHIPPED_MODEL).provenance.get("weights")
    found = sorted(SHIPPED_WEIGHTS.glob(f"*{SUFFIX}"))
    assert [path.name for path in found] == ([stated["file"]] if stated else [])
    assert all(file_sha256(path) == stated["sha256"] for path in found)


def test_the_newest_shipped_weights_are_found(tmp_path: Path) -> None:
    assert shipped_weights(tmp_path) is None
    for version in ("0.9.0", "0.10.0", "0.2.0"):
        (tmp_path / f"multifidus-{version}.safetensors").touch()
    found = shipped_weights(tmp_path)
    assert found is not None
    assert found.name == "multifidus-0.10.0.safetensors"
