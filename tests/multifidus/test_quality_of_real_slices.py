"""No real slice is doubted when its mask is right, whole or cropped."""

from __future__ import annotations

import numpy as np

from multifidus.image_io import ImageSlice
from tests.multifidus.judging import Mask, Picture, judged
from tests.multifidus.samples import RealSlice


def variants(item: RealSlice) -> list[tuple[str, Picture, Mask]]:
    """The slice whole, and cropped as a smaller field of view would show it."""
    made = [("whole", item.pixels, item.mask)]
    centre_row, centre_column = np.argwhere(item.mask).mean(axis=0)
    for field_of_view_mm in (200, 150):
        rows, columns = (round(field_of_view_mm / mm) for mm in item.spacing_mm)
        top = int(np.clip(centre_row - 0.62 * rows, 0, max(0, item.mask.shape[0] - rows)))
        start = int(np.clip(centre_column - columns / 2, 0, max(0, item.mask.shape[1] - columns)))
        box = (slice(top, top + rows), slice(start, start + columns))
        made.append((f"{field_of_view_mm} mm", item.pixels[box].copy(), item.mask[box].copy()))
    return made


def untrusted(slices: list[RealSlice]) -> list[str]:
    found = []
    for item in slices:
        for name, pixels, mask in variants(item):
            for spacing_mm in (item.spacing_mm, None):
                image = ImageSlice(pixels=pixels, media="dicom", pixel_spacing_mm=spacing_mm)
                quality = judged(image, mask)
                if not quality.trusted:
                    found.append(f"{item.name} {name} {spacing_mm}: {quality.flags}")
    return found


def test_every_real_t2_slice_is_trusted(t2_slices: list[RealSlice]) -> None:
    assert len(t2_slices) >= 15
    assert untrusted(t2_slices) == []


def test_every_real_dixon_slice_is_trusted(dixon_slices: list[RealSlice]) -> None:
    assert untrusted(dixon_slices) == []
