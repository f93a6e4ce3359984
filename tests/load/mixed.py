"""Requests of mixed kinds and sizes, each with the status that it must get."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra.gateway_events import HttpRequest, event
from tests.functions.factories import dicom, jpeg, multipart, png, two_muscles
from tests.local.running import SAMPLES

SIZES_PX = (64, 128, 256, 320, 512, 768, 1024)
MEASURED = 200


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A request and its status; `row` says whether the inference log gets one."""

    event: dict[str, Any]
    status: int
    row: bool = True


@cache
def kinds() -> tuple[Expected, ...]:
    """One of each: good slices of every size, and a sixth of what is refused."""
    good = [(path.read_bytes(), "application/dicom") for path in sorted(SAMPLES.glob("*.dcm"))]
    good += [(path.read_bytes(), "image/png") for path in sorted(SAMPLES.glob("*[a-z].png"))]
    for size in SIZES_PX:
        picture = two_muscles(size)
        spacing = [256.0 / size] * 2
        good += [
            (dicom(picture, PixelSpacing=spacing), "application/dicom"),
            (png(picture), "image/png"),
            (jpeg(picture), "image/jpeg"),
        ]
    content_type, form = multipart(dicom(), fields={"level": "L4-L5", "include": "contours,mask"})
    good.append((form, content_type))
    made = [Expected(event=_post(body, kind), status=MEASURED) for body, kind in good]
    refused = [
        (b"no picture at all", 415),
        (dicom()[:-900], 422),
        (png(two_muscles(16)), 422),
        (png(two_muscles(2112)), 413),
        (dicom(NumberOfFrames=2), 422),
    ]
    made += [
        Expected(event=_post(body, "application/octet-stream"), status=status)
        for body, status in refused
    ]
    health = event(HttpRequest(method="GET", path="/health"), form="http_api")
    return (*made, Expected(event=health, status=200, row=False))


def _post(body: bytes, content_type: str) -> dict[str, Any]:
    headers = {"content-type": content_type}
    request = HttpRequest(method="POST", path="/segment", headers=headers, body=body)
    return event(request, form="http_api")


def mixed(count: int, *, seed: int = 4) -> Iterator[Expected]:
    """Draw `count` of them, the same ones each time."""
    choose = random.Random(seed)  # noqa: S311 - not a secret
    for _ in range(count):
        yield choose.choice(kinds())
