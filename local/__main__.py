"""Start the service on one machine: ``python -m local [--host H] [--port P] [--data FOLDER]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from local.serving import LOOPBACK, CannotListen, address_of, listen, serve

MAX_WORKERS = 64

SITE_DIR = Path(__file__).resolve().parents[1] / "site"


def main(arguments: Sequence[str]) -> int:
    """Run the server until it is asked to end; the exit status is 1 where it could not start."""
    options = _parser().parse_args(arguments)
    try:
        listener = listen(options.host, options.port)
    except CannotListen as problem:
        return _refuse(problem)
    # Imported only now: it takes a second, and a port that is in use is to be told at once.
    from local.composition import CannotStart, service, threads_for

    try:
        with (
            listener,
            service(data_dir=options.data, site_dir=SITE_DIR, workers=options.workers) as app,
        ):
            serve(
                app,
                listener,
                ready_line=_ready_line(address_of(listener), options.host),
                threads=threads_for(options.workers),
            )
    except CannotStart as problem:
        return _refuse(problem)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Serve the page and the API on this machine."
    )
    parser.add_argument("--host", default=LOOPBACK[0], help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port; 0 for any (%(default)s)")
    parser.add_argument(
        "--data", type=Path, help="folder of the inference log (.data, or as the settings say)"
    )
    parser.add_argument(
        "--workers",
        type=_workers,
        default=2,
        help="slices that are worked on side by side; others wait (%(default)s)",
    )
    return parser


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"workers are a number from 1 to {MAX_WORKERS}")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("a port is a whole number from 0 to 65535")
    return int(text)


def _ready_line(address: str, host: str) -> str:
    ready = f"Multifidus is ready: {address} (Ctrl+C ends it)"
    if host in LOOPBACK:
        return ready
    return f"{ready}\nOther machines can reach it too, without a password and without encryption."


def _refuse(problem: Exception) -> int:
    print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
