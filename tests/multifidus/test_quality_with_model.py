"""The flags on what the shipped model really finds, in slices and in pictures that are none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from multifidus.image_io import ImageSlice, read_image
from multifidus.inference import Segmenter
from multifidus.measure import measure
from multifidus.postprocess import Segmentation, postprocess
from multifidus.preprocess import overview, preprocess
from multifidus.quality import Quality, assess
from tests.multifidus.samples import ROOT, RealSlice
from tests.multifidus.test_quality import no_slices, photograph

MODEL_FOLDER = ROOT / "layers" / "model"


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    if not (MODEL_FOLDER / "manifest.json").exists():
        pytest.skip("no model has been exported yet: `make train export`")
    return Segmenter(MODEL_FOLDER, threads=1)


def found_in(image: ImageSlice, segmenter: Segmenter) -> tuple[Segmentation, Quality]:
    tensor, geometry = preprocess(image, segmenter.manifest.preprocess)
    segmentation = postprocess(
        segmenter.probabilities(tensor), geometry, threshold=segmenter.manifest.threshold
    )
    view = overview(image, tensor, geometry, segmenter.manifest.preprocess)
    return segmentation, assess(image, view, segmentation, measure(segmentation, image))


def dice(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> float:
    return 2.0 * np.count_nonzero(a & b) / max(1, np.count_nonzero(a) + np.count_nonzero(b))


def test_the_ready_slice_is_trusted(segmenter: Segmenter) -> None:
    image = read_image((MODEL_FOLDER / "ready_slice.png").read_bytes())
    assert found_in(image, segmenter)[1].trusted


@pytest.mark.parametrize("name", list(no_slices()))
def test_no_slice_is_trusted(segmenter: Segmenter, name: str) -> None:
    image = ImageSlice(pixels=no_slices()[name], media="png")
    _, quality = found_in(image, segmenter)
    assert not quality.trusted
    assert "unlikely_slice" in quality.flags


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
def test_no_photograph_is_trusted(segmenter: Segmenter, name: str) -> None:
    assert not found_in(photograph(name), segmenter)[1].trusted


def test_real_slices_are_trusted_where_the_mask_is_right(
    segmenter: Segmenter, t2_slices: list[RealSlice]
) -> None:
    right = doubted = 0
    for item in t2_slices:
        image = ImageSlice(
            pixels=item.pixels, media="dicom", pixel_spacing_mm=item.spacing_mm, modality="MR"
        )
        segmentation, quality = found_in(image, segmenter)
        if dice(segmentation.mask > 0, item.mask > 0) >= 0.8:
            right += 1
            doubted += not quality.trusted
    assert right >= 10
    assert doubted <= 0.1 * right
