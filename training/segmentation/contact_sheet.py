"""Views of what the data engine makes, with their targets, to be looked at beside real slices.

Run: ``python -m training.segmentation.contact_sheet --out sheet.png --seed 1``
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.segmentation.config import TrainConfig
from training.segmentation.examples import build_engine

COLOURS_BGR = ((0, 140, 255), (255, 180, 60), (90, 200, 90))


def with_contours(
    grey: npt.NDArray[np.uint8], targets: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8]:
    """The picture beside itself with the targets' contours; `(rows, 2 * columns, 3)`."""
    plain = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    drawn = plain.copy()
    for target, colour in zip(targets, COLOURS_BGR, strict=True):
        region = (target > 0.5).astype(np.uint8)
        contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(drawn, contours, -1, colour, 1)
    return np.hstack([plain, drawn]).astype(np.uint8)


def main() -> None:
    """Write a sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=TrainConfig.default_path())
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=5)
    parser.add_argument("--columns", type=int, default=3)
    args = parser.parse_args()
    engine = build_engine(TrainConfig.load(args.config))
    rng = np.random.default_rng(args.seed)
    rows = []
    for _ in range(args.rows):
        cells = []
        for _ in range(args.columns):
            tensor, targets = engine.draw(rng)
            cells.append(with_contours(np.round(tensor[0] * 255).astype(np.uint8), targets))
        rows.append(np.hstack(cells))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(args.out), np.vstack(rows))


if __name__ == "__main__":
    main()
