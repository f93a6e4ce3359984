"""A data folder of generated subjects, laid out and oriented as the licensed one."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch

from multifidus.manifest import PreprocessSpec
from training.phantom.generate import PhantomSpec, generate
from training.phantom.phantom_slice import PhantomSlice
from training.segmentation.checkpoints import TrainState, save
from training.segmentation.config import TrainConfig
from training.segmentation.network import build_unet

SPACING_MM, SLICES = 2.2, 4


def _phantoms(seed: int) -> list[PhantomSlice]:
    levels = ("L5", "L4", "L3", "L2")
    spec = {"size_px": 128, "field_of_view_mm": 128 * SPACING_MM}
    return [generate(PhantomSpec(level=level, **spec), seed) for level in levels]


def _save(stack: np.ndarray, path: Path) -> None:
    """Write `(slices, rows, columns)` in the canonical view as a RAS+ volume."""
    volume = np.ascontiguousarray(stack.transpose(2, 1, 0)[::-1, ::-1])
    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([SPACING_MM, SPACING_MM, 4.0, 1.0])
    nib.save(nib.Nifti1Image(volume, affine), path)


def _sided_spinae(phantom: PhantomSlice) -> np.ndarray:
    """0, 1 (right) or 2 (left) erector spinae."""
    columns = np.arange(phantom.muscles.shape[1])[None, :]
    middle = np.nonzero(np.isin(phantom.muscles, (1, 2)))[1].mean()
    return np.where(phantom.muscles == 3, np.where(columns < middle, 1, 2), 0)


@pytest.fixture(scope="session")
def generated_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for seed, name in enumerate(("TUM01", "TUM02")):
        phantoms = _phantoms(seed)
        fat = np.stack([p.fat_fraction for p in phantoms])
        tissue = np.stack([p.pixels > 0.05 * p.pixels.max() for p in phantoms])
        _save(
            (tissue * (1.0 - fat) * 500.0).astype(np.float32), folder / f"lpm/{name}_water.nii.gz"
        )
        _save((tissue * fat * 1500.0).astype(np.float32), folder / f"lpm/{name}_fat.nii.gz")
        multifidus = np.stack([p.mask for p in phantoms])
        spinae = np.stack([_sided_spinae(p) for p in phantoms])
        labels = np.select(
            [multifidus == 2, multifidus == 1, spinae == 1, spinae == 2], [2, 3, 1, 4], 0
        )
        _save(labels.astype(np.int16), folder / f"lpm/{name}_label.nii.gz")
    phantoms = _phantoms(7)
    _save(np.stack([p.pixels for p in phantoms]), folder / "musclemap/sub-0001_T2w.nii.gz")
    multifidus = np.stack([p.mask for p in phantoms])
    spinae = np.stack([_sided_spinae(p) for p in phantoms])
    labels = np.where(multifidus > 0, multifidus, np.where(spinae > 0, spinae + 2, 0))
    _save(labels.astype(np.int16), folder / "musclemap/sub-0001_dseg.nii.gz")
    return folder


@pytest.fixture
def data_folder(generated_data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The generated folder, named by the variable that training reads."""
    monkeypatch.setenv("MULTIFIDUS_DATA", str(generated_data_folder))
    return generated_data_folder


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random weights at 64 x 64 pixels, that claims ten steps and one subject."""
    torch.manual_seed(0)
    config = TrainConfig(steps=10, workers=0, preprocess=PreprocessSpec(height_px=64, width_px=64))
    model = build_unet()
    state = TrainState(
        model=model,
        ema=model.state_dict(),
        optimizer=torch.optim.AdamW(model.parameters()),
        step=10,
        seen_subjects=["TUM01"],
    )
    path = tmp_path_factory.mktemp("untrained") / "last.pt"
    save(path, state, config)
    return path
