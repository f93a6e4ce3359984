from __future__ import annotations

import pytest
import torch

from training.segmentation.losses import UNKNOWN, bce_dice

WEIGHTS = torch.tensor([0.4, 0.4, 0.2])


def test_loss_falls_to_nothing_for_the_right_answer() -> None:
    targets = torch.zeros(2, 3, 16, 16)
    targets[:, :, 4:9, 4:9] = 1.0
    right = bce_dice((targets * 2 - 1) * 20, targets, WEIGHTS)
    wrong = bce_dice((1 - targets * 2) * 20, targets, WEIGHTS)
    assert float(right) == pytest.approx(0.0, abs=1e-3)
    assert float(wrong) > 1.0


def test_what_nobody_labelled_takes_no_part() -> None:
    targets = torch.zeros(2, 3, 16, 16)
    targets[:, :, 4:9, 4:9] = 1.0
    targets[0, 2] = UNKNOWN
    logits = torch.randn(targets.shape, generator=torch.Generator().manual_seed(1))
    logits.requires_grad_()
    bce_dice(logits, targets, WEIGHTS).backward()
    assert logits.grad is not None
    assert not logits.grad[0, 2].any()
    assert logits.grad[1, 2].any()

    other = logits.detach().clone()
    other[0, 2] = 50.0
    assert torch.equal(bce_dice(other, targets, WEIGHTS), bce_dice(logits, targets, WEIGHTS))
