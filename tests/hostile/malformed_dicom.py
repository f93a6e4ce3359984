"""Strategy for DICOM data sets that are well-formed as bytes but not as images."""

from __future__ import annotations

import struct
import zlib

import pydicom.datadict
from hypothesis import strategies as st

from tests.multifidus.samples import textured

VRS = ("AE", "AT", "CS", "DS", "FD", "FL", "IS", "LO", "OB", "OW", "PN", "SL", "SQ", "SS", "SV")
VRS += ("UI", "UL", "UN", "US", "UT", "UV", "ZZ")
LONG = frozenset({"OB", "OW", "SQ", "UN", "UT", "SV", "UV"})
NUMBERS = ("", "0", "-1", "nan", "inf", "-inf", "1e400", "1e38", "1e-40", "9" * 64, "0.5\\", "1\\1")
NUMBERS += ("1\\0\\0\\0\\1\\0", "nan\\1\\1\\1\\1\\1", "0.5\\0.5", "1e-320\\1", "\\" * 200, "x", "2")
TEXTS = ("", "MR", "MONOCHROME1", "RGB", "PALETTE COLOR", "YBR_FULL_422", "../../etc/passwd", "\0")
SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
SYNTAXES += ("1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50")
SYNTAXES += ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "", "1.2.3", "../x")
GREY = textured(32, 32)
Element = tuple[int, str, bytes]

_VALID: dict[str, tuple[str, bytes]] = {
    "Modality": ("CS", b"MR"),
    "SamplesPerPixel": ("US", b"\1\0"),
    "PhotometricInterpretation": ("CS", b"MONOCHROME2 "),
    "NumberOfFrames": ("IS", b"1 "),
    "Rows": ("US", b"\x20\0"),
    "Columns": ("US", b"\x20\0"),
    "PixelSpacing": ("DS", b"0.5\\0.5 "),
    "ImageOrientationPatient": ("DS", b"1\\0\\0\\0\\1\\0 "),
    "ImagePositionPatient": ("DS", b"0\\0\\0 "),
    "BitsAllocated": ("US", b"\x08\0"),
    "BitsStored": ("US", b"\x08\0"),
    "HighBit": ("US", b"\7\0"),
    "PixelRepresentation": ("US", b"\0\0"),
    "RescaleSlope": ("DS", b"2 "),
    "RescaleIntercept": ("DS", b"1 "),
    "PixelData": ("OB", GREY.tobytes()),
}
_OTHERS = (
    "PixelPaddingValue",
    "PlanarConfiguration",
    "ModalityLUTSequence",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "RedPaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "FloatPixelData",
    "SpecificCharacterSet",
    "PatientName",
    "ReferencedImageSequence",
)
_values = st.one_of(
    st.sampled_from(NUMBERS + TEXTS).map(str.encode),
    st.integers(0, 0xFFFF).map(lambda number: struct.pack("<H", number)),
    st.sampled_from((0.0, 1.0, float("nan"), float("inf"), 3e38)).map(
        lambda number: struct.pack("<d", number)
    ),
    st.binary(max_size=40),
    st.integers(0, 4000).map(bytes),
)


def _tag(keyword: str) -> int:
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    return tag


def _item(elements: list[Element], form: str) -> bytes:
    body = b"".join(_written(element, form) for element in elements)
    return struct.pack(f"{form[0]}HHL", 0xFFFE, 0xE000, len(body)) + body


def _written(element: Element, form: str, *, lie: int = 0) -> bytes:
    """Bytes of an element; `form` is the byte order, then i for implicit or e for explicit VR."""
    tag, vr, value = element
    order, length = form[0], max(0, len(value) + lie)
    start = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if form[1] == "i":
        return start + struct.pack(f"{order}L", length) + value
    if vr in LONG:
        return start + vr.encode() + struct.pack(f"{order}HL", 0, length) + value
    return start + vr.encode() + struct.pack(f"{order}H", length & 0xFFFF) + value


@st.composite
def _sequences(draw: st.DrawFn, form: str) -> bytes:
    """Items within items, as the value of a sequence."""
    tags = st.sampled_from((*_VALID, *_OTHERS)).map(_tag)
    elements = st.lists(st.tuples(tags, st.sampled_from(VRS), _values), max_size=3)
    value = _item(draw(elements), form)
    for _ in range(draw(st.sampled_from((0, 1, 2, 40)))):
        value = _item([(draw(tags), "SQ", value)], form)
    return value * draw(st.integers(1, 3))


@st.composite
def malformed_data_sets(draw: st.DrawFn) -> bytes:
    """A valid slice with some elements replaced, doubled, mistyped or of another length."""
    syntax = draw(st.sampled_from(SYNTAXES))
    form = {SYNTAXES[0]: "<i", SYNTAXES[2]: ">e"}.get(syntax, "<e")
    elements = [(_tag(keyword), vr, value) for keyword, (vr, value) in _VALID.items()]
    for _ in range(draw(st.integers(1, 5))):
        keyword = draw(st.sampled_from((*_VALID, *_OTHERS)))
        vr = draw(st.one_of(st.just(_VALID.get(keyword, ("OB",))[0]), st.sampled_from(VRS)))
        sequence = keyword.endswith("Sequence") or vr == "SQ"
        value = draw(_sequences(form) if sequence else _values)
        if draw(st.booleans()):
            elements = [element for element in elements if element[0] != _tag(keyword)]
        elements.append((_tag(keyword), vr, value))
    if draw(st.integers(0, 4)):
        elements.sort(key=lambda element: element[0])
    lies = draw(st.lists(st.sampled_from((0, 0, 0, 1, -1, 7, 0xFFFF)), min_size=1, max_size=4))
    body = b"".join(
        _written(element, form, lie=lies[index] if index < len(lies) else 0)
        for index, element in enumerate(elements)
    )
    if syntax.endswith(".99"):
        deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = deflater.compress(body) + deflater.flush()
    if draw(st.integers(0, 9)) == 0:
        return body
    meta = _written((0x00020010, "UI", syntax.encode().ljust(len(syntax) + 1 & ~1, b"\0")), "<e")
    return bytes(128) + b"DICM" + meta + body
