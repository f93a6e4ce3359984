"""Each thing that can be wrong with a folder has a kind and names the file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
import pydicom
import pytest

from training.segmentation.own_data.label_values import LabelValues
from training.segmentation.own_data.problems import (
    MAX_TOLD,
    DataFolderError,
    Problem,
    ProblemKind,
)
from training.segmentation.own_data.read_folder import read_folder

ROOT = Path(__file__).resolve().parents[4]
Break = Callable[[Path], object]


def nifti(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Break:
    """Change the values of a volume."""

    def apply(folder: Path) -> None:
        image = nib.load(folder / name)
        nib.save(nib.Nifti1Image(change(np.asarray(image.dataobj)), image.affine), folder / name)

    return apply


def affine(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Break:
    """Change where a volume lies."""

    def apply(folder: Path) -> None:
        image = nib.load(folder / name)
        nib.save(nib.Nifti1Image(np.asarray(image.dataobj), change(image.affine)), folder / name)

    return apply


def png(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Break:
    """Change a picture."""

    def apply(folder: Path) -> None:
        picture = cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED)
        assert cv2.imwrite(str(folder / name), change(picture))

    return apply


def dicom(name: str, change: Callable[[pydicom.Dataset], object]) -> Break:
    """Change a DICOM object."""

    def apply(folder: Path) -> None:
        data = pydicom.dcmread(folder / name)
        change(data)
        data.save_as(folder / name)

    return apply


def remove(pattern: str) -> Break:
    return lambda folder: [path.unlink() for path in folder.glob(pattern)]


def write(name: str, content: bytes) -> Break:
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str) -> Break:
    def apply(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return apply


def copy(source: str, target: str) -> Break:
    return lambda folder: shutil.copy(folder / source, folder / target)


def each(pattern: str, of: Callable[..., Break], change: Callable) -> Break:
    def apply(folder: Path) -> None:
        for path in folder.glob(pattern):
            of(str(path.relative_to(folder)), change)(folder)

    return apply


def lose_orientation(folder: Path) -> None:
    path = folder / "anna/image.nii.gz"
    image = nib.load(path)
    made = nib.Nifti1Image(np.asarray(image.dataobj), None)
    made.header["sform_code"] = made.header["qform_code"] = 0
    nib.save(made, path)


def with_nan(values: np.ndarray) -> np.ndarray:
    changed = values.astype(np.float32)
    changed[3, 4, 1] = np.nan
    return changed


def coarse(matrix: np.ndarray) -> np.ndarray:
    return matrix @ np.diag([2.0, 1.0, 1.0, 1.0])


def shifted(matrix: np.ndarray) -> np.ndarray:
    changed = matrix.copy()
    changed[0, 3] += 5.0
    return changed


def coarse_both(folder: Path) -> None:
    for name in ("image", "label"):
        affine(f"anna/{name}.nii.gz", coarse)(folder)


def move_seg(data: pydicom.Dataset) -> None:
    for groups in data.PerFrameFunctionalGroupsSequence:
        groups.PlanePositionSequence[0].ImagePositionPatient[2] += 3.0


def unclear(data: pydicom.Dataset) -> None:
    for segment in data.SegmentSequence:
        segment.SegmentLabel = "muscle"
        del segment.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence


def sagittal(data: pydicom.Dataset) -> None:
    data.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]


K = ProblemKind
CASES: list[tuple[str, Break, ProblemKind, str]] = [
    ("png", remove("*"), K.EMPTY_FOLDER, "png"),
    ("png", remove("*_mask.png"), K.NO_PAIRS, "png"),
    ("nifti", remove("*/label.nii.gz"), K.NO_PAIRS, "nifti"),
    ("png", remove("anna_L3_mask.png"), K.IMAGE_WITHOUT_MASK, "anna_L3.png"),
    ("png", remove("anna_L3.png"), K.MASK_WITHOUT_IMAGE, "anna_L3_mask.png"),
    ("nifti", remove("anna/label.nii.gz"), K.IMAGE_WITHOUT_MASK, "anna/image.nii.gz"),
    ("dicom", remove("anna/segmentation.dcm"), K.IMAGE_WITHOUT_MASK, "anna"),
    ("dicom", remove("anna/slice_*.dcm"), K.MASK_WITHOUT_IMAGE, "anna/segmentation.dcm"),
    ("dicom", remove("anna/slice_2.dcm"), K.MASK_WITHOUT_IMAGE, "anna/segmentation.dcm"),
    ("png", copy("anna_L3.png", "anna_L3_T2w.png"), K.AMBIGUOUS_PAIR, "anna_L3.png"),
    ("png", png("anna_L3_mask.png", lambda p: p[:-1]), K.SIZE_MISMATCH, "anna_L3_mask.png"),
    ("nifti", nifti("anna/label.nii.gz", lambda v: v[1:]), K.SIZE_MISMATCH, "anna/label.nii.gz"),
    (
        "dicom",
        dicom("anna/slice_1.dcm", lambda d: setattr(d, "Rows", 48)),
        K.SIZE_MISMATCH,
        "anna/segmentation.dcm",
    ),
    ("nifti", affine("anna/label.nii.gz", shifted), K.GEOMETRY_MISMATCH, "anna/label.nii.gz"),
    (
        "dicom",
        dicom("anna/segmentation.dcm", move_seg),
        K.GEOMETRY_MISMATCH,
        "anna/segmentation.dcm",
    ),
    ("nifti", lose_orientation, K.UNKNOWN_ORIENTATION, "anna/image.nii.gz"),
    ("nifti", coarse_both, K.NOT_AXIAL, "anna/image.nii.gz"),
    (
        "dicom",
        each("anna/slice_*.dcm", dicom, sagittal),
        K.GEOMETRY_MISMATCH,
        "anna/segmentation.dcm",
    ),
    (
        "png",
        write("spacing.csv", b"file,row_mm,column_mm\nanna_L3.png,0,1\n"),
        K.BAD_SPACING,
        "line 2",
    ),
    (
        "png",
        write("spacing.csv", b"file,row_mm,column_mm\nnone.png,1,1\n"),
        K.BAD_SPACING,
        "none.png",
    ),
    ("png", write("spacing.csv", b"name,mm\nanna_L3.png,1\n"), K.BAD_SPACING, "line 2"),
    ("png", png("anna_L3_mask.png", lambda p: p * 100), K.UNKNOWN_LABELS, "100, 200"),
    ("nifti", nifti("anna/label.nii.gz", lambda v: v * 0.5), K.UNKNOWN_LABELS, "0.5"),
    ("dicom", dicom("anna/segmentation.dcm", unclear), K.UNKNOWN_LABELS, "anna/segmentation.dcm"),
    ("png", png("anna_L3_mask.png", lambda p: p * (p == 1)), K.ONE_SIDE_ONLY, "anna_L3.png"),
    (
        "nifti",
        nifti("anna/label.nii.gz", lambda v: v * (v == 2)),
        K.ONE_SIDE_ONLY,
        "anna/image.nii.gz",
    ),
    ("png", png("anna_L3_mask.png", lambda p: (3 - p) * (p > 0)), K.SIDES_SWAPPED, "anna_L3.png"),
    ("png", each("*_mask.png", png, lambda p: p * 0), K.EMPTY_MASKS, "png"),
    ("nifti", each("*/label.nii.gz", nifti, lambda v: v * 0), K.EMPTY_MASKS, "nifti"),
    ("png", cut("anna_L3.png"), K.UNREADABLE, "anna_L3.png"),
    ("png", write("anna_L3.png", b""), K.UNREADABLE, "anna_L3.png"),
    ("nifti", cut("anna/image.nii.gz"), K.UNREADABLE, "anna/image.nii.gz"),
    (
        "nifti",
        nifti("anna/image.nii.gz", lambda v: v[..., None]),
        K.UNREADABLE,
        "anna/image.nii.gz",
    ),
    ("dicom", cut("anna/slice_2.dcm"), K.UNREADABLE, "anna/slice_2.dcm"),
    ("dicom", cut("anna/segmentation.dcm"), K.UNREADABLE, "anna/segmentation.dcm"),
    ("nifti", nifti("anna/image.nii.gz", with_nan), K.NOT_FINITE, "anna/image.nii.gz"),
    ("png", png("anna_L3.png", lambda p: p * 0 + 9), K.BLANK_IMAGE, "anna_L3.png"),
    ("png", write("volume.nii.gz", b"any"), K.MIXED_KINDS, "png"),
    ("png", copy("anna_L3.png", "bruno_L3.png"), K.DUPLICATE_IMAGE, "bruno_L3.png"),
    ("nifti", lambda f: shutil.move(f / "bruno", f / "Anna"), K.DUPLICATE_SUBJECT, "Anna and anna"),
    (
        "dicom",
        lambda f: shutil.copytree(f / "anna", f / "somebody"),
        K.DUPLICATE_SUBJECT,
        "anna and somebody",
    ),
]


@pytest.mark.parametrize(
    ("kind", "spoil", "expected", "named"),
    CASES,
    ids=[f"{number}-{kind}-{expected}" for number, (kind, _, expected, _) in enumerate(CASES)],
)
def test_problem(
    own: Callable[[str], Path], kind: str, spoil: Break, expected: ProblemKind, named: str
) -> None:
    folder = own(kind)
    spoil(folder)
    with pytest.raises(DataFolderError) as caught:
        read_folder(folder, LabelValues.parse(None))
    assert expected in caught.value.kinds, str(caught.value)
    told = [str(problem) for problem in caught.value.problems if problem.kind == expected]
    assert any(named in line for line in told), told
    assert str(folder.parent) not in str(caught.value), "names are relative to the folder"


def test_every_problem_of_a_folder_has_its_case() -> None:
    elsewhere = {K.NO_FOLDER, K.ONE_SUBJECT, K.FOLDER_CHANGED, K.OTHER_RUN, K.RUN_NOT_WRITABLE}
    assert {expected for _, _, expected, _ in CASES} == set(ProblemKind) - elsewhere


def test_the_documentation_names_every_problem() -> None:
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    assert [kind for kind in ProblemKind if f"`{kind}`" not in text] == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError) as caught:
        read_folder(tmp_path / "nowhere", LabelValues.parse(None))
    assert caught.value.kinds == {ProblemKind.NO_FOLDER}


def test_all_problems_are_told_at_once(own: Callable[[str], Path]) -> None:
    folder = own("png")
    png("anna_L3_mask.png", lambda p: p[:-1])(folder)
    cut("bruno_L4.png")(folder)
    remove("carla_L5_mask.png")(folder)
    with pytest.raises(DataFolderError) as caught:
        read_folder(folder, LabelValues.parse(None))
    assert caught.value.kinds == {K.SIZE_MISMATCH, K.UNREADABLE, K.IMAGE_WITHOUT_MASK}
    assert str(caught.value).startswith("3 problems:")


def test_no_more_than_twenty_are_listed() -> None:
    problems = [
        Problem(kind=ProblemKind.UNREADABLE, where=f"{number}.png", detail="is cut short.")
        for number in range(MAX_TOLD + 5)
    ]
    lines = str(DataFolderError(problems)).splitlines()
    assert len(lines) == 1 + MAX_TOLD + 1
    assert lines[-1].strip() == "... and 5 more."
