"""A result as DICOM objects that archives and viewers open: Segmentation and Structured Report.

::

    dicom_source   patient, study and place of the image
    dicom_objects  the door: from a result to files
    |-- dicom_seg      the mask
    |-- dicom_sr       the measurements, in groups of dicom_sr_groups
    |-- dicom_identity what both share
    `-- dicom_codes    what things are called

This module imports highdicom, which takes a good part of a second and tens of megabytes. So it is
itself imported where a caller asks for these objects, and nowhere at the top of a module.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage, SecondaryCaptureImageStorage

from multifidus.dicom_elements import silenced
from multifidus.dicom_identity import side_labels
from multifidus.dicom_seg import segmentation_object
from multifidus.dicom_source import DicomSource
from multifidus.dicom_sr import measurement_report
from multifidus.errors import InvalidParameter
from multifidus.findings import Findings
from multifidus.provenance import Provenance

# It logs UIDs, and names that it finds odd.
logging.getLogger("highdicom").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, kw_only=True)
class DicomObjects:
    """Files, as bytes; None where not asked for.

    Attributes
    ----------
    seg, sr : bytes, optional
        DICOM Segmentation, DICOM Comprehensive SR.
    """

    seg: bytes | None
    sr: bytes | None


def write_objects(
    source: DicomSource,
    mask: npt.NDArray[np.uint8],
    findings: Findings,
    provenance: Provenance,
    *,
    seg: bool,
    sr: bool,
) -> DicomObjects:
    """Make the objects of one result.

    Parameters
    ----------
    source : DicomSource
        The image that was measured.
    mask : ndarray of uint8, shape (rows, columns)
        On its stored grid: 0 background, 1 right, 2 left.
    findings : Findings
        What was measured.
    provenance : Provenance
        Who and what made it.
    seg, sr : bool
        Which objects. With both, the report refers to the segments; alone, to the image.

    Raises
    ------
    InvalidParameter
        Something in the file does not let itself be carried over.
    """
    labels = side_labels(source, side_known=findings.side_known)
    with silenced():
        try:
            stated = _with_stand_in(source)
            segmentation = segmentation_object(stated, mask, labels, provenance)
            return DicomObjects(
                seg=_bytes(segmentation) if seg else None,
                sr=_bytes(
                    measurement_report(
                        stated, findings, labels, provenance, segmentation if seg else None
                    )
                )
                if sr
                else None,
            )
        except Exception:  # of the libraries' many; their words may quote the file
            raise InvalidParameter(
                "`dicom_seg` and `dicom_sr` cannot be made: an element of the file that they take "
                "over is against the DICOM standard."
            ) from None


def _with_stand_in(source: DicomSource) -> DicomSource:
    """Name a kind of image to highdicom that its header can be of.

    It looks up by SOP class what an image has to have. Any kind comes here, brought to one form:
    Enhanced MR, private classes, MR without a frame of reference.
    """
    header = copy.deepcopy(source.header)
    header.SOPClassUID = MRImageStorage if source.placed else SecondaryCaptureImageStorage
    return replace(source, header=header)


def _bytes(made: Dataset) -> bytes:
    stream = BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
