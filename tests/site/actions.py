"""What a visitor does."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect


def try_sample(page: Page, label: str = "Some fat") -> dict[str, Any]:
    """Click a sample; give back what the API answered."""
    with page.expect_response("**/segment") as caught:
        page.get_by_role("button", name=label).click()
    expect(page.locator("#result")).to_be_visible()
    answer: dict[str, Any] = caught.value.json()
    return answer
