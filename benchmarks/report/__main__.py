"""The report function on one thread: ``python -m benchmarks.report [--quick] [--write]``.

No two inputs have all prompts alike, but sentences are remembered, as in service: the first texts
are written, later ones come more and more from memory. Then all are asked again.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.tables import DOCS, markdown_table, write_section
from multifidus.inference_log import nearest_rank
from multifidus.report_input import ReportInput
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import prompts
from training.report.inputs import draw_input, seeded

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "functions" / "report" / "model"
PAGE = DOCS / "report.md"
HEADING = "How fast it is"
MEMORY_MB = 512
"""What the function is told that it has, as in the template."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Time, start and memory of the report function.")
    parser.add_argument("--quick", action="store_true", help="few texts, to see that it runs")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name} too")
    parser.add_argument("--model", type=Path, default=MODEL, help="another model's folder")
    options = parser.parse_args(arguments)
    texts, starts = (20, 2) if options.quick else (200, 5)
    inputs = _of_distinct_prompts(texts)
    one_by_one = [dataclasses.asdict(each) for each in inputs]
    pairs = [one_by_one[number : number + 2] for number in range(0, texts, 2)]
    alone = _driven(options.model, one_by_one + one_by_one)
    together = _driven(options.model, pairs)
    begun = [_driven(options.model, one_by_one[:1]) for _ in range(starts)]
    page = _page(options.model, texts, alone, together, begun)
    print(page)
    if options.write:
        write_section(PAGE, HEADING, page)


def _of_distinct_prompts(count: int) -> list[ReportInput]:
    random = seeded("benchmarks.report")
    found: dict[tuple[str, ...], ReportInput] = {}
    while len(found) < count:
        drawn = draw_input(random)
        found.setdefault(prompts(drawn), drawn)
    return list(found.values())


def _driven(model: Path, bodies: list[Any]) -> dict[str, Any]:
    """Run the function in a process of its own, on one processor and one thread."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bodies.json"
        path.write_text(json.dumps(bodies), encoding="utf-8")
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers/common/python'}",
            "TMPDIR": folder,
            "MULTIFIDUS_REPORT_MODEL_DIR": str(model.resolve()),
            "AWS_LAMBDA_FUNCTION_NAME": "report",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY_MB),
            "OMP_NUM_THREADS": "1",
        }
        processor = max(os.sched_getaffinity(0))
        done = subprocess.run(  # noqa: S603 - this Python and module
            [sys.executable, "-m", "benchmarks.report.drive", str(path)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {processor}),
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _page(
    model: Path,
    texts: int,
    alone: dict[str, Any],
    together: dict[str, Any],
    begun: list[dict[str, Any]],
) -> str:
    manifest = ReportManifest.load(model)
    new, again = alone["answers"][:texts], alone["answers"][texts:]
    caught = sum(source == "rules" for answer in new for source in answer["sources"])
    rows = [
        ("one side, new", *_percentiles(new)),
        ("both sides, new", *_percentiles(together["answers"])),
        ("one side, asked before", *_percentiles(again)),
    ]
    megabytes = sum((model / name).stat().st_size for name in manifest.files) / 1e6
    taken = [
        ("init phase: imports, hashes, loading", f"{_median(begun, _init_ms):.0f} ms"),
        ("first report after it", f"{_median(begun, _first_ms):.0f} ms"),
        ("memory after the init phase", f"{alone['idle_mb']:.0f} MB"),
        ("peak memory", f"{max(alone['peak_mb'], together['peak_mb']):.0f} MB"),
    ]
    times = markdown_table(("request, from event to answer", "p50, ms", "p95, ms"), rows)
    needs = markdown_table(("the process", f"median of {len(begun)} starts"), taken)
    machine = f"{platform.machine()}, {_processor()}"
    model_is = f"Model {manifest.version}, {megabytes:.1f} MB of files"
    return f"""Made by `make bench-report`: the real handler in a process of its own, held to one
processor and one thread ({machine}), and {texts} inputs that
all differ; sentences that were written before are remembered. {model_is}.
Of the {texts} texts {caught} were caught, and replaced by the rules'.

{times}

{needs}
"""


def _median(begun: list[dict[str, Any]], of: Callable[[dict[str, Any]], float]) -> float:
    return median(of(one) for one in begun)


def _init_ms(start: dict[str, Any]) -> float:
    return float(start["init_ms"])


def _first_ms(start: dict[str, Any]) -> float:
    return float(start["answers"][0]["took_ms"])


def _percentiles(answers: list[dict[str, Any]]) -> tuple[str, str]:
    ordered = sorted(answer["took_ms"] for answer in answers)
    return f"{nearest_rank(ordered, 50):.1f}", f"{nearest_rank(ordered, 95):.1f}"


def _processor() -> str:
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = [name for name in ("avx2", "avx512f", "avx512_vnni") if f" {name}" in flags]
    return "with " + ", ".join(found) if found else "without AVX2"


if __name__ == "__main__":
    main()
