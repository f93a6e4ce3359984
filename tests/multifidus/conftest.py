"""Fixtures of the shared package's tests."""

from __future__ import annotations

import pytest

from tests.multifidus.samples import RealSlice, data_folder, real_dixon_slices, real_t2_slices


@pytest.fixture(scope="session")
def t2_slices() -> list[RealSlice]:
    _skip_without("musclemap")
    return real_t2_slices()


@pytest.fixture(scope="session")
def dixon_slices() -> list[RealSlice]:
    _skip_without("lpm")
    return real_dixon_slices()


def _skip_without(name: str) -> None:
    pytest.importorskip("nibabel", reason="nibabel reads the real slices and is not installed")
    if not (data_folder() / name).is_dir():
        pytest.skip("no real MRI here: MULTIFIDUS_DATA names no folder that holds it")
