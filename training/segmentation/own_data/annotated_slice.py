"""A slice with its mask, as every kind of folder yields it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from multifidus.image_slice import ImageSlice

LabelImage = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)  # equal by identity: the arrays are large
class AnnotatedSlice:
    """One slice that somebody has outlined.

    Attributes
    ----------
    subject : str
        Whom it shows; the unit of the split.
    name : str
        File, relative to the folder, and the slice within it.
    image : ImageSlice
        As the serving package reads it.
    mask : ndarray of uint8, shape (rows, columns)
        On the image's stored grid: 0 background, 1 the patient's right multifidus, 2 the left.
    """

    subject: str
    name: str
    image: ImageSlice
    mask: LabelImage
