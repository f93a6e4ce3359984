"""What the DICOM objects of one answer share: names, labels, identifiers, references."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pydicom.dataset import Dataset

from multifidus.dicom_codes import SideName
from multifidus.dicom_source import DicomSource
from multifidus.provenance import Provenance

MANUFACTURER = "Multifidus"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "multifidus.dicom")


@dataclass(frozen=True, kw_only=True)
class SideLabel:
    """What a side is called and how it is tracked.

    Attributes
    ----------
    text : str
        Label and tracking identifier.
    tracking_uid : str
        The same for the same side of the same image, whoever made the mask: so results of one
        muscle can be told to belong together.
    side_known : bool
        Whether the file says which side is the patient's right. Where it does not, the image's
        left half is taken for it by convention, and no laterality is coded.
    """

    text: str
    tracking_uid: str
    side_known: bool


def side_labels(source: DicomSource, *, side_known: bool) -> dict[SideName, SideLabel]:
    """Label both sides."""
    texts: dict[SideName, str]
    if side_known:
        texts = {"right": "Multifidus, right", "left": "Multifidus, left"}
    else:
        texts = {
            "right": "Multifidus, image left half (right by convention)",
            "left": "Multifidus, image right half (left by convention)",
        }
    return {
        side: SideLabel(
            text=text,
            tracking_uid=stable_uid(source.sop_instance_uid, side),
            side_known=side_known,
        )
        for side, text in texts.items()
    }


def stable_uid(*parts: str) -> str:
    """UID that follows from texts alone: a name-based UUID as in PS3.5 B.2."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(parts)).int}"


@dataclass(frozen=True, kw_only=True)
class Equipment:
    """What made an object, in the terms of DICOM's equipment and algorithm attributes.

    Attributes
    ----------
    name, version : str
        The algorithm's: the model's where it had a part in the mask, otherwise the software's.
    software_versions : str
        Of the software and, where it had a part, of the model.
    serial_number : str
        Which very model or software.
    """

    name: str
    version: str
    software_versions: str
    serial_number: str


def equipment_of(provenance: Provenance) -> Equipment:
    """Name what made a result."""
    software, model = provenance.software_version, provenance.model
    if model is None:
        return Equipment(
            name=MANUFACTURER,
            version=software,
            software_versions=software,
            serial_number=f"multifidus-{software}",
        )
    return Equipment(
        name=model.name,
        version=model.version,
        software_versions=f"{software}, model {model.version}",
        serial_number=model.sha256,
    )


def true_references(made: Dataset, source: DicomSource) -> None:
    """Put the source image's own SOP class into every reference to it.

    While objects are made, their source's header names a class of image that any header of that
    form could be of; see `multifidus.dicom_objects`.
    """
    for item in _items(made):
        if item.get("ReferencedSOPInstanceUID") == source.sop_instance_uid:
            item.ReferencedSOPClassUID = source.sop_class_uid


def _items(dataset: Dataset) -> list[Dataset]:
    found = [dataset]
    for element in dataset:
        if element.VR == "SQ":
            found += [inner for item in element.value for inner in _items(item)]
    return found
