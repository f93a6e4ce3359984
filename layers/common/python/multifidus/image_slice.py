"""`ImageSlice`: one decoded slice, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

Media = Literal["dicom", "png", "jpeg"]
Plane = Literal["axial", "coronal", "sagittal", "oblique"]

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What brings a stored slice to the canonical view: anterior at the top, patient's right left.

    Attributes
    ----------
    transpose : bool
        Whether rows and columns are exchanged, before the flips.
    flip_rows, flip_columns : bool
        Whether the order of rows, of columns, is then reversed.
    """

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False

    def apply(self, stored: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """Turn the last two axes of an array to the canonical view."""
        array = stored.swapaxes(-1, -2) if self.transpose else stored
        return self._flipped(array)

    def undo(self, canonical: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """Turn the last two axes of an array from the canonical view to how they are stored."""
        array = self._flipped(canonical)
        return array.swapaxes(-1, -2) if self.transpose else array

    def _flipped(self, array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        if self.flip_rows:
            array = array[..., ::-1, :]
        if self.flip_columns:
            array = array[..., ::-1]
        return array


@dataclass(frozen=True, kw_only=True)
class PatientAxes:
    """Where the stored pixels lie in the patient.

    In millimetres along DICOM's patient axes (PS3.3 C.7.6.2.1.1): x to the patient's left, y to the
    back, z to the head.

    Attributes
    ----------
    position_mm : tuple of float
        Centre of the first stored pixel.
    along_columns, along_rows : tuple of float
        Unit vectors towards growing column numbers and growing row numbers.
    """

    position_mm: tuple[float, float, float]
    along_columns: tuple[float, float, float]
    along_rows: tuple[float, float, float]


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
    turn : Turn
        What brings the slice to the canonical view.
    plane : str, optional
        From ImageOrientationPatient; None if unknown.
    patient_axes : PatientAxes, optional
        Where the pixels lie in the patient; None if unknown.
    modality : str, optional
        DICOM Modality; None for PNG and JPEG.
    converted_colour : bool
        Whether the file stores the grey picture in colour.
    """

    pixels: npt.NDArray[np.float32]
    media: Media
    pixel_spacing_mm: tuple[float, float] | None = None
    orientation: Literal["patient", "image"] = "image"
    turn: Turn = Turn()
    plane: Plane | None = None
    patient_axes: PatientAxes | None = None
    modality: str | None = None
    converted_colour: bool = False

    @property
    def canonical_spacing_mm(self) -> tuple[float, float] | None:
        """Distance between rows, then between columns, in the canonical view."""
        if self.pixel_spacing_mm is None or not self.turn.transpose:
            return self.pixel_spacing_mm
        row_mm, column_mm = self.pixel_spacing_mm
        return column_mm, row_mm

    def patient_mm(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
        """Carry points of the slice into the patient.

        Parameters
        ----------
        points : ndarray, shape (N, 2)
            Column and row on the stored grid; whole numbers are the pixels' centres.

        Returns
        -------
        ndarray, shape (N, 3), or None
            x, y, z in mm along DICOM's patient axes; None without position or spacing. By the
            equation of PS3.3 C.7.6.2.1.1.
        """
        axes = self.patient_axes
        if axes is None or self.pixel_spacing_mm is None:
            return None
        row_mm, column_mm = self.pixel_spacing_mm
        steps = points * (column_mm, row_mm)
        directions = np.array([axes.along_columns, axes.along_rows])
        carried: npt.NDArray[np.float64] = np.array(axes.position_mm) + steps @ directions
        return carried
