"""Pictures: `name.png` and `name_mask.png`, with their spacing in a table where it is known."""

from __future__ import annotations

import csv
from pathlib import Path

from multifidus.errors import MultifidusError
from multifidus.image_io import read_image
from multifidus.image_slice import ImageSlice
from multifidus.media_limits import MAX_SPACING_MM, MIN_SPACING_MM, plausible_spacing_mm
from training.segmentation.own_data.annotated_slice import AnnotatedSlice
from training.segmentation.own_data.label_values import LabelValues, known_codes
from training.segmentation.own_data.layout import SPACING_FILE, Pair
from training.segmentation.own_data.problems import Findings, ProblemKind
from training.segmentation.own_data.usable import Candidate, usable_slices

Spacings = dict[str, tuple[float, float]]

SPACING_COLUMNS = ("file", "row_mm", "column_mm")


def read_png_pair(
    pair: Pair, labels: LabelValues, spacings: Spacings, findings: Findings
) -> list[AnnotatedSlice]:
    """Read a picture and its mask; what is wrong goes to `findings`."""
    name = findings.name(pair.image)
    image = _read(pair.image, spacings.get(name), findings)
    mask = _read(pair.mask, None, findings)
    if image is None or mask is None:
        return []
    if mask.media == "jpeg":
        findings.add(
            ProblemKind.UNREADABLE, pair.mask, "JPEG blurs labels; masks must be saved as PNG."
        )
        return []
    if mask.pixels.shape != image.pixels.shape:
        findings.add(
            ProblemKind.SIZE_MISMATCH,
            pair.mask,
            f"is {_size(mask)} (rows x columns), its image {_size(image)}.",
        )
        return []
    codes = known_codes(labels, mask.pixels, pair.mask, findings)
    if codes is None:
        return []
    candidate = Candidate(name=name, image=image, codes=codes)
    return usable_slices(pair.subject, pair.image, [candidate], findings)


def read_spacings(folder: Path, findings: Findings) -> Spacings:
    """Read `spacing.csv`, if there is one: row and column spacing by file name."""
    path = folder / SPACING_FILE
    if not path.is_file():
        return {}
    spacings: Spacings = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        findings.add(ProblemKind.BAD_SPACING, path, f"cannot be read as a table ({error}).")
        return {}
    for number, row in enumerate(rows, start=2):
        file, *lengths = (row.get(column) or "" for column in SPACING_COLUMNS)
        try:
            spacing_mm = plausible_spacing_mm(tuple(float(length) for length in lengths))
        except ValueError:
            spacing_mm = None
        if not file or spacing_mm is None:
            findings.add(
                ProblemKind.BAD_SPACING,
                path,
                f"line {number}: needs {', '.join(SPACING_COLUMNS)}, the last two from "
                f"{MIN_SPACING_MM} to {MAX_SPACING_MM}.",
            )
        elif not (folder / file).is_file():
            findings.add(ProblemKind.BAD_SPACING, path, f"line {number}: there is no file {file}.")
        else:
            spacings[Path(file).as_posix()] = spacing_mm
    return spacings


def _read(
    path: Path, spacing_mm: tuple[float, float] | None, findings: Findings
) -> ImageSlice | None:
    try:
        return read_image(path.read_bytes(), pixel_spacing_mm=spacing_mm)
    except MultifidusError as error:
        findings.add(ProblemKind.UNREADABLE, path, error.detail)
    except OSError as error:
        findings.add(ProblemKind.UNREADABLE, path, f"cannot be opened ({error.strerror}).")
    return None


def _size(image: ImageSlice) -> str:
    rows, columns = image.pixels.shape
    return f"{rows} x {columns}"
