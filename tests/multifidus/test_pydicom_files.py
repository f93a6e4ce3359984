"""Every file that comes with pydicom: the table `pydicom_files.txt` says what becomes of it.

To make it anew after an update of pydicom: `python -m tests.multifidus.test_pydicom_files`.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_modality_lut, pixel_array

from multifidus.errors import MultifidusError
from multifidus.image_io import read_image

TABLE = Path(__file__).with_name("pydicom_files.txt")
FOLDER = Path(pydicom.__file__).parent / "data" / "test_files"
MAX_SECONDS = 5.0
LOSSY = {"JPEG-lossy.dcm", "JPGExtended.dcm"}


def outcomes() -> dict[str, tuple[int, str]]:
    """Status and code by file, from the table."""
    rows = (line.rsplit(maxsplit=2) for line in TABLE.read_text().splitlines())
    return {name: (int(status), code) for name, status, code in rows}


def files() -> dict[str, Path]:
    found = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): path for path in found}


def outcome(path: Path) -> tuple[int, str]:
    try:
        image = read_image(path.read_bytes())
    except MultifidusError as error:
        return error.status, error.code
    assert np.isfinite(image.pixels).all()
    return 200, "ok"


def test_the_table_names_each_file() -> None:
    assert set(outcomes()) == set(files())


@pytest.mark.parametrize("name", list(outcomes()))
def test_a_file_of_pydicoms_ends_as_the_table_says(name: str) -> None:
    begin = time.monotonic()
    assert outcome(files()[name]) == outcomes()[name]
    assert time.monotonic() - begin < MAX_SECONDS


def monochrome() -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            name
            for name, (status, _) in outcomes().items()
            if status == 200
            and pydicom.dcmread(FOLDER / name, stop_before_pixels=True).SamplesPerPixel == 1
        ]


@pytest.mark.filterwarnings("ignore")  # pydicom's, of its own files
@pytest.mark.parametrize("name", monochrome())
def test_pixels_are_those_that_pydicom_decodes(name: str) -> None:
    # By its own choice of plug-in: for lossy JPEG that is Pillow, for the others the one of ours.
    read = pydicom.dcmread(FOLDER / name)
    stored = pixel_array(read)
    expected = apply_modality_lut(stored, read)
    pixels = read_image((FOLDER / name).read_bytes()).pixels
    padding = stored == read.get("PixelPaddingValue")  # becomes background, see test_dicom_pixels
    pixels[padding] = expected[padding]
    np.testing.assert_allclose(pixels, expected, atol=1 if name in LOSSY else 0)


if __name__ == "__main__":
    found = {name: outcome(path) for name, path in files().items()}
    width = max(map(len, found))
    TABLE.write_text(
        "".join(f"{name:<{width}}  {status}  {code}\n" for name, (status, code) in found.items())
    )
