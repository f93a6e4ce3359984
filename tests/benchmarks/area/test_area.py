"""The benchmark of the area, on a few shapes and slices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.area.__main__ import MODEL, changes_table, errors_table, large_errors
from benchmarks.area.definition import (
    AREAS_MM2,
    SPACINGS_MM,
    Errors,
    definition_errors,
    perfect_model_errors,
)
from benchmarks.area.shapes import draw_pair
from benchmarks.area.through_model import at_size, draw_slices, model_errors
from benchmarks.tables import markdown_table, write_section
from multifidus.inference import Segmenter


def test_the_shapes_area_is_what_it_says() -> None:
    rng = np.random.default_rng(7)
    for area_mm2 in (200.0, 1100.0):
        pair = draw_pair(rng, area_mm2, 200.0)
        step_mm = 0.1
        axis = np.arange(40.0, 160.0, step_mm)
        mask = pair.mask(*np.meshgrid(axis, axis))
        for value, side in ((1, pair.right), (2, pair.left)):
            counted_mm2 = np.count_nonzero(mask == value) * step_mm**2
            assert counted_mm2 == pytest.approx(side.area_mm2, rel=1e-3)


@pytest.fixture(scope="module")
def by_definition() -> list[Errors]:
    return definition_errors(shape_count=8)


def test_the_definition_errs_by_less_than_two_percent(by_definition: list[Errors]) -> None:
    for entry in by_definition:
        size = np.abs(entry.errors_pct)
        assert size.mean() < 1.0, entry.spacing_mm
        assert np.percentile(size, 95) < 2.0, entry.spacing_mm


def test_the_definition_has_no_bias_at_any_spacing(by_definition: list[Errors]) -> None:
    assert len(by_definition) == len(SPACINGS_MM)
    for entry in by_definition:
        errors = entry.errors_pct
        standard_error = errors.std(ddof=1) / np.sqrt(errors.size)
        assert abs(errors.mean()) < 3.5 * standard_error + 0.02, entry.spacing_mm


def test_a_spacing_that_is_taken_the_wrong_way_round_would_be_seen() -> None:
    (entry,) = definition_errors(shape_count=1, spacings_mm=[(0.6, 1.2)])
    assert entry.errors_pct.size == 2 * len(AREAS_MM2)
    assert np.abs(entry.errors_pct).max() < 3.0


def test_a_perfect_models_mask_keeps_the_area() -> None:
    for entry in perfect_model_errors(shape_count=2, spacings_mm=[(0.3, 0.3), (0.6, 1.2)]):
        assert abs(entry.errors_pct.mean()) < 1.0, entry.spacing_mm


def test_the_served_model_is_measured_at_each_spacing() -> None:
    slices = draw_slices(4)
    found = model_errors(Segmenter(MODEL, threads=1), slices, sizes_px=[(800, 800), (200, 400)])
    assert [entry.spacing_mm for entry in found] == [(0.3, 0.3), (1.2, 0.6)]
    assert all(np.isfinite(entry.errors_pct).all() for entry in found)
    # A slice may show no border to the erector spinae: the one or other side is far off.
    assert all(np.median(np.abs(entry.errors_pct)) < 25.0 for entry in found)
    assert changes_table(found).count("\n") == 3


def test_a_coarser_picture_has_the_means_of_the_finer_one() -> None:
    fine = np.random.default_rng(1).random((800, 800), dtype=np.float32)
    coarse, spacing_mm = at_size(fine, (200, 400))
    assert spacing_mm == (1.2, 0.6)
    assert coarse[3, 5] == pytest.approx(fine[12:16, 10:12].mean(), rel=1e-5)


def test_tables_are_laid_out() -> None:
    entry = Errors(
        spacing_mm=(0.6, 1.2),
        areas_mm2=np.array([400.0, 300.0, 250.0, 200.0]),
        errors_pct=np.array([-1.0, 1.0, 2.0, 2.0]),
    )
    assert large_errors([entry], 1.5) == (
        "Of the 4 errors 2 are over 1.5 %: of sides up to 250 mm2, at 0.60 x 1.20 mm."
    )
    assert large_errors([entry]) == "None of the 4 errors is over 2 %."
    last = errors_table([entry]).splitlines()[-1]
    assert last == "| 0.60 x 1.20 | 4 | +1.00 | -0.39 to +2.39 | 1.50 | 2.00 | 2.00 |"
    assert markdown_table(("a", "b"), [("x", "1")]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nWords.\n\n## Fat\n\nfat\n", encoding="utf-8")
    write_section(page, "Area", "one\n\n### Deeper\n\ntwo")
    write_section(page, "Fat", "new fat")
    write_section(page, "Area", "three")
    expected = "# Page\n\nWords.\n\n## Fat\n\nnew fat\n\n## Area\n\nthree\n"
    assert page.read_text(encoding="utf-8") == expected
