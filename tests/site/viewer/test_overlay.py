from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from multifidus.outlines import outlines
from tests.site.pictures import decoded
from tests.site.viewer.stage import SIDE_RGB, Bytes, Stage, encoded

SHADE = 100


def plain(height: int = 40, width: int = 60) -> Bytes:
    return np.full((height, width), SHADE, np.uint8)


def two_sides(height: int = 40, width: int = 60) -> Bytes:
    mask = np.zeros((height, width), np.uint8)
    mask[10:30, 8:24] = 1
    mask[12:28, 24:50] = 2  # touches the other side
    mask[18:22, 34:40] = 0  # a hole
    return mask


def blended(label: int, share: float) -> Bytes:
    return np.rint(SHADE + share * (np.array(SIDE_RGB[label]) - SHADE)).astype(np.uint8)


def colour(stage: Stage, pixels: Bytes, column: float, row: float) -> Bytes:
    x, y = stage.at(column, row)
    return pixels[round(y), round(x)]


def is_near(found: Bytes, wanted: Bytes, by: int = 2) -> bool:
    return bool(np.abs(found.astype(int) - wanted.astype(int)).max() <= by)


def test_the_fill_is_the_sides_colour_at_the_chosen_opacity(stage: Stage) -> None:
    stage.show(plain())
    stage.lay(two_sides())
    slider = stage.page.get_by_role("slider", name="Fill")
    for share in (0.25, 0.6, 1.0, 0.0):
        slider.fill(str(round(share * 100)))
        pixels = stage.pixels()
        for label, place in ((1, (15.5, 20.5)), (2, (30.5, 16.5))):
            assert is_near(colour(stage, pixels, *place), blended(label, share))
        assert (colour(stage, pixels, 36.5, 20.5) == SHADE).all()
        assert (colour(stage, pixels, 4.5, 20.5) == SHADE).all()


def test_the_contour_lies_inside_along_the_pixels_edges(stage: Stage) -> None:
    stage.show(plain())
    mask = two_sides()
    stage.lay(mask)
    stage.page.get_by_role("slider", name="Fill").fill("0")
    pixels = stage.pixels()
    zoom = stage.state()["view"]["zoom"]
    # Just inside and just outside an edge, in slice pixels.
    near = 1 / zoom
    for edge, label in ((8, 1), (24, 2)):
        assert is_near(colour(stage, pixels, edge + near, 20.5), blended(label, 1.0), 20)
    assert is_near(colour(stage, pixels, 24 - near, 20.5), blended(1, 1.0), 20)
    for column in (8 - 1.5 * near, 36.5, 15.5):
        assert (colour(stage, pixels, column, 20.5) == SHADE).all()


def test_nothing_is_coloured_outside_the_mask_and_all_of_it_inside(stage: Stage) -> None:
    rng = np.random.default_rng(3)
    mask = rng.integers(0, 3, (12, 16), dtype=np.uint8)
    stage.show(plain(12, 16))
    stage.lay(mask)
    stage.page.get_by_role("slider", name="Fill").fill("100")
    pixels = stage.pixels()
    for row, column in np.ndindex(mask.shape):
        found = colour(stage, pixels, column + 0.5, row + 0.5)
        label = int(mask[row, column])
        assert is_near(found, blended(label, 1.0) if label else np.full(3, SHADE, np.uint8))


@pytest.mark.parametrize("seed", range(6))
def test_outlines_are_the_services_own(stage: Stage, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.choice(np.array([0, 1, 2], np.uint8), (23, 31), p=(0.4, 0.3, 0.3))
    if seed % 2:
        mask = mask.repeat(3, axis=0).repeat(2, axis=1)
    found = stage.page.evaluate(
        """async ({data, width, height}) => {
          const {outlinesOf} = await import("/js/viewer/outlines.js");
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          return [1, 2].map((label) =>
            outlinesOf({data: bytes, width, height}, label).map((corners) => [...corners]));
        }""",
        {"data": encoded(mask), "width": mask.shape[1], "height": mask.shape[0]},
    )
    for polygons, wanted in zip(found, outlines(mask).values(), strict=True):
        assert len(polygons) == len(wanted) > 0
        for polygon, corners in zip(polygons, wanted, strict=True):
            # There a pixel's centre is at whole numbers, here its corner is.
            assert (np.reshape(polygon, (-1, 2)) == corners + 0.5).all()


def test_the_contour_can_be_switched_off(stage: Stage) -> None:
    stage.show(plain())
    stage.lay(two_sides())
    button = stage.page.get_by_role("button", name="Contour")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    inside = 8 + 1 / stage.state()["view"]["zoom"]
    assert is_near(colour(stage, stage.pixels(), inside, 20.5), blended(1, 0.25))


def test_holding_the_key_shows_the_slice_alone(stage: Stage) -> None:
    stage.show(plain())
    stage.lay(two_sides())
    stage.canvas.focus()
    stage.page.keyboard.down("h")
    assert (stage.pixels()[100:400, 100:800] == SHADE).all()
    stage.page.keyboard.up("h")
    assert is_near(colour(stage, stage.pixels(), 15.5, 20.5), blended(1, 0.25))


def test_holding_the_button_shows_the_slice_alone(stage: Stage) -> None:
    stage.show(plain())
    stage.lay(two_sides())
    button = stage.page.get_by_role("button", name="Compare")
    button.hover()
    stage.page.mouse.down()
    assert (stage.pixels()[100:400, 100:800] == SHADE).all()
    expect(button).to_have_attribute("aria-pressed", "true")
    stage.page.mouse.up()
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    for key in ("Enter", " "):
        stage.page.keyboard.down(key)
        assert stage.state()["comparing"]
        stage.page.keyboard.up(key)
        assert not stage.state()["comparing"]
    # Assistive software clicks without holding anything.
    button.evaluate("(button) => button.click()")
    assert stage.state()["comparing"]
    button.evaluate("(button) => button.click()")
    assert not stage.state()["comparing"]


def marks(stage: Stage) -> tuple[Bytes, Bytes]:
    """The letters at the image's left and right edge, cut out."""
    lit = stage.pixels()[..., 0] > 128
    half = lit.shape[1] // 2
    cut = []
    for side in (lit[:, :half], lit[:, half:]):
        rows, columns = np.nonzero(side)
        cut.append(side[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    return cut[0], cut[1]


def test_the_marks_follow_a_mirrored_slice(stage: Stage) -> None:
    dark = np.zeros((60, 60), np.uint8)
    stage.show(dark, right_side="start")
    right, left = marks(stage)
    stage.show(dark, right_side="end")
    mirrored_left, mirrored_right = marks(stage)
    assert mirrored_right.shape == pytest.approx(right.shape, abs=1)
    assert mirrored_left.shape == pytest.approx(left.shape, abs=1)
    # An L has ink at its foot alone, an R also at its shoulder.
    assert left[: len(left) // 2, left.shape[1] // 2 :].mean() < 0.1
    assert right[: len(right) // 2, right.shape[1] // 2 :].mean() > 0.2
    name = stage.canvas.get_attribute("aria-label") or ""
    assert "right is at the image's right" in name
    stage.show(dark)
    assert stage.pixels().max() < 20


def test_assumed_sides_are_marked_as_such(stage: Stage) -> None:
    dark = np.zeros((60, 60), np.uint8)
    stage.show(dark, right_side="start")
    known = marks(stage)[0].shape[1]
    stage.page.evaluate("viewer.setSides('start', {assumed: true})")
    assert marks(stage)[0].shape[1] > known + 5
    assert "assumed" in (stage.canvas.get_attribute("aria-label") or "")


def test_a_mask_of_another_size_is_refused(stage: Stage) -> None:
    stage.show(plain())
    refused = stage.page.evaluate(
        """() => {
          try { viewer.setMask({width: 3, height: 3, data: new Uint8Array(9)}); }
          catch (error) { return error.name; }
        }"""
    )
    assert refused == "RangeError"


def test_the_picture_to_keep_has_the_slices_own_size_and_what_is_seen(stage: Stage) -> None:
    stage.show(plain(200, 300), spacing_mm=(0.5, 1.0), right_side="start")
    mask = np.zeros((200, 300), np.uint8)
    mask[50:150, 40:120], mask[50:150, 160:260] = 1, 2
    stage.lay(mask)
    stage.command("zoomIn")
    kept = decoded(stage.exported())[..., 2::-1]
    assert kept.shape[:2] == (200, 300)
    assert is_near(kept[100, 80], blended(1, 0.25))
    assert is_near(kept[100, 40], blended(1, 1.0))
    assert is_near(kept[60, 200], blended(2, 0.25))
    assert (kept[100, 39] == SHADE).all()
    assert kept[90:110, :30].max() > 200  # the mark of a side
    stage.command("invert")
    assert (decoded(stage.exported())[30, 150, :3] == 255 - SHADE).all()
