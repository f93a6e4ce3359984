"""What is sent: one generated slice of 512 x 512 pixels, as DICOM and as PNG."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from functools import cache

import cv2

from training.phantom.generate import generate
from training.phantom.samples import SAMPLES
from training.phantom.write_dicom import as_dicom
from training.phantom.write_png import eight_bit

SIZE_PX = 512


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as a form sends it.

    Attributes
    ----------
    name : str
        File name; the suffix says what it is.
    data : bytes
        Its content.
    """

    name: str
    data: bytes

    @property
    def form(self) -> tuple[str, bytes]:
        """Content type and body of a form that sends it as `file`."""
        boundary = "benchmark"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{self.name}"'
            "\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + self.data + f"\r\n--{boundary}--\r\n".encode()
        return f"multipart/form-data; boundary={boundary}", body


@cache
def uploads() -> dict[str, Upload]:
    """Return the slice by its kind of file: `dicom` (16 bits, uncompressed) and `png` (8 bits)."""
    sample = SAMPLES[1]
    made = generate(dataclasses.replace(sample.spec, size_px=SIZE_PX), sample.seed)
    stream = io.BytesIO()
    as_dicom(made, name="benchmark").save_as(stream, enforce_file_format=True)
    done, png = cv2.imencode(".png", eight_bit(made))
    if not done:
        raise RuntimeError("The slice could not be encoded.")
    return {
        "dicom": Upload(name="slice.dcm", data=stream.getvalue()),
        "png": Upload(name="slice.png", data=png.tobytes()),
    }
