"""Cells that crowd each other, with bent borders: loops of bowel, bundles of a muscle."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from training.phantom.fields import FloatField, Rng, View

LabelField = npt.NDArray[np.int32]


def crowded_cells(
    view: View, size_mm: float, rng: Rng
) -> tuple[LabelField, FloatField, npt.NDArray[np.int_]]:
    """Cells around scattered points, with bent borders.

    Parameters
    ----------
    view : View
        Drawing grid.
    size_mm : float
        Distance of the points from each other.
    rng : Generator
        Scatters the points and bends the borders.

    Returns
    -------
    labels : ndarray of int32
        Number of the cell at each pixel.
    edge_mm : ndarray of float32
        Distance to the cell's border.
    seeds : ndarray of int, shape (N, 2)
        Column and row of each cell's point.
    """
    height, width = view.u_mm.shape
    step = max(size_mm / view.mm_per_px, 3.0)
    rows, columns = np.meshgrid(np.arange(0.0, height, step), np.arange(0.0, width, step))
    places = np.stack([columns.ravel(), rows.ravel()], axis=1)
    places = places + rng.uniform(0.0, 0.9 * step, places.shape)
    seeds = np.unique(np.clip(places.astype(int), 0, (width - 1, height - 1)), axis=0)
    empty: npt.NDArray[np.uint8] = np.ones((height, width), dtype=np.uint8)
    empty[seeds[:, 1], seeds[:, 0]] = 0
    found: Any = cv2.distanceTransformWithLabels(
        empty, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    number = np.zeros(len(seeds) + 1, dtype=np.int32)
    number[found[1][seeds[:, 1], seeds[:, 0]]] = np.arange(len(seeds))
    straight = number[found[1]]
    bend_px = np.float32(0.2 * step)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x += bend_px * view.noise(rng, size_mm * 0.6)
    y += bend_px * view.noise(rng, size_mm * 0.6)
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    labels = straight[np.round(y).astype(np.intp), np.round(x).astype(np.intp)]
    inner: npt.NDArray[np.uint8] = np.ones((height, width), dtype=np.uint8)
    inner[:-1][labels[:-1] != labels[1:]] = 0
    inner[:, :-1][labels[:, :-1] != labels[:, 1:]] = 0
    edge = np.asarray(cv2.distanceTransform(inner, cv2.DIST_L2, 3), dtype=np.float32)
    # Without a border in view, as in a single cell, OpenCV's distance is without bound.
    edge_mm = np.minimum(edge, np.float32(step)) * np.float32(view.mm_per_px)
    return labels, edge_mm, seeds
