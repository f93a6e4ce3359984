"""A page of pictures with their figures, worst first: one HTML file that holds everything.

Real slices may be on it, so it goes to a folder that git ignores and stays on this machine.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from multifidus.inference import Segmenter
from multifidus.postprocess import LEFT, RIGHT
from training.segmentation.evaluation.cases import Case, LabelImage
from training.segmentation.evaluation.scoring import CaseScore, analyse, score_case

TILE_PX = 380
MARGIN = 0.6
"""Space around the muscles on a tile, over their size."""

REFERENCE_BGR, RIGHT_BGR, LEFT_BGR = (90, 220, 90), (0, 140, 255), (255, 180, 60)

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1c1c1c; background: #f6f6f6 }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(380px, 1fr)); gap: 1rem }}
figure {{ margin: 0; background: #fff; border: 1px solid #ddd }}
img {{ width: 100%; display: block }}
figcaption {{ padding: .5rem .7rem }}
table {{ border-collapse: collapse; margin-top: .3rem }}
td, th {{ padding: 0 .8rem 0 0; text-align: right; font-variant-numeric: tabular-nums }}
td:first-child, th:first-child {{ text-align: left }}
.bad {{ color: #a40000 }}
</style>
<h1>{title}</h1>
<p>{note}</p>
<p>Green: reference. Orange: right side found; blue: left side found. Sorted by the union's Dice,
worst first.</p>
<main>{figures}</main></html>
"""


def write_report(
    path: Path, title: str, note: str, segmenter: Segmenter, cases: Iterable[Case], *, worst: int
) -> list[CaseScore]:
    """Score cases and write the page.

    Parameters
    ----------
    path : Path
        Of the HTML file.
    title, note : str
        Its head.
    segmenter : Segmenter
        The model.
    cases : iterable of Case
        What is scored.
    worst : int
        How many of them are shown.

    Returns
    -------
    list of CaseScore
        All, worst first.
    """
    scored = []
    for case in cases:
        analysed = analyse(segmenter, case.image)
        scored.append((score_case(case, analysed), case, analysed.segmentation.mask))
    scored.sort(key=lambda item: item[0].dice["union"])
    figures = [_figure(score, tile(case, mask)) for score, case, mask in scored[:worst]]
    page = _PAGE.format(
        title=html.escape(title), note=html.escape(note), figures="\n".join(figures)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return [score for score, _, _ in scored]


def tile(case: Case, mask: LabelImage) -> npt.NDArray[np.uint8]:
    """Cut out the muscles, found and true, and outline them; `(TILE_PX, TILE_PX, 3)`, BGR."""
    shown = (case.reference > 0) | (mask > 0)
    rows, columns = (np.flatnonzero(shown.any(axis=axis)) for axis in (1, 0))
    if rows.size:
        half = 0.5 * (1 + MARGIN) * max(np.ptp(rows), np.ptp(columns), 16)
        centre = (float(columns.mean()), float(rows.mean()))
    else:
        half, centre = max(mask.shape) / 2, (mask.shape[1] / 2, mask.shape[0] / 2)
    scale = TILE_PX / (2 * half)
    place = np.array(
        [
            [scale, 0, TILE_PX / 2 - scale * centre[0]],
            [0, scale, TILE_PX / 2 - scale * centre[1]],
        ],
        dtype=np.float32,
    )
    size = (TILE_PX, TILE_PX)
    grey = cv2.warpAffine(case.image.pixels, place, size, flags=cv2.INTER_CUBIC)
    low, high = np.percentile(grey, (1, 99.5))
    grey = np.clip((grey - low) / max(high - low, 1e-6) * 255, 0, 255)
    picture = cv2.cvtColor(grey.astype(np.uint8), cv2.COLOR_GRAY2BGR)
    layers = (
        (case.reference == RIGHT, REFERENCE_BGR),
        (case.reference == LEFT, REFERENCE_BGR),
        (mask == RIGHT, RIGHT_BGR),
        (mask == LEFT, LEFT_BGR),
    )
    for region, colour in layers:
        large = cv2.warpAffine(region.astype(np.float32), place, size, flags=cv2.INTER_LINEAR)
        outlines, _ = cv2.findContours(
            (np.asarray(large) >= 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(picture, outlines, -1, colour, 1, cv2.LINE_AA)
    return np.asarray(picture, dtype=np.uint8)


def _figure(score: CaseScore, picture: npt.NDArray[np.uint8]) -> str:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    source = base64.b64encode(data.tobytes()).decode()
    rows = "".join(
        f"<tr><td>{region}</td><td>{score.dice[region]:.3f}</td>"
        f"<td>{_number(score.hd95_mm[region], 1)}</td>"
        f"<td>{_ratio(score, region)}</td></tr>"
        for region in score.dice
    )
    flags = html.escape(", ".join(score.flags) or "no flags")
    style = "" if score.trusted else ' class="bad"'
    return (
        f'<figure><img src="data:image/jpeg;base64,{source}" alt="">'
        f"<figcaption><b>{html.escape(score.name)}</b>"
        "<table><tr><th></th><th>Dice</th><th>HD95, mm</th><th>area ratio</th></tr>"
        f"{rows}</table><span{style}>{flags}</span>; mean probability "
        f"{score.confidence['mean_probability']:.2f}, soft Dice "
        f"{score.confidence['soft_dice']:.2f}</figcaption></figure>"
    )


def _ratio(score: CaseScore, region: str) -> str:
    sides = ("right", "left") if region == "union" else (region,)
    true = sum(score.reference_mm2[side] for side in sides)
    return _number(sum(score.area_mm2[side] for side in sides) / true if true else None, 2)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
