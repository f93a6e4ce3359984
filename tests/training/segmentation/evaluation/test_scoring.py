from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from multifidus.inference import Segmenter
from multifidus.postprocess import Segmentation
from training.segmentation.evaluation.cases import Case, kept
from training.segmentation.evaluation.confidence import confidences
from training.segmentation.evaluation.report_html import TILE_PX, tile, write_report
from training.segmentation.evaluation.scoring import CaseScore, analyse, score
from training.segmentation.evaluation.summary import summarise


def test_a_perfect_mask_scores_perfectly(segmenter: Segmenter, two_squares: Case) -> None:
    (found,) = score(segmenter, [two_squares])
    assert found.dice == {"union": 1.0, "right": 1.0, "left": 1.0}
    assert found.hd95_mm == {"union": 0.0, "right": 0.0, "left": 0.0}
    assert found.area_mm2 == found.reference_mm2 == {"right": 1024.0, "left": 768.0}
    assert 0.9 < found.confidence["mean_probability"] <= 1.0


def test_a_shifted_reference_costs_dice_distance_but_no_area(
    segmenter: Segmenter, two_squares: Case
) -> None:
    shifted = dataclasses.replace(two_squares, reference=np.roll(two_squares.reference, 4, axis=0))
    figures = summarise(score(segmenter, [shifted, shifted]))
    assert figures["dice"]["union"]["mean"] == pytest.approx(0.75)
    assert figures["hd95_mm"]["union"]["mean"] == pytest.approx(8.0)
    assert figures["area"]["error_pct_signed"] == 0.0
    assert figures["area"]["icc_2_1"] == 1.0
    assert figures["under_0.7_pct"] == 0.0


def test_a_missing_side_is_scored_zero_and_its_distance_counted_as_undefined(
    segmenter: Segmenter, two_squares: Case
) -> None:
    pixels = np.where(two_squares.reference == 1, two_squares.image.pixels, 40.0)
    one_side = dataclasses.replace(
        two_squares,
        image=dataclasses.replace(two_squares.image, pixels=pixels.astype(np.float32)),
    )
    figures = summarise(score(segmenter, [one_side]), intervals=False)
    assert figures["dice"]["left"] == {"mean": 0.0}
    assert figures["hd95_mm"]["left"] == {"undefined": 1, "mean": None}
    assert figures["area"]["error_pct_signed"] == -50.0
    json.dumps(figures, allow_nan=False)


def blurred(probability_of_rim: float) -> Segmentation:
    mask = np.zeros((40, 40), dtype=np.uint8)
    mask[10:30, 5:18], mask[10:30, 22:35] = 1, 2
    probability = np.where(mask > 0, 0.99, 0.01).astype(np.float32)
    probability[10:13] = np.where(mask[10:13] > 0, probability_of_rim, probability[10:13])
    return Segmentation(mask=mask, probability=probability)


def test_every_confidence_falls_with_an_unsure_rim() -> None:
    sure, unsure = confidences(blurred(0.99)), confidences(blurred(0.55))
    assert sure.keys() == unsure.keys()
    for name, value in sure.items():
        assert 0.0 < unsure[name] < value <= 1.0


def test_no_confidence_in_half_a_result() -> None:
    half = blurred(0.9)
    half.mask[half.mask == 2] = 0
    assert set(confidences(half).values()) == {0.0}


def test_kept_cases_are_made_once_and_come_back_whole(tmp_path: Path, two_squares: Case) -> None:
    made = []

    def make() -> list[Case]:
        made.append(1)
        return [two_squares, two_squares]

    first = kept(tmp_path, "squares", {"count": 2}, make)
    second = kept(tmp_path, "squares", {"count": 2}, make)
    assert len(made) == 1
    kept(tmp_path, "squares", {"count": 3}, make)
    assert len(made) == 2
    for case in (*first, *second):
        assert np.array_equal(case.image.pixels, two_squares.image.pixels)
        assert np.array_equal(case.reference, two_squares.reference)
        assert case.spacing_mm == two_squares.spacing_mm
        assert case.facts["slice"] == 1
        assert len(case.facts["generator"]) == 64


def test_the_page_holds_its_pictures_and_shows_the_worst_first(
    segmenter: Segmenter, two_squares: Case, tmp_path: Path
) -> None:
    worse = dataclasses.replace(
        two_squares, name="<worse>", reference=np.roll(two_squares.reference, 6, axis=0)
    )
    path = tmp_path / "pages" / "page.html"
    scores = write_report(path, "Title & more", "note", segmenter, [two_squares, worse], worst=2)
    page = path.read_text(encoding="utf-8")
    assert [found.name for found in scores] == ["<worse>", "two squares"]
    assert page.index("&lt;worse&gt;") < page.index("two squares")
    assert page.count("data:image/jpeg;base64,") == 2
    assert "<worse>" not in page
    assert 'src="http' not in page


def test_a_tile_shows_both_outlines_even_where_nothing_was_found(
    segmenter: Segmenter, two_squares: Case
) -> None:
    mask = analyse(segmenter, two_squares.image).segmentation.mask
    empty = np.zeros_like(mask)
    for given in (mask, empty):
        picture = tile(two_squares, given)
        assert picture.shape == (TILE_PX, TILE_PX, 3)
        coloured = np.ptp(picture.astype(int), axis=2) > 30
        assert coloured.any()


def test_a_score_becomes_plain_json(segmenter: Segmenter, two_squares: Case) -> None:
    (found,) = score(segmenter, [two_squares])
    assert isinstance(found, CaseScore)
    row = json.loads(json.dumps(found.to_dict()))
    assert row["name"] == "two squares"
    assert row["flags"] == list(found.flags)
