from __future__ import annotations

import numpy as np
import pytest

from multifidus.field_of_view import BEHIND_SHARE, TRUNK_SHARE, window_of
from multifidus.image_slice import ImageSlice, Turn
from multifidus.manifest import PreprocessSpec
from multifidus.postprocess import postprocess
from multifidus.preprocess import overview, preprocess
from tests.multifidus.samples import textured
from tests.multifidus.trunks import trunk_picture

SPEC = PreprocessSpec()


def test_a_trunk_with_both_flanks_is_looked_at_from_its_back() -> None:
    window = window_of(trunk_picture(), None, SPEC)
    assert window.side == pytest.approx(TRUNK_SHARE * 380.0, abs=15.0)
    assert (window.height, window.width) == (round(window.side), round(window.side))
    bottom, middle = window.top + window.height, window.left + window.width / 2
    assert bottom == pytest.approx(330.0 + BEHIND_SHARE * window.side, abs=10.0)
    assert middle == pytest.approx(250.0, abs=6.0)


def test_the_square_stays_within_the_picture() -> None:
    picture = trunk_picture()[100:325]  # belly and back cut off
    window = window_of(picture, None, SPEC)
    assert (window.top, window.height) == (0, 225)
    assert window.width == round(window.side)
    tensor, geometry = preprocess(ImageSlice(pixels=picture, media="png"), SPEC)
    assert geometry.width == 256
    assert geometry.height == pytest.approx(256 * 225 / window.side, abs=1.0)
    assert not tensor[0, 0, : geometry.top].any()


def test_known_spacing_counts_and_the_trunk_does_not() -> None:
    window = window_of(trunk_picture(), (0.4, 0.4), SPEC)
    assert (window.top, window.left, window.height, window.width) == (0, 0, 400, 512)
    assert window.side == pytest.approx(204.8)


def test_without_a_trunk_the_whole_picture_is_looked_at() -> None:
    window = window_of(textured(300, 200).astype(np.float32), None, SPEC)
    assert (window.top, window.left, window.height, window.width) == (0, 0, 300, 200)
    assert window.side == 300.0


@pytest.mark.parametrize("turn", [Turn(), Turn(transpose=True, flip_rows=True)])
def test_a_mask_made_in_the_square_lies_where_the_slice_has_it(turn: Turn) -> None:
    canonical = trunk_picture()
    marked = canonical.copy()
    marked[250:300, 200:300] = 1000.0
    image = ImageSlice(pixels=turn.undo(marked), media="png", turn=turn)
    tensor, geometry = preprocess(image, SPEC)
    assert not geometry.sees(canonical.shape)
    probabilities = np.stack([tensor[0, 0] >= 0.9, np.zeros((256, 256))]).astype(np.float32)
    found = postprocess(probabilities, geometry, threshold=0.5)
    expected = turn.undo(marked == 1000.0)
    assert np.count_nonzero((found.mask > 0) != expected) < 0.03 * expected.sum()
    assert not found.cut_off


def test_a_mask_at_the_squares_edge_is_cut_off_though_the_slice_goes_on() -> None:
    image = ImageSlice(pixels=trunk_picture(), media="png")
    _, geometry = preprocess(image, SPEC)
    probabilities = np.zeros((2, 256, 256), np.float32)
    probabilities[0, 100:200, :60] = 1.0
    found = postprocess(probabilities, geometry, threshold=0.5)
    assert found.cut_off
    assert not found.mask[:, 0].any()


def test_the_gate_judges_all_of_a_picture_that_was_looked_at_in_part() -> None:
    image = ImageSlice(pixels=trunk_picture(), media="png")
    tensor, geometry = preprocess(image, SPEC)
    view = overview(image, tensor, geometry, SPEC)
    assert view.shape == tensor.shape
    assert view[0, 0, 128, :20].max() < 0.1 < tensor[0, 0, 128, :20].max()
    whole = ImageSlice(pixels=textured(300, 300).astype(np.float32), media="png")
    tensor, geometry = preprocess(whole, SPEC)
    assert overview(whole, tensor, geometry, SPEC) is tensor
    spaced = ImageSlice(pixels=trunk_picture(), media="dicom", pixel_spacing_mm=(1.0, 1.0))
    tensor, geometry = preprocess(spaced, SPEC)
    assert not geometry.sees((400, 512))
    assert overview(spaced, tensor, geometry, SPEC) is tensor
