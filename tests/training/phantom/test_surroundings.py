"""What is drawn around the muscles stays where it belongs, and changes no label."""

import numpy as np
import pytest

from training.phantom.bowel import paint_bowel
from training.phantom.canvas import Canvas, Tissue
from training.phantom.cells import crowded_cells
from training.phantom.compose import mottle_marrow
from training.phantom.edges import drawn_text, with_text
from training.phantom.fields import View
from training.phantom.muscles import Muscles
from training.phantom.paint_muscles import paint_deep_muscles
from training.phantom.small_muscles import paint_small_muscles
from training.phantom.spine import Spine, draw_spine

SEEDS = range(6)


@pytest.fixture
def fat_canvas(view: View) -> Canvas:
    canvas = Canvas.blank(view)
    canvas.tissue[:] = Tissue.DEEP_FAT
    return canvas


@pytest.fixture
def spine(muscles: Muscles) -> Spine:
    return draw_spine(
        np.random.default_rng(2),
        caudality=0.3,
        psoas_gap_mm=muscles.psoas_gap_mm,
        midline_mm=muscles.midline_mm,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_pixel_is_in_one_cell(view: View, seed: int) -> None:
    labels, edge_mm, seeds = crowded_cells(view, 25.0, np.random.default_rng(seed))
    assert labels.shape == edge_mm.shape == view.u_mm.shape
    assert set(np.unique(labels)) <= set(range(len(seeds)))
    assert len(np.unique(labels)) > 0.8 * len(seeds)
    between = labels[:, :-1] != labels[:, 1:]
    assert not edge_mm[:, :-1][between].any()
    assert edge_mm.max() <= 25.0


def test_a_single_cell_has_no_border(view: View) -> None:
    part = view.part(slice(0, 4), slice(0, 4))
    labels, edge_mm, _ = crowded_cells(part, 1000.0, np.random.default_rng(0))
    assert len(np.unique(labels)) == 1
    assert np.isfinite(edge_mm).all()
    assert (edge_mm > 0.0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_bowel_stays_in_its_room(fat_canvas: Canvas, seed: int) -> None:
    free = fat_canvas.view.v_mm < -20.0
    paint_bowel(fat_canvas, free, -3.0, np.random.default_rng(seed))
    assert (fat_canvas.tissue[~free] == Tissue.DEEP_FAT).all()
    assert (fat_canvas.tissue[free] != Tissue.DEEP_FAT).mean() > 0.3


def test_an_empty_abdomen_has_less_bowel(view: View) -> None:
    shares = []
    for emptiness in (-1.5, 0.0, 3.0):
        canvas = Canvas.blank(view)
        everywhere = np.ones(view.u_mm.shape, dtype=bool)
        paint_bowel(canvas, everywhere, emptiness, np.random.default_rng(4))
        shares.append((canvas.tissue != Tissue.AIR).mean())
    assert shares[0] > shares[1] > shares[2]


def test_gas_lies_in_front_of_what_is_below_it(fat_canvas: Canvas) -> None:
    view = fat_canvas.view
    everywhere = np.ones(view.u_mm.shape, dtype=bool)
    behind = 0
    for seed in range(20):
        fat_canvas.tissue[:] = Tissue.DEEP_FAT
        paint_bowel(fat_canvas, everywhere, -3.0, np.random.default_rng(seed))
        gas = fat_canvas.tissue == Tissue.AIR
        below = np.roll(gas, 1, axis=0) & ~gas  # first pixel behind a column of gas
        behind += int((below & (fat_canvas.tissue == Tissue.FLUID)).sum())
        above = np.roll(gas, -1, axis=0) & ~gas
        behind -= int((above & (fat_canvas.tissue == Tissue.FLUID)).sum())
    assert behind > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_small_muscles_and_vessels_take_fat_alone(view: View, spine: Spine, seed: int) -> None:
    rng = np.random.default_rng(seed)
    canvas = Canvas.blank(view)
    canvas.tissue[:] = rng.choice([Tissue.DEEP_FAT, Tissue.MARROW, Tissue.MUSCLE], view.u_mm.shape)
    before = canvas.tissue.copy()
    paint_small_muscles(canvas, spine, rng)
    changed = canvas.tissue != before
    assert changed.any()
    assert (before[changed] == Tissue.DEEP_FAT).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_between_muscles_close_and_no_others(
    fat_canvas: Canvas, muscles: Muscles, seed: int
) -> None:
    paint_deep_muscles(fat_canvas, muscles, np.random.default_rng(seed))
    outlined = (*muscles.psoas, *muscles.quadratus, *muscles.paraspinal)
    nearest_mm = np.max(outlined, axis=0)
    flesh = fat_canvas.tissue == Tissue.MUSCLE
    deep = np.max(outlined[:4], axis=0) > 0.0
    assert flesh[deep].all()
    assert (flesh & (nearest_mm < 0.0)).any()
    assert nearest_mm[flesh].min() > -9.0


def test_mottling_touches_marrow_alone(fat_canvas: Canvas) -> None:
    marrow = np.hypot(fat_canvas.view.u_mm, fat_canvas.view.v_mm) < 20.0
    fat_canvas.bone(np.where(marrow, 5.0, -5.0).astype(np.float32), 0.5, 0.4)
    mottle_marrow(fat_canvas, np.random.default_rng(1))
    assert not fat_canvas.fat[~marrow].any()
    assert fat_canvas.fat[marrow].std() > 0.01
    assert fat_canvas.fat[marrow].mean() == pytest.approx(0.4, abs=0.15)


def test_lines_are_seen_as_far_as_the_canvas_says(fat_canvas: Canvas) -> None:
    fat_canvas.line_share = (fat_canvas.view.u_mm > 0.0).astype(np.float32)
    fat_canvas.line(fat_canvas.view.v_mm, 4.0)
    assert not fat_canvas.dark[:, fat_canvas.view.u_mm[0] < 0.0].any()
    assert fat_canvas.dark[:, fat_canvas.view.u_mm[0] > 0.0].max() == 1.0


def test_text_names_no_one() -> None:
    rng = np.random.default_rng(0)
    texts = {drawn_text(rng).split(":")[0].rstrip("0123456789%") for _ in range(400)}
    assert texts == {"R", "L", "A", "P", "H", "F", "Se", "Im", "TR", "TE", "W", "T", "Zoom"}
    black = np.zeros((96, 96), dtype=np.float32)
    assert max(with_text(black, np.random.default_rng(seed)).max() for seed in SEEDS) > 0.5
