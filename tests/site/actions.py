"""What a visitor does."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, FloatRect, Locator, Page, Route, expect

# Gives the page files as a paste would; [name, type, base64] each.
_PASTE = """(files) => {
  const data = new DataTransfer();
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  const options = { bubbles: true, cancelable: true, clipboardData: data };
  document.body.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def try_sample(page: Page, label: str = "Some fat") -> dict[str, Any]:
    """Click a sample; give back what the API answered once its numbers are shown."""
    show_samples(page)
    with page.expect_response("**/segment") as caught:
        page.get_by_role("button", name=label).click()
    answer: dict[str, Any] = caught.value.json()
    expect_result(page)
    return answer


def show_samples(page: Page) -> None:
    page.locator("#samples-more").evaluate("(more) => { more.open = true; }")


def expect_result(page: Page) -> None:
    expect(page.locator("#panel table.sides")).to_be_visible()


def choose(page: Page, *files: FilePayload | Path) -> None:
    """Choose files as with the button."""
    page.set_input_files("#file", list(files))  # type: ignore[arg-type]


def measure_file(page: Page, file: FilePayload | Path) -> dict[str, Any]:
    """Choose one file; give back what the API answered once its numbers are shown."""
    with page.expect_response("**/segment") as caught:
        choose(page, file)
    answer: dict[str, Any] = caught.value.json()
    expect_result(page)
    return answer


def paste(page: Page, *files: FilePayload) -> None:
    page.evaluate(
        _PASTE,
        [[f["name"], f["mimeType"], base64.b64encode(f["buffer"]).decode()] for f in files],
    )


def drop(page: Page, *paths: Path, let_go: bool = True) -> None:
    """Drag files or folders of this machine over the page as a person does, and let them go."""
    session = page.context.new_cdp_session(page)
    size = page.viewport_size
    assert size is not None
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", *(("drop",) if let_go else ())):
        session.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": size["width"] // 2,
                "y": size["height"] // 2,
                "data": data,
            },
        )
    session.detach()


def rows(page: Page, state: str | None = None) -> Locator:
    """Rows of the list, or those of them in one state."""
    return page.locator("#queue-list > li" + (f"[data-state='{state}']" if state else ""))


def cell(page: Page, label: str, side: str) -> Locator:
    """A number of one side."""
    row = page.locator("#panel table.sides tbody tr").filter(
        has=page.get_by_role("rowheader", name=label, exact=True)
    )
    return row.locator(f"td.{side}")


def change_answer(page: Page, change: Any, path: str = "segment") -> None:
    """Let the service's answers through a function before the page gets them."""

    def changed(route: Route) -> None:
        response = route.fetch()
        answer = response.json()
        change(answer)
        route.fulfill(response=response, json=answer)

    page.route(f"**/{path}", changed)


def held_back(page: Page, path: str = "segment") -> list[Route]:
    """Requests that get no answer, as of a slow service."""
    routes: list[Route] = []
    page.route(f"**/{path}", lambda route: routes.append(route))
    return routes


def until_one_is_held(page: Page, held: list[Route]) -> Route:
    for _ in range(200):
        if held:
            return held[0]
        page.wait_for_timeout(50)
    raise AssertionError("nothing was sent")


def draw_on_the_image(page: Page, *, tool: str = "Brush") -> None:
    """Draw one stroke across the middle of the lower half with a tool of the image's bar."""
    page.locator("#viewer").get_by_role("button", name=tool, exact=True).click()
    image = box(page.locator("#viewer canvas").first)
    x, y = image["x"] + image["width"] / 2, image["y"] + image["height"] * 0.75
    page.mouse.move(x - 30, y)
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.move(x + 30, y, steps=4)
    page.mouse.up()


def box(element: Locator) -> FloatRect:
    """Where something that is seen lies on the page."""
    found = element.bounding_box()
    assert found is not None
    return found


def is_as_wide_as_the_window(page: Page) -> bool:
    """Nothing sticks out to the side."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
