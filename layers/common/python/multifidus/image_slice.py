"""`ImageSlice`: one decoded slice, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Media = Literal["dicom", "png", "jpeg"]
Plane = Literal["axial", "coronal", "sagittal", "oblique"]


@dataclass(frozen=True, kw_only=True)
class ImageSlice:
    """One decoded slice.

    Attributes
    ----------
    pixels : ndarray of float32, shape (rows, columns)
        Intensities after the modality LUT, bright = high signal (MONOCHROME1 inverted), all
        finite. The file's window is not applied.
    media : str
        What the bytes were.
    pixel_spacing_mm : tuple of float, optional
        Distance between rows, then between columns (DICOM PixelSpacing order). None if unknown.
    orientation : str
        `patient` where the file says where the patient's right is, otherwise `image`: the
        patient's right is taken to be the image's left half, by radiological convention.
    flip_rows, flip_columns : bool
        Whether the slice must be turned over to reach the canonical view: anterior at the top, the
        patient's right on the image's left.
    plane : str, optional
        From ImageOrientationPatient; None if unknown.
    modality : str, optional
        DICOM Modality; None for PNG and JPEG.
    """

    pixels: npt.NDArray[np.float32]
    media: Media
    pixel_spacing_mm: tuple[float, float] | None = None
    orientation: Literal["patient", "image"] = "image"
    flip_rows: bool = False
    flip_columns: bool = False
    plane: Plane | None = None
    modality: str | None = None
