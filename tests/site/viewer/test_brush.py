"""What the brush paints and erases, and how that is undone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.site.viewer.brushing import PLAIN, brush, empty, stroke, within
from tests.site.viewer.stage import Stage


@pytest.mark.parametrize("diameter", [1, 2, 9, 30])
@pytest.mark.parametrize("spacing", [None, (0.5, 1.0), (0.9, 0.6)])
def test_a_dab_paints_every_centre_within_its_rim(
    stage: Stage, diameter: int, spacing: tuple[float, float] | None
) -> None:
    stage.show(PLAIN, spacing_mm=spacing)
    stage.lay(empty())
    brush(stage, diameter=diameter)
    [place] = stroke(stage, (40.3, 30.7))
    proportion = stage.state()["proportion"]
    wanted = within(place, place, diameter, (proportion["x"], proportion["y"]))
    assert wanted.any()
    assert ((stage.mask() == 1) == wanted).all()


def test_a_stroke_paints_along_its_way_for_the_chosen_side(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    brush(stage, diameter=7)
    stage.page.get_by_text("Left", exact=True).click()
    start, end = stroke(stage, (10, 30), (70, 30))
    found = stage.mask()
    assert set(np.unique(found)) == {0, 2}
    difference = (found == 2) ^ within(start, end, 7)
    # Moves in between are rounded to the screen's pixels.
    assert difference.sum() <= 4
    stage.page.get_by_text("Right", exact=True).click()
    stroke(stage, (40, 30))
    assert (stage.mask()[30, 40], stage.mask()[30, 60]) == (1, 2)


def test_erasing_takes_the_side_that_is_touched_first(stage: Stage) -> None:
    mask = empty()
    mask[20:40, 20:40], mask[20:40, 40:60] = 1, 2
    stage.show(PLAIN)
    stage.lay(mask)
    brush(stage, "Erase", 11)
    stroke(stage, (10, 30), (35, 30), (50, 30))
    found = stage.mask()
    assert not (found[28:33, 20:40] == 1).any()
    assert ((found == 2) == (mask == 2)).all()
    stroke(stage, (70, 30), (50, 30), (25, 30))
    assert ((stage.mask() == 1) == (found == 1)).all()
    assert stage.mask()[30, 50] == 0


def test_undo_and_redo(stage: Stage) -> None:
    mask = empty()
    mask[25:35, 30:50] = 1
    stage.show(PLAIN)
    stage.lay(mask)
    brush(stage)
    masks = [stage.mask()]
    undo = stage.page.get_by_role("button", name="Undo")
    redo = stage.page.get_by_role("button", name="Redo")
    expect(undo).to_have_attribute("aria-disabled", "true")
    for places in ([(10, 10), (40, 12)], [(40, 40)], [(30, 30), (50, 50)]):
        stroke(stage, *places)
        masks.append(stage.mask())
    stroke(stage, (40, 30))  # changes nothing, and is no step
    for wanted in reversed(masks[:-1]):
        undo.click()
        assert (stage.mask() == wanted).all()
    expect(undo).to_have_attribute("aria-disabled", "true")
    for wanted in masks[1:]:
        redo.click()
        assert (stage.mask() == wanted).all()
    stage.canvas.focus()
    stage.page.keyboard.press("Control+z")
    assert (stage.mask() == masks[2]).all()
    stage.page.keyboard.press("Control+Shift+Z")
    stage.page.keyboard.press("Control+z")
    stage.page.keyboard.press("Control+y")
    assert (stage.mask() == masks[3]).all()
    stage.page.keyboard.press("Control+z")
    stroke(stage, (5, 55))
    expect(redo).to_have_attribute("aria-disabled", "true")


def test_edits_are_told_at_once_and_once_more_when_done(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    brush(stage)
    stage.drag(stage.at(20, 30), stage.at(40, 30), release=False)
    edits = stage.edits()
    assert edits
    assert not any(edit["final"] for edit in edits)
    stage.page.mouse.up()
    last: dict[str, Any] = stage.edits()[-1]
    assert last == {"area": int((stage.mask() > 0).sum()), "final": True}
    count = len(stage.edits())
    stage.command("undo")
    assert stage.edits()[count:] == [{"area": 0, "final": True}]


def test_the_drawn_outline_follows_the_brush(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    stage.page.get_by_role("slider", name="Fill").fill("100")
    brush(stage, diameter=20)
    stroke(stage, (40, 30))
    stage.page.mouse.move(5, 5)
    x, y = stage.at(40.5, 30.5)
    assert tuple(stage.pixels()[round(y), round(x)]) == (230, 159, 0)


def test_escape_gives_a_stroke_up(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    brush(stage)
    stage.drag(stage.at(20, 30), stage.at(40, 30), release=False)
    assert stage.mask().any()
    stage.page.keyboard.press("Escape")
    assert not stage.mask().any()
    stage.page.mouse.up()
    assert not stage.state()["canUndo"]


def test_a_mask_that_must_not_be_changed_is_not(stage: Stage) -> None:
    mask = empty()
    mask[20:40, 20:40] = 1
    stage.show(PLAIN)
    stage.lay(mask, editable=False)
    button = stage.page.get_by_role("button", name="Brush")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    stage.canvas.focus()
    stage.page.keyboard.press("b")
    stroke(stage, (30, 30), (60, 30))
    assert (stage.mask() == mask).all()
    assert stage.state()["tool"] == "window"


def test_another_slice_starts_without_strokes_to_undo(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    brush(stage)
    stroke(stage, (40, 30))
    stage.show(PLAIN)
    stage.lay(empty())
    assert not stage.state()["canUndo"]
    assert not stage.mask().any()


def test_undoing_during_a_stroke_takes_that_stroke_alone(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    brush(stage)
    stroke(stage, (20, 10))
    before = stage.mask()
    stage.drag(stage.at(20, 40), stage.at(60, 40), release=False)
    stage.page.keyboard.press("Control+z")
    stage.page.mouse.up()
    assert (stage.mask() == before).all()


def test_the_brush_is_still_in_hand_on_the_next_slice(stage: Stage) -> None:
    stage.show(PLAIN)
    stage.lay(empty())
    brush(stage)
    stage.show(PLAIN)
    assert stage.state()["tool"] == "window"
    stage.lay(empty())
    assert stage.state()["tool"] == "brush"
