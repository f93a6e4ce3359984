"""Pictures of a result: the overlay, and the mask as a PNG."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.image_slice import ImageSlice
from multifidus.png import png_of
from multifidus.postprocess import LEFT, RIGHT

Style = Literal["contour", "jet"]
Mask = npt.NDArray[np.uint8]

RIGHT_RGB, LEFT_RGB = (230, 159, 0), (86, 180, 233)
"""Orange and sky blue of Okabe and Ito's palette: told apart with any colour vision."""

FILL_OPACITY = 0.25
JET_OPACITY = 0.4
DISPLAY_PERCENTILES = (0.5, 99.5)

WIDE_CONTOUR_FROM_PX = 512
"""The contour is one pixel wide, and two from this length of the slice's longer side on."""

_NEIGHBOURS = np.ones((3, 3), dtype=np.uint8)


def overlay_png(image: ImageSlice, mask: Mask, *, style: Style = "contour") -> bytes:
    """Draw the mask over the slice, at the slice's own size.

    Parameters
    ----------
    image : ImageSlice
        The slice; shown between two percentiles of its intensities.
    mask : ndarray of uint8, shape (rows, columns)
        0 background, 1 right, 2 left.
    style : str
        `contour`: a transparent fill and an outline per side, every other pixel grey. `jet`: the
        classic blend of the whole slice with OpenCV's JET colours of the binary mask, kept for
        those who compare with older results; it tints the background blue.

    Returns
    -------
    bytes
        An 8-bit RGB PNG.
    """
    grey = displayed(image)
    picture = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    if style == "jet":
        heat = cv2.applyColorMap(np.where(mask > 0, 255, 0).astype(np.uint8), cv2.COLORMAP_JET)
        heat = cv2.cvtColor(heat, cv2.COLOR_BGR2RGB)
        blend = cv2.addWeighted(picture, 1.0 - JET_OPACITY, heat, JET_OPACITY, 0.0)
        return png_of(np.asarray(blend, dtype=np.uint8))
    width_px = 2 if max(mask.shape) >= WIDE_CONTOUR_FROM_PX else 1
    for value, rgb in ((RIGHT, RIGHT_RGB), (LEFT, LEFT_RGB)):
        region = (mask == value).astype(np.uint8)
        left, top, width, height = cv2.boundingRect(region)
        if width == 0:
            continue
        box = (slice(top, top + height), slice(left, left + width))
        inside, shown = region[box], picture[box]
        # The outline is the region less its erosion: it lies inside the mask, so that nothing
        # outside is coloured and the two sides' outlines do not cover each other.
        core = cv2.erode(inside, _NEIGHBOURS, iterations=width_px, borderValue=0)
        blended = shown * (1.0 - FILL_OPACITY) + np.array(rgb) * FILL_OPACITY
        shown[inside > 0] = np.rint(blended).astype(np.uint8)[inside > 0]
        shown[inside > np.asarray(core)] = rgb
    return png_of(picture)


def mask_png(mask: Mask) -> bytes:
    """Encode the mask as an 8-bit single-channel PNG of its values 0, 1 and 2."""
    return png_of(mask)


def displayed(image: ImageSlice) -> Mask:
    """Map the slice's intensities between two percentiles to 0..255."""
    # Every fourth pixel is enough to choose a window by.
    low, high = np.percentile(image.pixels[::2, ::2], DISPLAY_PERCENTILES)
    if not high > low:
        return np.zeros(image.pixels.shape, dtype=np.uint8)
    scaled = (image.pixels - np.float32(low)) * np.float32(255.0 / (high - low))
    display: Mask = np.clip(scaled, 0.0, 255.0).astype(np.uint8)
    return display
