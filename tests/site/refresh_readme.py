"""Makes the answer and the picture in the README anew, after the model or the page has changed.

Run it as ``python -m tests.site.refresh_readme`` with the environment of ``make test``.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from tests.local.running import ROOT, SAMPLES, running_server
from tests.site.actions import try_sample
from tests.site.conftest import ARGUMENTS, CHROMIUM

SAMPLE = "moderate.dcm"
SHOWN = (
    *("filename", "latency_ms", "width", "height", "overlay_base64", "mask_base64"),
    *("model", "pixel_spacing_mm", "orientation", "sides", "asymmetry_pct", "quality"),
)
MAX_LINE = 80


def essentials(answer: dict[str, Any]) -> dict[str, Any]:
    """Cut an answer down to what the README shows."""
    shown = {name: answer[name] for name in SHOWN}
    for name in ("overlay_base64", "mask_base64"):
        shown[name] = shown[name][:12] + "..."
    for name in ("latency_ms", "asymmetry_pct"):
        shown[name] = round(shown[name], 1)
    shown["model"] = {name: shown["model"][name] for name in ("name", "version")}
    shown["sides"] = {
        name: {
            "area_px": side["area_px"],
            "area_mm2": round(side["area_mm2"], 1),
            **fat(side),
            "mean_probability": round(side["mean_probability"], 3),
        }
        for name, side in shown["sides"].items()
    }
    return shown


def fat(side: dict[str, Any]) -> dict[str, Any]:
    """Return the fat of a side, its interval and grade; nothing where it could not be measured."""
    if side["fat_infiltration_pct"] is None:
        return {}
    return {
        "fat_infiltration_pct": round(side["fat_infiltration_pct"], 1),
        "fat_infiltration_ci95": [round(end, 1) for end in side["fat_infiltration_ci95"]],
        "grade": side["grade"],
    }


def laid_out(value: Any, indent: int = 0) -> str:
    """JSON with each value that fits on a line on one line."""
    line = json.dumps(value)
    fits = indent > 0 and indent + len(line) < MAX_LINE
    if not isinstance(value, dict) or fits:
        return line
    inner = " " * (indent + 2)
    parts = [f'{inner}"{name}": {laid_out(part, indent + 2)}' for name, part in value.items()]
    return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"


def main() -> None:
    """Write README.md and docs/images/page.png."""
    readme = ROOT / "README.md"
    with tempfile.TemporaryDirectory() as data, running_server(Path(data)) as server:
        files = {"file": (SAMPLE, (SAMPLES / SAMPLE).read_bytes())}
        for _ in range(5):  # the first request is slower than those after it
            response = httpx.post(f"{server.address}/segment", files=files, timeout=60)
        answer = laid_out(essentials(response.raise_for_status().json()))
        text = readme.read_text(encoding="utf-8")
        text = re.sub(r"```json\n.*?```", f"```json\n{answer}\n```", text, flags=re.DOTALL)
        readme.write_text(text, encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 780})
            page.goto(server.address)
            try_sample(page)
            page.mouse.move(0, 0)
            page.screenshot(path=ROOT / "docs/images/page.png")
            browser.close()


if __name__ == "__main__":
    main()
