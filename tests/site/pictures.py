"""Small files to send."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from playwright.sync_api import FilePayload

from tests.local.running import SAMPLES

Pixels = npt.NDArray[np.uint8]


def sample(name: str, *, shown_as: str | None = None) -> FilePayload:
    media_type = "image/png" if name.endswith(".png") else ""
    return {
        "name": shown_as or name,
        "mimeType": media_type,
        "buffer": (SAMPLES / name).read_bytes(),
    }


def broken() -> FilePayload:
    """A DICOM file of which the second half is missing."""
    whole = (SAMPLES / "healthy.dcm").read_bytes()
    return {"name": "broken.dcm", "mimeType": "", "buffer": whole[: len(whole) // 2]}


def blank() -> FilePayload:
    png = encoded(np.full((200, 200), 90, dtype=np.uint8))
    return {"name": "blank.png", "mimeType": "image/png", "buffer": png}


def noise() -> FilePayload:
    """A picture within the limit of pixels that does not compress below the limit of bytes."""
    pixels = np.random.default_rng(0).integers(0, 256, (2048, 2050), dtype=np.uint8)
    png = encoded(pixels)
    assert len(png) > 4 * 1024 * 1024
    return {"name": "noise.png", "mimeType": "image/png", "buffer": png}


def decoded(png: bytes) -> Pixels:
    """Pixels of a picture, in as many channels as it has."""
    pixels = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return np.asarray(pixels, dtype=np.uint8)


def encoded(pixels: Pixels) -> bytes:
    done, png = cv2.imencode(".png", pixels)
    assert done
    return png.tobytes()
