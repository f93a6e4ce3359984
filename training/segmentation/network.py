"""The network: U-Net with a ResNet-34 encoder on one grey channel."""

from __future__ import annotations

import importlib.util
from typing import Any

import torch
from torch import nn

TARGETS = ("right", "left", "erector_spinae")
"""Channels that are trained, in image terms: `right` lies in the image's left half. The last one is
auxiliary: it teaches the border between the muscles and is not exported."""

EXPORTED_CHANNELS = ("right", "left")


def _let_torchvision_import_on_cpu() -> None:
    """Declare the two operators that a CUDA build of torchvision looks for on CPU-only torch.

    Without them its import stops at "operator torchvision::nms does not exist". Detection
    operators are not used here; segmentation-models-pytorch only needs the import to pass.
    """
    if _KEPT_ALIVE or importlib.util.find_spec("torchvision") is None or torch.cuda.is_available():
        return
    library = torch.library.Library("torchvision", "DEF")
    for schema in (
        "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
        "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    ):
        try:
            library.define(schema)
        except RuntimeError:  # a torchvision that brings its operators has defined them already
            return
    _KEPT_ALIVE.append(library)


_KEPT_ALIVE: list[Any] = []


def build_unet(*, encoder_weights: str | None = None) -> nn.Module:
    """Build the network with `len(TARGETS)` logit channels.

    Parameters
    ----------
    encoder_weights : str, optional
        `imagenet` fetches pretrained encoder weights from a hub; the default needs none.
    """
    _let_torchvision_import_on_cpu()
    import segmentation_models_pytorch as smp

    model: nn.Module = smp.Unet(
        encoder_name="resnet34",
        encoder_weights=encoder_weights,
        in_channels=1,
        classes=len(TARGETS),
    )
    return model
