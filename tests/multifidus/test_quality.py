"""Flags: each for what it names, none for a good slice."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from multifidus.image_io import ImageSlice, read_image
from multifidus.image_slice import Turn
from multifidus.manifest import PreprocessSpec
from multifidus.measure import measure
from multifidus.postprocess import Segmentation
from multifidus.preprocess import preprocess
from multifidus.quality import FLAGS, Quality, assess
from tests.multifidus.judging import Mask, Picture, judged
from tests.multifidus.samples import ROOT

MODEL_FOLDER = ROOT / "layers" / "model"


@pytest.fixture(scope="module")
def good() -> tuple[ImageSlice, Mask]:
    """The slice that `/ready` runs on, which the project made itself, and its mask."""
    image = read_image(
        (MODEL_FOLDER / "ready_slice.png").read_bytes(), pixel_spacing_mm=(0.75, 0.75)
    )
    mask = read_image((MODEL_FOLDER / "ready_mask.png").read_bytes()).pixels.astype(np.uint8)
    return image, mask


def test_a_good_slice_has_no_flag(good: tuple[ImageSlice, Mask]) -> None:
    assert judged(*good) == Quality(trusted=True, flags=())


def test_the_table_of_flags_is_complete_and_clear() -> None:
    codes = [flag.code for flag in FLAGS]
    assert len(set(codes)) == len(codes)
    assert set(codes) >= {
        "no_multifidus_found",
        "one_side_missing",
        "low_confidence",
        "touches_border",
        "not_axial",
        "not_mr",
        "unlikely_slice",
        "fat_suppressed",
        "no_reference_tissue",
        "no_spacing",
        "low_resolution",
        "converted_colour",
        "asymmetric_masks",
    }
    assert all(flag.meaning.endswith(".") for flag in FLAGS)


@pytest.mark.parametrize(
    ("changes", "flag", "trusted"),
    [
        ({"plane": "sagittal"}, "not_axial", False),
        ({"plane": "coronal"}, "not_axial", False),
        ({"plane": "oblique"}, "not_axial", False),
        ({"plane": "axial", "orientation": "patient"}, None, True),
        ({"modality": "CT"}, "not_mr", False),
        ({"modality": "MR"}, None, True),
        ({"pixel_spacing_mm": None}, "no_spacing", True),
        ({"converted_colour": True}, "converted_colour", True),
    ],
)
def test_what_the_file_says(
    good: tuple[ImageSlice, Mask], changes: dict[str, Any], flag: str | None, trusted: bool
) -> None:
    image, mask = good
    found = judged(replace(image, **changes), mask)
    assert found.flags == ((flag,) if flag else ())
    assert found.trusted is trusted


def test_pixels_too_coarse_for_an_area_are_told(good: tuple[ImageSlice, Mask]) -> None:
    image, mask = good
    half = np.asarray(cv2.resize(image.pixels, None, fx=0.5, fy=1.0, interpolation=cv2.INTER_AREA))
    coarse = replace(image, pixels=half, pixel_spacing_mm=(0.75, 1.55))
    found = judged(coarse, np.ascontiguousarray(mask[:, ::2]))
    assert found == Quality(trusted=True, flags=("low_resolution",))


@pytest.mark.parametrize(("across", "down"), [(0.5, 1.0), (1.0, 0.5), (2.0, 1.0)])
def test_oblong_pixels_are_no_sign_of_another_picture(
    good: tuple[ImageSlice, Mask], across: float, down: float
) -> None:
    image, mask = good
    pixels, resized = (
        np.asarray(cv2.resize(picture, None, fx=across, fy=down, interpolation=how))
        for picture, how in ((image.pixels, cv2.INTER_AREA), (mask, cv2.INTER_NEAREST))
    )
    oblong = replace(image, pixels=pixels, pixel_spacing_mm=(0.75 / down, 0.75 / across))
    assert judged(oblong, resized).trusted


def test_nothing_found(good: tuple[ImageSlice, Mask]) -> None:
    image, mask = good
    assert judged(image, mask * 0) == Quality(trusted=False, flags=("no_multifidus_found",))


@pytest.mark.parametrize("side", [1, 2])
@pytest.mark.parametrize("left_over", [0.0, 0.1])
def test_one_side_missing_or_nearly_so(
    good: tuple[ImageSlice, Mask], side: int, left_over: float
) -> None:
    image, mask = good
    mask = mask.copy()
    rows = np.flatnonzero((mask == side).any(axis=1))
    keep = rows[: int(left_over * rows.size)]
    gone = mask == side
    gone[keep] = False
    mask[gone] = 0
    found = judged(image, mask)
    assert not found.trusted
    assert "one_side_missing" in found.flags
    assert "asymmetric_masks" not in found.flags


def test_a_modest_asymmetry_informs_only(good: tuple[ImageSlice, Mask]) -> None:
    image, mask = good
    thinner = cv2.erode((mask == 2).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=4)
    found = judged(image, np.where(mask == 2, np.asarray(thinner) * 2, mask).astype(np.uint8))
    assert found.flags == ("asymmetric_masks",)
    assert found.trusted


def test_low_confidence(good: tuple[ImageSlice, Mask]) -> None:
    image, mask = good
    assert judged(image, mask, probability=0.55) == Quality(
        trusted=False, flags=("low_confidence",)
    )


def test_a_mask_cut_off_within_the_slice(good: tuple[ImageSlice, Mask]) -> None:
    image, mask = good
    tensor, _ = preprocess(image, PreprocessSpec())
    probability = np.where(mask > 0, 0.95, 0.01).astype(np.float32)
    segmentation = Segmentation(mask=mask, probability=probability, cut_off=True)
    found = assess(image, tensor, segmentation, measure(segmentation, image))
    assert not found.trusted
    assert found.flags == ("touches_border",)


@pytest.mark.parametrize("edge", ["top", "bottom", "left", "right"])
def test_a_mask_at_the_border(good: tuple[ImageSlice, Mask], edge: str) -> None:
    image, mask = good
    rows, columns = (np.flatnonzero((mask > 0).any(axis=axis)) for axis in (1, 0))
    cut = {
        "top": (slice(rows[0], None), slice(None)),
        "bottom": (slice(None, rows[-1] + 1), slice(None)),
        "left": (slice(None), slice(columns[0], None)),
        "right": (slice(None), slice(None, columns[-1] + 1)),
    }[edge]
    found = judged(replace(image, pixels=image.pixels[cut].copy()), mask[cut].copy())
    assert "touches_border" in found.flags
    assert not found.trusted


def test_a_slice_stored_the_other_way_round_is_judged_alike(
    good: tuple[ImageSlice, Mask],
) -> None:
    image, mask = good
    turn = Turn(transpose=True, flip_rows=True, flip_columns=True)
    turned = replace(image, pixels=turn.undo(image.pixels).copy(), turn=turn)
    assert judged(turned, turn.undo(mask).copy()) == Quality(trusted=True, flags=())
    # Without the turn the sides would be exchanged: no mask of a real slice looks so.
    assert "unlikely_slice" in judged(image, np.where(mask > 0, 3 - mask, 0).astype(np.uint8)).flags


def implausible_masks(mask: Mask) -> dict[str, Mask]:
    rows, columns = mask.shape
    one_above = np.zeros_like(mask)
    cv2.circle(one_above, (columns // 2 - 10, rows // 3), 18, 1, -1)
    cv2.circle(one_above, (columns // 2 + 10, 2 * rows // 3), 18, 2, -1)
    apart = np.zeros_like(mask)
    cv2.circle(apart, (columns // 8, rows // 2), 18, 1, -1)
    cv2.circle(apart, (7 * columns // 8, rows // 2), 18, 2, -1)
    aside = np.zeros_like(mask)
    cv2.circle(aside, (14, rows // 2), 12, 1, -1)
    cv2.circle(aside, (40, rows // 2), 12, 2, -1)
    huge = np.zeros_like(mask)
    huge[10 : rows - 10, 10 : columns // 2] = 1
    huge[10 : rows - 10, columns // 2 : columns - 10] = 2
    tiny = np.zeros_like(mask)
    cv2.circle(tiny, (columns // 2 - 6, rows // 2), 3, 1, -1)
    cv2.circle(tiny, (columns // 2 + 6, rows // 2), 3, 2, -1)
    scattered = np.zeros_like(mask)
    for index in range(6):
        cv2.circle(scattered, (60 + 12 * index, 60 + 25 * index), 7, 1 + index % 2, -1)
    return {
        "one above the other": one_above,
        "far apart": apart,
        "at the picture's side": aside,
        "half the picture": huge,
        "a few pixels": tiny,
        "scattered": scattered,
    }


@pytest.mark.parametrize(
    "name",
    [
        "one above the other",
        "far apart",
        "at the picture's side",
        "half the picture",
        "a few pixels",
        "scattered",
    ],
)
def test_a_mask_that_is_no_pair_of_muscles(good: tuple[ImageSlice, Mask], name: str) -> None:
    image, mask = good
    found = judged(image, implausible_masks(mask)[name])
    assert "unlikely_slice" in found.flags
    assert not found.trusted


def no_slices() -> dict[str, Picture]:
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[0:256, 0:256].astype(np.float32)
    return {
        "black": np.zeros((256, 256), np.float32),
        "grey": np.full((256, 256), 77, np.float32),
        "white noise": random.integers(0, 256, (256, 256)).astype(np.float32),
        "normal noise": random.normal(100, 20, (512, 400)).astype(np.float32),
        "rayleigh noise": random.rayleigh(20, (320, 320)).astype(np.float32),
        "blurred noise": np.asarray(
            cv2.GaussianBlur(random.normal(size=(256, 256)).astype(np.float32), (0, 0), 4)
        ),
        "gradient across": columns,
        "gradient down": rows,
        "radial gradient": np.hypot(rows - 128, columns - 128),
        "disc": (np.hypot(rows - 128, columns - 128) < 90).astype(np.float32),
        "chequers": ((rows // 16 + columns // 16) % 2).astype(np.float32),
        "stripes": (columns // 16 % 2).astype(np.float32),
    }


@pytest.mark.parametrize("name", list(no_slices()))
def test_pictures_that_are_no_slices(good: tuple[ImageSlice, Mask], name: str) -> None:
    """Whether the model finds nothing in them or, at worst, a perfect pair of muscles."""
    pixels = no_slices()[name]
    image = ImageSlice(pixels=pixels, media="png")
    size = (pixels.shape[1], pixels.shape[0])
    mask = np.asarray(cv2.resize(good[1], size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    for given in (mask, mask * 0):
        found = judged(image, given)
        assert not found.trusted
        assert "unlikely_slice" in found.flags


def photograph(name: str) -> ImageSlice:
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        pytest.skip("scikit-learn ships the photographs and is not installed")
    path = Path(found.origin).parent / "datasets" / "images" / name
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return ImageSlice(pixels=np.asarray(grey, dtype=np.float32), media="jpeg")


def test_a_photograph_is_no_slice_even_with_a_perfect_mask(
    good: tuple[ImageSlice, Mask],
) -> None:
    image = photograph("china.jpg")
    size = (image.pixels.shape[1], image.pixels.shape[0])
    mask = np.asarray(cv2.resize(good[1], size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    for given in (mask, mask * 0):
        found = judged(image, given)
        assert not found.trusted
        assert "unlikely_slice" in found.flags
