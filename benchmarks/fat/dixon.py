"""T2-like slices made of real Dixon volumes, whose fat is known pixel by pixel.

A turbo spin echo adds up what water and fat send, each weighted by its own T2 and by nothing else
that differs within the slice: signal = e W + F, where e, muscle over fat, depends on the echo time.
The coil's bias field, noise and partial volume are those of the real scan; the canal's fluid is
painted bright, as Dixon water images do not show it so.

The Dixon signals are not in proportion to area: W + F is about 2.5 times as high in pure fat as in
pure muscle (T1 weighting, proton density). The raw fraction F / (W + F) thus counts fat 2.5 times,
and a T2 slice, where that factor is another one, cannot tell. The truth is therefore the share of
the pixel's area, v = (F / r) / (W + F / r) with r the ratio of pure fat to lean muscle next to each
other, measured per subject; the raw fraction is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.fat.case import Case, FloatImage
from training.segmentation.volumes import SubjectSlice, load_subject, radiological_stack
from training.segmentation.warp import smooth_noise

SUBJECTS = ("TUM01", "TUM02")

MUSCLE_OVER_FAT = (0.12, 0.2, 0.3)
"""Muscle's signal over fat's, by turns from slice to slice: echo times of about 120, 100, 80 ms."""

FLUID = 1.3
"""The canal's signal over fat's."""

ADDED_PCT = (10.0, 20.0, 30.0, 40.0, 50.0)
"""Simulated infiltration, by turns."""

NEAR_PX = 12


def dixon_cases(folder: Path, *, step: int = 1) -> Iterator[tuple[Case, Case]]:
    """Each slice as it is, and with simulated infiltration.

    Parameters
    ----------
    folder : Path
        The data folder; see `training.segmentation.volumes`.
    step : int
        Take every `step`-th slice.
    """
    scans = {subject: _scan(folder, subject) for subject in SUBJECTS}
    for subject, (slices, water, fat, ratio, spacing_mm) in scans.items():
        (elsewhere,) = (scan[3] for name, scan in scans.items() if name != subject)
        count = len(slices)
        for turn, one in enumerate(slices[::step]):
            lean = _lean_level(one, water[one.index], fat[one.index])
            w, f = water[one.index] / lean, fat[one.index] / (ratio * lean)
            level = ("lower", "middle", "upper")[min(3 * turn * step // count, 2)]
            added = infiltration(one, ADDED_PCT[turn % 5] / 100.0, seed=turn)
            yield tuple(  # type: ignore[misc]
                replace(
                    _case(one, name, level, w * (1.0 - a), f + a * w, ratio, turn, spacing_mm),
                    factor_elsewhere=elsewhere,
                )
                for name, a in (("", np.float32(0.0)), ("+", added))
            )


def _scan(
    folder: Path, subject: str
) -> tuple[list[SubjectSlice], FloatImage, FloatImage, float, tuple[float, float]]:
    """Slices with muscle, water and fat volumes, fat's factor, row and column spacing."""
    slices = load_subject(subject, folder)
    water, spacing_mm = radiological_stack(folder / "lpm" / f"{subject}_water.nii.gz")
    fat, _ = radiological_stack(folder / "lpm" / f"{subject}_fat.nii.gz")
    return slices, water, fat, fat_over_muscle(slices, water, fat), spacing_mm


def fat_over_muscle(
    slices: list[SubjectSlice], water: npt.NDArray[np.float32], fat: npt.NDArray[np.float32]
) -> float:
    """Signal of pure fat over that of lean muscle next to it; the median of the slices'."""
    found = []
    for one in slices:
        w, f = water[one.index], fat[one.index]
        near = cv2.dilate((one.muscles > 0).astype(np.uint8), np.ones((2 * NEAR_PX + 1,) * 2))
        pure = f[(near > 0) & (f > 0.85 * np.maximum(w + f, 1.0))]
        if pure.size:
            found.append(float(np.median(pure)) / _lean_level(one, w, f))
    return float(np.median(found))


def infiltration(one: SubjectSlice, share: float, *, seed: int) -> FloatImage:
    """Share of muscle that turns into fat: islands and streaks, about `share` on the whole."""
    rng = np.random.default_rng([one.index, seed])
    muscles = one.muscles.astype(np.uint8)
    inside = (muscles >= 1) & (muscles <= 4)
    shape = (muscles.shape[0], muscles.shape[1])
    longer_mm = max(shape) * one.spacing_mm[0]
    texture = np.zeros(shape, dtype=np.float32)
    for grain_mm, weight in ((12.0, 0.6), (5.0, 1.0), (2.5, 0.5)):
        texture += np.float32(weight) * smooth_noise(rng, shape, longer_mm / grain_mm)
    texture = (texture - texture[inside].mean()) / texture[inside].std()
    edge = np.quantile(texture[inside], 1.0 - share)
    added = 1.0 / (1.0 + np.exp(-2.5 * (texture - edge)))
    soft = cv2.GaussianBlur((added * inside).astype(np.float32), (0, 0), 0.6)
    return np.asarray(soft * inside, dtype=np.float32)


def _lean_level(one: SubjectSlice, water: FloatImage, fat: FloatImage) -> float:
    return float(np.median(water[(one.muscles > 0) & (fat < 0.1 * water)]))


def _case(
    one: SubjectSlice,
    mark: str,
    level: str,
    water: FloatImage,
    fat: FloatImage,
    ratio: float,
    turn: int,
    spacing_mm: tuple[float, float],
) -> Case:
    e = np.float32(MUSCLE_OVER_FAT[turn % 3])
    pixels = (e * water + fat) * (1.0 - one.canal) + np.float32(FLUID) * one.canal
    return Case(
        group=f"{one.subject}{mark}",
        name=f"{one.subject}[{one.index}]{mark}",
        level=level,
        pixels=np.ascontiguousarray(pixels, dtype=np.float32),
        mask=np.where(one.muscles <= 2, one.muscles, 0).astype(np.uint8),
        fat=(fat / np.maximum(water + fat, 1e-6)).astype(np.float32),
        signal_fraction=(ratio * fat / np.maximum(water + ratio * fat, 1e-6)).astype(np.float32),
        spacing_mm=spacing_mm,
    )
