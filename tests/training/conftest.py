"""Fixtures shared by the tests of training."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data_folder() -> Path:
    """The real data folder; the test is skipped where it is not there."""
    default = Path(__file__).parents[2] / ".." / "shared" / "data"
    folder = Path(os.environ.get("MULTIFIDUS_DATA", default))
    if not (folder / "musclemap").is_dir():
        pytest.skip("no real data here")
    return folder
