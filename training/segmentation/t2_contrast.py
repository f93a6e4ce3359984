"""T2-weighted signal from what a slice holds: Dixon water and fat, or a true T2 slice.

In a turbo spin echo with a long echo time fat is bright, muscle dark and fluid brightest. Relative
signals are drawn at random around those of a TSE at TE 80 to 120 ms: muscle (T2 about 35 ms at
1.5 T) 0.15 to 0.45 of fat, cerebrospinal fluid 0.9 to 2 times fat.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.phantom.fields import smooth_noise
from training.segmentation.compartment import Compartments
from training.segmentation.warp import WarpedSlice

FloatImage = npt.NDArray[np.float32]


def t2_signal(
    warped: WarpedSlice, compartments: Compartments, rng: np.random.Generator
) -> FloatImage:
    """Noise-free T2-like signal of a warped slice, fat drawn into its muscles; fat is about 1."""
    if len(warped.signal) == 1:
        signal = _with_fat_in_t2(warped.signal[0], compartments, rng)
        return signal if rng.random() < 0.3 else _with_fluid(signal, warped, rng)
    signal = _from_dixon(warped, compartments, rng) * (1.0 - compartments.dark)
    return _with_fluid(signal.astype(np.float32), warped, rng)


def _with_fluid(signal: FloatImage, warped: WarpedSlice, rng: np.random.Generator) -> FloatImage:
    """Paint the canal: mostly bright fluid, with the darker roots of the cauda equina."""
    shape = (signal.shape[0], signal.shape[1])
    fluid = rng.uniform(0.9, 2.0) if rng.random() < 0.9 else rng.uniform(0.1, 0.9)
    roots = np.clip(smooth_noise(rng, shape, max(shape) * warped.pixel_mm / 3.0), 0.0, 1.0)
    bright = np.float32(fluid) * (1.0 - np.float32(rng.uniform(0.0, 0.7)) * roots)
    painted: FloatImage = signal * (1.0 - warped.canal) + bright * warped.canal
    return painted.astype(np.float32)


def _from_dixon(
    warped: WarpedSlice, compartments: Compartments, rng: np.random.Generator
) -> FloatImage:
    water, fat = warped.signal
    added = compartments.fat_fraction
    muscle_signal = np.float32(rng.uniform(0.15, 0.45))
    shape = (water.shape[0], water.shape[1])
    fat = fat + added * water
    water = np.power(water, np.float32(rng.uniform(0.8, 1.8))) * (1.0 - np.float32(0.9) * added)
    signal = muscle_signal * water + fat
    # Muscle texture that the Dixon images, smooth at 1 mm, do not show.
    grain = smooth_noise(rng, shape, max(shape) * warped.pixel_mm / rng.uniform(1.5, 4.0))
    signal = signal * (1.0 + np.float32(rng.uniform(0.0, 0.12)) * grain)
    return signal.astype(np.float32)


def _with_fat_in_t2(
    t2: FloatImage, compartments: Compartments, rng: np.random.Generator
) -> FloatImage:
    inside = (compartments.right + compartments.left + compartments.spinae) > 0.5
    if not inside.any():
        return t2
    fat_level = np.float32(np.percentile(t2[inside], 97))
    # Half of the time the slice's own fat is all there is.
    added = compartments.fat_fraction if rng.random() < 0.5 else np.float32(0.0)
    mixed: FloatImage = t2 * (1.0 - added) + fat_level * added
    return (mixed / fat_level).astype(np.float32)
