"""The network: U-Net with a ResNet-34 encoder on one grey channel."""

from __future__ import annotations

from torch import nn

from training.torchvision_on_cpu import let_torchvision_import_on_cpu

TARGETS = ("right", "left", "erector_spinae")
"""Channels that are trained, in image terms: `right` lies in the image's left half. The last one is
auxiliary: it teaches the border between the muscles and is not exported."""

EXPORTED_CHANNELS = ("right", "left")


def build_unet(*, encoder_weights: str | None = None) -> nn.Module:
    """Build the network with `len(TARGETS)` logit channels.

    Parameters
    ----------
    encoder_weights : str, optional
        `imagenet` fetches pretrained encoder weights from a hub; the default needs none.
    """
    let_torchvision_import_on_cpu()
    import segmentation_models_pytorch as smp

    model: nn.Module = smp.Unet(
        encoder_name="resnet34",
        encoder_weights=encoder_weights,
        in_channels=1,
        classes=len(TARGETS),
    )
    return model
