"""The images that `make images` built, each in a container with less than Lambda gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.gateway_events import HttpRequest, upload
from infra.image_function import ImageFunction, image_function
from tests.infra.template import written

SEGMENT = ("multifidus-segment", "functions.segment.handler.handler")


def least_memory_mb() -> int:
    """The least that the template's parameter lets a user choose."""
    least: int = written()["Parameters"]["MemoryMb"]["MinValue"]
    return least


def slice_request(data: bytes, **fields: str) -> HttpRequest:
    """Make the request that measures a DICOM slice."""
    return upload("/segment", data, filename="a", media_type="application/dicom", fields=fields)


@pytest.fixture(scope="module")
def segment() -> Iterator[ImageFunction]:
    with image_function(*SEGMENT, memory_mb=least_memory_mb()) as function:
        yield function
