"""THE preprocessing: an `ImageSlice` becomes the model's input tensor.

Training, evaluation and serving all call `preprocess`; there is no other. The steps, in order:
turn the slice to the canonical view where its orientation is known, crop or pad it to the model's
range of fields of view by its spacing or by the trunk (`multifidus.field_of_view`), resample it
with its aspect ratio kept, normalise intensities between two percentiles, pad to the model's size.
`Geometry` remembers how to carry the model's output back onto the native grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.field_of_view import Window, whole, window_of
from multifidus.image_slice import ImageSlice, Scalar, Turn
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

    def seen(self, native: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """Return what the model saw of the last two axes of a native array, in canonical view."""
        rows = slice(self.crop_top, self.crop_top + self.crop_height)
        columns = slice(self.crop_left, self.crop_left + self.crop_width)
        return self.turn.apply(native)[..., rows, columns]

    def sees(self, shape: tuple[int, int]) -> bool:
        """Whether the model saw all of a slice of this shape in the canonical view."""
        return (self.crop_height, self.crop_width) == shape

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
    return _looked_at(image, window_of(canonical, image.canonical_spacing_mm, spec), spec)


def overview(
    image: ImageSlice, tensor: FloatImage, geometry: Geometry, spec: PreprocessSpec
) -> FloatImage:
    """What the quality gate judges: also of a picture that was cropped about the trunk, all.

    A crop shows less of what tells a lumbar spine from other things. For all other slices it is
    what the model saw.

    Parameters
    ----------
    image, spec
        As given to `preprocess`.
    tensor, geometry
        As they came from it.
    """
    rows, columns = image.turn.apply(image.pixels).shape
    if image.pixel_spacing_mm is not None or geometry.sees((rows, columns)):
        return tensor
    return _looked_at(image, whole(rows, columns), spec)[0]


def _looked_at(
    image: ImageSlice, window: Window, spec: PreprocessSpec
) -> tuple[FloatImage, Geometry]:
    canonical = image.turn.apply(image.pixels)
    rows = slice(window.top, window.top + window.height)
    columns = slice(window.left, window.left + window.width)

    row_mm, column_mm = image.canonical_spacing_mm or (1.0, 1.0)
    scale = min(spec.height_px, spec.width_px) / window.side
    height = min(spec.height_px, max(1, round(window.height * row_mm * scale)))
    width = min(spec.width_px, max(1, round(window.width * column_mm * scale)))
    shrinking = height < window.height or width < window.width
    resampled = cv2.resize(
        np.ascontiguousarray(canonical[rows, columns], dtype=np.float32),
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
        crop_top=window.top,
        crop_left=window.left,
        crop_height=window.height,
        crop_width=window.width,
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
