"""The viewer on a page of its own: pictures in, pixels of its canvas out."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page, ViewportSize

from local.site_headers import CONTENT_SECURITY_POLICY
from multifidus.render import LEFT_RGB, RIGHT_RGB
from tests.site.conftest import Watch

Values = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]

PAGE = Path(__file__).parent / "page"
ADDRESS = "/viewer-test/stage.html"
TYPES = {"int16": "Int16Array", "uint16": "Uint16Array", "uint8": "Uint8Array"} | {
    "float32": "Float32Array"
}
SIDE_RGB = {1: RIGHT_RGB, 2: LEFT_RGB}


def serve_test_page(page: Page) -> None:
    """Add the test's page to the real server's files, under the same policy as they are."""
    headers = {"content-security-policy": CONTENT_SECURITY_POLICY}
    page.route(
        "**/viewer-test/*",
        lambda route: route.fulfill(
            path=PAGE / route.request.url.rsplit("/", 1)[1], headers=headers
        ),
    )


class Stage:
    """What a test does with the viewer. Coordinates are CSS pixels of the canvas."""

    def __init__(self, page: Page, watch: Watch) -> None:
        self.page = page
        self._watch = watch
        self._size: ViewportSize = page.viewport_size or {"width": 0, "height": 0}
        self.canvas = page.locator(".vw-canvas")
        serve_test_page(page)
        page.goto(ADDRESS)
        page.locator("[data-ready]").wait_for()
        self._input = page.context.new_cdp_session(page)

    def renew(self) -> None:
        """As if the page had just been opened."""
        self.page.set_viewport_size(self._size)
        self.page.emulate_media(forced_colors="none", reduced_motion="no-preference")
        self.page.mouse.move(0, 0)
        self.page.mouse.up()
        self.page.evaluate("anew()")

    def expect_no_complaints(self) -> None:
        complaints, strangers = self._watch.unexpected_complaints(), self._watch.strangers()
        self._watch.complaints.clear()
        self._watch.requests.clear()
        assert complaints == []
        assert strangers == []

    def show(
        self,
        values: Values,
        *,
        window: tuple[float, float] = (127.5, 255.0),
        spacing_mm: tuple[float, float] | None = None,
        right_side: str | None = None,
        unit: str | None = None,
    ) -> None:
        center, width = window
        self.page.evaluate(
            "show",
            {
                "values": encoded(values),
                "type": TYPES[values.dtype.name],
                "height": values.shape[0],
                "width": values.shape[1],
                "window": {"center": center, "width": width},
                "spacingMm": spacing_mm,
                "rightSide": right_side,
                "valueUnit": unit,
            },
        )

    def lay(self, mask: Bytes, *, editable: bool = True) -> None:
        height, width = mask.shape
        self.page.evaluate(
            "lay", {"data": encoded(mask), "width": width, "height": height, "editable": editable}
        )

    def mask(self) -> Bytes:
        width = self.state()["picture"]["width"]
        return decoded(self.page.evaluate("maskNow()")).reshape(-1, width)

    def pixels(self) -> Bytes:
        """RGB of the canvas as it stands, in device pixels."""
        drawn = self.page.evaluate("pixels()")
        return decoded(drawn["base64"]).reshape(drawn["height"], drawn["width"], 4)[..., :3]

    def exported(self) -> bytes:
        return base64.b64decode(self.page.evaluate("exported()"))

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.page.evaluate("viewer.getState()")
        return state

    def edits(self) -> list[dict[str, Any]]:
        self.pixels()
        edits: list[dict[str, Any]] = self.page.evaluate("edits")
        return edits

    def place(self) -> dict[str, Any] | None:
        """What the viewer last said to be under the pointer."""
        self.pixels()
        place: dict[str, Any] | None = self.page.evaluate("places.at(-1) ?? null")
        return place

    def command(self, name: str) -> None:
        self.page.evaluate("(name) => viewer.command(name)", name)

    def at(self, column: float, row: float) -> tuple[float, float]:
        """The canvas's point of a column and row, counted from the slice's corner."""
        state = self.state()
        view, proportion = state["view"], state["proportion"]
        return (
            view["x"] + column * view["zoom"] * proportion["x"],
            view["y"] + row * view["zoom"] * proportion["y"],
        )

    def on_page(self, x: float, y: float) -> tuple[float, float]:
        box = self.canvas.bounding_box()
        assert box is not None
        return box["x"] + x, box["y"] + y

    def drag(
        self, *points: tuple[float, float], release: bool = True, button: Any = "left"
    ) -> None:
        """Press at the first of some points of the canvas, and move through the others."""
        mouse = self.page.mouse
        mouse.move(*self.on_page(*points[0]))
        mouse.down(button=button)
        for point in points[1:]:
            mouse.move(*self.on_page(*point), steps=3)
        if release:
            mouse.up(button=button)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """Fingers as the browser's own input gets them: touchStart, touchMove or touchEnd."""
        fingers = [
            {"x": x, "y": y, "id": number}
            for number, (x, y) in enumerate(self.on_page(*point) for point in points)
        ]
        self._input.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    def size(self) -> tuple[int, int]:
        box = self.canvas.bounding_box()
        assert box is not None
        return round(box["width"]), round(box["height"])


def encoded(values: Values) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def decoded(text: str) -> Bytes:
    return np.frombuffer(base64.b64decode(text), dtype=np.uint8)


def blocks(*shades: int, size: int = 32, height: int = 64) -> Bytes:
    """Even blocks side by side, of a width each."""
    return np.repeat(np.array([shades], dtype=np.uint8), size, axis=1).repeat(height, axis=0)
