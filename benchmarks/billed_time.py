"""Billed time and cost of a slice by memory size: `make billed-time`, on a quiet machine.

On Lambda the share of a processor follows the memory: 1,769 MB is one whole. Docker gives the image
the same share of this machine's, and the same memory; AWS's emulator takes the events. What a slice
is billed for is taken inside the container, from the event that goes to the emulator to the answer
that comes back, rounded up to a millisecond as AWS does. Another processor gives other figures.
"""

from __future__ import annotations

import argparse
import math
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tables import DOCS, markdown_table, write_section
from infra.gateway_events import event, upload
from infra.image_function import image_function
from infra.make_events import SAMPLES

MEMORY_PER_PROCESSOR_MB = 1769
MEMORY_MB = (512, 1024, 1769, 3008)
"""From the least that the template allows to what has almost two processors."""

NAMES = ("healthy", "moderate", "severe")
HEADING = "Billed time"

# List prices in US dollars, us-east-1.
LAMBDA_PER_GB_S = 0.0000166667
LAMBDA_PER_REQUEST = 0.20 / 1e6
API_PER_REQUEST = 1.00 / 1e6
TABLE_PER_WRITE = 0.625 / 1e6


@dataclass(frozen=True, kw_only=True)
class Billed:
    """What slices are billed for at one memory size.

    Attributes
    ----------
    memory_mb : int
        Of the function.
    warm_ms : tuple of int
        Billed milliseconds of each warm request.
    cold_ms : int
        From the first event to its answer, the init phase included.
    """

    memory_mb: int
    warm_ms: tuple[int, ...]
    cold_ms: int

    @property
    def mean_ms(self) -> float:
        """Of the warm requests."""
        return statistics.mean(self.warm_ms)

    @property
    def cost_of_1000(self) -> float:
        """US dollars for 1,000 warm slices, request, API and log row included."""
        return 1000 * cost(self.memory_mb, self.mean_ms)


def cost(memory_mb: int, billed_ms: float) -> float:
    """US dollars of one slice: `GB x s x price`, and what each request costs beside it."""
    compute = memory_mb / 1024 * billed_ms / 1000 * LAMBDA_PER_GB_S
    return compute + LAMBDA_PER_REQUEST + API_PER_REQUEST + TABLE_PER_WRITE


def measure(memory_mb: int, *, repeats: int) -> Billed:
    """Send each sample `repeats` times to a container of this size."""
    events = [
        event(
            upload(
                "/segment",
                (SAMPLES / f"{name}.dcm").read_bytes(),
                filename="a",
                media_type="application/dicom",
                fields={},
            ),
            form="http_api",
        )
        for name in NAMES
    ]
    with image_function(
        "multifidus-segment",
        "functions.segment.handler.handler",
        memory_mb=memory_mb,
        processors=memory_mb / MEMORY_PER_PROCESSOR_MB,
        timeout_s=120,  # the least memory has under a third of a processor to start with
    ) as function:
        (cold,) = function.durations_ms(events[0], repeats=1)
        for each in events:
            function.durations_ms(each, repeats=2)
        warm = [ms for each in events for ms in function.durations_ms(each, repeats=repeats)]
    return Billed(
        memory_mb=memory_mb,
        warm_ms=tuple(math.ceil(ms) for ms in warm),
        cold_ms=math.ceil(cold),
    )


def section(results: Sequence[Billed]) -> str:
    """Lay the results out."""
    rows = [
        (
            str(each.memory_mb),
            f"{each.memory_mb / MEMORY_PER_PROCESSOR_MB:.2f}",
            f"{each.mean_ms:.0f}",
            f"{sorted(each.warm_ms)[math.ceil(0.95 * len(each.warm_ms)) - 1]}",
            f"{each.cold_ms}",
            f"{each.cost_of_1000:.4f}",
        )
        for each in results
    ]
    header = ("memory, MB", "processors", "warm, ms", "p95, ms", "cold, ms", "1,000 slices, $")
    count = len(results[0].warm_ms)
    return (
        f"{markdown_table(header, rows)}\n\n"
        f"{count} warm requests each, 320 x 320 DICOM, on {_processor()}. Cold is from the first"
        " event to its answer; AWS bills the init phase of images too."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Billed time and cost by memory size.")
    parser.add_argument("--repeats", type=int, default=20, help="of each sample, warm")
    parser.add_argument("--write", action="store_true", help="into docs/operations.md")
    arguments = parser.parse_args()
    text = section([measure(size, repeats=arguments.repeats) for size in MEMORY_MB])
    print(text)
    if arguments.write:
        write_section(DOCS / "operations.md", HEADING, text)


if __name__ == "__main__":
    main()
