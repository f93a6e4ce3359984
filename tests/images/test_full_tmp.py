"""The image's /tmp, where its log lies without a table, is full: answers stand, rows are lost."""

from __future__ import annotations

import json
from typing import Any

from infra.gateway_events import HttpRequest, event
from infra.image_function import ImageFunction, image_function
from infra.make_events import SAMPLES
from tests.e2e.http import http_answer
from tests.images.conftest import SEGMENT, least_memory_mb, slice_request

TMP_KIB = 512
FULL_REQUESTS = 12

FILL = """
from pathlib import Path
with Path("/tmp/filler").open("wb", buffering=0) as filler:
    for size in (4096, 1):
        try:
            while True:
                filler.write(bytes(size))
        except OSError as error:
            assert error.errno == 28, error  # no space left on the device
"""
STATS = HttpRequest(method="GET", path="/stats")
EMPTY = "from pathlib import Path; Path('/tmp/filler').unlink()"


def measured(function: ImageFunction, request_id: str) -> None:
    """Send a slice, which must be answered."""
    data = (SAMPLES / "moderate.dcm").read_bytes()
    sent = event(slice_request(data), form="http_api")
    sent["requestContext"]["requestId"] = request_id
    answer = http_answer(function.invoke(sent), function.log)
    assert answer.status == 200, answer.body


def lost(function: ImageFunction) -> list[str]:
    """Requests whose rows are said to be lost."""
    lines = [line for line in function.log.splitlines() if line.startswith("{")]
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [line["request_id"] for line in found if line.get("event") == "log_row_lost"]


def test_a_full_tmp_costs_rows_and_no_answer() -> None:
    with image_function(*SEGMENT, memory_mb=least_memory_mb(), tmp_kib=TMP_KIB) as function:
        measured(function, "before")
        function.execute(FILL)
        names = [f"during-{number}" for number in range(FULL_REQUESTS)]
        for name in names:
            measured(function, name)
        said = lost(function)
        function.execute(EMPTY)
        measured(function, "after")
        stats = http_answer(function.invoke(event(STATS, form="http_api")), function.log).document
    assert set(said) <= set(names)
    assert said
    assert stats["lost_row_count"] == len(said)
    # Nothing is lost but what is said to be.
    assert stats["count"] == len(names) + 2 - len(said)
