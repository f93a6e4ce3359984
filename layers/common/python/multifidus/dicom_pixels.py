"""Decoded DICOM samples become intensities: bright is high signal, padding is background.

Sources: DICOM PS3.3 C.7.6.3 (image pixels), C.7.5.1.1.2 (pixel padding), C.11.1 (modality LUT).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.tag import Tag

from multifidus.dicom_geometry import functional_group, numbers
from multifidus.errors import NotGreyscale, UnreadableImage
from multifidus.greyscale import grey_from_colour

MONOCHROME = ("MONOCHROME1", "MONOCHROME2")
COLOURED = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


def check_photometric(photometric: str, samples: int) -> None:
    """Refuse colour spaces that are not read here.

    Raises
    ------
    NotGreyscale
        A retired or unknown colour space, or four samples per pixel.
    UnreadableImage
        The number of samples is not that of the colour space.
    """
    if photometric in (*MONOCHROME, "PALETTE COLOR"):
        expected = 1
    elif photometric in COLOURED:
        expected = 3
    elif samples > 1:
        raise NotGreyscale
    else:
        raise UnreadableImage("The photometric interpretation is not one that is read here.")
    if samples != expected:
        raise UnreadableImage


def intensities(
    stored: npt.NDArray[Any], dataset: Dataset, photometric: str
) -> npt.NDArray[np.float32]:
    """Bring decoded samples to one channel of intensities.

    Parameters
    ----------
    stored : ndarray, shape (rows, columns) or (rows, columns, 3)
        As the decoder gives them, unused bits removed, YCbCr converted to RGB.
    dataset : pydicom.dataset.Dataset
        Says how to read them.
    photometric : str
        Of `stored`.

    Raises
    ------
    NotGreyscale
        Colour that is more than noise.
    UnreadableImage
        An intensity beyond the range of single precision.
    Exception
        pydicom's own, where a look-up table is damaged.
    """
    if photometric == "PALETTE COLOR":
        return grey_from_colour(apply_color_lut(stored, dataset))
    if stored.ndim == 3:
        return grey_from_colour(stored)
    pixels = np.asarray(_rescaled(stored, dataset), dtype=np.float32)
    padding = _padding(stored, dataset)
    image = pixels if padding is None else pixels[~padding]
    darkest, brightest = image.min(), image.max()
    if not np.isfinite([darkest, brightest]).all():
        raise UnreadableImage
    if photometric == "MONOCHROME1":
        pixels = brightest + darkest - pixels
    if padding is not None:
        pixels[padding] = darkest
    return pixels


def _rescaled(stored: npt.NDArray[Any], dataset: Dataset) -> npt.NDArray[Any]:
    if dataset.get("ModalityLUTSequence"):
        return apply_modality_lut(stored, dataset)
    # A rescale that is unusable is ignored: MR intensities are relative anyway.
    source = functional_group(dataset, "PixelValueTransformationSequence") or dataset
    slope, intercept = numbers(source, "RescaleSlope"), numbers(source, "RescaleIntercept")
    if slope is None or intercept is None or slope[0] == 0:
        return stored
    rescale = Dataset()
    rescale.RescaleSlope, rescale.RescaleIntercept = slope[0], intercept[0]
    return apply_modality_lut(stored, rescale)


def _padding(stored: npt.NDArray[Any], dataset: Dataset) -> npt.NDArray[np.bool_] | None:
    """Pixels that are no part of the image; None where there are none, or nothing else."""
    if stored.dtype.kind not in "iu":
        return None
    value = _stored_value(dataset, "PixelPaddingValue", stored.dtype)
    if value is None:
        return None
    limit = _stored_value(dataset, "PixelPaddingRangeLimit", stored.dtype)
    low, high = sorted((value, value if limit is None else limit))
    padding = (stored >= low) & (stored <= high)
    return padding if padding.any() and not padding.all() else None


def _stored_value(dataset: Dataset, keyword: str, dtype: np.dtype[Any]) -> int | None:
    """Value of an element that is signed as the pixels are, whatever its writer took it for."""
    element = dataset.get_item(Tag(keyword))
    raw = None if element is None else element.value
    if isinstance(element, RawDataElement) and isinstance(raw, bytes):
        order: Literal["little", "big"] = "little" if element.is_little_endian else "big"
        raw = int.from_bytes(raw[:2], order) if len(raw) >= 2 else None
    if not isinstance(raw, int):
        return None
    wrapped = np.array(raw & 0xFFFF, dtype=np.uint16)
    if dtype.kind == "i":
        return int(wrapped.view(np.int16))
    return int(wrapped)
