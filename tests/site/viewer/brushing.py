"""Strokes of the brush on an even slice, and the pixels that they must paint."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.site.viewer.stage import Bytes, Stage

SIZE = (60, 80)
PLAIN = np.full(SIZE, 90, np.uint8)
Place = tuple[float, float]


def empty() -> Bytes:
    return np.zeros(SIZE, np.uint8)


def within(
    start: Place, end: Place, diameter: float, proportion: Place = (1.0, 1.0)
) -> npt.NDArray[np.bool_]:
    """Pixels whose centre is at most half a diameter from a line, in pixels of the finer axis."""
    rows, columns = np.indices(SIZE) + 0.5
    x, y = columns * proportion[0], rows * proportion[1]
    (x0, y0), (x1, y1) = (np.multiply(place, proportion) for place in (start, end))
    square = (x1 - x0) ** 2 + (y1 - y0) ** 2
    share = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / square if square else 0.0
    share = np.clip(share, 0.0, 1.0)
    away = np.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0))
    near: npt.NDArray[np.bool_] = away <= diameter / 2
    near[int(end[1]), int(end[0])] = True
    return near


def brush(stage: Stage, name: str = "Brush", diameter: int = 9) -> None:
    stage.page.get_by_role("button", name=name).click()
    stage.page.get_by_role("slider", name="Size").fill(str(diameter))


def on_grid(stage: Stage, place: Place) -> Place:
    """The place that a pointer on the nearest whole pixel of the screen is at."""
    state = stage.state()
    view, proportion = state["view"], state["proportion"]
    left, top = stage.on_page(0, 0)
    x, y = (round(part) for part in stage.on_page(*stage.at(*place)))
    return (
        (x - left - view["x"]) / (view["zoom"] * proportion["x"]),
        (y - top - view["y"]) / (view["zoom"] * proportion["y"]),
    )


def stroke(stage: Stage, *places: Place) -> list[Place]:
    exact = [on_grid(stage, place) for place in places]
    stage.drag(*(stage.at(*place) for place in exact))
    return exact
