import dataclasses

import numpy as np
import pytest

from training.phantom.canvas import Canvas, Tissue
from training.phantom.clefts import longissimus_cleft
from training.phantom.fat import Fat, draw_fat, hidden_border_share
from training.phantom.fields import View
from training.phantom.infiltration import infiltrate
from training.phantom.muscles import Muscles

LEAN = Fat(multifidus=(0.02, 0.02), erector=(0.02, 0.02), cleft_mm=0.0, false_clefts=0.0)


def test_the_longissimus_cleft_keeps_off_the_multifidus(view: View, muscles: Muscles) -> None:
    for seed in range(20):
        seam = muscles.seam[0]
        share = longissimus_cleft(view, seam, 2.0, np.random.default_rng(seed))
        assert share.max() > 0.3
        assert not share[seam >= 0.0].any()


def test_without_erector_spinae_there_is_no_such_cleft(view: View, muscles: Muscles) -> None:
    everywhere = np.full_like(muscles.seam[0], 5.0)
    assert not longissimus_cleft(view, everywhere, 2.0, np.random.default_rng(0)).any()


def test_the_longissimus_cleft_is_bright_in_lean_muscle_too(view: View, muscles: Muscles) -> None:
    brightest = []
    for width_mm in (0.0, 2.5):
        canvas = Canvas.blank(view)
        for whole in muscles.paraspinal:
            canvas.tissue[whole > 0.0] = Tissue.MUSCLE
        fat = dataclasses.replace(LEAN, longissimus_cleft_mm=width_mm)
        infiltrate(canvas, muscles, fat, np.random.default_rng(3))
        erector = np.maximum(muscles.erector(0), muscles.erector(1)) > 2.0
        brightest.append(float(np.percentile(canvas.fat[erector], 99.0)))
        own = np.maximum(muscles.multifidus(0), muscles.multifidus(1)) > 0.0
        assert canvas.fat[own].mean() == pytest.approx(0.02, abs=0.005)
    assert brightest[1] > brightest[0] + 0.3


def test_borders_are_hidden_in_lean_muscle_high_up() -> None:
    assert hidden_border_share(0.0, 0.2) > 0.5
    assert hidden_border_share(0.5, 0.2) == pytest.approx(hidden_border_share(0.0, 0.7))


def test_a_hidden_border_goes_with_the_other_cleft() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_fat(rng, caudality=0.2) for _ in range(400)]
    hidden = [fat for fat in drawn if not fat.shows_border]
    shown = [fat for fat in drawn if fat.shows_border]
    assert 0.2 < len(hidden) / len(drawn) < 0.6
    shares = [np.mean([fat.longissimus_cleft_mm > 0 for fat in some]) for some in (hidden, shown)]
    assert shares[0] > shares[1] + 0.2
