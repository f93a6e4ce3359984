"""Which part of a slice the model looks at, and how large it appears.

A model that has seen fields of view of a certain range does best there. Where the spacing is known
it says how wide the slice is; where it is not, the trunk tells, if both its flanks show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from multifidus.manifest import PreprocessSpec
from multifidus.trunk import find_trunk

FloatImage = npt.NDArray[np.float32]

TRUNK_SHARE = 0.65
"""Side of the square looked at over the trunk's width, where spacing is unknown. A trunk of 340 mm
is then looked at through about as much as a slice of known spacing."""

BEHIND_SHARE = 0.04
"""Of that side, left free behind the back. The square hangs on the back and not on the trunk's
centre: of the belly a saturation band or the picture's edge may have taken any part."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Part of a slice in its canonical view.

    Attributes
    ----------
    top, left, height, width : int
        In native pixels, within the slice.
    side : float
        Side of the square that fills the model's grid, at least as long as the part's longer side;
        in mm, or in pixels where spacing is unknown.
    """

    top: int
    left: int
    height: int
    width: int
    side: float


def window_of(
    canonical: FloatImage, spacing_mm: tuple[float, float] | None, spec: PreprocessSpec
) -> Window:
    """Choose what the model looks at.

    Parameters
    ----------
    canonical : ndarray of float32, shape (rows, columns)
        The slice in its canonical view.
    spacing_mm : tuple of float, optional
        Its row and column spacing.
    spec : PreprocessSpec
        Range of the fields of view.
    """
    rows, columns = canonical.shape
    if spacing_mm is not None:
        longer_mm = max(rows * spacing_mm[0], columns * spacing_mm[1])
        side_mm = min(max(longer_mm, spec.min_field_of_view_mm), spec.max_field_of_view_mm)
        return _about((rows / 2.0, columns / 2.0), side_mm, spacing_mm, canonical.shape)
    trunk = find_trunk(canonical)
    if trunk is None:
        return whole(rows, columns)
    side = TRUNK_SHARE * trunk.width
    row = trunk.bottom + (BEHIND_SHARE - 0.5) * side
    return _about((row, trunk.middle), side, (1.0, 1.0), canonical.shape)


def whole(rows: int, columns: int) -> Window:
    """All of a slice without spacing."""
    return Window(top=0, left=0, height=rows, width=columns, side=float(max(rows, columns)))


def _about(
    centre: tuple[float, float],
    side: float,
    spacing: tuple[float, float],
    shape: tuple[int, ...],
) -> Window:
    """A square about a point, moved into the slice as far as it fits, and cut to it."""
    height, width = (
        min(size, max(1, round(side / step))) for size, step in zip(shape, spacing, strict=True)
    )
    top, left = (
        min(max(int(middle - length / 2.0), 0), size - length)
        for middle, length, size in zip(centre, (height, width), shape, strict=True)
    )
    return Window(top=top, left=left, height=height, width=width, side=side)
