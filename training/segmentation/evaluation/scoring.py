"""Score cases through the serving stages, in the order of a request."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from multifidus.image_io import ImageSlice
from multifidus.inference import Segmenter
from multifidus.measure import measure
from multifidus.postprocess import LEFT, RIGHT, Segmentation, postprocess
from multifidus.preprocess import FloatImage, overview, preprocess
from multifidus.quality import Quality, assess
from training.segmentation.evaluation.agreement import dice, hausdorff95_mm
from training.segmentation.evaluation.cases import Case
from training.segmentation.evaluation.confidence import confidences

REGIONS = ("union", "right", "left")


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysed:
    """What the service makes of a slice."""

    segmentation: Segmentation
    quality: Quality


@dataclass(frozen=True, kw_only=True)
class CaseScore:
    """Agreement on one case.

    Attributes
    ----------
    name, facts
        Of the case.
    dice, hd95_mm : dict
        Of `union`, `right` and `left`; a distance to an empty mask is None.
    area_mm2, reference_mm2 : dict
        Of `right` and `left`.
    confidence : dict
        Candidates for a measure of confidence; see `confidence`.
    flags : tuple of str
        Quality flags.
    trusted : bool
        None of them breaks trust.
    """

    name: str
    facts: dict[str, Any]
    dice: dict[str, float]
    hd95_mm: dict[str, float | None]
    area_mm2: dict[str, float]
    reference_mm2: dict[str, float]
    confidence: dict[str, float]
    flags: tuple[str, ...]
    trusted: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values, rounded."""
        rounded: dict[str, Any] = _rounded(dataclasses.asdict(self))
        return rounded


def analyse(segmenter: Segmenter, image: ImageSlice) -> Analysed:
    """Segment, measure and judge one slice by the serving stages."""
    view, segmentation = _segmented(segmenter, image)
    quality = assess(image, view, segmentation, measure(segmentation, image))
    return Analysed(segmentation=segmentation, quality=quality)


def segment_slice(segmenter: Segmenter, image: ImageSlice) -> Segmentation:
    """Segment one slice by the serving stages, without measuring it."""
    return _segmented(segmenter, image)[1]


def _segmented(segmenter: Segmenter, image: ImageSlice) -> tuple[FloatImage, Segmentation]:
    manifest = segmenter.manifest
    tensor, geometry = preprocess(image, manifest.preprocess)
    probabilities = segmenter.probabilities(tensor)
    view = overview(image, tensor, geometry, manifest.preprocess)
    return view, postprocess(probabilities, geometry, threshold=manifest.threshold)


def score(segmenter: Segmenter, cases: Iterable[Case]) -> list[CaseScore]:
    """Score every case."""
    return [score_case(case, analyse(segmenter, case.image)) for case in cases]


def score_case(case: Case, analysed: Analysed) -> CaseScore:
    """Compare what the service found with the case's reference."""
    mask = analysed.segmentation.mask
    pairs = {
        "union": (mask > 0, case.reference > 0),
        "right": (mask == RIGHT, case.reference == RIGHT),
        "left": (mask == LEFT, case.reference == LEFT),
    }
    pixel_mm2 = case.spacing_mm[0] * case.spacing_mm[1]
    areas = [
        {side: float(pairs[side][which].sum()) * pixel_mm2 for side in ("right", "left")}
        for which in (0, 1)
    ]
    return CaseScore(
        name=case.name,
        facts=case.facts,
        dice={name: dice(*pair) for name, pair in pairs.items()},
        hd95_mm={name: hausdorff95_mm(*pair, case.spacing_mm) for name, pair in pairs.items()},
        area_mm2=areas[0],
        reference_mm2=areas[1],
        confidence=confidences(analysed.segmentation),
        flags=analysed.quality.flags,
        trusted=analysed.quality.trusted,
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value
