"""One slice, from its bytes to its numbers and pictures. Read this first.

::

    bytes -> read_image -> preprocess -> Segmenter -> postprocess -> measure -> assess -> render

Where the caller sends a mask, it takes the place of what Segmenter and postprocess make; all that
comes after is the same code. Each stage takes immutable values and returns new ones; none knows of
HTTP, files or settings. What is rendered is what the caller asks for: pictures, outlines, DICOM.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from functions.segment.options import DICOM_PARTS, SegmentOptions
from multifidus import __version__
from multifidus.dicom_source import DicomSource, read_source
from multifidus.errors import ModelUnavailable
from multifidus.findings import Findings
from multifidus.image_io import ImageSlice, read_image
from multifidus.inference_log import StageTimer
from multifidus.manifest import READY_MASK, READY_SLICE, ModelManifest
from multifidus.mask_io import read_mask
from multifidus.measure import Measurements, measure
from multifidus.outlines import Polygon, outlines
from multifidus.postprocess import LEFT, RIGHT, Segmentation, postprocess
from multifidus.preprocess import FloatImage, overview, preprocess
from multifidus.provenance import Provenance
from multifidus.quality import Quality, assess
from multifidus.render import mask_png, overlay_png

READY_MIN_DICE = 0.98
"""Below this the model runs wrongly here. Not 1: INT8 kernels differ between processors by a few
pixels along the border."""


class Segmenter(Protocol):
    """What the pipeline needs of `multifidus.inference.Segmenter`."""

    @property
    def manifest(self) -> ModelManifest:
        """Says how to preprocess, and from which probability on a pixel counts."""

    def probabilities(self, tensor: FloatImage, /) -> FloatImage:
        """Run the model; see `multifidus.inference.Segmenter.probabilities`."""


@dataclass(frozen=True, kw_only=True)
class SliceResult:
    """Everything that is known of one slice.

    Attributes
    ----------
    image : ImageSlice
        The decoded slice.
    measurements : Measurements
        Of both sides.
    quality : Quality
        Whether to trust them, and what speaks against it.
    overlay_png, mask_png : bytes, optional
        At the slice's own size; None where not asked for.
    outlines : dict, optional
        Of each side in native pixels; None where not asked for.
    dicom_seg, dicom_sr : bytes, optional
        Files; None where not asked for.
    """

    image: ImageSlice
    measurements: Measurements
    quality: Quality
    overlay_png: bytes | None
    mask_png: bytes | None
    outlines: dict[str, list[Polygon]] | None
    dicom_seg: bytes | None
    dicom_sr: bytes | None


def analyse_slice(
    data: bytes, *, segmenter: Segmenter, options: SegmentOptions, timer: StageTimer
) -> SliceResult:
    """Segment and measure one slice.

    Parameters
    ----------
    data : bytes
        A DICOM, PNG or JPEG file.
    segmenter : Segmenter
        The loaded model.
    options : SegmentOptions
        What the caller asks for.
    timer : StageTimer
        Takes the duration of each stage.

    Raises
    ------
    RequestError
        The bytes are no slice that can be measured; see `multifidus.image_io.read_image`.
    """
    manifest = segmenter.manifest
    threshold = manifest.threshold if options.threshold is None else options.threshold
    with timer.stage("decode"):
        image = read_image(data, pixel_spacing_mm=options.pixel_spacing_mm)
        source = _source_of_objects(data, options)
    with timer.stage("preprocess"):
        tensor, geometry = preprocess(image, manifest.preprocess)
        view = overview(image, tensor, geometry, manifest.preprocess)
    with timer.stage("inference"):
        probabilities = segmenter.probabilities(tensor)
    with timer.stage("postprocess"):
        segmentation = postprocess(probabilities, geometry, threshold=threshold)
    provenance = Provenance(
        mask_origin="model", software_version=__version__, model=manifest, threshold=threshold
    )
    return _measured(image, view, segmentation, source, provenance, options, timer)


def measure_mask(
    data: bytes,
    mask: bytes,
    *,
    manifest: ModelManifest,
    options: SegmentOptions,
    timer: StageTimer,
) -> SliceResult:
    """Measure one slice with a mask that somebody drew or corrected.

    Parameters
    ----------
    data : bytes
        A DICOM, PNG or JPEG file.
    mask : bytes
        A PNG file; see `multifidus.mask_io.read_mask`.
    manifest : ModelManifest
        Says how to view the slice when its quality is judged. No model runs.
    options : SegmentOptions
        What the caller asks for.
    timer : StageTimer
        Takes the duration of each stage.

    Raises
    ------
    RequestError
        The bytes are no slice that can be measured, or no mask that belongs to it.
    """
    with timer.stage("decode"):
        image = read_image(data, pixel_spacing_mm=options.pixel_spacing_mm)
        drawn = Segmentation(mask=read_mask(mask, image.pixels.shape), probability=None)
        source = _source_of_objects(data, options)
    with timer.stage("preprocess"):
        tensor, geometry = preprocess(image, manifest.preprocess)
        view = overview(image, tensor, geometry, manifest.preprocess)
    provenance = Provenance(
        mask_origin=options.mask_origin,
        software_version=__version__,
        model=manifest if options.mask_origin == "corrected" else None,
    )
    return _measured(image, view, drawn, source, provenance, options, timer)


def _source_of_objects(data: bytes, options: SegmentOptions) -> DicomSource | None:
    """Read early what DICOM objects need of the file: where it is missing, no model has to run."""
    return read_source(data) if options.include & DICOM_PARTS else None


def _measured(
    image: ImageSlice,
    view: FloatImage,
    segmentation: Segmentation,
    source: DicomSource | None,
    provenance: Provenance,
    options: SegmentOptions,
    timer: StageTimer,
) -> SliceResult:
    with timer.stage("measure"):
        measurements = measure(segmentation, image)
    with timer.stage("quality"):
        quality = assess(image, view, segmentation, measurements)
    with timer.stage("render"):
        findings = Findings(
            measurements=measurements,
            quality=quality,
            side_known=image.orientation == "patient",
            level=options.level,
        )
        seg, sr = _objects(source, segmentation, findings, provenance, options)
        mask, wanted = segmentation.mask, options.include
        return SliceResult(
            image=image,
            measurements=measurements,
            quality=quality,
            overlay_png=(
                overlay_png(image, mask, style=options.style) if "overlay" in wanted else None
            ),
            mask_png=mask_png(mask) if "mask" in wanted else None,
            outlines=outlines(mask) if "contours" in wanted else None,
            dicom_seg=seg,
            dicom_sr=sr,
        )


def _objects(
    source: DicomSource | None,
    segmentation: Segmentation,
    findings: Findings,
    provenance: Provenance,
    options: SegmentOptions,
) -> tuple[bytes | None, bytes | None]:
    if source is None:
        return None, None
    # Not at the top: see `multifidus.dicom_objects`.
    from multifidus.dicom_objects import write_objects

    made = write_objects(
        source,
        segmentation.mask,
        findings,
        provenance,
        seg="dicom_seg" in options.include,
        sr="dicom_sr" in options.include,
    )
    return made.seg, made.sr


@dataclass(frozen=True, kw_only=True)
class SelfTest:
    """Dice of each side between the stored mask and the one made now."""

    dice_right: float
    dice_left: float


def self_test(segmenter: Segmenter, folder: Path) -> SelfTest:
    """Run the model on the slice of its folder and compare with the stored mask.

    Raises
    ------
    ModelUnavailable
        The files are missing, or the masks differ.
    """
    try:
        image = read_image((folder / READY_SLICE).read_bytes())
        expected = read_image((folder / READY_MASK).read_bytes()).pixels
    except OSError as error:
        raise ModelUnavailable("The model's self-test is missing.") from error
    tensor, geometry = preprocess(image, segmenter.manifest.preprocess)
    probabilities = segmenter.probabilities(tensor)
    made = postprocess(probabilities, geometry, threshold=segmenter.manifest.threshold).mask
    if made.shape != expected.shape:
        raise ModelUnavailable("The model's self-test is damaged.")
    result = SelfTest(
        dice_right=_dice(made == RIGHT, expected == RIGHT),
        dice_left=_dice(made == LEFT, expected == LEFT),
    )
    if min(result.dice_right, result.dice_left) < READY_MIN_DICE:
        raise ModelUnavailable("The model does not give the result that it gave when it was made.")
    return result


def _dice(made: npt.NDArray[np.bool_], expected: npt.NDArray[np.bool_]) -> float:
    total = int(made.sum()) + int(expected.sum())
    # Two empty masks agree, but an empty reference proves nothing.
    return 2.0 * int((made & expected).sum()) / total if total else 0.0
