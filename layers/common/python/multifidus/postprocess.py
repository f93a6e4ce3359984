"""Probabilities on the model's grid become a mask with sides on the native grid."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.preprocess import FloatImage, Geometry

RIGHT, LEFT = 1, 2
"""Values of the mask: the patient's right and left multifidus; 0 is background."""

MIN_FRAGMENT_OF_LARGEST = 0.1
"""Connected parts of a side below this share of the side's largest part are dropped as specks."""


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """The multifidus of both sides on the native grid.

    Attributes
    ----------
    mask : ndarray of uint8, shape (rows, columns)
        0 background, 1 the patient's right multifidus, 2 the left.
    probability : ndarray of float32, shape (rows, columns), optional
        Probability of muscle of either side; None where a person drew the mask.
    cut_off : bool
        Whether the mask reaches the edge of what the model saw, which may lie within the slice.
    """

    mask: npt.NDArray[np.uint8]
    probability: FloatImage | None
    cut_off: bool = False


def postprocess(probabilities: FloatImage, geometry: Geometry, *, threshold: float) -> Segmentation:
    """Resample to the native grid, threshold there, and split the sides pixel by pixel.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (2, H, W)
        Right and left multifidus, on the model's grid.
    geometry : Geometry
        From `preprocess`.
    threshold : float
        Probability from which a pixel counts as muscle.
    """
    native = geometry.to_native(probabilities)
    either = probability_of_either(native)
    mask = np.zeros(either.shape, dtype=np.uint8)
    found = (either >= threshold).view(np.uint8)
    left, top, width, height = cv2.boundingRect(found)
    # Muscle takes a small part of a slice: what lies around it is not looked at again.
    box = (slice(top, top + height), slice(left, left + width))
    right_side = native[0][box] >= native[1][box]
    del native  # of the largest slice 34 MB, which would add to what follows
    part = mask[box]
    part[...] = np.where(right_side, np.uint8(RIGHT), np.uint8(LEFT)) * found[box]
    for value in (RIGHT, LEFT) if width else ():
        region = part == value
        part[region & ~without_specks(region)] = 0
    return Segmentation(mask=mask, probability=either, cut_off=reaches_edge(geometry.seen(mask)))


def reaches_edge(mask: npt.NDArray[np.uint8]) -> bool:
    """Whether any pixel on the edge of an array is set."""
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return any(bool(edge.any()) for edge in edges)


def probability_of_either(sides: FloatImage) -> FloatImage:
    """Probability of muscle of either side, from `(2, H, W)` of the right and the left.

    The sides exclude each other, so it is their sum, up to calibration.
    """
    either: FloatImage = sides[0] + sides[1]
    return np.minimum(either, np.float32(1.0), out=either)


def without_specks(region: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep the connected parts (8-neighbourhood) that are not far smaller than the largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        region.astype(np.uint8), connectivity=8
    )
    if count <= 2:
        return region
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas >= MIN_FRAGMENT_OF_LARGEST * areas.max()
    return np.asarray(keep[labels], dtype=np.bool_)
