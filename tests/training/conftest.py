"""Fixtures shared by the tests of training."""

from pathlib import Path

import pytest

from training.segmentation.volumes import data_folder


@pytest.fixture(scope="session")
def real_data_folder() -> Path:
    """The real data folder; the test is skipped where it is not there."""
    # The licensed MRI lies outside the project, and not every machine has it.
    reason = "no real MRI here: MULTIFIDUS_DATA names no folder that holds it"
    try:
        folder = data_folder()
    except FileNotFoundError:
        pytest.skip(reason)
    if not (folder / "musclemap").is_dir():
        pytest.skip(reason)
    return folder
