"""Score an exported model on real slices, through the serving package.

Each slice goes the way of a request: `ImageSlice` -> `preprocess` -> `Segmenter` -> `postprocess`,
with the file's spacing (as a DICOM) and without it, in 8 bit (as a PNG export). Dice is reported
per slice, per side and for both sides together, by subject.

    python -m training.segmentation.evaluate --model build/model --subject sub-0001 \
        --out runs/evaluation.json --sheet runs/evaluation.png
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.image_io import ImageSlice
from multifidus.inference import Segmenter
from multifidus.manifest import ModelManifest
from multifidus.postprocess import LEFT, RIGHT, postprocess
from multifidus.preprocess import preprocess
from training.segmentation.contact_sheet import with_contours
from training.segmentation.volumes import SUBJECTS, SubjectSlice, data_folder, load_subject

Delivery = Literal["dicom", "png"]
LabelImage = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class SliceScore:
    """Agreement on one slice.

    Attributes
    ----------
    index : int
        Slice index of the subject, from the feet upwards.
    union, right, left : float
        Dice of both sides together and of each.
    area_ratio : float
        Predicted over reference area, both sides together.
    mean_probability : float
        Mean probability within the predicted mask; 0 where it is empty.
    """

    index: int
    union: float
    right: float
    left: float
    area_ratio: float
    mean_probability: float


def dice(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float:
    """Dice coefficient, 1 where both are empty (Dice 1945)."""
    total = int(first.sum()) + int(second.sum())
    return 1.0 if total == 0 else 2.0 * int((first & second).sum()) / total


def segment_slice(
    segmenter: Segmenter, image: ImageSlice
) -> tuple[LabelImage, npt.NDArray[np.float32]]:
    """Mask and probability on the native grid, by the serving stages."""
    tensor, geometry = preprocess(image, segmenter.manifest.preprocess)
    probabilities = segmenter.probabilities(tensor)
    result = postprocess(probabilities, geometry, threshold=segmenter.manifest.threshold)
    return result.mask, result.probability


def as_delivered(source: SubjectSlice, delivery: Delivery) -> ImageSlice:
    """The slice as a user would send it; Dixon subjects as a plain T2-like sum."""
    pixels = source.t2_like()
    if delivery == "dicom":
        return ImageSlice(pixels=pixels, media="dicom", pixel_spacing_mm=source.spacing_mm)
    low, high = np.percentile(pixels, (0.5, 99.5))
    eight_bit = np.round(np.clip((pixels - low) / (high - low), 0, 1) * 255).astype(np.float32)
    return ImageSlice(pixels=eight_bit, media="png")


def score_slice(
    segmenter: Segmenter, image: ImageSlice, reference: LabelImage, index: int
) -> SliceScore:
    """Segment one slice and compare it with its reference (0, 1 right, 2 left)."""
    mask, probability = segment_slice(segmenter, image)
    predicted = mask > 0
    return SliceScore(
        index=index,
        union=dice(predicted, reference > 0),
        right=dice(mask == RIGHT, reference == RIGHT),
        left=dice(mask == LEFT, reference == LEFT),
        area_ratio=float(predicted.sum() / max(1, (reference > 0).sum())),
        mean_probability=float(probability[predicted].mean()) if predicted.any() else 0.0,
    )


def summary(scores: list[SliceScore]) -> dict[str, Any]:
    """Means over slices, the worst slice, and every slice's union Dice."""
    union = np.array([score.union for score in scores])
    return {
        "slices": len(scores),
        "dice_union_mean": round(float(union.mean()), 4),
        "dice_union_median": round(float(np.median(union)), 4),
        "dice_union_min": round(float(union.min()), 4),
        "dice_right_mean": round(float(np.mean([s.right for s in scores])), 4),
        "dice_left_mean": round(float(np.mean([s.left for s in scores])), 4),
        "area_ratio_mean": round(float(np.mean([s.area_ratio for s in scores])), 4),
        "dice_union_by_slice": {str(s.index): round(s.union, 4) for s in scores},
    }


def sheet(segmenter: Segmenter, slices: list[SubjectSlice], delivery: Delivery, path: Path) -> None:
    """Write a picture of all slices: reference in green, prediction in the sides' colours."""
    cells = []
    for source in slices:
        image = as_delivered(source, delivery)
        mask, _ = segment_slice(segmenter, image)
        rows, columns = np.nonzero(np.isin(source.muscles, (1, 2, 3, 4)))
        middle, centre = int(columns.mean()), int(rows.mean())
        size = round(75 / source.spacing_mm[0])
        top, left = max(centre - size, 0), max(middle - size, 0)
        window = np.s_[top : top + 2 * size, left : left + 2 * size]
        high = np.percentile(image.pixels[window], 99)
        grey = np.clip(image.pixels[window] / high, 0, 1) * 255
        layers = (mask == RIGHT, mask == LEFT, np.isin(source.muscles, (1, 2)))
        resized = [
            cv2.resize(layer[window].astype(np.float32), (360, 360), interpolation=cv2.INTER_LINEAR)
            for layer in layers
        ]
        large = cv2.resize(grey.astype(np.uint8), (360, 360), interpolation=cv2.INTER_CUBIC)
        cells.append(with_contours(large, np.stack(resized))[:, 360:])
    while len(cells) % 5:
        cells.append(np.zeros_like(cells[0]))
    rows_of_cells = [np.hstack(cells[i : i + 5]) for i in range(0, len(cells), 5)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows_of_cells))


def evaluate(segmenter: Segmenter, subject: str) -> dict[str, Any]:
    """Both deliveries of all slices of one subject."""
    slices = load_subject(subject, data_folder())
    deliveries: tuple[Delivery, Delivery] = ("dicom", "png")

    def score(source: SubjectSlice, delivery: Delivery) -> SliceScore:
        reference = np.where(source.muscles <= 2, source.muscles, np.uint8(0))
        return score_slice(segmenter, as_delivered(source, delivery), reference, source.index)

    return {
        delivery: summary([score(source, delivery) for source in slices]) for delivery in deliveries
    }


def describe(manifest: ModelManifest, subjects: list[str]) -> str:
    """Say what was scored, and whether training had seen it: the split, in words."""
    trained_on = manifest.provenance["subjects"]
    seen = [name for name in subjects if name in trained_on]
    unseen = [name for name in subjects if name not in trained_on]
    parts = [
        f"Model file {manifest.sha256[:12]} ({manifest.precision.upper()}, "
        f"{manifest.preprocess.width_px} px), trained on {', '.join(trained_on)}."
    ]
    if unseen:
        parts.append(f"Never seen in training, neither image nor label map: {', '.join(unseen)}.")
    if seen:
        parts.append(f"Seen in training, so no measure of accuracy: {', '.join(seen)}.")
    return " ".join(parts)


def record(figures: dict[str, Any], title: str, out: Path | None) -> None:
    """Print figures, and add them under their title to the file that `export` reads."""
    print(json.dumps(figures, indent=2))
    if out is None:
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    earlier = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    text = json.dumps(earlier | {title: figures}, indent=2)
    out.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Score an exported model on real slices.")
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument("--subject", choices=SUBJECTS, action="append", required=True)
    parser.add_argument("--out", type=Path, help="JSON that the figures are added to, for export")
    parser.add_argument("--title", default="Evaluation", help="name of the figures in that file")
    parser.add_argument("--sheet", type=Path, help="PNG of all slices of the last subject")
    args = parser.parse_args()
    segmenter = Segmenter(args.model, threads=1)
    figures = {
        "note": describe(segmenter.manifest, args.subject),
        "subjects": {name: evaluate(segmenter, name) for name in args.subject},
    }
    record(figures, args.title, args.out)
    if args.sheet:
        slices = load_subject(args.subject[-1], data_folder())
        sheet(segmenter, slices, "png", args.sheet)


if __name__ == "__main__":
    main()
