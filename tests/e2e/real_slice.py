"""One real axial T2 slice, as the DICOM file that a scanner would write.

The licensed data lies outside the project (`MULTIFIDUS_DATA`, else `../shared/data`) and stays
there: the DICOM file is made in memory.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from infra.emulator import ROOT

DATA = Path(os.environ.get("MULTIFIDUS_DATA", ROOT.parent / "shared" / "data"))
IMAGE = DATA / "musclemap" / "sub-0001_T2w.nii.gz"
LABELS = DATA / "musclemap" / "sub-0001_dseg.nii.gz"
RIGHT_LABEL, LEFT_LABEL = 1, 2

Volume = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RealSlice:
    """One axial slice in radiological view: anterior on top, the patient's right on the left.

    Attributes
    ----------
    pixels : ndarray of float64, shape (rows, columns)
        Intensities.
    mask : ndarray, same shape
        1 the patient's right multifidus, 2 the left.
    spacing_mm : tuple of float
        Row, then column spacing.
    """

    pixels: Volume
    mask: npt.NDArray[np.uint8]
    spacing_mm: tuple[float, float]

    def area_mm2(self, value: int) -> float:
        row_mm, column_mm = self.spacing_mm
        return float((self.mask == value).sum()) * row_mm * column_mm

    def dicom(self, *, mirrored: bool = False) -> bytes:
        """Write it as MR Image Storage; `mirrored` stores the columns the other way and says so."""
        stored = np.round(self.pixels * (4000.0 / self.pixels.max())).astype("<u2")
        across = -1.0 if mirrored else 1.0
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = MRImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        data.SOPClassUID, data.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
        data.Modality = "MR"
        data.Rows, data.Columns = stored.shape
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
        data.PixelRepresentation = 0
        data.PixelSpacing = [round(spacing, 6) for spacing in self.spacing_mm]
        # Towards the patient's left, and to the back (DICOM's axes point to left and back).
        data.ImageOrientationPatient = [across, 0.0, 0.0, 0.0, 1.0, 0.0]
        data.ImagePositionPatient = [0.0, 0.0, 0.0]
        data.PixelData = (stored[:, ::-1] if mirrored else stored).tobytes()
        buffer = BytesIO()
        data.save_as(buffer, enforce_file_format=True)
        return buffer.getvalue()


def real_slices() -> dict[str, RealSlice]:
    """Slices from the upper, middle and lower part of where the muscle is well developed.

    Skips the test that asks where the data is not on this machine.
    """
    missing = [path for path in (IMAGE, LABELS) if not path.is_file()]
    if missing:
        pytest.skip(f"the licensed data is not on this machine: {missing[0]} (MULTIFIDUS_DATA)")
    image, labels = (nib.as_closest_canonical(nib.load(path)) for path in (IMAGE, LABELS))
    volume, muscles = image.get_fdata(), np.asanyarray(labels.dataobj)
    column_mm, row_mm = (float(size) for size in image.header.get_zooms()[:2])
    areas_px = np.isin(muscles, (RIGHT_LABEL, LEFT_LABEL)).sum(axis=(0, 1))
    shown = np.flatnonzero(areas_px > 0.5 * areas_px.max())

    def at(fraction: float) -> RealSlice:
        index = int(shown[round(fraction * (len(shown) - 1))])
        labelled = radiological(muscles[..., index])
        mask = np.where(labelled == RIGHT_LABEL, 1, np.where(labelled == LEFT_LABEL, 2, 0))
        pixels = np.clip(radiological(volume[..., index]).astype(np.float64), 0.0, None)
        return RealSlice(pixels=pixels, mask=mask.astype(np.uint8), spacing_mm=(row_mm, column_mm))

    return {"lower": at(0.2), "middle": at(0.5), "upper": at(0.8)}


def radiological(plane: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Turn a canonical plane, whose axes run to the patient's right and to the front."""
    return plane[::-1, ::-1].T
