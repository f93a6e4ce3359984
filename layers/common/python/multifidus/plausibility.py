"""Whether a picture can be an axial lumbar slice, and a mask its two multifidus muscles.

Cheap features with a plain meaning, not a classifier: a body cut across is nearly its own mirror
image, has structure but is no texture, and many shades of grey; the two muscles lie side by side
at the midline. A picture is doubted for one strong sign or for several weak ones.

The bounds were set on every slice with multifidus of three subjects (axial T2, and T2-like mixtures
of Dixon water and fat images), whole and cropped down to a field of view of 150 mm, turned by up to
12 degrees, shifted, noisy, shaded and with altered contrast, and on generated slices of
`training/phantom`; against blank, noisy, smooth and striped pictures, sagittal and coronal
sections, and some thirty photographs and scans. The range that the slices showed stands beside
each bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.postprocess import LEFT, RIGHT
from multifidus.preprocess import FloatImage

Mask = npt.NDArray[np.uint8]

GRID_PX = 64
"""Features are taken on a picture of this size: noise is averaged away, and it is quick."""

TILTS_DEG = (-12, -8, -4, 0, 4, 8, 12)
"""How far a patient's midline may lean when the symmetry is sought."""

MIN_GREY_ENTROPY_BITS = 2.2
"""Of the histogram of all but background; slices 2.9 to 4.9. Less: a drawing, a test pattern."""

MIN_STRUCTURE, MAX_STRUCTURE = 0.04, 1.1
"""Mean |Laplacian| over the standard deviation; slices 0.08 to 0.66. Less: a gradient or blur.
More: noise, grass, print."""

BUSY_STRUCTURE = 0.72
"""Weak sign."""

MIN_SYMMETRY, LOW_SYMMETRY = 0.6, 0.82
"""Correlation with the mirror image about the best axis; slices 0.85 to 0.99, and 0.73 at worst
under strong shading from one side. Photographs 0.1 to 0.9. The second bound is a weak sign."""

MIN_LOCAL_SYMMETRY, LOW_LOCAL_SYMMETRY = 0.6, 0.78
"""The same around the masks, near the line midway between them; slices 0.93 to 0.99, generated
slices with all their asymmetries 0.65 to 0.99."""

BRIGHT_MEDIAN = 0.5
"""Weak sign: muscle and air are dark on T2, so the median is; slices 0.01 to 0.5."""

BORDER_DARK, MIN_BORDER_DARK_SHARE = 0.15, 0.3
"""Weak sign: little dark at the picture's border, where air and vessels usually are. Slices 0.4 to
1; tight crops as little as 0.1."""

MAX_STEEP_SHARE = 0.1
"""Weak sign: share of neighbours that differ by over a fifth of the range; slices 0 to 0.09."""

WEAK_SIGNS_FOR_DOUBT = 3
WEAK_SIGNS_WITHOUT_MUSCLES = 2
"""Where no pair of muscles was found, fewer signs will do."""

MAX_ASPECT = 4.0
"""Pixels that a file says to be longer than that are taken to be so."""

MIN_SIDE_AREA_MM2, MAX_SIDE_AREA_MM2 = 60.0, 2500.0
"""Per side. Multifidus has 7 to 11 cm2 at the lowest three discs in healthy men, and a tenth of
that at the upper end of the lumbar spine."""

MIN_SIDE_SHARE, MAX_SIDE_SHARE = 0.0005, 0.2
"""Of the picture, per side; slices 0.002 to 0.05 from a whole abdomen to a usual crop, generated
ones up to 0.13."""

MIDLINE_RANGE = (0.2, 0.8)
"""Where the line between the muscles lies in the picture's width; slices 0.42 to 0.58."""

MAX_TILT_DEG = 30.0
"""Of the line through both muscles' centres."""

MAX_GAP_WIDTHS = 2.0
"""Widest gap between the muscles, in widths of the wider one."""

MIN_LARGEST_PART = 0.6
"""Share of a side that its largest connected part must hold."""

MIN_SOLIDITY = 0.6
"""Area of that part over the area of its convex hull."""


def unlikely_picture(tensor: FloatImage) -> bool:
    """Whether a picture in which no pair of muscles was found cannot be an axial slice.

    Parameters
    ----------
    tensor : ndarray of float32, shape (1, 1, H, W)
        From `multifidus.preprocess.preprocess`: canonical view, 0 to 1.
    """
    signs = _picture_signs(tensor)
    return signs.strong or signs.weak >= WEAK_SIGNS_WITHOUT_MUSCLES


def unlikely_result(
    tensor: FloatImage,
    canonical: FloatImage,
    mask: Mask,
    spacing_mm: tuple[float, float] | None,
) -> bool:
    """Whether picture and mask together cannot be an axial slice and its multifidus.

    Parameters
    ----------
    tensor : ndarray of float32, shape (1, 1, H, W)
        From `preprocess`.
    canonical : ndarray of float32, shape (rows, columns)
        The slice's pixels in the canonical view.
    mask : ndarray of uint8, shape (rows, columns)
        0, 1 (right), 2 (left) in the canonical view; neither side empty.
    spacing_mm : tuple of float, optional
        Row and column spacing.
    """
    picture = _picture_signs(tensor)
    right, left = _shape(mask == RIGHT), _shape(mask == LEFT)
    if picture.strong or _implausible_pair(right, left, mask.shape, spacing_mm):
        return True
    row_mm, column_mm = spacing_mm or (1.0, 1.0)
    aspect = min(max(row_mm / column_mm, 1.0 / MAX_ASPECT), MAX_ASPECT)
    symmetry = _local_symmetry(canonical, right, left, aspect=aspect)
    weak = picture.weak + (symmetry < LOW_LOCAL_SYMMETRY)
    return symmetry < MIN_LOCAL_SYMMETRY or weak >= WEAK_SIGNS_FOR_DOUBT


@dataclass(frozen=True, kw_only=True)
class _Signs:
    strong: bool
    weak: int


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """One side's region, in pixels; the box and the solidity are of its largest part."""

    area_px: int
    largest_px: int
    solidity: float
    column_px: float
    row_px: float
    box_left_px: int
    box_width_px: int


def _picture_signs(tensor: FloatImage) -> _Signs:
    content = _content(tensor[0, 0])
    small = _float32(cv2.resize(content, (GRID_PX, GRID_PX), interpolation=cv2.INTER_AREA))
    spread = float(small.std())
    if spread < 1e-3:
        return _Signs(strong=True, weak=0)
    laplacian = np.asarray(cv2.Laplacian(small, cv2.CV_32F))[2:-2, 2:-2]
    structure = float(np.abs(laplacian).mean()) / spread
    symmetry = _best_symmetry(small)
    edge = np.concatenate([content[:4], content[-4:]], axis=None)
    sides = np.concatenate([content[:, :4], content[:, -4:]], axis=None)
    border_dark = float(np.mean(np.concatenate([edge, sides]) < BORDER_DARK))
    steep = float(np.mean(np.abs(np.diff(small, axis=1)) > 0.2))
    return _Signs(
        strong=(
            _grey_entropy_bits(content) < MIN_GREY_ENTROPY_BITS
            or not MIN_STRUCTURE <= structure <= MAX_STRUCTURE
            or symmetry < MIN_SYMMETRY
        ),
        weak=sum(
            (
                structure > BUSY_STRUCTURE,
                symmetry < LOW_SYMMETRY,
                float(np.median(content[::2, ::2])) > BRIGHT_MEDIAN,
                border_dark < MIN_BORDER_DARK_SHARE,
                steep > MAX_STEEP_SHARE,
            )
        ),
    )


def _content(model_input: FloatImage) -> FloatImage:
    """Cut the padding off."""
    rows, columns = (np.flatnonzero(model_input.any(axis=axis)) for axis in (1, 0))
    if rows.size < 8 or columns.size < 8:
        return np.zeros((8, 8), dtype=np.float32)
    return model_input[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _grey_entropy_bits(content: FloatImage) -> float:
    counts, _ = np.histogram(content[::2, ::2], bins=32, range=(0.05, 1.0))
    shares = counts[counts > 0] / max(1, counts.sum())
    return -float((shares * np.log2(shares)).sum())


def _best_symmetry(small: FloatImage) -> float:
    """Highest correlation of a square picture with its mirror image, over axes and tilts."""
    centre = (small.shape[0] - 1) / 2.0
    smooth = cv2.GaussianBlur(small, (0, 0), 1.5)
    best = -1.0
    for tilt in TILTS_DEG:
        turn = cv2.getRotationMatrix2D((centre, centre), tilt, 1.0)
        turned = cv2.warpAffine(smooth, turn, smooth.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        best = max(best, _mirror_correlation(_float32(turned), margin=small.shape[0] // 4))
    return best


def _mirror_correlation(picture: FloatImage, *, margin: int) -> float:
    """Correlation with the mirror image about the best axis within `margin` / 2 of the centre."""
    mirrored = np.ascontiguousarray(picture[:, ::-1][:, margin:-margin])
    scores = np.asarray(cv2.matchTemplate(picture, mirrored, cv2.TM_CCOEFF_NORMED))
    return float(np.nan_to_num(scores, nan=-1.0, posinf=-1.0, neginf=-1.0).max())


def _local_symmetry(canonical: FloatImage, right: _Shape, left: _Shape, *, aspect: float) -> float:
    """Symmetry of the muscles' surroundings about a line near the one midway between them.

    `aspect` is a pixel's height over its width: the patch is square on the body.
    """
    column, row = (left.column_px + right.column_px) / 2.0, (left.row_px + right.row_px) / 2.0
    apart = math.hypot(left.column_px - right.column_px, (left.row_px - right.row_px) * aspect)
    size = 48
    reach = 1.5 * max(apart, 1.0)  # three times as far from the line as the centres
    # Only what the turned patch can touch is reduced, to twice the patch's final scale.
    corner, corner_rows = math.ceil(1.5 * reach), math.ceil(1.5 * reach / aspect)
    top, start = max(0, int(row) - corner_rows), max(0, int(column) - corner)
    near = canonical[top : int(row) + corner_rows + 1, start : int(column) + corner + 1]
    scale = size / (2.0 * reach)
    shrink = min(1.0, 2.0 * scale)
    down_by = shrink * aspect
    small = _float32(cv2.resize(near, None, fx=shrink, fy=down_by, interpolation=cv2.INTER_AREA))
    column, row = (column - start) * shrink, (row - top) * down_by
    best = -1.0
    for tilt in TILTS_DEG:
        turn = cv2.getRotationMatrix2D((column, row), tilt, scale / shrink)
        turn[0, 2] += (size - 1) / 2.0 - column
        turn[1, 2] += (size - 1) / 2.0 - row
        patch = cv2.warpAffine(small, turn, (size, size), borderMode=cv2.BORDER_REPLICATE)
        smooth = _float32(cv2.GaussianBlur(patch, (0, 0), 1.2))
        best = max(best, _mirror_correlation(smooth, margin=8))
    return best


def _implausible_pair(
    right: _Shape,
    left: _Shape,
    picture_shape: tuple[int, ...],
    spacing_mm: tuple[float, float] | None,
) -> bool:
    rows, columns = picture_shape
    row_mm, column_mm = spacing_mm or (1.0, 1.0)
    for side in (right, left):
        area_mm2 = side.area_px * row_mm * column_mm
        if (
            not MIN_SIDE_SHARE <= side.area_px / (rows * columns) <= MAX_SIDE_SHARE
            or (spacing_mm and not MIN_SIDE_AREA_MM2 <= area_mm2 <= MAX_SIDE_AREA_MM2)
            or side.largest_px < MIN_LARGEST_PART * side.area_px
            or side.solidity < MIN_SOLIDITY
        ):
            return True
    across_mm = (left.column_px - right.column_px) * column_mm
    down_mm = (left.row_px - right.row_px) * row_mm
    gap_px = left.box_left_px - (right.box_left_px + right.box_width_px)
    midline = (left.column_px + right.column_px) / 2.0 / columns
    return (
        across_mm <= 0
        or abs(down_mm) > across_mm * math.tan(math.radians(MAX_TILT_DEG))
        or gap_px > MAX_GAP_WIDTHS * max(right.box_width_px, left.box_width_px)
        or not MIDLINE_RANGE[0] <= midline <= MIDLINE_RANGE[1]
    )


def _shape(region: npt.NDArray[np.bool_]) -> _Shape:
    whole = region.astype(np.uint8)
    left, top, width, height = cv2.boundingRect(whole)
    whole = np.ascontiguousarray(whole[top : top + height, left : left + width])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    largest = 1 + int(np.asarray(stats)[1:, cv2.CC_STAT_AREA].argmax())
    outlines, _ = cv2.findContours(
        (np.asarray(labels) == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    hull_px = cv2.contourArea(cv2.convexHull(outlines[0]))
    rows, columns = np.nonzero(whole)
    return _Shape(
        area_px=rows.size,
        largest_px=int(stats[largest, cv2.CC_STAT_AREA]),
        solidity=cv2.contourArea(outlines[0]) / hull_px if hull_px else 0.0,
        column_px=left + float(columns.mean()),
        row_px=top + float(rows.mean()),
        box_left_px=left + int(stats[largest, cv2.CC_STAT_LEFT]),
        box_width_px=int(stats[largest, cv2.CC_STAT_WIDTH]),
    )


def _float32(picture: cv2.typing.MatLike) -> FloatImage:
    return np.asarray(picture, dtype=np.float32)
