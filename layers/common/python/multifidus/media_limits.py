"""What is refused before anything is decoded, and the checks that do it."""

from __future__ import annotations

import math

from multifidus.errors import (
    ImageTooLarge,
    PayloadTooLarge,
    TooSmall,
    UnreadableImage,
)

MAX_UPLOAD_BYTES = 4 * 1024 * 1024
"""4 MiB: AWS Lambda's request limit of 6 MB holds them as base64."""

MAX_PIXELS = 4_200_000
"""A little over 2048 x 2048, the largest matrix an MR scanner exports."""

MAX_ASPECT_RATIO = 4.0
MIN_SIDE_PX = 32

MAX_INFLATED_BYTES = 4 * MAX_PIXELS + MAX_UPLOAD_BYTES
"""A deflated DICOM data set inflates at most to this: the most pixels, 4 bytes each, and tags."""

MAX_JPEG_SCANS = 64
"""Each scan of a progressive JPEG passes over the whole image; encoders write about ten, and
thousands of tiny ones keep a decoder busy for minutes."""

MIN_SPACING_MM, MAX_SPACING_MM = 0.05, 10.0
"""Pixel spacings outside this range are no lumbar MRI but a mistake in the file."""

MIN_INTENSITY, MAX_INTENSITY = 1e-15, 1e15
"""Far beyond any scanner's values. Between them neither the sum of a slice's squares nor the
reciprocal of a difference passes the range of float32."""


def check_upload(data: bytes) -> None:
    """Refuse an upload over the byte limit.

    Raises
    ------
    PayloadTooLarge
        More than `MAX_UPLOAD_BYTES`.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        raise PayloadTooLarge


def check_dimensions(rows: int, columns: int) -> None:
    """Refuse an image by the size that its header declares.

    Raises
    ------
    UnreadableImage
        A side is not positive.
    ImageTooLarge
        Over `MAX_PIXELS` or `MAX_ASPECT_RATIO`.
    TooSmall
        A side under `MIN_SIDE_PX`.
    """
    if rows <= 0 or columns <= 0:
        raise UnreadableImage
    if rows * columns > MAX_PIXELS:
        raise ImageTooLarge
    if min(rows, columns) < MIN_SIDE_PX:
        raise TooSmall
    if max(rows, columns) > MAX_ASPECT_RATIO * min(rows, columns):
        raise ImageTooLarge


def plausible_spacing_mm(values: tuple[float, ...] | None) -> tuple[float, float] | None:
    """Row and column spacing if these are two finite numbers in a plausible range, else None."""
    if values is None or len(values) != 2:
        return None
    row_mm, column_mm = values
    for value in (row_mm, column_mm):
        if not math.isfinite(value) or not MIN_SPACING_MM <= value <= MAX_SPACING_MM:
            return None
    return row_mm, column_mm
