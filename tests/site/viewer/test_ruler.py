from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.site.viewer.stage import Stage

PLAIN = np.full((80, 100), 60, np.uint8)


def draw(stage: Stage, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Measure between two places, given as column and row."""
    stage.page.get_by_role("button", name="Ruler").click()
    stage.drag(stage.at(*start), stage.at(*end))


@pytest.mark.parametrize(
    ("spacing", "length", "unit"),
    [
        (None, 50.0, "px"),
        ((0.6, 0.6), 30.0, "mm"),
        # 30 columns of 1 mm, 40 rows of 0.5 mm.
        ((0.5, 1.0), float(np.hypot(30, 20)), "mm"),
        ((1.0, 0.25), float(np.hypot(7.5, 40)), "mm"),
    ],
)
def test_a_length_is_right_whatever_the_pixels_shape(
    stage: Stage, spacing: tuple[float, float] | None, length: float, unit: str
) -> None:
    stage.show(PLAIN, spacing_mm=spacing)
    draw(stage, (20, 20), (50, 60))
    [ruler] = stage.state()["rulers"]
    assert ruler["unit"] == unit
    # The pointer's events come in whole pixels of the screen.
    assert ruler["length"] == pytest.approx(length, rel=0.01)
    stage.pixels()
    expect(stage.page.locator(".vw-length")).to_have_text(f"{ruler['length']:.1f} {unit}")


def test_the_line_is_drawn_where_it_was_dragged(stage: Stage) -> None:
    stage.show(PLAIN, spacing_mm=(0.5, 1.0))
    draw(stage, (20, 40), (60, 40))
    stage.page.mouse.move(5, 5)
    x, y = stage.at(40, 40)
    column = stage.pixels()[:, round(x), 0].astype(int)
    brightest = int(np.argmax(column))
    assert brightest == pytest.approx(y, abs=1.5)
    assert column[brightest] > 150


def test_an_end_can_be_dragged_on_and_the_ruler_removed(stage: Stage) -> None:
    stage.show(PLAIN)
    draw(stage, (20, 20), (50, 20))
    stage.drag(stage.at(50, 20), stage.at(80, 20))
    draw(stage, (20, 60), (30, 60))
    lengths = [ruler["length"] for ruler in stage.state()["rulers"]]
    assert lengths == pytest.approx([60, 10], abs=0.5)
    stage.page.get_by_role("button", name="Remove").click()
    assert len(stage.state()["rulers"]) == 1
    stage.canvas.focus()
    stage.page.keyboard.press("Delete")
    assert stage.state()["rulers"] == []


def test_a_mere_click_leaves_no_ruler(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.command("ruler")
    x, y = stage.on_page(*stage.at(40, 40))
    stage.page.mouse.click(x, y)
    assert stage.state()["rulers"] == []


def test_it_stays_within_the_slice(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.command("ruler")
    x, y = stage.at(50, 40)
    stage.drag((x, y), (1, y))
    [ruler] = stage.state()["rulers"]
    assert ruler["length"] == pytest.approx(50, abs=0.5)


def test_by_keys_alone(stage: Stage) -> None:
    stage.show(PLAIN, spacing_mm=(0.5, 2.0))
    stage.canvas.focus()
    keyboard = stage.page.keyboard
    keyboard.press("m")
    keyboard.press(" ")
    for _ in range(3):
        keyboard.press("ArrowRight")
    keyboard.press("Shift+ArrowDown")
    keyboard.press(" ")
    [ruler] = stage.state()["rulers"]
    assert ruler["length"] == pytest.approx(np.hypot(6, 5))
    expect(stage.page.locator("[role=status]")).to_have_text("7.8 mm")
    # Take the nearest end up again, move it back, set it down.
    keyboard.press("Enter")
    keyboard.press("Shift+ArrowUp")
    keyboard.press("Enter")
    [ruler] = stage.state()["rulers"]
    assert ruler["length"] == pytest.approx(6)
    # What is begun can be given up.
    keyboard.press("Enter")
    keyboard.press("ArrowRight")
    keyboard.press("Escape")
    assert stage.state()["rulers"][0]["length"] == pytest.approx(6)
    keyboard.press("Shift+ArrowLeft")
    keyboard.press(" ")
    keyboard.press("ArrowRight")
    keyboard.press("Escape")
    assert len(stage.state()["rulers"]) == 1


def test_by_finger(phone: Stage) -> None:
    phone.show(PLAIN)
    phone.page.get_by_role("button", name="Ruler").tap()
    start, end = phone.at(20, 50), phone.at(70, 50)
    phone.touch("touchStart", start)
    phone.touch("touchMove", ((start[0] + end[0]) / 2, end[1]))
    phone.touch("touchMove", end)
    phone.touch("touchEnd")
    [ruler] = phone.state()["rulers"]
    assert ruler["length"] == pytest.approx(50, abs=0.5)
