"""A real axial T2 slice, as DICOM, through the emulator, against its reference mask."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from infra.emulator import Emulator
from infra.gateway_events import upload
from tests.e2e.http import decoded_png, send
from tests.e2e.real_slice import RealSlice, real_slices


@pytest.fixture(scope="module", name="real_slices")
def loaded_slices() -> dict[str, RealSlice]:
    return real_slices()


def dice(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float:
    return 2.0 * float((first & second).sum()) / float(first.sum() + second.sum())


def assert_found(segment: Emulator, real: RealSlice, *, mirrored: bool = False) -> None:
    request = upload(
        "/segment",
        real.dicom(mirrored=mirrored),
        filename="slice.dcm",
        media_type="application/dicom",
        fields={},
    )
    answer = send(segment, request)
    assert answer.status == 200, answer.body
    document = answer.document
    assert document["orientation"] == "patient"
    assert document["quality"]["trusted"], document["quality"]
    mask = decoded_png(document["mask_base64"])
    # The mask lies over the slice as it was sent.
    found = mask[:, ::-1] if mirrored else mask
    assert dice(found > 0, real.mask > 0) >= 0.75
    for value, side in ((1, "right"), (2, "left")):
        assert dice(found == value, real.mask == value) >= 0.7
        area_mm2 = document["sides"][side]["area_mm2"]
        assert area_mm2 == pytest.approx(real.area_mm2(value), rel=0.25)
        row_mm, column_mm = real.spacing_mm
        assert area_mm2 == pytest.approx((found == value).sum() * row_mm * column_mm, rel=1e-3)


@pytest.mark.parametrize("level", ["lower", "middle", "upper"])
def test_real_slice_is_segmented(
    segment: Emulator, real_slices: dict[str, RealSlice], level: str
) -> None:
    assert_found(segment, real_slices[level])


def test_sides_follow_the_stated_orientation(
    segment: Emulator, real_slices: dict[str, RealSlice]
) -> None:
    assert_found(segment, real_slices["middle"], mirrored=True)


def test_the_muscle_is_found_where_it_is(
    segment: Emulator, real_slices: dict[str, RealSlice]
) -> None:
    # A mask that always lies where the muscle usually does would pass the tests above.
    whole = real_slices["middle"]
    assert_found(
        segment,
        RealSlice(
            pixels=whole.pixels[60:, :-70],
            mask=whole.mask[60:, :-70],
            spacing_mm=whole.spacing_mm,
        ),
    )
