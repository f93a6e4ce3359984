"""Files and slices for the tests of this folder: small, made here, with known pixels."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pydicom.uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

ROOT = Path(__file__).resolve().parents[2]
PATIENT_NAME = "Geheim^Patientin"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def textured(rows: int = 48, columns: int = 40, *, seed: int = 1) -> npt.NDArray[np.uint8]:
    """A smooth picture without symmetry, so that a flip or a transposition shows."""
    noise = np.random.default_rng(seed).normal(size=(rows, columns))
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3.0)) + np.linspace(0, 0.3, rows)[:, None]
    scaled = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return (scaled * 255.0).astype(np.uint8)


def png(pixels: npt.NDArray[Any]) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def jpeg(pixels: npt.NDArray[Any], *options: int) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95, *options])[1].tobytes()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def raw_png(
    columns: int,
    rows: int,
    *,
    depth: int = 8,
    colour: int = 0,
    interlace: int = 0,
    lines: bytes = b"",
    extra: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    """A PNG from its lines, each with its filter byte, for what OpenCV does not write."""
    header = struct.pack(">IIBBBBB", columns, rows, depth, colour, 0, 0, interlace)
    chunks = [
        (b"IHDR", header),
        *extra,
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    ]
    return PNG_SIGNATURE + b"".join(png_chunk(*chunk) for chunk in chunks)


def png_lines(samples: npt.NDArray[Any]) -> bytes:
    """Unfiltered lines of 8- or 16-bit samples, shape (rows, columns) or (rows, columns, n)."""
    big_endian = samples.astype(samples.dtype.newbyteorder(">"))
    return b"".join(b"\0" + line.tobytes() for line in big_endian)


def interlaced_lines(samples: npt.NDArray[Any]) -> bytes:
    return b"".join(
        png_lines(samples[top::down, left::across])
        for left, top, across, down in ADAM7
        if samples[top::down, left::across].size
    )


def dataset(pixels: npt.NDArray[Any] | None = None, **elements: Any) -> Dataset:
    """An axial MR slice; `elements` replace or, given as None, remove its elements."""
    pixels = textured().astype(np.uint16) * 13 if pixels is None else pixels
    made = Dataset()
    made.SOPClassUID = pydicom.uid.MRImageStorage
    made.SOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    made.PatientName = PATIENT_NAME
    made.Modality = "MR"
    made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    made.PixelSpacing = [0.6, 0.5]
    made.Rows, made.Columns = pixels.shape[:2]
    made.SamplesPerPixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    made.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = 8 * pixels.dtype.itemsize
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.tobytes()
    for keyword, value in elements.items():
        if value is None:
            made.pop(keyword, None)
        else:
            setattr(made, keyword, value)
    return made


def dicom(made: Dataset, syntax: str = pydicom.uid.ExplicitVRLittleEndian) -> bytes:
    """The data set as a file's bytes: as it is, deflated, or as pydicom's plug-ins compress it."""
    if "PixelData" in made:
        made["PixelData"].VR = "OW" if made.BitsAllocated > 8 else "OB"
    made.file_meta = FileMetaDataset()
    if pydicom.uid.UID(syntax).is_encapsulated:
        made.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        made.compress(syntax, generate_instance_uid=False)
    elif syntax == pydicom.uid.ExplicitVRBigEndian and made.BitsAllocated == 16:
        made.PixelData = np.frombuffer(made.PixelData, "<u2").astype(">u2").tobytes()
    made.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    return _saved(made)


def encapsulated(frame: bytes, syntax: str, made: Dataset) -> bytes:
    """The data set as a file's bytes with a frame that is compressed already, or pretends to be."""
    return pixel_data(encapsulate([frame]), syntax, made)


def pixel_data(value: bytes, syntax: str, made: Dataset) -> bytes:
    """The data set as a file's bytes with any value of undefined length as pixel data."""
    made.PixelData = value
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    return _saved(made)


def under_another_name(data: bytes, syntax: str) -> bytes:
    """The file with any text as the name of its transfer syntax."""
    start = data.index(b"\x02\x00\x10\x00UI") + 6
    (length,) = struct.unpack_from("<H", data, start)
    text = syntax.encode() + b"\0" * (len(syntax) % 2)
    return data[:start] + struct.pack("<H", len(text)) + text + data[start + 2 + length :]


def _saved(made: Dataset) -> bytes:
    buffer = BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def with_value(data: bytes, keyword: str, value: str) -> bytes:
    """The file with a text element replaced by any text, which pydicom would not write."""
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    start = data.index(struct.pack("<HH", tag >> 16, tag & 0xFFFF) + b"DS")
    (length,) = struct.unpack_from("<H", data, start + 6)
    text = value.encode() + b" " * (len(value) % 2)
    return data[: start + 6] + struct.pack("<H", len(text)) + text + data[start + 8 + length :]


def bare_dicom(made: Dataset, *, implicit: bool) -> bytes:
    """The data set alone, without preamble, prefix and file meta information."""
    buffer = BytesIO()
    made.save_as(buffer, implicit_vr=implicit, little_endian=True, enforce_file_format=False)
    return buffer.getvalue()


def enhanced(pixels: npt.NDArray[Any], *, frames: int = 1) -> Dataset:
    """Enhanced MR: geometry and rescale stand in functional groups, not at the top."""
    measures, orientation, transform = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = [0.7, 0.8]
    orientation.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]
    transform.RescaleSlope, transform.RescaleIntercept, transform.RescaleType = 2, -5, "US"
    shared, frame = Dataset(), Dataset()
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([orientation])
    frame.PixelValueTransformationSequence = Sequence([transform])
    made = dataset(pixels, PixelSpacing=None, ImageOrientationPatient=None)
    made.NumberOfFrames = frames
    made.SharedFunctionalGroupsSequence = Sequence([shared])
    made.PerFrameFunctionalGroupsSequence = Sequence([frame] * frames)
    made.PixelData = made.PixelData * frames
    return made


@dataclass(frozen=True, kw_only=True)
class RealSlice:
    """A slice of the licensed data in the canonical view, with its reference mask."""

    name: str
    pixels: npt.NDArray[np.float32]
    mask: npt.NDArray[np.uint8]
    spacing_mm: tuple[float, float]


def data_folder() -> Path:
    return Path(os.environ.get("MULTIFIDUS_DATA", ROOT.parent / "shared" / "data"))


def real_t2_slices() -> list[RealSlice]:
    """All slices of sub-0001_T2w that hold multifidus."""
    folder = data_folder() / "musclemap"
    volume, spacing_mm = _volume(folder / "sub-0001_T2w.nii.gz")
    labels, _ = _volume(folder / "sub-0001_dseg.nii.gz")
    return _slices("sub-0001", volume, labels, right=1, left=2, spacing_mm=spacing_mm)


def real_dixon_slices() -> list[RealSlice]:
    """Water plus fat, and a T2-like mixture of both, of the two Dixon subjects."""
    made = []
    for subject in ("TUM01", "TUM02"):
        folder = data_folder() / "lpm"
        water, spacing_mm = _volume(folder / f"{subject}_water.nii.gz")
        fat, _ = _volume(folder / f"{subject}_fat.nii.gz")
        labels, _ = _volume(folder / f"{subject}_label.nii.gz")
        # Which of 2 and 3 is the right one follows from where it lies: +x is the right here.
        first, second = (np.argwhere(labels == value)[:, 0].mean() for value in (2, 3))
        right, left = (2, 3) if first > second else (3, 2)
        for kind, volume in (("sum", water + fat), ("t2", 0.35 * water + fat)):
            made += _slices(
                f"{subject}-{kind}", volume, labels, right=right, left=left, spacing_mm=spacing_mm
            )
    return made


def _volume(path: Path) -> tuple[npt.NDArray[np.float32], tuple[float, float]]:
    import nibabel  # only where real slices are read

    image = nibabel.as_closest_canonical(nibabel.load(path))
    x_mm, y_mm, _ = image.header.get_zooms()
    return np.asarray(image.dataobj, dtype=np.float32), (float(y_mm), float(x_mm))


def _slices(
    name: str,
    volume: npt.NDArray[np.float32],
    labels: npt.NDArray[np.float32],
    *,
    right: int,
    left: int,
    spacing_mm: tuple[float, float],
) -> list[RealSlice]:
    made = []
    for index in range(volume.shape[2]):
        values = labels[::-1, ::-1, index].T
        mask = np.select([values == right, values == left], [1, 2], 0).astype(np.uint8)
        if (mask == 1).any() and (mask == 2).any():
            pixels = np.ascontiguousarray(volume[::-1, ::-1, index].T)
            made.append(
                RealSlice(name=f"{name}[{index}]", pixels=pixels, mask=mask, spacing_mm=spacing_mm)
            )
    return made
