from __future__ import annotations

import numpy as np
import pytest

from multifidus.trunk import find_trunk
from tests.multifidus.samples import RealSlice, textured
from tests.multifidus.trunks import FloatImage, head_picture, thighs_picture, trunk_picture

LEFT, RIGHT, TOP, BOTTOM = 60.0, 440.0, 90.0, 330.0
"""Of the drawn trunk; the copy that it is found on has pixels of 5.3."""


def framed(picture: FloatImage, margin: int) -> FloatImage:
    """A picture whose left and right were cut off and painted black."""
    picture = picture.copy()
    picture[:, :margin] = picture[:, -margin:] = 0.0
    return picture


@pytest.mark.parametrize("size", [(400, 512), (400, 499)])
@pytest.mark.parametrize("arms", [False, True])
@pytest.mark.parametrize("noise", [0.0, 3.0, 10.0])
def test_the_trunk_is_found_against_the_air(
    size: tuple[int, int], arms: bool, noise: float
) -> None:
    trunk = find_trunk(trunk_picture(size=size, arms=arms, noise=noise))
    assert trunk is not None
    found = (trunk.left, trunk.right, trunk.top, trunk.bottom)
    assert found == pytest.approx((LEFT, RIGHT, TOP, BOTTOM), abs=9.0)
    assert trunk.width == pytest.approx(380.0, abs=18.0)
    assert trunk.middle == pytest.approx(250.0, abs=6.0)


@pytest.mark.parametrize("scale", [0.01, 40.0])
def test_the_scale_of_intensities_does_not_matter(scale: float) -> None:
    picture = trunk_picture()
    assert find_trunk(picture * np.float32(scale)) == find_trunk(picture)


def test_flanks_and_back_are_found_under_a_saturation_band() -> None:
    trunk = find_trunk(trunk_picture(dark_belly=True))
    assert trunk is not None
    assert trunk.width == pytest.approx(380.0, abs=18.0)
    assert trunk.bottom == pytest.approx(BOTTOM, abs=9.0)


@pytest.mark.parametrize(
    "picture",
    [
        trunk_picture(half=(120.0, 270.0)),
        trunk_picture(centre=(210.0, 180.0)),
        thighs_picture(),
        head_picture(),
        trunk_picture(half=(60.0, 90.0)),
        framed(trunk_picture(half=(120.0, 270.0)), 90),
        textured(512, 512).astype(np.float32),
        np.full((300, 300), 7.0, np.float32),
        np.zeros((40, 33), np.float32),
        trunk_picture().T.copy(),
    ],
    ids=[
        "both cut",
        "one cut",
        "thighs",
        "head",
        "limb",
        "in a black frame",
        "texture",
        "flat",
        "black",
        "on its side",
    ],
)
def test_what_is_no_whole_trunk_is_none(picture: FloatImage) -> None:
    assert find_trunk(picture) is None


def test_real_trunks(dixon_slices: list[RealSlice], t2_slices: list[RealSlice]) -> None:
    widths_mm = []
    for item in dixon_slices:
        trunk = find_trunk(item.pixels)
        assert trunk is not None, item.name
        widths_mm.append(trunk.width * item.spacing_mm[1])
        rows = np.flatnonzero(item.mask.any(axis=1))
        assert rows[-1] < trunk.bottom < rows[-1] + 90.0 / item.spacing_mm[0], item.name
    assert min(widths_mm) > 280.0
    assert max(widths_mm) < 390.0
    assert all(find_trunk(item.pixels) is None for item in t2_slices), "their flanks are cut off"
