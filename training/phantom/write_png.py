"""Slices, masks and contact sheets as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.phantom_slice import PhantomSlice

ByteImage = npt.NDArray[np.uint8]

OUTLINE_COLOURS_BGR = (
    (0, 0, 0),
    (60, 60, 255),
    (60, 220, 60),
    (255, 120, 60),
    (220, 220, 0),
    (0, 220, 220),
)
"""Colour of each value of `PhantomSlice.muscles` on a contact sheet."""


def eight_bit(slice_: PhantomSlice) -> ByteImage:
    """Scale a slice to 0 to 255; one that is baked already stays as it is."""
    pixels = slice_.pixels
    highest = float(pixels.max())
    if highest > 255.0:
        pixels = pixels * np.float32(255.0 / highest)
    return np.clip(np.round(pixels), 0, 255).astype(np.uint8)


def write_png(image: ByteImage, path: Path) -> None:
    """Write an 8-bit greyscale or colour picture.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _, data = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    path.write_bytes(data.tobytes())


def contact_sheet(
    slices: Sequence[PhantomSlice], *, columns: int, tile_px: int, outlines: bool
) -> ByteImage:
    """Lay slices out in a grid, with the muscles' outlines if asked for.

    Parameters
    ----------
    slices : sequence of PhantomSlice
        What to show, row by row.
    columns : int
        Slices in a row.
    tile_px : int
        Side of one slice on the sheet.
    outlines : bool
        Whether to draw the true borders.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        Blue, green, red.
    """
    rows = -(-len(slices) // columns)
    sheet = np.zeros((rows * tile_px, columns * tile_px, 3), dtype=np.uint8)
    for number, slice_ in enumerate(slices):
        size = (tile_px, tile_px)
        grey = cv2.resize(eight_bit(slice_), size, interpolation=cv2.INTER_CUBIC)
        tile = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        if outlines:
            labels = cv2.resize(slice_.muscles, size, interpolation=cv2.INTER_NEAREST)
            for value in range(1, len(OUTLINE_COLOURS_BGR)):
                region = (labels == value).astype(np.uint8)
                shapes, _ = cv2.findContours(region, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
                cv2.drawContours(tile, shapes, -1, OUTLINE_COLOURS_BGR[value], 1)
        top, left = number // columns * tile_px, number % columns * tile_px
        sheet[top : top + tile_px, left : left + tile_px] = tile
    return sheet
