"""Sends one event to a function in AWS's Runtime Interface Emulator: `make invoke EVENT=...`.

Prints the answer with long base64 fields cut short, and what the init phase took. For a machine
without Docker; with it, `sam local invoke -e` does the same inside the image.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

from infra.emulator import EmulatorError, segment_emulator

LONGEST_SHOWN = 80
"""Characters of a text that are printed."""


def shortened(value: Any) -> Any:
    """Cut long texts anywhere in decoded JSON."""
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shortened(inner) for inner in value]
    if isinstance(value, str) and len(value) > LONGEST_SHOWN:
        return f"{value[:LONGEST_SHOWN]}... ({len(value)} characters)"
    return value


def response_body(payload: dict[str, Any]) -> Any:
    """Decode the body of a function's HTTP response; text where it is no JSON."""
    body = payload.get("body") or ""
    if payload.get("isBase64Encoded"):
        body = base64.b64decode(body).decode(errors="replace")
    try:
        return json.loads(body)
    except ValueError:
        return body


def main() -> int:
    """Run as a command; the exit status is 1 unless the function answered with an HTTP response."""
    parser = argparse.ArgumentParser(description="Send one event to the segment function.")
    parser.add_argument("event", type=Path, help="a file of infra/events/")
    arguments = parser.parse_args()
    event = json.loads(arguments.event.read_text(encoding="utf-8"))
    try:
        with segment_emulator() as emulator:
            cold, warm = emulator.invoke(event), emulator.invoke(event)
            init_durations_ms, log = emulator.init_durations_ms, emulator.log
    except EmulatorError as error:
        print(error, file=sys.stderr)
        return 1
    payload = cold.payload
    if not isinstance(payload, dict) or "statusCode" not in payload:
        print(cold.text, log, sep="\n", file=sys.stderr)
        return 1
    print(f"HTTP {payload['statusCode']}")
    for name, value in payload.get("headers", {}).items():
        print(f"{name}: {value}")
    print(json.dumps(shortened(response_body(payload)), indent=2, ensure_ascii=False))
    print(
        f"init {init_durations_ms[0]:.0f} ms, first answer {cold.duration_ms:.0f} ms with it, "
        f"second {warm.duration_ms:.0f} ms",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
