"""Tries a running service, deployed or local: `make smoke URL=https://...`.

Runs its self-test, sends the slice that the model is shipped with, compares the mask with the one
that is stored beside it, and finds the request in the log's statistics. The slice is generated, no
patient's.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.manifest import READY_MASK, READY_SLICE

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "layers" / "model"
WAIT_S = 60.0
LEAST_DICE = 0.99
"""INT8 kernels round differently from one processor to another: a pixel of the border or two."""

ROUTE = "/segment"


class SmokeError(RuntimeError):
    """The service does not do what it should; the message says what."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Where a service is, and what opens it.

    Attributes
    ----------
    url : str
        Without a slash at the end.
    token : str
        Bearer token; empty for none.
    """

    url: str
    token: str = ""

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        """Send a request and return the JSON of its answer.

        Raises
        ------
        SmokeError
            No answer, or one of 400 and above.
        """
        headers = {"content-type": "image/png"} if body else {}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310 - main() lets http and https through
            self.url + path, data=body, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=WAIT_S) as response:  # noqa: S310
                return json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")[:500]
            raise SmokeError(f"{method} {path}: {error.code} {text}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise SmokeError(f"{method} {path}: {error}") from error


def check(service: Service) -> None:
    """Go through all steps, and print what each took.

    Raises
    ------
    SmokeError
        At the first that fails.
    """
    say("self-test", lambda: _ready(service))
    before = say("log read", lambda: _requests(service))
    say("slice sent, mask compared", lambda: _segment(service))
    say("log row found", lambda: _logged(service, before))


def say(what: str, step: Any) -> Any:
    """Run a step and print its duration."""
    started = time.perf_counter()
    result = step()
    print(f"{what}: {(time.perf_counter() - started) * 1000:.0f} ms")
    return result


def _ready(service: Service) -> None:
    if (status := service.ask("GET", "/ready").get("status")) != "ready":
        raise SmokeError(f"GET /ready: status {status}")


def _segment(service: Service) -> None:
    document = service.ask("POST", ROUTE, (MODEL / READY_SLICE).read_bytes())
    mask = _decoded(base64.b64decode(document["mask_base64"]))
    golden = _decoded((MODEL / READY_MASK).read_bytes())
    if mask.shape != golden.shape:
        raise SmokeError(f"POST {ROUTE}: a mask of {mask.shape}, not {golden.shape}")
    for value, side in ((1, "right"), (2, "left")):
        if (dice := _dice(mask == value, golden == value)) < LEAST_DICE:
            raise SmokeError(f"POST {ROUTE}: Dice {dice:.3f} with the stored mask, {side}")


def _decoded(data: bytes) -> npt.NDArray[Any]:
    image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise SmokeError("The mask is no picture.")
    return np.asarray(image)


def _dice(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    return float(2 * (one & other).sum() / max(1, one.sum() + other.sum()))


def _requests(service: Service) -> tuple[int, bool]:
    """How many requests to the route the log tells of, and whether it shows no more than that."""
    stats = service.ask("GET", "/stats")
    return stats["routes"].get(ROUTE, {"count": 0})["count"], stats["count"] >= stats["last"]


def _logged(service: Service, before: tuple[int, bool]) -> None:
    count, full = before
    if full:
        print("  the log shows its newest rows only, and has more: one row cannot be told apart")
    elif _requests(service)[0] <= count:
        raise SmokeError("GET /stats: the request is not in the log")


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Try a running service.")
    parser.add_argument("url", help="address of the page or the API")
    parser.add_argument("--token", default="", help="bearer token, where the API asks for one")
    arguments = parser.parse_args()
    url = arguments.url.rstrip("/")
    if urlsplit(url).scheme not in ("http", "https"):
        print("The address must begin with http:// or https://.", file=sys.stderr)
        return 2
    try:
        check(Service(url=url, token=arguments.token))
    except SmokeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{url} works")
    return 0


if __name__ == "__main__":
    sys.exit(main())
