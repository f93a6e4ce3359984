"""Multifidus beside the baseline, in one run: ``python -m benchmarks.service [--quick] [--write]``.

Each measured process is held to one processor and one thread, and the two services take turns, so
that whatever else happens on the machine meets both.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.service import images
from benchmarks.service.page import FIGURE, HEADING, PAGE, text
from benchmarks.service.plot import svg
from benchmarks.service.precision import KINDS as PRECISIONS
from benchmarks.service.precision import runs_ms
from benchmarks.service.processes import BASELINE, OURS, Service, Start, driven, started
from benchmarks.service.results import KINDS, Side, rows
from benchmarks.service.slices import uploads
from benchmarks.tables import write_section

MB = 1024.0 / 1e6
"""MB of a KiB."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="The service beside a baseline.")
    parser.add_argument("--quick", action="store_true", help="few repetitions, to see that it runs")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name} too")
    options = parser.parse_args(arguments)
    blocks, warm, starts, long, runs = (1, 5, 2, 40, 5) if options.quick else (3, 20, 8, 1000, 20)
    ours, baseline = _both(blocks=blocks, warm=warm, starts=starts, long=long)
    precision = {}
    for threads in (1, 2):
        for kind in PRECISIONS:
            _say(f"network alone: {kind}, threads {threads}")
            precision[kind, threads] = median(runs_ms(kind, threads=threads, count=runs))
    note = f"{blocks} x {warm} warm requests of each kind, {starts} cold starts, {long} in a row"
    found = rows(ours, baseline)
    page = text(found, ours, baseline, precision, machine=_machine(), note=note)
    print(page)
    if options.write:
        FIGURE.parent.mkdir(parents=True, exist_ok=True)
        FIGURE.write_text(svg(found), encoding="utf-8")
        write_section(PAGE, HEADING, page)


def _both(*, blocks: int, warm: int, starts: int, long: int) -> tuple[Side, Side]:
    services = (BASELINE, OURS)
    upload = uploads()
    drives: dict[tuple[str, str], list[dict[str, Any]]] = {}
    colds: dict[str, list[Start]] = {}
    longest: dict[str, dict[str, Any]] = {}
    for number in range(starts):
        for service in services:
            _say(f"cold start {number + 1} of {service.name}")
            one = started(service, upload["dicom"], requests=5)
            colds.setdefault(service.name, []).append(one)
    for number in range(blocks):
        for kind in KINDS:
            for service in services:
                _say(f"warm, {kind}, block {number + 1} of {service.name}")
                one_drive = driven(service, upload[kind], warm_up=3, count=warm)
                drives.setdefault((service.name, kind), []).append(one_drive)
    _say(f"{long} requests in a row to {OURS.name}")
    longest[OURS.name] = driven(OURS, upload["dicom"], warm_up=20, count=long)
    return (
        _side(OURS, drives, colds, longest, images.OURS),
        _side(BASELINE, drives, colds, longest, images.BASELINE),
    )


def _side(
    service: Service,
    drives: dict[tuple[str, str], list[dict[str, Any]]],
    colds: dict[str, list[Start]],
    longest: dict[str, dict[str, Any]],
    image: str,
) -> Side:
    name = service.name
    stages: dict[str, list[float]] = {}
    for one in drives[name, "dicom"]:
        for stage, values in one["stages_ms"].items():
            stages.setdefault(stage, []).extend(values)
    before, after = longest.get(name, drives[name, "dicom"][-1])["resident_kib"]
    return Side(
        warm_ms={
            kind: [value for one in drives[name, kind] for value in one["latencies_ms"]]
            for kind in KINDS
        },
        stages_ms=stages,
        cold_ms=[start.first_answer_ms for start in colds[name]],
        peak_mb=[start.peak_kib * MB for start in colds[name]],
        resident_mb=(before * MB, after * MB),
        image_mb=images.size_mb(image),
    )


def _machine() -> str:
    """Name the processor, and whether it multiplies 8-bit numbers in one instruction (VNNI)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return platform.machine()
    fields = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    facts = {name.strip(): value.strip() for name, value in fields.items()}
    vnni = {"avx_vnni", "avx512_vnni"} & set(facts.get("flags", "").split())
    return f"{facts.get('model name', platform.machine())}, {'with' if vnni else 'without'} VNNI"


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
