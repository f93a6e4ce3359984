"""The tiny model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functions.factories import write_model


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_model(folder)
    return folder
