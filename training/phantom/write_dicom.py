"""A slice as a valid DICOM MR Image Storage object."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from training.phantom.phantom_slice import PhantomSlice

IMPLEMENTATION_NAME = "MULTIFIDUS"


def write_dicom(
    slice_: PhantomSlice,
    path: Path,
    *,
    name: str,
    echo_time_ms: float = 100.0,
    repetition_time_ms: float = 4000.0,
    field_strength_t: float = 1.5,
) -> None:
    """Write a slice as DICOM; see `as_dicom`.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    data = as_dicom(
        slice_,
        name=name,
        echo_time_ms=echo_time_ms,
        repetition_time_ms=repetition_time_ms,
        field_strength_t=field_strength_t,
    )
    data.save_as(path, enforce_file_format=True)


def as_dicom(
    slice_: PhantomSlice,
    *,
    name: str,
    echo_time_ms: float = 100.0,
    repetition_time_ms: float = 4000.0,
    field_strength_t: float = 1.5,
) -> FileDataset:
    """Make a DICOM object of a slice (PS3.3 A.4, MR Image IOD), little endian, uncompressed.

    Parameters
    ----------
    slice_ : PhantomSlice
        What to write; pixels are rounded to whole numbers.
    name : str
        Name of the sample. The UIDs follow from it, so that writing again gives the same file.
    echo_time_ms, repetition_time_ms, field_strength_t : float
        Stated in the header.
    """
    instance_uid = generate_uid(entropy_srcs=["multifidus phantom", name, "instance"])
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = instance_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = generate_uid(entropy_srcs=["multifidus phantom"])
    meta.ImplementationVersionName = IMPLEMENTATION_NAME
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)

    data.SOPClassUID, data.SOPInstanceUID = MRImageStorage, instance_uid
    data.PatientName, data.PatientID = "Phantom^Multifidus", "PHANTOM"
    data.PatientBirthDate, data.PatientSex = "", ""
    data.PatientIdentityRemoved = "YES"
    data.DeidentificationMethod = "computer-generated image, no patient"
    data.StudyInstanceUID = generate_uid(entropy_srcs=["multifidus phantom", "study"])
    data.SeriesInstanceUID = generate_uid(entropy_srcs=["multifidus phantom", name, "series"])
    data.FrameOfReferenceUID = generate_uid(entropy_srcs=["multifidus phantom", name, "frame"])
    data.PositionReferenceIndicator = ""
    data.StudyDate, data.StudyTime, data.StudyID, data.AccessionNumber = "", "", "1", ""
    data.ReferringPhysicianName = ""
    data.Modality, data.Manufacturer, data.BodyPartExamined = "MR", "", "LSPINE"
    data.SeriesDescription = f"computer-generated axial T2: {name}"
    data.SeriesNumber, data.InstanceNumber, data.AcquisitionNumber = 1, 1, 1
    data.PatientPosition = "HFS"
    data.ImageType = ["DERIVED", "SECONDARY", "OTHER"]
    data.ScanningSequence, data.SequenceVariant, data.ScanOptions = "SE", "SK", ""
    data.MRAcquisitionType = "2D"
    data.RepetitionTime, data.EchoTime = repetition_time_ms, echo_time_ms
    data.EchoTrainLength, data.MagneticFieldStrength = 16, field_strength_t

    # Columns run to the patient's left, rows to the back: anterior on top, right on the left.
    rows, columns = slice_.pixels.shape
    row_mm, column_mm = slice_.pixel_spacing_mm
    data.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    data.ImagePositionPatient = [
        round(-column_mm * (columns - 1) / 2.0, 4),
        round(-row_mm * (rows - 1) / 2.0, 4),
        0.0,
    ]
    data.PixelSpacing = [round(row_mm, 6), round(column_mm, 6)]
    data.SliceThickness, data.SpacingBetweenSlices = 4.0, 4.4

    stored = np.clip(np.round(slice_.pixels), 0, 4095).astype("<u2")
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = rows, columns
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    low, high = np.percentile(stored, (0.5, 99.5))
    data.WindowCenter = round(float(low + high) / 2.0, 1)
    data.WindowWidth = round(max(float(high - low), 1.0), 1)
    data.PixelData = stored.tobytes()
    return data
