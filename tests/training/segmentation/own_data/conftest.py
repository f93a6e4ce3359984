"""Folders of made-up people with masks, one of each kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from training.phantom.example_data import write_example_data


@pytest.fixture(scope="session")
def example_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three subjects of three slices, 96 pixels a side; not to be changed."""
    folder = tmp_path_factory.mktemp("example")
    write_example_data(folder, size_px=96)
    return folder


@pytest.fixture
def own(example_data: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copy a kind's folder, to be changed at will."""

    def copy(kind: str) -> Path:
        return Path(shutil.copytree(example_data / kind, tmp_path / kind))

    return copy
