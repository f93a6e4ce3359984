"""Each choice can be left out, alone, and is back afterwards."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from training.phantom import from_labels
from training.phantom.from_labels import render_from_labels
from training.segmentation import train
from training.segmentation.ablation.__main__ import CONFIGS
from training.segmentation.ablation.choice import Choice
from training.segmentation.ablation.renderer_choices import FULL, PLAIN, RENDERER_CHOICES
from training.segmentation.ablation.training_choices import CONTROL, TRAINING_CHOICES
from training.segmentation.ablation.trial import Trial
from training.segmentation.config import TrainConfig

SEEDS = range(24)
NEEDS_LABEL_MAPS = ("no-made-up",)
"""Without them all shapes are made up."""


def drawn(choice: Choice, seed: int) -> np.ndarray:
    with choice.applied():
        return render_from_labels(np.random.default_rng(seed), 48, None).pixels


@pytest.mark.parametrize("choice", RENDERER_CHOICES, ids=lambda choice: choice.name)
def test_leaving_it_out_changes_slices(choice: Choice) -> None:
    same = [np.array_equal(drawn(choice, seed), drawn(FULL, seed)) for seed in SEEDS]
    assert all(same) == (choice is FULL or choice.name in NEEDS_LABEL_MAPS)


def test_everything_is_back_afterwards() -> None:
    before = from_labels.draw_fat, from_labels.draw_scene, from_labels.MADE_UP_SHARE
    with PLAIN.applied():
        assert from_labels.MADE_UP_SHARE == 0.0
        assert from_labels.draw_fat is not before[0]
    assert (from_labels.draw_fat, from_labels.draw_scene, from_labels.MADE_UP_SHARE) == before


def test_the_plain_renderer_hides_and_moves_nothing() -> None:
    with PLAIN.applied():
        for seed in SEEDS:
            fat = from_labels.draw_fat(np.random.default_rng(seed), caudality=0.3)
            assert fat.cleft_mm == fat.septum_mm == fat.longissimus_cleft_mm == 0.0
            assert fat.pockets_mm == (0.0, 0.0)
            assert fat.streaks > 0.0


@pytest.mark.parametrize("choice", TRAINING_CHOICES, ids=lambda choice: choice.name)
def test_a_trial_differs_in_one_thing(choice: Choice) -> None:
    config = TrainConfig.load(CONFIGS / "ablation_training.toml")
    changed = Trial(choice=choice, config=config, init=None).changed_config()
    settings = {
        key: value
        for key, value in changed.to_dict().items()
        if key != "mixture" and value != config.to_dict()[key]
    }
    mixture = {
        key: value
        for key, value in dataclasses.asdict(changed.mixture).items()
        if value != dataclasses.asdict(config.mixture)[key]
    }
    assert settings | mixture == choice.settings
    differences = len(settings) + len(mixture) + len(choice.patches) + (not choice.averaged)
    assert differences == (0 if choice is CONTROL else 1)


def test_the_loss_is_replaced_where_the_loop_looks_for_it() -> None:
    (choice,) = [choice for choice in TRAINING_CHOICES if choice.name == "no-dice"]
    with choice.applied():
        assert train.bce_dice.__name__ == "bce_alone"
    assert train.bce_dice.__name__ == "bce_dice"
