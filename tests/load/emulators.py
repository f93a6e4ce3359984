"""Mixed requests to emulators that run side by side, each answering one at a time, as on Lambda."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from infra.emulator import Emulator, segment_emulator
from tests.infra.image_settings import malloc_settings
from tests.load.mixed import Expected, mixed

MAX_GROWTH = 0.02


@dataclass
class Outcome:
    """What a run gave."""

    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    durations_ms: list[float] = field(default_factory=list)
    rows_expected: int = 0
    rows: int = 0
    restarts: int = 0
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def problems(self) -> list[str]:
        """What is not as it must be; empty where all is well."""
        found = list(self.wrong)
        if self.rows != self.rows_expected:
            found.append(f"{self.rows} rows for {self.rows_expected} slices")
        if self.restarts:
            found.append(f"{self.restarts} restarts")
        found += [
            f"memory grew from {early:.0f} to {late:.0f} MB"
            for early, late in self.memory_mb
            if late > early * (1 + MAX_GROWTH)
        ]
        return found

    def __str__(self) -> str:
        """Say it in a line."""
        ordered = sorted(self.durations_ms)
        memory = ", ".join(f"{early:.0f} to {late:.0f} MB" for early, late in self.memory_mb)
        return (
            f"{self.answered} requests in {self.took_s:.0f} s; p50 {median(ordered):.0f} ms, "
            f"p95 {ordered[-(-len(ordered) * 95 // 100) - 1]:.0f} ms; {self.rows} rows; "
            f"{self.restarts} restarts; memory {memory}"
        )


def run(folder: Path, *, count: int, emulators: int) -> Outcome:
    """Send `count` requests, shared among the emulators."""
    outcome, lock, source = Outcome(), threading.Lock(), mixed(count)
    paths = [folder / f"log-{number}.sqlite3" for number in range(emulators)]
    with ExitStack() as stack:
        functions = []
        for path in paths:
            environment = {
                "MULTIFIDUS_SQLITE_PATH": str(path),
                **malloc_settings(),
            }
            functions.append(stack.enter_context(segment_emulator(environment)))
        began = time.monotonic()
        threads = [
            threading.Thread(target=_work, args=(function, source, outcome, lock))
            for function in functions
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcome.took_s = time.monotonic() - began
        outcome.restarts = sum(len(function.init_durations_ms) - 1 for function in functions)
    for path in paths:
        with closing(sqlite3.connect(path)) as connection:
            (rows,) = connection.execute("SELECT count(*) FROM inference").fetchone()
            outcome.rows += rows
    return outcome


def _work(
    function: Emulator, source: Iterator[Expected], outcome: Outcome, lock: threading.Lock
) -> None:
    memory_mb: list[float] = []
    while True:
        with lock:
            expected = next(source, None)
        if expected is None:
            break
        invocation = function.invoke(expected.event)
        status = (invocation.payload or {}).get("statusCode", 0)
        memory_mb.append(_resident_mb(function))
        with lock:
            outcome.answered += 1
            outcome.durations_ms.append(invocation.duration_ms)
            outcome.rows_expected += expected.row
            if status != expected.status:
                outcome.wrong.append(f"{status} instead of {expected.status}")
    if len(memory_mb) >= 100:
        # The first tenth is when the largest slice comes for the first time.
        tenth = len(memory_mb) // 10
        early, late = median(memory_mb[tenth : 2 * tenth]), median(memory_mb[-tenth:])
        with lock:
            outcome.memory_mb.append((early, late))


def _resident_mb(function: Emulator) -> float:
    """Memory of the function's process, which is the emulator's child."""
    children = psutil.Process(function.pid).children(recursive=True)
    return max(child.memory_info().rss for child in children) / 1e6
