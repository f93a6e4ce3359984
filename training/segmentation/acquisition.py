"""Where a subject's slice lies in the scanner that `training.phantom.acquisition` simulates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from training.phantom.acquisition import Acquisition, acquire, draw_acquisition
from training.phantom.fields import View as Grid

FloatImage = npt.NDArray[np.float32]

SURFACE_MM = 45.0
"""Height of the back's skin behind that junction in a lean person."""


def acquire_subject(
    signal: FloatImage,
    fat_share: FloatImage | None,
    grid: Grid,
    rng: np.random.Generator,
) -> FloatImage:
    """Turn a subject's noise-free signal into what a file would hold.

    Parameters
    ----------
    signal : ndarray of float32, shape (rows, columns)
        Fat about 1.
    fat_share : ndarray of float32, optional
        Share of fat in each pixel, which can then be displaced. None for a true T2 slice, which has
        been through that and through a coil.
    grid : Grid
        Body coordinates of the pixels.
    rng : Generator
        Source of all randomness.
    """
    settings = draw_acquisition(
        rng,
        field_of_view_mm=grid.field_of_view_mm,
        surface_mm=SURFACE_MM + float(rng.uniform(0.0, 40.0)),
    )
    settings = acquired_before(settings)
    if fat_share is None:
        settings = with_coil_in_it(settings, rng)
        fat_share = np.zeros_like(signal)
    return acquire(signal, fat_share, grid, settings, rng, size_px=grid.size_px)


def acquired_before(settings: Acquisition) -> Acquisition:
    """Take out of a scanner's settings the blur and noise that every true slice already holds."""
    down_mm, across_mm = settings.voxel_mm
    return replace(settings, noise=0.5 * settings.noise, voxel_mm=(0.6 * down_mm, 0.6 * across_mm))


def with_coil_in_it(settings: Acquisition, rng: np.random.Generator) -> Acquisition:
    """Take out what a T2 slice holds beyond that: most of the coil, and the fat's displacement."""
    depth_mm = float("inf") if rng.random() < 0.5 else 3.0 * settings.coil_depth_mm
    return replace(settings, chemical_shift_mm=0.0, coil_depth_mm=depth_mm)
