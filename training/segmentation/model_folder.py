"""A model's folder as the serving package reads it: ONNX file and manifest."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from torch import nn

from multifidus.manifest import ModelManifest, PreprocessSpec, file_sha256
from training.segmentation.network import EXPORTED_CHANNELS
from training.segmentation.onnx_files import INPUT_NAME, OUTPUT_NAME, export_fp32

MODEL_NAME = "multifidus-unet-resnet34"
DEFAULT_THRESHOLD = 0.55
"""Probability from which a pixel is muscle. Above a half, as the Dice loss gains by taking in
pixels that are rather not muscle (docs/training.md)."""


def as_served(trained: PreprocessSpec) -> PreprocessSpec:
    """Return a run's preprocessing with the fields of view that are served today.

    Training slices carry no spacing, so that these bounds are no part of what weights have learnt.
    """
    served = PreprocessSpec()
    return dataclasses.replace(
        trained,
        min_field_of_view_mm=served.min_field_of_view_mm,
        max_field_of_view_mm=served.max_field_of_view_mm,
    )


def describe_file(
    path: Path, spec: PreprocessSpec, *, version: str, threshold: float, precision: str
) -> ModelManifest:
    """Manifest of an ONNX file, without figures and provenance."""
    return ModelManifest(
        name=MODEL_NAME,
        version=version,
        model_file=path.name,
        sha256=file_sha256(path),
        input_name=INPUT_NAME,
        output_name=OUTPUT_NAME,
        output_channels=EXPORTED_CHANNELS,
        preprocess=spec,
        threshold=threshold,
        precision=precision,
    )


def write_fp32_folder(
    model: nn.Module,
    spec: PreprocessSpec,
    folder: Path,
    *,
    version: str = "0",
    threshold: float = DEFAULT_THRESHOLD,
) -> ModelManifest:
    """Write a network, in FP32, as a folder that `Segmenter` loads: to score it as it is served."""
    path = folder / "multifidus_fp32.onnx"
    export_fp32(model, spec, path)
    manifest = describe_file(path, spec, version=version, threshold=threshold, precision="fp32")
    manifest.save(folder)
    return manifest
