"""DICOM slices in which a person, a place and days are named."""

from __future__ import annotations

import io

import pydicom

PLANTED = {
    "PatientName": "Planted^Person",
    "PatientID": "PLANTED-4711",
    "PatientBirthDate": "19031224",
    "InstitutionName": "Planted Hospital",
    "ReferringPhysicianName": "Planted^Physician",
    "AccessionNumber": "PLANTED815",
    "StudyDate": "20190314",
    "StudyDescription": "Planted spine",
}
"""Values that nothing else in a file or a request would hold by chance."""


def with_identity(slice_file: bytes, **more: str) -> bytes:
    """Plant them in a DICOM file, and more attributes by their keywords."""
    dataset = pydicom.dcmread(io.BytesIO(slice_file))
    for keyword, value in {**PLANTED, **more}.items():
        setattr(dataset, keyword, value)
    if "StudyInstanceUID" not in dataset:
        dataset.StudyInstanceUID = pydicom.uid.generate_uid()
        dataset.SeriesInstanceUID = pydicom.uid.generate_uid()
        dataset.FrameOfReferenceUID = pydicom.uid.generate_uid()
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()
