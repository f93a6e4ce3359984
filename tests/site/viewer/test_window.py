from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.site.pictures import encoded
from tests.site.viewer.stage import Bytes, Stage, Values, blocks


def shades(stage: Stage, values: Values) -> list[tuple[int, ...]]:
    """Colours in the middle of each block of 32 columns."""
    pixels = stage.pixels()
    count = values.shape[1] // 32
    points = [stage.at(32 * number + 16, values.shape[0] / 2) for number in range(count)]
    return [tuple(int(v) for v in pixels[round(y), round(x)]) for x, y in points]


def grey(*values: int) -> list[tuple[int, int, int]]:
    return [(value, value, value) for value in values]


def test_the_window_maps_values_linearly_and_levels_off_outside(stage: Stage) -> None:
    values = np.repeat(np.array([[0, 400, 450, 500, 600, 1000]], np.int16), 32, 1).repeat(64, 0)
    stage.show(values, window=(500, 200))
    assert shades(stage, values) == grey(0, 0, 64, 128, 255, 255)


@pytest.mark.parametrize(
    ("values", "window", "expected"),
    [
        (np.array([[-1000, -500, 0]], np.int16), (-500, 1000), (0, 128, 255)),
        (np.array([[0, 30000, 65535]], np.uint16), (30000, 60000), (0, 128, 255)),
        (np.array([[0.0, 0.25, 1.0]], np.float32), (0.5, 1.0), (0, 64, 255)),
        (np.array([[np.nan, 0.5, np.inf]], np.float32), (0.5, 1.0), (128, 128, 128)),
        (np.array([[7, 7, 7]], np.uint8), (7, 1), (128, 128, 128)),
    ],
)
def test_every_kind_of_number_is_shown(
    stage: Stage, values: Values, window: tuple[float, float], expected: tuple[int, ...]
) -> None:
    wide = values.repeat(32, 1).repeat(64, 0)
    stage.show(wide, window=window)
    for shown, wanted in zip(shades(stage, wide), grey(*expected), strict=True):
        assert np.abs(np.subtract(shown, wanted)).max() <= 1


def test_dragging_across_widens_and_down_raises_the_level(stage: Stage) -> None:
    values = blocks(0, 100, 200)
    stage.show(values, window=(100, 200))
    stage.drag((300, 300), (450, 300))
    assert stage.state()["window"] == {"center": 100, "width": pytest.approx(300)}
    stage.drag((300, 300), (300, 375))
    assert stage.state()["window"]["center"] == pytest.approx(150)
    # 0, 100 and 200 within a window of 300 about 150.
    assert shades(stage, values) == grey(0, 85, 170)


def test_a_window_can_be_made_narrow_but_not_less_than_a_value(stage: Stage) -> None:
    values = blocks(0, 100, 200)
    stage.show(values, window=(100, 200))
    stage.drag((700, 300), (20, 300))
    assert stage.state()["window"]["width"] == 1
    assert shades(stage, values) == grey(0, 128, 255)


def test_inverting_and_resetting(stage: Stage) -> None:
    values = blocks(0, 51, 255)
    stage.show(values)
    stage.page.get_by_role("button", name="Invert").click()
    assert shades(stage, values) == grey(255, 204, 0)
    stage.drag((300, 300), (350, 350))
    stage.command("zoomIn")
    stage.page.get_by_role("button", name="Reset").click()
    assert shades(stage, values) == grey(0, 51, 255)
    assert stage.state()["view"]["fitted"]


def test_the_line_below_tells_window_and_zoom(stage: Stage) -> None:
    stage.show(blocks(0, 100, 200), window=(100, 200))
    stage.pixels()
    assert stage.page.locator(".vw-window").inner_text().split() == ["W", "200", "L", "100"]
    stage.command("actual")
    stage.pixels()
    assert stage.page.locator(".vw-zoom").inner_text() == "100 %"


@pytest.mark.parametrize("colour", [(90, 90, 90), (200, 40, 90)])
def test_a_png_is_shown_in_its_own_shades(stage: Stage, colour: tuple[int, int, int]) -> None:
    picture: Bytes = np.full((64, 96, 3), colour[::-1], dtype=np.uint8)
    as_text = base64.b64encode(encoded(picture)).decode()
    stage.page.evaluate("([png, about]) => showPng(png, about)", [as_text, {}])
    assert shades(stage, picture[..., 0]) == [colour] * 3
    stage.command("invert")
    assert shades(stage, picture[..., 0]) == [tuple(255 - part for part in colour)] * 3
