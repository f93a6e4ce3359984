"""The slices that the project ships: three samples for the page, and one for `/ready`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multifidus.manifest import READY_SLICE
from training.phantom.acquisition import Acquisition
from training.phantom.anatomy import MuscleSizes
from training.phantom.fat import Fat
from training.phantom.generate import PhantomSpec, generate
from training.phantom.phantom_slice import PhantomSlice
from training.phantom.write_dicom import write_dicom
from training.phantom.write_png import eight_bit, write_png

SIDES = {"right": 1, "left": 2}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A shipped slice.

    Attributes
    ----------
    name, title : str
        Stem of its files, and what a person reads.
    spec, seed
        What `generate` needs.
    """

    name: str
    title: str
    spec: PhantomSpec
    seed: int


SCANNER = Acquisition(
    voxel_mm=(0.75, 0.65),
    apodisation=0.6,
    slice_blur=0.15,
    coil_depth_mm=220.0,
    coil_v_mm=75.0,
    unevenness=0.06,
    noise=0.014,
    chemical_shift_mm=0.5,
    sharpening=0.3,
    gamma=0.85,
    window_high=97.0,
    eight_bit=False,
)

SAMPLES = (
    Sample(
        name="healthy",
        title="L4-L5, lean muscle",
        spec=PhantomSpec(
            level="L4",
            size_px=320,
            field_of_view_mm=230.0,
            fat=Fat(multifidus=(0.06, 0.05), erector=(0.05, 0.05), cleft_mm=1.3, lobes=0.1),
            acquisition=SCANNER,
        ),
        seed=27,
    ),
    Sample(
        name="moderate",
        title="L4-L5, moderate fatty infiltration",
        spec=PhantomSpec(
            level="L4",
            size_px=320,
            field_of_view_mm=240.0,
            rotation_deg=2.0,
            dorsal_fat_mm=24.0,
            sizes=MuscleSizes(multifidus_width=0.95, left_over_right=0.92, corner_mm=1.0),
            fat=Fat(multifidus=(0.26, 0.31), erector=(0.18, 0.2), medial=1.4, cleft_mm=1.8),
            acquisition=SCANNER,
        ),
        seed=12,
    ),
    Sample(
        name="severe",
        title="L5-S1, severe fatty infiltration",
        spec=PhantomSpec(
            level="L5",
            size_px=320,
            field_of_view_mm=250.0,
            rotation_deg=-3.0,
            dorsal_fat_mm=32.0,
            sizes=MuscleSizes(multifidus_width=0.9, left_over_right=1.08, corner_mm=1.2),
            fat=Fat(
                multifidus=(0.58, 0.52),
                erector=(0.36, 0.33),
                medial=1.6,
                lobes=0.8,
                softness=0.5,
                cleft_mm=2.2,
            ),
            acquisition=SCANNER,
        ),
        seed=29,
    ),
)

READY = Sample(
    name="ready",
    title="L4-L5, mild fatty infiltration",
    spec=PhantomSpec(
        level="L4",
        size_px=256,
        field_of_view_mm=220.0,
        fat=Fat(multifidus=(0.12, 0.12), erector=(0.1, 0.1), medial=1.2, cleft_mm=1.6),
    ),
    seed=34,
)


def truth_of(slice_: PhantomSlice) -> dict[str, dict[str, float]]:
    """Return each side's true area and fat."""
    return {
        side: {
            "area_mm2": round(slice_.area_mm2(value), 1),
            "fat_pct": round(slice_.fat_pct(value), 1),
        }
        for side, value in SIDES.items()
    }


def write_samples(folder: Path) -> None:
    """Write the page's samples: DICOM, PNG, mask and `samples.json` with the true figures."""
    folder.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, Any]] = []
    for sample in SAMPLES:
        slice_ = generate(sample.spec, sample.seed)
        write_dicom(slice_, folder / f"{sample.name}.dcm", name=sample.name)
        write_png(eight_bit(slice_), folder / f"{sample.name}.png")
        write_png(slice_.mask, folder / f"{sample.name}_mask.png")
        index.append(
            {
                "name": sample.name,
                "title": sample.title,
                "dicom": f"{sample.name}.dcm",
                "png": f"{sample.name}.png",
                "mask": f"{sample.name}_mask.png",
                "pixel_spacing_mm": [round(step, 6) for step in slice_.pixel_spacing_mm],
                "truth": truth_of(slice_),
            }
        )
    text = json.dumps({"samples": index}, indent=2) + "\n"
    (folder / "samples.json").write_text(text, encoding="utf-8")


def write_ready_slice(folder: Path) -> None:
    """Write the slice that `/ready` runs the model on.

    The mask beside it is not the truth but the served model's own, made by `export`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    slice_ = generate(READY.spec, READY.seed)
    write_png(eight_bit(slice_), folder / READY_SLICE)
