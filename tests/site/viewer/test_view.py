from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.site.viewer.stage import Bytes, Stage, blocks


def checkerboard(size: int = 64) -> Bytes:
    rows, columns = np.indices((size, size))
    return np.where((rows + columns) % 2, 255, 0).astype(np.uint8)


def noise(height: int, width: int) -> Bytes:
    return np.random.default_rng(7).integers(0, 256, (height, width), dtype=np.uint8)


def under(stage: Stage, x: float, y: float) -> tuple[float, float]:
    """Column and row at a point of the canvas."""
    state = stage.state()
    view, proportion = state["view"], state["proportion"]
    return (
        (x - view["x"]) / (view["zoom"] * proportion["x"]),
        (y - view["y"]) / (view["zoom"] * proportion["y"]),
    )


def test_the_whole_slice_is_fitted_into_the_stage(stage: Stage) -> None:
    stage.show(blocks(10, 20, 30, height=48))
    width, height = stage.size()
    left, top = stage.at(0, 0)
    right, bottom = stage.at(96, 48)
    assert right - left == pytest.approx(min(width, height * 2))
    assert left == pytest.approx(width - right)
    assert top == pytest.approx(height - bottom)


@pytest.mark.parametrize("delta", [-300, 200])
def test_the_wheel_zooms_about_the_pointer(stage: Stage, delta: int) -> None:
    stage.show(noise(64, 64))
    stage.command("zoomIn")
    point = (300, 200)
    stage.page.mouse.move(*stage.on_page(*point))
    before, zoom = under(stage, *point), stage.state()["view"]["zoom"]
    stage.page.mouse.wheel(0, delta)
    stage.page.wait_for_function("zoom => viewer.getState().view.zoom !== zoom", arg=zoom)
    assert (stage.state()["view"]["zoom"] > zoom) == (delta < 0)
    assert under(stage, *point) == pytest.approx(before, abs=1e-6)


def test_what_lies_under_the_pointer_is_drawn_there_after_zooming(stage: Stage) -> None:
    values = np.zeros((64, 64), np.uint8)
    values[20:24, 40:44] = 255
    stage.show(values)
    # On whole pixels, as a wheel's event tells them.
    x, y = (round(part) for part in stage.at(42, 22))
    off = np.subtract(stage.at(42, 22), (x, y))
    zoom = stage.state()["view"]["zoom"]
    stage.page.mouse.move(*stage.on_page(x, y))
    for _ in range(3):
        stage.page.mouse.wheel(0, -200)
    stage.page.wait_for_function("viewer.getState().zoomPct > 3000")
    pixels = stage.pixels()
    bright = np.argwhere(pixels[..., 0] > 127)
    ratio = stage.state()["view"]["zoom"] / zoom
    edge = 4 * ratio * zoom
    assert bright.mean(axis=0)[::-1] + 0.5 == pytest.approx((x, y) + ratio * off, abs=1)
    assert np.ptp(bright[:, 0]) == pytest.approx(edge, abs=edge * 0.05)


def test_two_fingers_zoom_and_move(phone: Stage) -> None:
    phone.show(noise(64, 64))
    zoom = phone.state()["view"]["zoom"]
    window = phone.state()["window"]
    before = under(phone, 180, 150)
    phone.touch("touchStart", (140, 150))
    phone.touch("touchStart", (140, 150), (220, 150))
    for step in range(1, 11):
        phone.touch("touchMove", (140 - 4 * step, 150 + step), (220 + 4 * step, 150 + step))
    phone.touch("touchEnd")
    assert phone.state()["view"]["zoom"] == pytest.approx(2 * zoom, rel=0.02)
    assert under(phone, 180, 160) == pytest.approx(before, abs=0.2)
    assert phone.state()["window"] == window


def test_one_finger_sets_the_window(phone: Stage) -> None:
    phone.show(noise(64, 64), window=(100, 200))
    phone.touch("touchStart", (100, 150))
    phone.touch("touchMove", (160, 150))
    phone.touch("touchMove", (250, 150))
    phone.touch("touchEnd")
    assert phone.state()["window"]["width"] == pytest.approx(300, rel=0.05)


def test_moving_by_hand_tool_right_button_and_wheel(stage: Stage) -> None:
    stage.show(noise(64, 64))
    for _ in range(4):
        stage.command("zoomIn")
    start = stage.state()["view"]
    stage.drag((400, 300), (430, 280), button="right")
    moved = stage.state()["view"]
    assert (moved["x"] - start["x"], moved["y"] - start["y"]) == pytest.approx((30, -20))
    stage.page.get_by_role("button", name="Move").click()
    stage.drag((400, 300), (370, 320))
    assert stage.state()["view"]["x"] == pytest.approx(start["x"])
    stage.page.keyboard.down("Shift")
    stage.page.mouse.wheel(0, 50)
    stage.page.keyboard.up("Shift")
    stage.page.wait_for_function(
        "([x, y]) => { const v = viewer.getState().view; return v.x !== x || v.y !== y; }",
        arg=[stage.state()["view"]["x"], start["y"]],
    )
    assert stage.state()["view"]["zoom"] == start["zoom"]


def test_the_slice_cannot_be_lost(stage: Stage) -> None:
    stage.show(noise(64, 64))
    stage.command("pan")
    for _ in range(5):
        stage.drag((850, 500), (5, 5))
    width, height = stage.size()
    right, bottom = stage.at(64, 64)
    assert right >= min(width, height) * 0.2
    assert bottom >= min(width, height) * 0.2


def test_at_1_to_1_every_pixel_is_one_of_the_screen(stage: Stage) -> None:
    values = noise(90, 120)
    stage.show(values)
    stage.page.get_by_role("button", name="1:1").click()
    x, y = (round(part) for part in stage.at(0, 0))
    shown = stage.pixels()[y : y + 90, x : x + 120]
    # The side marks and the scale bar are absent: neither sides nor spacing are known.
    assert (shown == values[..., None]).all()


def test_between_pixels_the_image_is_smooth(stage: Stage) -> None:
    stage.show(checkerboard(8))
    shown = stage.pixels()[..., 0]
    greys = ((shown > 40) & (shown < 215)).mean()
    assert greys > 0.2


def test_a_dense_screen_gets_all_its_pixels(phone: Stage) -> None:
    phone.show(noise(512, 512))
    width, height = phone.size()
    assert phone.pixels().shape[:2] == (3 * height, 3 * width)
    phone.command("actual")
    assert phone.state()["view"]["zoom"] == pytest.approx(1 / 3)
    assert phone.state()["zoomPct"] == 100


def test_pixels_that_are_not_square_are_shown_in_true_proportion(stage: Stage) -> None:
    values = np.full((64, 64), 200, np.uint8)
    stage.show(values, spacing_mm=(0.5, 1.0))
    bright = np.argwhere(stage.pixels()[..., 0] == 200)
    height, width = np.ptp(bright, axis=0) + 1
    assert width / height == pytest.approx(2.0, abs=0.01)


def test_a_fitted_slice_stays_fitted_and_another_keeps_its_middle(stage: Stage) -> None:
    stage.show(noise(64, 64))
    stage.page.set_viewport_size({"width": 700, "height": 500})
    stage.pixels()
    width, height = stage.size()
    assert stage.state()["view"]["zoom"] == pytest.approx(min(width, height) / 64)
    for _ in range(3):
        stage.command("zoomIn")
    middle = under(stage, width / 2, height / 2)
    stage.page.set_viewport_size({"width": 900, "height": 640})
    stage.pixels()
    width, height = stage.size()
    assert under(stage, width / 2, height / 2) == pytest.approx(middle, abs=0.01)
    assert stage.pixels().shape[:2] == (height, width)


@pytest.mark.parametrize("spacing", [None, (0.6, 0.6), (0.5, 1.0)])
def test_what_is_under_the_pointer(stage: Stage, spacing: tuple[float, float] | None) -> None:
    values = np.arange(64 * 48, dtype=np.int16).reshape(48, 64)
    stage.show(values, spacing_mm=spacing, unit="au", window=(1500, 3000))
    stage.page.mouse.move(*stage.on_page(*stage.at(20.5, 10.5)))
    place: dict[str, Any] = stage.place() or {}
    assert (place["column"], place["row"], place["value"]) == (20, 10, values[10, 20])
    words = stage.page.locator(".vw-place").inner_text()
    assert "20, 10 px" in words
    assert f"{values[10, 20]} au" in words
    if spacing is None:
        assert place["xMm"] is None
        assert "mm" not in words
    else:
        assert place["xMm"] == pytest.approx(20.5 * spacing[1], abs=0.2)
        assert place["yMm"] == pytest.approx(10.5 * spacing[0], abs=0.2)
        assert "mm" in words
    stage.page.mouse.move(5, 5)
    assert stage.place() is None


def test_the_scale_bar_is_as_long_as_it_says(stage: Stage) -> None:
    stage.show(np.zeros((200, 200), np.uint8), spacing_mm=(1.0, 0.5))
    shown = stage.pixels()[..., 0]
    rows = np.flatnonzero((shown > 200).sum(axis=1) > 20)
    bar = np.flatnonzero(shown[rows[-1]] > 200)
    mm = np.ptp(bar) / (stage.state()["view"]["zoom"] * stage.state()["proportion"]["x"]) * 0.5
    assert min(abs(mm - length) for length in (10, 20, 50)) < 1.0


def test_without_spacing_there_is_no_scale_bar(stage: Stage) -> None:
    stage.show(np.zeros((200, 200), np.uint8))
    assert stage.pixels().max() < 20


def test_spacing_can_come_later(stage: Stage) -> None:
    stage.show(np.full((64, 64), 60, np.uint8))
    stage.command("ruler")
    stage.drag(stage.at(10, 10), stage.at(50, 10))
    assert stage.state()["rulers"][0]["unit"] == "px"
    stage.page.evaluate("viewer.setSpacing([0.5, 1.0])")
    [ruler] = stage.state()["rulers"]
    assert (ruler["length"], ruler["unit"]) == (pytest.approx(40, abs=0.5), "mm")
    left, top = stage.at(0, 0)
    right, bottom = stage.at(64, 64)
    assert (right - left) / (bottom - top) == pytest.approx(2)
    assert stage.state()["view"]["fitted"]
