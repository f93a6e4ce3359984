"""The images that `make images` built, each in a container with less than Lambda gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.image_function import ImageFunction, image_function
from tests.infra.template import written

SEGMENT = ("multifidus-segment", "functions.segment.handler.handler")


def least_memory_mb() -> int:
    """The least that the template's parameter lets a user choose."""
    least: int = written()["Parameters"]["MemoryMb"]["MinValue"]
    return least


@pytest.fixture(scope="module")
def segment() -> Iterator[ImageFunction]:
    with image_function(*SEGMENT, memory_mb=least_memory_mb()) as function:
        yield function
