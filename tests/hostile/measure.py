"""Sends every attack to the service and writes the table of `docs/hostile-input.md` anew.

Run as `python -m tests.hostile.measure`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.hostile.all_attacks import ATTACKS
from tests.hostile.attack import Attack
from tests.hostile.service import ROOT, Service, running_service

DOCUMENT = ROOT / "docs" / "hostile-input.md"
RETAINED_MB = 60.0
START, END = "<!-- table: start -->\n", "<!-- table: end -->\n"


def rows() -> list[str]:
    """Measure; one line of the table each."""
    made = ["| attack | upload, KB | status | code | MB above idle |", "|---|--:|--:|---|--:|"]
    waiting = list(ATTACKS.items())
    while waiting:
        with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as service:
            # A process that holds on to memory makes place for a fresh one.
            while waiting and service.memory_mb("VmRSS") < service.idle_mb + RETAINED_MB:
                made.append(row(service, *waiting.pop(0)))
    return made


def row(service: Service, name: str, attack: Attack) -> str:
    """Measure one attack."""
    outcome = service.suffer(attack)
    print(f"{name:60} {outcome}", file=sys.stderr, flush=True)
    size_kb = -(-len(attack.make()) // 1000)
    code = f"`{outcome.code}`" if outcome.code else ""
    above_mb = max(0, round(outcome.above_idle_mb))
    return f"| {name} | {size_kb:,} | {outcome.status} | {code} | {above_mb} |"


def main() -> None:
    """Replace what stands between the marks."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    table = "\n".join(rows()) + "\n"
    DOCUMENT.write_text(before + START + table + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
