"""The viewer where the page has put it, with slices that the real service measures."""

from __future__ import annotations

import io
import re

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect

from multifidus.render import LEFT_RGB, RIGHT_RGB
from tests.site.actions import choose, expect_result, held_back, until_one_is_held
from tests.site.pictures import SAMPLES, Pixels, decoded


def changed(*, mirrored: bool = False, every_other_row: bool = False) -> bytes:
    """The moderate sample, stored the other way round, or with pixels twice as high as wide."""
    dataset = pydicom.dcmread(SAMPLES / "moderate.dcm")
    pixels = dataset.pixel_array
    if mirrored:
        pixels = pixels[:, ::-1]
        dataset.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]
    if every_other_row:
        pixels = pixels[::2]
        dataset.Rows //= 2
        row, column = dataset.PixelSpacing
        dataset.PixelSpacing = [2 * row, column]
    dataset.PixelData = np.ascontiguousarray(pixels).tobytes()
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


def measured(page: Page, slice_file: bytes) -> Pixels:
    """BGR of the canvas with the slice and its outlines."""
    choose(page, {"name": "slice.dcm", "mimeType": "", "buffer": slice_file})
    expect_result(page)
    expect(page.locator(".vw [data-command=brush]")).to_have_attribute("aria-disabled", "false")
    page.mouse.move(1, 1)
    return decoded(page.locator(".vw-canvas").screenshot())


def middle_of(canvas: Pixels, rgb: tuple[int, int, int]) -> tuple[float, float]:
    """Where the outline in a colour lies, as shares of the canvas's width and height."""
    near = np.abs(canvas[..., 2::-1].astype(int) - rgb).max(axis=-1) < 12
    rows, columns = np.nonzero(near)
    assert rows.size > 100
    return float(columns.mean() / canvas.shape[1]), float(rows.mean() / canvas.shape[0])


@pytest.mark.parametrize(("mirrored", "where"), [(False, "left"), (True, "right")])
def test_a_mirrored_slice_has_its_marks_and_colours_mirrored(
    page: Page, mirrored: bool, where: str
) -> None:
    canvas = measured(page, changed(mirrored=mirrored))
    expect(page.locator(".vw-canvas")).to_have_attribute(
        "aria-label", re.compile(f"right is at the image's {where}")
    )
    right, left = middle_of(canvas, RIGHT_RGB)[0], middle_of(canvas, LEFT_RGB)[0]
    assert (right > left) == mirrored


def test_pixels_twice_as_high_as_wide_leave_the_anatomy_as_it_is(page: Page) -> None:
    square = measured(page, changed())
    wanted = middle_of(square, RIGHT_RGB)
    page.reload()
    found = middle_of(measured(page, changed(every_other_row=True)), RIGHT_RGB)
    assert found == pytest.approx(wanted, abs=0.03)


def test_the_slice_is_there_to_look_at_before_the_answer_comes(page: Page) -> None:
    held = held_back(page)
    choose(page, {"name": "slice.dcm", "mimeType": "", "buffer": changed()})
    until_one_is_held(page, held)
    expect(page.locator(".vw:not([data-empty])")).to_have_count(1)
    canvas = page.locator(".vw-canvas")
    before = page.locator(".vw-window").inner_text()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    expect(page.locator(".vw-place")).to_contain_text("mm")
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 200, steps=3)
    page.mouse.up()
    expect(page.locator(".vw-window")).not_to_have_text(before)
    assert decoded(canvas.screenshot())[..., :3].max() > 200
