"""How far a result is to be trusted: named flags, each with its meaning.

The flags that break trust say that the numbers may not be what they claim to be; the others inform.
Numbers are returned in either case, marked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multifidus.image_slice import ImageSlice
from multifidus.measure import Measurements
from multifidus.plausibility import unlikely_picture, unlikely_result
from multifidus.postprocess import Segmentation, reaches_edge
from multifidus.preprocess import FloatImage


@dataclass(frozen=True)
class Flag:
    """A named finding about a result.

    Attributes
    ----------
    code : str
        Stable name, as it stands in the response.
    trusted_breaking : bool
        Whether it makes the result untrustworthy.
    meaning : str
        A sentence for the reader.
    """

    code: str
    trusted_breaking: bool
    meaning: str


NO_MULTIFIDUS_FOUND = Flag(
    "no_multifidus_found", True, "No multifidus muscle was found in the picture."
)
ONE_SIDE_MISSING = Flag(
    "one_side_missing", True, "The muscle of one side was not found, or hardly any of it."
)
LOW_CONFIDENCE = Flag(
    "low_confidence", True, "The model is unsure about much of what it marked as muscle."
)
TOUCHES_BORDER = Flag(
    "touches_border",
    True,
    "The muscle reaches the border of what was looked at: it may be cut off.",
)
NOT_AXIAL = Flag("not_axial", True, "The file says that this is not an axial slice.")
NOT_MR = Flag("not_mr", True, "The file says that this is not an MR image.")
UNLIKELY_SLICE = Flag(
    "unlikely_slice", True, "This does not look like an axial slice of a lumbar spine."
)
FAT_SUPPRESSED = Flag(
    "fat_suppressed",
    True,
    "Fat is not bright in this picture, as with fat suppression, so fat cannot be measured.",
)
NO_REFERENCE_TISSUE = Flag(
    "no_reference_tissue",
    False,
    "The picture shows too little lean muscle or fat to compare with, so no fat is given.",
)
NO_SPACING = Flag(
    "no_spacing", False, "The pixel spacing is unknown, so no areas in mm2 are given."
)
LOW_RESOLUTION = Flag("low_resolution", False, "The pixels are too coarse for an exact area.")
CONVERTED_COLOUR = Flag(
    "converted_colour", False, "The file stores the picture in colour; it was converted to grey."
)
ASYMMETRIC_MASKS = Flag(
    "asymmetric_masks", False, "The sides' areas differ by much; check both outlines."
)

FLAGS = (
    NO_MULTIFIDUS_FOUND,
    ONE_SIDE_MISSING,
    LOW_CONFIDENCE,
    TOUCHES_BORDER,
    NOT_AXIAL,
    NOT_MR,
    UNLIKELY_SLICE,
    FAT_SUPPRESSED,
    NO_REFERENCE_TISSUE,
    NO_SPACING,
    LOW_RESOLUTION,
    CONVERTED_COLOUR,
    ASYMMETRIC_MASKS,
)
"""Every flag, in the order in which a response lists them."""

MISSING_BELOW_SHARE = 0.2
"""A side smaller than this share of the other counts as missing: atrophy of one side makes it
fatty, it does not take four fifths of the compartment away."""

ASYMMETRIC_FROM_PCT = 30.0
"""Healthy adults differ between the sides too; beyond this an outline is worth a second look."""

LOW_MEAN_PROBABILITY = 0.75
"""Mean probability within a side's mask below which the model is called unsure."""

COARSE_SPACING_MM = 1.5
"""From here on a pixel's width around a muscle of 8 cm2 is a sixth of its area."""

COARSE_SHORTER_SIDE_PX = 128
"""The same where spacing is unknown."""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Whether a result is to be trusted, and the codes of all flags that apply.

    Attributes
    ----------
    trusted : bool
        No flag applies that breaks trust.
    flags : tuple of str
        Codes, in the order of `FLAGS`.
    """

    trusted: bool
    flags: tuple[str, ...]


def assess(
    image: ImageSlice,
    view: FloatImage,
    segmentation: Segmentation,
    measurements: Measurements,
) -> Quality:
    """Find what makes a result untrustworthy.

    Parameters
    ----------
    image : ImageSlice
        The decoded slice.
    view : ndarray of float32, shape (1, 1, H, W)
        From `multifidus.preprocess.overview`.
    segmentation : Segmentation
        Mask and probability on the native grid.
    measurements : Measurements
        From `multifidus.measure.measure`.
    """
    found = (
        *_about_the_file(image),
        *_about_the_mask(segmentation, measurements),
        *_about_the_fat(measurements),
        *_about_both(image, view, segmentation, measurements),
    )
    flags = tuple(flag for flag in FLAGS if flag in found)
    return Quality(
        trusted=not any(flag.trusted_breaking for flag in flags),
        flags=tuple(flag.code for flag in flags),
    )


def _about_the_file(image: ImageSlice) -> list[Flag]:
    found = []
    if image.plane not in (None, "axial"):
        found.append(NOT_AXIAL)
    if image.modality not in (None, "MR"):
        found.append(NOT_MR)
    if image.pixel_spacing_mm is None:
        found.append(NO_SPACING)
        coarse = min(image.pixels.shape) < COARSE_SHORTER_SIDE_PX
    else:
        coarse = max(image.pixel_spacing_mm) > COARSE_SPACING_MM
    if coarse:
        found.append(LOW_RESOLUTION)
    if image.converted_colour:
        found.append(CONVERTED_COLOUR)
    return found


def _about_the_mask(segmentation: Segmentation, measurements: Measurements) -> list[Flag]:
    sides = (measurements.right, measurements.left)
    smaller_px, larger_px = sorted(side.area_px for side in sides)
    if larger_px == 0:
        return [NO_MULTIFIDUS_FOUND]
    found = []
    if smaller_px < MISSING_BELOW_SHARE * larger_px:
        found.append(ONE_SIDE_MISSING)
    elif (measurements.asymmetry_pct or 0.0) > ASYMMETRIC_FROM_PCT:
        found.append(ASYMMETRIC_MASKS)
    probabilities = [side.mean_probability for side in sides if side.mean_probability is not None]
    if probabilities and min(probabilities) < LOW_MEAN_PROBABILITY:
        found.append(LOW_CONFIDENCE)
    if segmentation.cut_off or reaches_edge(segmentation.mask):
        found.append(TOUCHES_BORDER)
    return found


def _about_the_fat(measurements: Measurements) -> list[Flag]:
    reasons = (FAT_SUPPRESSED, NO_REFERENCE_TISSUE)
    return [flag for flag in reasons if flag.code == measurements.fat_unavailable]


def _about_both(
    image: ImageSlice,
    view: FloatImage,
    segmentation: Segmentation,
    measurements: Measurements,
) -> list[Flag]:
    if measurements.right.area_px and measurements.left.area_px:
        unlikely = unlikely_result(
            view,
            np.ascontiguousarray(image.turn.apply(image.pixels)),
            np.ascontiguousarray(image.turn.apply(segmentation.mask)),
            image.canonical_spacing_mm,
        )
    else:
        unlikely = unlikely_picture(view)
    return [UNLIKELY_SLICE] if unlikely else []
