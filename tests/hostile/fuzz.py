"""Fuzz the decoders for as long as told: `python -m tests.hostile.fuzz --seconds 600`.

`structure` draws from the strategies of the tests, each run from other seeds. `coverage` lets
atheris (libFuzzer) change files so that they reach new code; atheris is no dependency of the tests,
`make fuzz-coverage` installs it. What breaks the invariant is written to `build/fuzz/`.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import sys
import tempfile
import time
import warnings
from pathlib import Path

HANG_S = 60.0
KEPT = Path("build") / "fuzz"


def keep(data: bytes) -> None:
    """Write what broke the invariant where it can be found again."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    print(f"kept in {path}", file=sys.stderr)


def by_structure(seconds: float) -> None:
    """Draw examples until the time is up; the first failure is reduced and raised."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis.strategies import just, one_of, tuples

    from tests.hostile.invariant import check_decoding
    from tests.hostile.strategies import STRATEGIES

    @settings(
        max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(drawn=one_of([tuples(just(name), drawn) for name, drawn in STRATEGIES.items()]))
    def check(drawn: tuple[str, bytes]) -> None:
        name, data = drawn
        tried[name] += 1
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        try:
            check_decoding(data)
        except BaseException:
            keep(data)
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()

    end = time.monotonic() + seconds
    tried = dict.fromkeys(STRATEGIES, 0)
    while time.monotonic() < end:
        check()
    print(", ".join(f"{count} {name}" for name, count in tried.items()))


def by_coverage(seconds: float) -> None:
    """Run atheris over the same invariant, from the corpus on. It ends the process itself."""
    import atheris

    with atheris.instrument_imports(include=["multifidus", "pydicom", "functions"]):
        from tests.hostile.invariant import check_decoding
    from tests.hostile.corpus import everything

    seeds = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for number, data in enumerate(everything().values()):
        (seeds / str(number)).write_bytes(data)
    KEPT.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={int(seconds)}",
        "-max_len=65536",
        f"-timeout={int(HANG_S)}",
        "-rss_limit_mb=2048",
        f"-artifact_prefix={KEPT}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(seeds)], check_decoding)
    atheris.Fuzz()


def main() -> None:
    """Read the arguments and run one engine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--engine", choices=("structure", "coverage"), default="structure")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    run = by_structure if arguments.engine == "structure" else by_coverage
    run(arguments.seconds)


if __name__ == "__main__":
    main()
