"""The page has words for whatever the API can say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from functions.segment.options import LEVELS
from functions.segment.schemas import Timings
from multifidus.errors import MultifidusError
from multifidus.image_io import MAX_SPACING_MM, MAX_UPLOAD_BYTES, MIN_SPACING_MM
from multifidus.quality import FLAGS
from multifidus.render import LEFT_RGB, RIGHT_RGB
from tests.local.running import ROOT, SAMPLES


@pytest.fixture
def words(page: Page) -> dict[str, Any]:
    strings: dict[str, Any] = page.evaluate(
        "import('/js/strings.js').then((words) => JSON.parse(JSON.stringify(words)))"
    )
    return strings


def all_errors(kind: type[MultifidusError] = MultifidusError) -> Iterator[type[MultifidusError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from all_errors(child)


def test_each_error_has_a_title_and_help(words: dict[str, Any]) -> None:
    codes = {error.code for error in all_errors()}
    assert len(codes) > 15
    for code in codes:
        assert words["ERRORS"][code]["title"]
        assert words["ERRORS"][code]["help"]


def test_each_flag_has_a_title_and_help(words: dict[str, Any]) -> None:
    for flag in FLAGS:
        assert words["FLAGS"][flag.code]["title"]
        assert words["FLAGS"][flag.code]["help"]


def test_each_level_can_be_chosen(words: dict[str, Any]) -> None:
    assert words["LEVELS"] == list(LEVELS)
    assert [words["MIN_SPACING_MM"], words["MAX_SPACING_MM"]] == [MIN_SPACING_MM, MAX_SPACING_MM]


def test_each_stage_has_a_name(words: dict[str, Any]) -> None:
    assert set(words["LABELS"]["stage"]) == set(Timings.model_fields)


def test_the_limit_is_the_services(words: dict[str, Any]) -> None:
    assert words["LIMIT_MIB"] * 1024 * 1024 == MAX_UPLOAD_BYTES


def test_each_sample_is_there(words: dict[str, Any]) -> None:
    assert len(words["SAMPLES"]) == 3
    for sample in words["SAMPLES"]:
        assert (SAMPLES / f"{sample['id']}.dcm").is_file()
        assert (SAMPLES / f"{sample['id']}.png").is_file()


def test_the_numbers_have_the_colours_of_the_overlay(page: Page) -> None:
    for side, rgb in (("right", RIGHT_RGB), ("left", LEFT_RGB)):
        shown = page.evaluate(f"getComputedStyle(document.body).getPropertyValue('--color-{side}')")
        assert shown == "#{:02x}{:02x}{:02x}".format(*rgb)


def test_it_does_not_sound_like_a_medical_device(page: Page) -> None:
    assert "Research use; not a medical device." in page.locator("header.bar").inner_text()
    modules = sorted((ROOT / "site/js/strings").glob("*.js"))
    assert len(modules) > 5
    texts = [module.read_text(encoding="utf-8") for module in modules]
    text = "".join([*texts, (ROOT / "site/index.html").read_text(encoding="utf-8")]).lower()
    for word in ("diagnos", "patholog", "patient-ready", "predict", "clinical decision"):
        assert word not in text
