"""Mixed requests, and whether all held: ``python -m tests.load [--count N] [--emulators N]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.load.emulators import run


def main() -> int:
    """Run as a command; the exit status is 1 where something was not as it must be."""
    parser = argparse.ArgumentParser(description="Mixed requests to emulators side by side.")
    parser.add_argument("--count", type=int, default=10_000, help="requests (%(default)s)")
    parser.add_argument("--emulators", type=int, default=2, help="side by side (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        outcome = run(Path(name), count=options.count, emulators=options.emulators)
    print(outcome)
    for problem in outcome.problems:
        print(problem, file=sys.stderr)
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
