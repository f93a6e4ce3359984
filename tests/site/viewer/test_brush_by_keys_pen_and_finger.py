"""The brush without a mouse."""

from __future__ import annotations

from tests.site.viewer.brushing import PLAIN, Place, brush, empty, within
from tests.site.viewer.stage import Stage


def test_by_keys_alone(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    stage.canvas.focus()
    keyboard = stage.page.keyboard
    for key in ("b", "x", "[", "[", "]"):
        keyboard.press(key)
    assert stage.state()["brush"] == {"label": 2, "diameter": 8}
    keyboard.press(" ")
    assert ((stage.mask() == 2) == within((40.5, 30.5), (40.5, 30.5), 8)).all()
    keyboard.press("Enter")
    for _ in range(12):
        keyboard.press("ArrowLeft")
    keyboard.press("Enter")
    assert ((stage.mask() == 2) == within((28.5, 30.5), (40.5, 30.5), 8)).all()
    keyboard.press("Shift+ArrowUp")
    assert ((stage.mask() == 2) == within((28.5, 30.5), (40.5, 30.5), 8)).all()
    keyboard.press("Shift+ArrowDown")
    keyboard.press("e")
    keyboard.press(" ")
    assert stage.mask()[30, 28] == 0
    keyboard.press("Control+z")
    keyboard.press("Control+z")
    keyboard.press("Control+z")
    assert not stage.mask().any()


def pen(stage: Stage, kind: str, place: Place, *, buttons: int = 1, pointer: str = "pen") -> None:
    x, y = stage.on_page(*stage.at(*place))
    details = {"clientX": x, "clientY": y, "pointerId": 1, "pointerType": pointer}
    button = -1 if kind == "pointermove" else 0
    # A real press, so that the canvas may capture the pointer.
    stage.canvas.dispatch_event(
        kind, details | {"bubbles": True, "buttons": buttons, "button": button, "isPrimary": True}
    )


def test_by_pen_whose_other_end_erases(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    brush(stage)
    stage.canvas.evaluate("(canvas) => { canvas.setPointerCapture = () => {}; }")
    pen(stage, "pointerdown", (20, 30))
    pen(stage, "pointermove", (60, 30))
    pen(stage, "pointerup", (60, 30), buttons=0)
    painted = stage.mask()
    assert painted[30, 20:60].all()
    pen(stage, "pointerdown", (40, 30), buttons=32)
    pen(stage, "pointermove", (50, 30), buttons=32)
    pen(stage, "pointerup", (50, 30), buttons=0)
    assert not stage.mask()[30, 40:50].any()
    assert stage.mask()[30, 25]
    assert stage.state()["tool"] == "brush"


def test_by_finger_and_a_second_finger_takes_it_back(phone: Stage) -> None:
    phone.show(PLAIN)
    phone.lay(empty())
    phone.page.get_by_role("button", name="Brush").tap()
    phone.touch("touchStart", phone.at(20, 30))
    phone.touch("touchMove", phone.at(30, 30))
    phone.touch("touchMove", phone.at(60, 30))
    phone.touch("touchEnd")
    painted = phone.mask()
    assert painted[30, 20:60].all()
    zoom = phone.state()["view"]["zoom"]
    phone.touch("touchStart", phone.at(20, 50))
    phone.touch("touchMove", phone.at(40, 50))
    phone.touch("touchStart", phone.at(40, 50), phone.at(60, 50))
    phone.touch("touchMove", phone.at(20, 50), phone.at(75, 50))
    phone.touch("touchEnd")
    assert (phone.mask() == painted).all()
    assert phone.state()["view"]["zoom"] > zoom


def test_another_tool_finishes_a_line_that_the_keys_have_begun(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    stage.canvas.focus()
    for key in ("b", "Enter", "ArrowLeft", "w", "ArrowLeft"):
        stage.page.keyboard.press(key)
    assert stage.state()["canUndo"]
    assert stage.state()["window"]["width"] < 255
    painted = stage.mask()
    stage.page.keyboard.press("Control+z")
    assert painted.any()
    assert not stage.mask().any()
