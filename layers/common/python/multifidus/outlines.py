"""Outlines of a mask as polygons along the pixels' edges.

A pixel is a square about its centre, and whole numbers are centres, as DICOM counts
(PS3.3 C.7.6.2.1.1): the first pixel reaches from -0.5 to 0.5. An outline runs where mask and
background meet, so its corners lie at halves, and the area that it encloses is the number of the
mask's pixels exactly. (OpenCV's contours run through the border pixels' centres and enclose less.)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from multifidus.errors import ResponseTooLarge
from multifidus.postprocess import LEFT, RIGHT

Polygon = npt.NDArray[np.float64]
_Bools = npt.NDArray[np.bool_]
_Start = tuple[int, int, int]
"""Column, row and direction of a straight piece of border, where it begins."""

MAX_CORNERS = 60_000
"""Of one side. A muscle has some hundreds; more is a mask of noise, and would not fit an answer."""

_RIGHT_TURN, _LEFT_TURN = 1, 3
"""Added to a direction: 0 rightwards, 1 downwards, 2 leftwards, 3 upwards."""


def outlines(mask: npt.NDArray[np.uint8]) -> dict[str, list[Polygon]]:
    """Outline both sides.

    Parameters
    ----------
    mask : ndarray of uint8, shape (rows, columns)
        0 background, 1 right, 2 left.

    Returns
    -------
    dict of str to list of ndarray of float64, shape (N, 2)
        Keys `right` and `left`; corners as column and row, not closed (the last joins the first).
        Outer borders run clockwise as the image is seen, holes the other way round. Pixels that
        touch at a corner alone are not joined.

    Raises
    ------
    ResponseTooLarge
        A side has more than `MAX_CORNERS` corners.
    """
    return {"right": _polygons(mask == RIGHT), "left": _polygons(mask == LEFT)}


def _polygons(region: _Bools) -> list[Polygon]:
    rows, columns = np.nonzero(region)
    if rows.size == 0:
        return []
    top, left = int(rows.min()), int(columns.min())
    box = region[top : int(rows.max()) + 1, left : int(columns.max()) + 1]
    pieces = _straight_pieces(np.pad(box, 1))
    offset = np.array((left - 0.5, top - 0.5))
    polygons: list[Polygon] = []
    while pieces:
        polygons.append(np.array(_loop(pieces), dtype=np.float64) + offset)
    return polygons


def _straight_pieces(padded: _Bools) -> dict[_Start, tuple[int, int]]:
    """End of each straight piece of border, by its start, with the region on the right-hand side.

    In vertices of the region, which is padded by a pixel: vertex (0, 0) is the first pixel's upper
    left corner.
    """
    upper_left, upper_right = padded[:-1, :-1], padded[:-1, 1:]
    lower_left, lower_right = padded[1:, :-1], padded[1:, 1:]
    # Where an edge of one pixel's length leaves a vertex, by its direction.
    leaving = (
        lower_right & ~upper_right,
        lower_left & ~lower_right,
        upper_left & ~lower_left,
        upper_right & ~upper_left,
    )
    pieces: dict[_Start, tuple[int, int]] = {}
    for direction, leaves in enumerate(leaving):
        arrives = np.roll(leaves, -1 if direction > 1 else 1, axis=1 - direction % 2)
        starts, ends = leaves & ~arrives, arrives & ~leaves
        if len(pieces) + np.count_nonzero(starts) > MAX_CORNERS:
            raise ResponseTooLarge
        # Pieces of a line do not overlap, so that starts and ends come in the same order.
        for start, end in zip(_along(starts, direction), _along(ends, direction), strict=True):
            pieces[(start[0], start[1], direction)] = (end[0], end[1])
    return pieces


def _along(vertices: _Bools, direction: int) -> list[list[int]]:
    """Column and row of vertices, line after line in a direction."""
    if direction % 2:
        found: list[list[int]] = np.argwhere(vertices.T).tolist()
    else:
        found = np.argwhere(vertices)[:, ::-1].tolist()
    return found


def _loop(pieces: dict[_Start, tuple[int, int]]) -> list[tuple[int, int]]:
    """Take one closed border out of the pieces; its corners in order."""
    first = at = next(iter(pieces))
    corners = []
    while True:
        column, row, direction = at
        corners.append((column, row))
        end = pieces.pop(at)
        # To the right first: where two pixels touch at a corner, it stays with the same one.
        at = (*end, (direction + _RIGHT_TURN) % 4)
        if at != first and at not in pieces:
            at = (*end, (direction + _LEFT_TURN) % 4)
        if at == first:
            return corners
