"""A small folder of each kind that the model can be fine-tuned on, of made-up people.

Three subjects, three slices each, as NIfTI pairs, as DICOM slices with DICOM SEG, and as PNG pairs:
to try `make train DATA=...` without any data, and to see how a folder is laid out.
"""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
from pydicom.dataset import FileDataset
from pydicom.uid import generate_uid

from multifidus import dicom_codes
from training.phantom.anatomy import Level
from training.phantom.generate import generate, random_spec
from training.phantom.phantom_slice import PhantomSlice
from training.phantom.write_dicom import as_dicom
from training.phantom.write_png import eight_bit, write_png

SUBJECTS = ("anna", "bruno", "carla")
LEVELS: tuple[Level, ...] = ("L5", "L4", "L3")
"""From the feet upwards, as slices are counted."""

FIELD_OF_VIEW_MM = 230.0
STEP_MM = 30.0
"""Between the slices: about a vertebra with its disc."""

SIDES: dict[int, dicom_codes.SideName] = {1: "right", 2: "left"}


def write_example_data(folder: Path, *, size_px: int = 192) -> None:
    """Write `nifti/`, `dicom/` and `png/` into a folder.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    for number, subject in enumerate(SUBJECTS):
        slices = _slices(number, size_px)
        write_nifti_pair(slices, folder / "nifti" / subject)
        write_dicom_series(slices, folder / "dicom" / subject, subject=subject)
        write_png_pairs(slices, folder / "png", subject=subject)


def write_nifti_pair(slices: list[PhantomSlice], folder: Path) -> None:
    """Write `image.nii.gz` and `label.nii.gz`: 1 the patient's right multifidus, 2 the left."""
    folder.mkdir(parents=True, exist_ok=True)
    row_mm, column_mm = slices[0].pixel_spacing_mm
    affine = np.diag([column_mm, row_mm, STEP_MM, 1.0])
    stacks = {
        "image": np.stack([slice_.pixels for slice_ in slices]).astype(np.float32),
        "label": np.stack([slice_.mask for slice_ in slices]),
    }
    for name, stack in stacks.items():
        # RAS: the first axis grows to the patient's right, the second to the front.
        volume = np.ascontiguousarray(stack.transpose(2, 1, 0)[::-1, ::-1])
        nib.save(nib.Nifti1Image(volume, affine), folder / f"{name}.nii.gz")


def write_dicom_series(slices: list[PhantomSlice], folder: Path, *, subject: str) -> None:
    """Write one file a slice, and `segmentation.dcm` with a segment for each side."""
    folder.mkdir(parents=True, exist_ok=True)
    images = [
        _in_series(as_dicom(slice_, name=f"{subject} {number}"), subject, number)
        for number, slice_ in enumerate(slices)
    ]
    for number, image in enumerate(images, start=1):
        image.save_as(folder / f"slice_{number}.dcm", enforce_file_format=True)
    masks = np.stack([np.stack([s.mask == side for side in SIDES], axis=-1) for s in slices])
    _segmentation(images, masks.astype(np.uint8), subject).save_as(folder / "segmentation.dcm")


def write_png_pairs(slices: list[PhantomSlice], folder: Path, *, subject: str) -> None:
    """Write `SUBJECT_LEVEL.png`, its mask (0, 1, 2), and lines of `spacing.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "spacing.csv"
    begun = table.exists() and subject != SUBJECTS[0]
    with table.open("a" if begun else "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        if not begun:
            writer.writerow(["file", "row_mm", "column_mm"])
        for level, slice_ in zip(LEVELS, slices, strict=True):
            name = f"{subject}_{level}"
            write_png(eight_bit(slice_), folder / f"{name}.png")
            write_png(slice_.mask, folder / f"{name}_mask.png")
            writer.writerow([f"{name}.png", *(f"{step:.6f}" for step in slice_.pixel_spacing_mm)])


def _slices(number: int, size_px: int) -> list[PhantomSlice]:
    """One person at three levels; drawn anew until both sides can be seen at each."""
    seed = 1_000 * number
    while True:
        seed += 1
        person = random_spec(np.random.default_rng(seed), size_px=size_px)
        made = [
            generate(
                dataclasses.replace(
                    person,
                    level=level,
                    disc=True,
                    field_of_view_mm=FIELD_OF_VIEW_MM,
                    centre_mm=(0.0, -20.0),
                ),
                seed,
            )
            for level in LEVELS
        ]
        if all(min(slice_.area_mm2(1), slice_.area_mm2(2)) > 100.0 for slice_ in made):
            return made


def _in_series(image: FileDataset, subject: str, number: int) -> FileDataset:
    """Make a single slice one of a subject's stack."""
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        setattr(image, keyword, generate_uid(entropy_srcs=["multifidus example", subject, keyword]))
    image.PatientID = f"EXAMPLE-{subject.upper()}"
    image.SeriesDescription = "computer-generated axial T2"
    image.InstanceNumber = number + 1
    across, back, _ = image.ImagePositionPatient
    image.ImagePositionPatient = [across, back, STEP_MM * number]
    image.SliceThickness, image.SpacingBetweenSlices = 4.0, STEP_MM
    return image


def _segmentation(
    images: list[FileDataset], masks: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], subject: str
) -> hd.seg.Segmentation:
    segments = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=f"Multifidus {side}",
            segmented_property_category=dicom_codes.ANATOMICAL_STRUCTURE,
            segmented_property_type=dicom_codes.MULTIFIDUS,
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, side in SIDES.items()
    ]
    for number, segment in enumerate(segments, start=1):
        modifier = hd.sr.CodedConcept.from_code(dicom_codes.LATERALITY[SIDES[number]])
        segment.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
            modifier
        ]
    return hd.seg.Segmentation(
        source_images=images,
        pixel_array=masks,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=segments,
        series_instance_uid=generate_uid(
            entropy_srcs=["multifidus example", subject, "seg series"]
        ),
        series_number=2,
        sop_instance_uid=generate_uid(entropy_srcs=["multifidus example", subject, "seg"]),
        instance_number=1,
        manufacturer="Multifidus",
        manufacturer_model_name="phantom",
        software_versions="1",
        device_serial_number="0",
        content_label="MULTIFIDUS",
    )
