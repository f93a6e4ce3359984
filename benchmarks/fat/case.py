"""One slice with the true fat of its pixels, and what is measured on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.fat_infiltration import FatReference, fat_fraction, reference_of
from multifidus.image_slice import ImageSlice
from multifidus.measure import SideMeasurement, measure
from multifidus.postprocess import LEFT, RIGHT, Segmentation

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

SIDES = {"right": RIGHT, "left": LEFT}


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A slice in the canonical view.

    Attributes
    ----------
    group : str
        What is tabulated together: a subject, a series of generated slices.
    name : str
        Of the slice.
    level : str
        Vertebral level, or part of the stack.
    pixels : ndarray of float32, shape (rows, columns)
        The picture as the scanner has it.
    window_high : float
        Percentile of the picture at which its export cuts off what is brighter.
    mask : ndarray of uint8
        0, 1 (right), 2 (left).
    fat : ndarray of float32
        True share of fat of each pixel.
    signal_fraction : ndarray of float32, optional
        F / (W + F) of the Dixon signals as they are; see `benchmarks.fat.dixon`.
    factor_elsewhere : float, optional
        Signal of pure fat over that of lean muscle in the Dixon scan of another person.
    spacing_mm : tuple of float
        Row and column spacing.
    spacing_known : bool
        Whether the picture is sent with it.
    """

    group: str
    name: str
    level: str
    pixels: FloatImage
    window_high: float = 100.0
    mask: Mask
    fat: FloatImage
    signal_fraction: FloatImage | None = None
    factor_elsewhere: float | None = None
    spacing_mm: tuple[float, float]
    spacing_known: bool = True

    @property
    def exported(self) -> FloatImage:
        """The picture as it is sent."""
        return np.minimum(self.pixels, np.float32(np.percentile(self.pixels, self.window_high)))


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was measured on one side of a case, and the truth; percent.

    Attributes
    ----------
    case : Case
        The slice.
    side : str
        right or left.
    truth : float
        Mean of the true shares.
    signal_truth : float
        The same of the Dixon signals; the truth where there are none.
    anchored, low, high : float
        By reference tissue, with its interval; NaN where it was refused.
    gmm3, otsu : float
        By clustering inside the mask.
    as_signal : float
        The reading by reference tissue, carried over to what F / (W + F) would say by the factor
        of another person's scan; NaN where there is none.
    """

    case: Case
    side: str
    truth: float
    signal_truth: float
    anchored: float
    low: float
    high: float
    gmm3: float
    otsu: float
    as_signal: float = float("nan")


def readings(cases: Sequence[Case]) -> list[Reading]:
    """Measure both sides of each case."""
    return [reading for case in cases for reading in _of_case(case)]


def _of_case(case: Case) -> list[Reading]:
    spacing_mm = case.spacing_mm if case.spacing_known else None
    image = ImageSlice(pixels=case.exported, media="png", pixel_spacing_mm=spacing_mm)
    done = measure(Segmentation(mask=case.mask, probability=None), image)
    return [
        replace(
            _reading(case, side, done.right if value == RIGHT else done.left, image),
            as_signal=_as_signal(case, value, image),
        )
        for side, value in SIDES.items()
        if (case.mask == value).any()
    ]


def _reading(case: Case, side: str, measured: SideMeasurement, image: ImageSlice) -> Reading:
    inside = case.mask == SIDES[side]
    truth = 100.0 * float(case.fat[inside].mean())
    signal = case.signal_fraction
    low, high = measured.fat_infiltration_ci95 or (np.nan, np.nan)
    return Reading(
        case=case,
        side=side,
        truth=truth,
        signal_truth=truth if signal is None else 100.0 * float(signal[inside].mean()),
        anchored=_number(measured.fat_infiltration_pct),
        low=low,
        high=high,
        gmm3=_number(measured.fat_infiltration_gmm3_pct),
        otsu=otsu_pct(image.pixels[inside]),
    )


def _as_signal(case: Case, value: int, image: ImageSlice) -> float:
    """Each pixel's share of fat as a share of a Dixon signal in which fat counts more."""
    if case.factor_elsewhere is None:
        return float("nan")
    reference = reference_of(image, case.mask)
    if not isinstance(reference, FatReference):
        return float("nan")
    share = fat_fraction(image, case.mask == value, reference)
    return float("nan") if share is None else signal_pct(share, case.factor_elsewhere)


def signal_pct(share: Floats, factor: float) -> float:
    """Mean of F / (W + F), percent, where fat's signal is `factor` times that of muscle."""
    fat = factor * np.clip(share, 0.0, 1.0)
    return 100.0 * float((fat / (1.0 - np.clip(share, 0.0, 1.0) + fat)).mean())


def otsu_pct(values: FloatImage) -> float:
    """Percentage of pixels above Otsu's threshold: the usual two-class reading."""
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return 0.0
    grey = np.round((values - low) * (255.0 / (high - low))).astype(np.uint8)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return 100.0 * float(np.mean(grey > threshold))


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
