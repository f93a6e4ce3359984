"""The trunk's outline against the air around it, where a picture shows both flanks.

It tells how large a picture without spacing is: trunks differ far less in width than fields of
view do. Found on a small copy, in about a millisecond. What has not the shape of a trunk cut
across, such as two thighs, a head or a photograph, is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
BoolImage = npt.NDArray[np.bool_]
Outline = npt.NDArray[np.int32]

SMALL_PX = 96
"""Longer side of the copy: about 4 mm a pixel in a picture of the whole trunk."""

BODY_SHARE = 0.1
"""The body begins at this share of the way from air to bright tissue: noise and ghosts in the air
stay under it, and so does the gap between trunk and arms."""

AIR_QUANTILE, BRIGHT_QUANTILE = 0.2, 0.97
"""Of the picture's left and right border, and of all of it."""

OPEN_PX = 3
"""Bridges thinner than this, as between trunk and arms, are cut."""

MIN_WIDTH_SHARE = 0.5
"""Of the picture's width; trunks 0.75 and more. A limb or a head is seldom so wide."""

ASPECT_RANGE = (1.1, 2.7)
"""Width over depth; trunks 1.1 to 2.1, and up to 2.4 with a saturation band across the belly."""

FILL_RANGE = (0.75, 0.98)
"""Share of its box that the convex hull fills; an ellipse 0.79, trunks 0.78 to 0.97."""

MAX_STRAIGHT = 0.5
"""Share of its rows in which the hull reaches its outermost column; trunks 0.2 to 0.43. More: what
ends there is the picture within a black margin, and the flank is cut off."""

MAX_NOTCH = 0.12
"""Depth of the deepest notch of the back over that of the trunk. Two thighs have one as deep as
half of them."""


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """Box around the trunk, in pixels of the picture, edges included: `left <= x < right`.

    Attributes
    ----------
    left, right, top, bottom : float
        Fractions of a pixel of the small copy are not resolved.
    """

    left: float
    right: float
    top: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in pixels, from flank to flank."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """Column midway between the flanks."""
        return (self.left + self.right) / 2.0


def find_trunk(canonical: FloatImage) -> Trunk | None:
    """Find the trunk; None where a flank is cut off, or where nothing has its shape.

    Parameters
    ----------
    canonical : ndarray of float32, shape (rows, columns)
        A picture in the canonical view, with square pixels.
    """
    scale = min(1.0, SMALL_PX / max(canonical.shape))
    height, width = (max(1, round(size * scale)) for size in canonical.shape)
    small = np.asarray(
        cv2.resize(canonical, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32
    )
    part = _largest_part(_body(small))
    if part is None:
        return None
    hull = np.asarray(cv2.convexHull(part), np.int32)
    left, top, across, down = cv2.boundingRect(hull)
    both_flanks_show = left > 0 and left + across < width
    if not (both_flanks_show and across >= MIN_WIDTH_SHARE * width):
        return None
    moved = (part - (left, top), hull - (left, top))
    if not _has_its_shape(*(_filled(outline, down, across) for outline in moved)):
        return None
    row_px, column_px = canonical.shape[0] / height, canonical.shape[1] / width
    return Trunk(
        left=left * column_px,
        right=(left + across) * column_px,
        top=top * row_px,
        bottom=(top + down) * row_px,
    )


def _body(small: FloatImage) -> BoolImage:
    """What is brighter than the air that lies at the left and right border."""
    smooth = np.asarray(cv2.blur(small, (3, 3)), dtype=np.float32)
    air = float(np.quantile(smooth[:, [0, -1]], AIR_QUANTILE))
    bright = float(np.quantile(smooth, BRIGHT_QUANTILE))
    return smooth > air + BODY_SHARE * (bright - air)


def _largest_part(body: BoolImage) -> Outline | None:
    """Outline of the largest part; None where there is none."""
    kernel = np.ones((OPEN_PX, OPEN_PX), np.uint8)
    apart = cv2.morphologyEx(body.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    outlines, _ = cv2.findContours(apart, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(max(outlines, key=cv2.contourArea), np.int32) if outlines else None


def _filled(outline: Outline, height: int, width: int) -> BoolImage:
    drawn = cv2.drawContours(np.zeros((height, width), np.uint8), [outline], -1, 1, cv2.FILLED)
    return np.asarray(drawn) > 0


def _has_its_shape(part: BoolImage, hull: BoolImage) -> bool:
    """Whether the body and its convex hull, both within the hull's box, are those of a trunk.

    The belly is no part of it: where its wall is dark, the body is open there.
    """
    down, across = hull.shape
    notch = np.flip(part, 0).argmax(axis=0) - np.flip(hull, 0).argmax(axis=0)
    return (
        ASPECT_RANGE[0] <= across / down <= ASPECT_RANGE[1]
        and FILL_RANGE[0] <= float(hull.mean()) <= FILL_RANGE[1]
        and float(hull[:, [0, -1]].mean(axis=0).max()) <= MAX_STRAIGHT
        and int(notch.max()) <= MAX_NOTCH * down
    )
