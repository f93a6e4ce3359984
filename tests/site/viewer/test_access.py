from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.site.conftest import SCREENSHOTS
from tests.site.pictures import SAMPLES, decoded
from tests.site.viewer.stage import Stage

PLAIN = np.full((60, 80), 90, np.uint8)
MASK = np.zeros((60, 80), np.uint8)
MASK[20:40, 20:38], MASK[20:40, 42:60] = 1, 2


def rule(stage: Stage) -> None:
    stage.command("ruler")
    stage.drag(stage.at(100, 120), stage.at(220, 140))


def draw(stage: Stage) -> None:
    stage.command("brush")
    stage.drag(stage.at(140, 180), stage.at(150, 240))


STATES: dict[str, Callable[[Stage], None]] = {
    "empty": lambda stage: stage.page.evaluate("viewer.clear()"),
    "without a mask": lambda stage: stage.page.evaluate("viewer.setMask(null)"),
    "window": lambda _stage: None,
    "ruler": lambda stage: rule(stage),
    "brush": lambda stage: draw(stage),
    "erase": lambda stage: stage.command("erase"),
    "keys": lambda stage: stage.command("keys"),
}
TARGETS = ".vw button:visible, .vw label:visible, .vw .vw-slider:visible"


def fill(stage: Stage) -> None:
    stage.show(PLAIN, spacing_mm=(0.6, 0.6), right_side="start")
    stage.lay(MASK)


def fill_with_a_sample(stage: Stage) -> None:
    picture, mask = (
        decoded((SAMPLES / f"severe{kind}.png").read_bytes()) for kind in ("", "_mask")
    )
    stage.show(picture, spacing_mm=(0.6, 0.6), right_side="start")
    stage.lay(mask)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("device", ["stage", "phone"])
def test_axe_finds_nothing(request: pytest.FixtureRequest, device: str, state: str) -> None:
    stage: Stage = request.getfixturevalue(device)
    fill_with_a_sample(stage)
    STATES[state](stage)
    stage.pixels()
    stage.page.screenshot(path=SCREENSHOTS / f"viewer-{device}-{state.replace(' ', '-')}.png")
    found = Axe().run(stage.page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_the_toolbar_is_one_tab_stop_and_the_arrows_move_in_it(stage: Stage) -> None:
    fill(stage)
    keyboard = stage.page.keyboard
    stage.canvas.focus()
    keyboard.press("Tab")
    focused = stage.page.locator(":focus")
    expect(focused).to_have_text("Window")
    keyboard.press("ArrowRight")
    expect(focused).to_have_text("Move")
    keyboard.press("Enter")
    expect(focused).to_have_attribute("aria-pressed", "true")
    assert stage.state()["tool"] == "pan"
    keyboard.press("End")
    expect(focused).to_have_text("Keys")
    keyboard.press("ArrowRight")
    expect(focused).to_have_text("Window")
    keyboard.press("ArrowUp")
    expect(focused).to_have_text("Keys")
    keyboard.press("Tab")
    expect(focused).to_have_attribute("aria-label", "Fill")
    before = stage.state()["fillOpacity"]
    keyboard.press("ArrowRight")
    assert stage.state()["fillOpacity"] > before
    keyboard.press("Shift+Tab")
    expect(focused).to_have_text("Keys")


def test_every_button_has_a_visible_name_a_key_and_says_whether_it_is_pressed(
    stage: Stage,
) -> None:
    fill(stage)
    stage.command("brush")
    stage.pixels()
    buttons = stage.page.locator(".vw button:visible").all()
    assert len(buttons) >= 16
    for button in buttons:
        assert button.inner_text().strip()
        assert button.get_attribute("aria-keyshortcuts")
    pressed = stage.page.locator(".vw-toolbar [aria-pressed=true]").all_inner_texts()
    assert pressed == ["Brush", "Contour"]


def test_keys_do_what_their_buttons_say(stage: Stage) -> None:
    fill(stage)
    stage.canvas.focus()
    for key, tool in {"p": "pan", "m": "ruler", "e": "erase", "b": "brush", "w": "window"}.items():
        stage.page.keyboard.press(key)
        assert stage.state()["tool"] == tool
    before = stage.state()
    for key in ("+", "+", "-", "i", "o"):
        stage.page.keyboard.press(key)
    after = stage.state()
    assert after["zoomPct"] == pytest.approx(before["zoomPct"] * 1.25, rel=0.01)
    assert (after["inverted"], after["outlined"]) == (True, False)
    stage.page.keyboard.press("1")
    assert stage.state()["zoomPct"] == 100
    stage.page.keyboard.press("0")
    assert stage.state()["view"]["fitted"]
    stage.page.keyboard.press("ArrowRight")
    stage.page.keyboard.press("Shift+ArrowDown")
    assert stage.state()["window"] == {
        "width": pytest.approx(255 * 1.02),
        "center": pytest.approx(127.5 + 255 * 0.1),
    }
    stage.page.keyboard.press("r")
    assert stage.state()["window"] == {"width": 255, "center": 127.5}
    stage.page.keyboard.press("p")
    x = stage.state()["view"]["x"]
    stage.page.keyboard.press("ArrowRight")
    assert stage.state()["view"]["x"] == pytest.approx(x - 24)


def test_keys_do_nothing_while_the_focus_is_elsewhere(stage: Stage) -> None:
    fill(stage)
    stage.page.evaluate("document.activeElement.blur()")
    stage.page.keyboard.press("m")
    assert stage.state()["tool"] == "window"


def test_the_list_of_keys_opens_takes_the_focus_and_gives_it_back(stage: Stage) -> None:
    fill(stage)
    stage.canvas.focus()
    stage.page.keyboard.press("?")
    dialog = stage.page.get_by_role("dialog", name="Keys and gestures")
    expect(dialog).to_be_visible()
    for words in ("Ctrl+Z", "Hold to see the image without outlines", "Zoom about the pointer"):
        expect(dialog.get_by_text(words)).to_be_visible()
    stage.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(stage.canvas).to_be_focused()


def test_changes_are_announced_at_a_pace(stage: Stage) -> None:
    fill(stage)
    stage.canvas.focus()
    stage.page.evaluate(
        """() => {
          window.said = [];
          const region = document.querySelector(".vw [role=status]");
          new MutationObserver(() => said.push(region.textContent))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    for _ in range(8):
        stage.page.keyboard.press("+")
    region = stage.page.locator(".vw [role=status]")
    expect(region).to_have_text(f"Zoom {stage.state()['zoomPct']} %")
    assert len(stage.page.evaluate("said")) <= 2
    for key, words in {"b": "Add to the outlined area", "x": "Brush paints the left side"}.items():
        stage.page.keyboard.press(key)
        expect(region).to_have_text(words)


def test_the_image_says_what_it_is(stage: Stage) -> None:
    fill(stage)
    stage.pixels()
    assert stage.canvas.get_attribute("aria-label") == (
        "Slice of 80 by 60 pixels. The patient's right is at the image's left. "
        "Question mark lists the keys."
    )
    stage.page.evaluate("viewer.clear()")
    stage.pixels()
    assert stage.canvas.get_attribute("aria-label") == "No image"


@pytest.mark.parametrize("tool", ["window", "ruler", "brush"])
def test_on_a_phone_everything_fits_and_is_large_enough_to_touch(phone: Stage, tool: str) -> None:
    fill(phone)
    phone.command(tool)
    phone.pixels()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    targets = phone.page.locator(TARGETS).all()
    assert len(targets) >= 15
    boxes = [target.bounding_box() for target in targets]
    for box in boxes:
        assert box is not None
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    canvas = phone.canvas.bounding_box()
    assert canvas is not None
    assert canvas["height"] >= 300


def test_it_works_in_forced_colours_and_without_motion(stage: Stage) -> None:
    stage.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    fill(stage)
    stage.command("brush")
    stage.pixels()
    pressed, other = (
        stage.page.get_by_role("button", name=name).evaluate(
            "(button) => getComputedStyle(button).borderTopColor"
        )
        for name in ("Brush", "Ruler")
    )
    assert pressed != other
    moving = stage.page.evaluate("document.getAnimations().length")
    assert moving == 0


def test_without_a_mask_what_needs_one_can_be_found_but_does_nothing(stage: Stage) -> None:
    stage.show(PLAIN)
    for name in ("Contour", "Compare", "Brush", "Erase"):
        button = stage.page.get_by_role("button", name=name)
        expect(button).to_have_attribute("aria-disabled", "true")
        button.click(force=True)
    expect(stage.page.get_by_role("slider", name="Fill")).to_be_disabled()
    assert stage.state()["tool"] == "window"


def test_nothing_is_left_after_destroying_it(stage: Stage) -> None:
    fill(stage)
    stage.page.evaluate("viewer.destroy()")
    assert stage.page.locator(".vw").count() == 0
    stage.page.set_viewport_size({"width": 500, "height": 500})
    stage.page.mouse.move(100, 100)
    stage.page.keyboard.press("m")
