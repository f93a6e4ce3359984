"""Binary cross-entropy plus Dice, per channel."""

from __future__ import annotations

import torch
from torch.nn import functional

UNKNOWN = -1.0
"""Target of pixels that nobody has labelled; they take no part in the loss."""

BCE_WEIGHT = 3.0
"""Muscle is a few percent of a slice: BCE's mean is small beside Dice without a factor."""


def bce_dice(
    logits: torch.Tensor, targets: torch.Tensor, channel_weights: torch.Tensor
) -> torch.Tensor:
    """Mean of BCE plus (1 - soft Dice) over channels.

    Parameters
    ----------
    logits, targets : Tensor, shape (B, C, H, W)
        Targets from 0 to 1 (shares of a pixel at borders), or `UNKNOWN`.
    channel_weights : Tensor, shape (C,)
        Weights of the channels, summing to 1.
    """
    per_channel = BCE_WEIGHT * mean_bce(logits, targets) + dice_loss(logits, targets)
    return (per_channel * channel_weights).sum()


def bce_alone(
    logits: torch.Tensor, targets: torch.Tensor, channel_weights: torch.Tensor
) -> torch.Tensor:
    """The same without Dice; for the ablation table."""
    return (BCE_WEIGHT * mean_bce(logits, targets) * channel_weights).sum()


def mean_bce(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy of each channel, over its labelled pixels; shape (C,)."""
    known = (targets >= 0.0).to(logits.dtype)
    bce = functional.binary_cross_entropy_with_logits(
        logits, targets.clamp(min=0.0), reduction="none"
    )
    return (bce * known).sum(dim=(0, 2, 3)) / known.sum(dim=(0, 2, 3)).clamp(min=1.0)


def dice_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """1 - soft Dice of each channel; shape (C,).

    Notes
    -----
    Dice is taken over the whole batch, so that empty targets (negatives) count by their false
    pixels and do not jump between 0 and 1.
    """
    known = (targets >= 0.0).to(logits.dtype)
    targets = targets.clamp(min=0.0)
    probabilities = torch.sigmoid(logits) * known
    overlap = (probabilities * targets).sum(dim=(0, 2, 3))
    total = (probabilities.square() + targets.square()).sum(dim=(0, 2, 3))
    return 1.0 - (2.0 * overlap + 1.0) / (total + 1.0)
