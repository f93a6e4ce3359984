"""Files with a secret in every place that DICOM has for one."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom.uid
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from tests.multifidus.dicom_results import COMPLETE
from tests.multifidus.samples import dataset, dicom, textured

TABLE = Path(__file__).with_name("confidential_tags.txt")
SECRETS = (b"geheim", b"19310417", b"041733", b"097Y", b"3680043.8.498.99", b"31415")
"""In lower case; words, a date, a time, an age, UIDs, numbers."""

_VALUES: dict[str, Any] = {
    "AE": "GEHEIM",
    "AS": "097Y",
    "CS": "GEHEIM",
    "DA": "19310417",
    "DS": "31415.9",
    "DT": "19310417041733",
    "FD": 31415.9,
    "IS": "31415",
    "LO": "Geheim LO",
    "LT": "Geheim LT",
    "OB": b"Geheim",
    "PN": "Geheim^Patientin",
    "SH": "Geheim SH",
    "ST": "Geheim ST",
    "TM": "041733",
    "UC": "Geheim UC",
    "UL": 314159,
    "US": 31415,
    "UN": b"Geheim",
    "UR": "http://geheim.example",
    "UT": "Geheim UT",
}


def confidential() -> dict[int, str]:
    """What the Basic Profile asks for, by tag: all attributes of PS3.15 table E.1-1."""
    rows = (line.split() for line in TABLE.read_text().splitlines())
    return {int(tag, 16): action for tag, action in rows}


def value_for(tag: int, vr: str) -> Any:
    """A secret of this kind; for a sequence, an item that holds several."""
    if vr == "SQ":
        item = Dataset()
        item.PatientName, item.PatientID = "Geheim^Item", "Geheim item"
        item.ReferencedSOPInstanceUID = "1.2.826.0.1.3680043.8.498.99.7"
        item.add_new(0x00090010, "LO", "GEHEIM PRIVATE")
        item.add_new(0x00091001, "LO", "Geheim private item")
        return [item]
    if vr == "UI":
        return f"1.2.826.0.1.3680043.8.498.99.{tag}"
    return _VALUES[vr.split(" or ")[0]]


def plant_all(made: Dataset) -> list[int]:
    """Put a secret into every confidential attribute that a data set can hold; give back which."""
    planted = []
    for tag in confidential():
        if tag >> 16 in (0x0000, 0x0002, 0x0004) or not keyword_for_tag(tag):
            continue  # of messages, of file meta information, of DICOMDIR; newer than pydicom
        made.add_new(tag, dictionary_VR(tag), value_for(tag, dictionary_VR(tag)))
        planted.append(tag)
    return planted


def plant_beside(made: Dataset) -> None:
    """The same where no list of standard attributes reaches: private ones, overlays, sequences."""
    for group in (0x0009, 0x0029, 0x7FE1):
        made.add_new((group << 16) | 0x0010, "LO", "GEHEIM CREATOR")
        made.add_new((group << 16) | 0x1001, "LO", "Geheim private")
        made.add_new((group << 16) | 0x1002, "SQ", value_for(0, "SQ"))
        made.add_new((group << 16) | 0x1003, "UN", b"Geheim")
    made.add_new(0x60000022, "LO", "Geheim overlay")
    made.add_new(0x60003000, "OB", b"Geheim overlay")
    made.add_new(0x00400275, "SQ", value_for(0, "SQ"))
    made.add_new(0x00081115, "SQ", value_for(0, "SQ"))


def planted(
    syntax: str = pydicom.uid.ExplicitVRLittleEndian, made: Dataset | None = None, **elements: Any
) -> bytes:
    """A slice to measure, with secrets everywhere, in the preamble and after its end too."""
    if made is None:
        made = dataset(textured().astype(np.uint16) * 13, **COMPLETE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plant_all(made)
        plant_beside(made)
        made.BurnedInAnnotation = "NO"
        for keyword, value in elements.items():
            setattr(made, keyword, value)
        data = dicom(made, syntax)
    data = with_meta(data, {0x00020016: ("AE", "GEHEIM_AE"), 0x00020100: ("UI", "1.2.3.4")})
    preamble = b"Geheim preamble".ljust(128, b"\0")
    return preamble + data[128:] + b"\xfc\xff\xfc\xff" + b"Geheim after the end"


def with_meta(data: bytes, elements: dict[int, tuple[str, str]]) -> bytes:
    """The file with more file meta information, and the length of it."""
    (length,) = struct.unpack_from("<L", data, 140)
    more = b""
    for tag, (vr, value) in elements.items():
        text = value.encode() + b"\0" * (len(value) % 2)
        more += struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(text)) + text
    end = 144 + length
    return data[:140] + struct.pack("<L", length + len(more)) + data[144:end] + more + data[end:]


def secrets_in(data: bytes) -> list[bytes]:
    lowered = data.lower()
    return [secret for secret in SECRETS if secret.lower() in lowered]


def tag_text(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def tag_of(keyword: str) -> str:
    return tag_text(int(Tag(keyword)))
