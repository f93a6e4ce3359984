"""Fat infiltration against the truth: ``python -m benchmarks.fat [--write]``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.fat import tables
from benchmarks.fat.alterations import alterations
from benchmarks.fat.case import Case, readings
from benchmarks.fat.dixon import dixon_cases
from benchmarks.fat.generated import ladder_cases, varied_cases
from benchmarks.fat.interval import left_out_table
from benchmarks.fat.page import HEADING, PAGE, TEXT
from benchmarks.tables import write_section
from multifidus.image_slice import ImageSlice
from multifidus.inference import Segmenter
from multifidus.measure import measure
from multifidus.postprocess import Segmentation
from multifidus.preprocess import preprocess
from training.segmentation.volumes import data_folder

MODEL = Path(__file__).resolve().parents[2] / "layers" / "model"


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Fat infiltration against the truth.")
    parser.add_argument("--step", type=int, default=1, help="every n-th slice (%(default)s)")
    parser.add_argument("--people", type=int, default=6, help="generated people (%(default)s)")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name} too")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    real = [case for pair in dixon_cases(data_folder(), step=options.step) for case in pair]
    ladder = list(ladder_cases(people=options.people))
    varied = list(varied_cases(people=options.people))
    of_real, of_ladder, of_varied = (readings(cases) for cases in (real, ladder, varied))
    scanned, simulated = (
        [one for one in of_real if one.case.group.endswith("+") is added] for added in (False, True)
    )
    groups = {"as scanned": scanned, "simulated infiltration": simulated, "both": of_real}
    kinds = {
        **{name: [one for one in of_real if name in one.case.group] for name in ("TUM01", "TUM02")},
        "generated, usual pattern": of_ladder,
        "generated, varied": of_varied,
    }
    unaltered = [*real, *ladder]
    altered = {
        name: readings([alter(case) for case in unaltered]) for name, alter in alterations().items()
    }
    text = TEXT.format(
        agreement=tables.agreement_table(groups),
        breakdown=tables.breakdown_table(of_real),
        factors=factors(real),
        truths=tables.truths_table(groups),
        raw=tables.agreement_table(groups, truth="signal_truth"),
        ladder=tables.ladder_table(of_ladder),
        rising=f"{100.0 * tables.rising_share(of_ladder):.0f}",
        varied=tables.ladder_table(of_varied),
        invariance=tables.invariance_table([*of_real, *of_ladder], altered),
        coverage=tables.coverage_table({**groups, **kinds}),
        left_out=left_out_table(kinds),
        share=f"{100.0 * time_over_inference(ladder[0]):.0f}",
    )
    print(text)
    if options.write:
        write_section(PAGE, HEADING, text)


def factors(cases: Sequence[Case]) -> str:
    """Fat's signal over muscle's, of each person's scan as the others are told it."""
    found = sorted({case.factor_elsewhere for case in cases if case.factor_elsewhere})
    return " and ".join(f"{factor:.2f}" for factor in found)


def time_over_inference(case: Case, *, repeats: int = 15) -> float:
    """CPU time of `measure` over that of the model, for the slice at 512 x 512; medians."""
    size = (512, 512)
    pixels = np.asarray(cv2.resize(case.pixels, size), dtype=np.float32)
    mask = np.asarray(cv2.resize(case.mask, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    spacing_mm = (
        case.spacing_mm[0] * case.pixels.shape[0] / size[0],
        case.spacing_mm[1] * case.pixels.shape[1] / size[1],
    )
    image = ImageSlice(pixels=pixels, media="png", pixel_spacing_mm=spacing_mm)
    segmentation = Segmentation(mask=mask, probability=None)
    segmenter = Segmenter(MODEL, threads=1)
    tensor, _ = preprocess(image, segmenter.manifest.preprocess)
    measuring, inferring = [], []
    for _ in range(repeats):
        started = time.process_time()
        measure(segmentation, image)
        between = time.process_time()
        segmenter.probabilities(tensor)
        inferring.append(time.process_time() - between)
        measuring.append(between - started)
    return float(np.median(measuring) / np.median(inferring))


if __name__ == "__main__":
    main()
