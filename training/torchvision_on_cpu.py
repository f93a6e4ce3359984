"""A CUDA build of torchvision beside CPU-only torch: what lets its import pass."""

from __future__ import annotations

import importlib.util
from typing import Any

import torch

_KEPT_ALIVE: list[Any] = []


def let_torchvision_import_on_cpu() -> None:
    """Declare the two operators that a CUDA build of torchvision looks for on CPU-only torch.

    Without them its import stops at "operator torchvision::nms does not exist". Detection
    operators are not used here; segmentation-models-pytorch and transformers only need the import
    to pass.
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
