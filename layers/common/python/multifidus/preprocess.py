"""THE preprocessing: an `ImageSlice` becomes the model's input tensor.

Training, evaluation and serving all call `preprocess`; there is no other. The steps, in order:
turn the slice to the canonical view where its orientation is known, crop or pad it to the model's
range of fields of view where its spacing is known, resample it with its aspect ratio kept,
normalise intensities between two percentiles, pad to the model's size. `Geometry` remembers how
to carry the model's output back onto the native grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.image_slice import ImageSlice, Turn
from multifidus.manifest import PreprocessSpec

FloatImage = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """Where the native grid lies in the model's grid.

    Attributes
    ----------
    native_shape : tuple of int
        Rows and columns of the slice as stored.
    turn : Turn
        What brought the slice to the canonical view.
    crop_top, crop_left, crop_height, crop_width : int
        Region of the slice in its canonical view that the model saw, in native pixels.
    top, left, height, width : int
        Where that region stands in the model's grid, in model pixels.
    """

    native_shape: tuple[int, int]
    turn: Turn
    crop_top: int
    crop_left: int
    crop_height: int
    crop_width: int
    top: int
    left: int
    height: int
    width: int

    def seen(self, native: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return the part of a native array that the model saw, in the canonical view."""
        rows = slice(self.crop_top, self.crop_top + self.crop_height)
        columns = slice(self.crop_left, self.crop_left + self.crop_width)
        return self.turn.apply(native)[rows, columns]

    def to_native(self, channels: FloatImage) -> FloatImage:
        """Carry `(C, H, W)` model-grid values onto the native grid, 0 outside the region seen.

        Bilinear; for probabilities, which are thresholded only after this.
        """
        shape = self.native_shape[::-1] if self.turn.transpose else self.native_shape
        canonical = np.zeros((channels.shape[0], *shape), dtype=np.float32)
        rows = slice(self.crop_top, self.crop_top + self.crop_height)
        columns = slice(self.crop_left, self.crop_left + self.crop_width)
        for source, target in zip(channels, canonical, strict=True):
            content = source[self.top : self.top + self.height, self.left : self.left + self.width]
            target[rows, columns] = cv2.resize(
                np.ascontiguousarray(content),
                (self.crop_width, self.crop_height),
                interpolation=cv2.INTER_LINEAR,
            )
        return np.ascontiguousarray(self.turn.undo(canonical))


def preprocess(image: ImageSlice, spec: PreprocessSpec) -> tuple[FloatImage, Geometry]:
    """Turn a slice into the model's input.

    Parameters
    ----------
    image : ImageSlice
        The decoded slice, any size.
    spec : PreprocessSpec
        The model's preprocessing, from its manifest.

    Returns
    -------
    tensor : ndarray of float32, shape (1, 1, spec.height_px, spec.width_px)
        Values from 0 to 1, padding 0.
    geometry : Geometry
        The way back to the native grid.
    """
    canonical = image.turn.apply(image.pixels)
    row_mm, column_mm = image.canonical_spacing_mm or (1.0, 1.0)
    crop_height, crop_width = canonical.shape
    window_px = max(crop_height * row_mm, crop_width * column_mm)
    if image.pixel_spacing_mm is not None:
        # From here on "window" is the side of the square that fills the model's grid, in mm.
        window_px = min(max(window_px, spec.min_field_of_view_mm), spec.max_field_of_view_mm)
        crop_height = min(crop_height, max(1, round(window_px / row_mm)))
        crop_width = min(crop_width, max(1, round(window_px / column_mm)))
    crop_top = (canonical.shape[0] - crop_height) // 2
    crop_left = (canonical.shape[1] - crop_width) // 2
    content = canonical[crop_top : crop_top + crop_height, crop_left : crop_left + crop_width]

    scale = min(spec.height_px, spec.width_px) / window_px
    height = min(spec.height_px, max(1, round(crop_height * row_mm * scale)))
    width = min(spec.width_px, max(1, round(crop_width * column_mm * scale)))
    shrinking = height < crop_height or width < crop_width
    resampled = cv2.resize(
        np.ascontiguousarray(content, dtype=np.float32),
        (width, height),
        interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR,
    )

    top, left = (spec.height_px - height) // 2, (spec.width_px - width) // 2
    tensor = np.zeros((1, 1, spec.height_px, spec.width_px), dtype=np.float32)
    tensor[0, 0, top : top + height, left : left + width] = normalise(
        np.asarray(resampled, dtype=np.float32), spec
    )
    geometry = Geometry(
        native_shape=(image.pixels.shape[0], image.pixels.shape[1]),
        turn=image.turn,
        crop_top=crop_top,
        crop_left=crop_left,
        crop_height=crop_height,
        crop_width=crop_width,
        top=top,
        left=left,
        height=height,
        width=width,
    )
    return tensor, geometry


def normalise(pixels: FloatImage, spec: PreprocessSpec) -> FloatImage:
    """Map the intensities between two percentiles to [0, 1] and clip the rest.

    Percentiles rather than extremes: a single hot pixel must not squash the image. A constant
    image becomes 0.
    """
    low, high = np.percentile(pixels, (spec.lower_percentile, spec.upper_percentile))
    if not high > low:
        return np.zeros_like(pixels)
    scaled = (pixels - np.float32(low)) * np.float32(1.0 / (high - low))
    return np.clip(scaled, 0.0, 1.0, out=scaled)
