"""Each state of the page, on a desk and on a phone, light and dark: seen, kept, and open to all."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.site.actions import is_as_wide_as_the_window
from tests.site.conftest import DESKTOP, PHONE, SCREENSHOTS, Watch
from tests.site.states import STATES, State

BROWSERS_OWN_WORDS = "Failed to load resource"
SIZES = {"desktop": DESKTOP, "phone": PHONE}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_state_fits_and_hinders_nobody(page: Page, watch: Watch, state: State) -> None:
    watch.expected.append(BROWSERS_OWN_WORDS)
    state(page)
    axe = Axe()
    found = {}
    for size_name, size in SIZES.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert is_as_wide_as_the_window(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            name = f"{state.__name__}-{size_name}-{scheme}"
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=size is PHONE)
            found[name] = [
                (violation["id"], [node["html"] for node in violation["nodes"]])
                for violation in axe.run(page, options=RULES).response["violations"]
            ]
    assert not {name: problems for name, problems in found.items() if problems}
