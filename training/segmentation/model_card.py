"""The model card, written from the manifest: what it is, how good, on whose data, its limits."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from multifidus.manifest import ModelManifest
from training.segmentation.model_card_tables import sections

TRAINING_DATA: list[dict[str, Any]] = [
    {
        "name": "MyoSegmenTUM spine, two subjects, as published with LPM_Segmentator",
        "subjects": ["TUM01", "TUM02"],
        "licence": "Apache-2.0",
        "what": "Dixon water and fat volumes; manual masks of multifidus and erector spinae",
        "source": "Burian et al. 2019; labels by Zhang et al., Radiology: AI 2025, "
        "doi 10.1148/ryai.240833",
    },
    {
        "name": "MuscleMap",
        "subjects": ["sub-0001", "template", "lumbar50", "lumbar20"],
        "licence": "MIT",
        "what": "one axial T2-weighted volume; label maps of four subjects. The label map of "
        "sub-0001 is most likely a model's output, not manual: Dice on it is agreement with that",
        "source": "MuscleMap repository, images and masks from its history",
    },
]

_TEXT = """# Model card: {name} {version}

U-Net with a ResNet-34 encoder (segmentation-models-pytorch), one grey channel,
{height} x {width} px, BCE plus Dice loss, sigmoid, threshold {threshold}, temperature
{temperature}. Output: one channel per side.
Served as {precision} ONNX ({size_mb:.1f} MB, sha256 `{sha256}`).
Written by `training.segmentation`; do not edit.

**Research use. Not a medical device.**

## What was measured

All figures come from exported ONNX files, run through the serving package. The shipped weights have
seen all three imaged subjects; a figure of accuracy on people is only that of a run that had not
seen the person. Which file each figure is of stands with it.

{figures}

## Training data

{data}

Trained for {steps} steps in its last phase on: {subjects}. Commit `{commit}`.
Volumes are turned into endless variants by `training/segmentation/data_engine.py`; how, and with
which parameters, stands there. No slice of the data is part of this repository.

## Limits

- Three imaged subjects in all, two of them lean and healthy and without true T2 contrast. How the
  model does on other scanners, older and fattier backs has not been measured on patients.
- The volume called T2 shows dark canal fluid; bright fluid was only seen where it was painted.
- The reference of `sub-0001` is itself most likely a model's output.
- It is not meant for fields of view outside 110 to 420 mm, fat-suppressed images, other planes.
- Results carry quality flags; an unflagged result can still be wrong. Look at the overlay.
"""


def write_model_card(manifest: ModelManifest, path: Path) -> None:
    """Write the card beside the model."""
    data = "\n".join(
        f"- **{entry['name']}** ({entry['licence']}): {entry['what']}. {entry['source']}."
        for entry in manifest.training_data
    )
    text = _TEXT.format(
        name=manifest.name,
        version=manifest.version,
        height=manifest.preprocess.height_px,
        width=manifest.preprocess.width_px,
        threshold=manifest.threshold,
        temperature=manifest.temperature,
        precision=manifest.precision.upper(),
        size_mb=(path.parent / manifest.model_file).stat().st_size / 1e6,
        sha256=manifest.sha256,
        figures=sections(manifest.metrics),
        data=data,
        steps=manifest.provenance["steps"],
        subjects=", ".join(manifest.provenance["subjects"]) or "no imaged subject",
        commit=manifest.provenance["git_commit"],
    )
    path.write_text(text, encoding="utf-8")


def write_figures(folder: Path, figures: dict[str, Any]) -> None:
    """Put figures into the manifest of an exported model, and write its card anew.

    Those that are there under other names, such as the export's own, stay.

    Parameters
    ----------
    folder : Path
        The model's folder.
    figures : dict
        Records by name, from `training.segmentation.evaluation.records.figures_of`.
    """
    manifest = ModelManifest.load(folder)
    manifest = dataclasses.replace(manifest, metrics=manifest.metrics | figures)
    manifest.save(folder)
    write_model_card(manifest, folder / "MODEL_CARD.md")
