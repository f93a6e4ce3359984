"""Which precision is served: INT8 where its masks are as good as those of FP32, otherwise FP32.

The forms of one network are compared on slices as they are delivered, real ones where there are any
and generated ones, through the serving stages; the record goes into the model card.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from multifidus.inference import Segmenter
from training.segmentation.evaluation.cases import Case
from training.segmentation.evaluation.parity import compare, in_torch
from training.segmentation.evaluation.subjects import cases_of
from training.segmentation.own_data.annotated_slice import AnnotatedSlice
from training.segmentation.volumes import SubjectSlice

MAX_DICE_DIFFERENCE = 0.005
"""INT8 may lose or gain this much of the mean Dice, on each set (design, section 5)."""

INT8, FP32, TORCH = "int8", "onnx_fp32", "torch"

Sets = dict[str, list[Case]]


def compare_precisions(
    model: nn.Module, fp32: Segmenter, int8: Segmenter, sets: Sets, *, tolerance: float
) -> dict[str, Any]:
    """Compare torch, FP32 and INT8 on every set.

    Returns
    -------
    dict
        `note`; `forms`, the figures of each form on each set; `dice_difference`, the largest over
        the sets of INT8 from FP32; `int8_holds`, whether that is within `tolerance`.
    """
    manifest = fp32.manifest
    runs = {
        TORCH: in_torch(model, manifest.temperature),
        FP32: fp32.probabilities,
        INT8: int8.probabilities,
    }
    forms: dict[str, Any] = {}
    differences = []
    for name, cases in sets.items():
        found = compare(runs, manifest, cases)["forms"]
        differences.append(abs(found[INT8]["dice_truth"] - found[FP32]["dice_truth"]))
        forms |= {f"{form}, {name}": figures for form, figures in found.items()}
    difference = round(max(differences), 4)
    counts = " and ".join(f"{len(cases)} {name}" for name, cases in sets.items())
    return {
        "note": f"On {counts} slices, against the network in torch. INT8 is served where its mean "
        f"Dice is within {tolerance} of that of FP32 on each set: here {difference}.",
        "forms": forms,
        "dice_difference": difference,
        "int8_holds": difference <= tolerance,
    }


def real_cases(stacks: dict[str, list[SubjectSlice]], count: int) -> list[Case]:
    """Slices of the imaged subjects, as DICOM and as PNG, in turn and evenly spaced."""
    deliveries = ("dicom", "png")
    cases = [
        case
        for slices in stacks.values()
        for case in cases_of(slices)
        if case.facts["delivery"] in deliveries
    ]
    return spread(cases, count)


def own_cases(subjects: dict[str, list[AnnotatedSlice]], count: int) -> list[Case]:
    """Slices of a user's own data."""
    cases = [
        Case(
            name=item.name,
            image=item.image,
            reference=item.mask,
            spacing_mm=item.image.pixel_spacing_mm or (1.0, 1.0),
        )
        for items in subjects.values()
        for item in items
    ]
    return spread(cases, count)


def spread(cases: list[Case], count: int) -> list[Case]:
    """At most `count` cases, evenly spaced."""
    if len(cases) <= count:
        return cases
    return [cases[place * len(cases) // count] for place in range(count)]
