"""DICOM: bytes become an `ImageSlice`.

pydicom decodes; what it would do without bound (inflating, expanding run lengths) is bounded first.
Only the few elements that an image needs are read, so nothing about the patient is in memory as
text, and pydicom's warnings and errors, which may quote values, go nowhere.

Sources: DICOM PS3.3 C.7.6.3 (image pixels), C.11.1 (modality LUT); PS3.5 A (transfer syntaxes).
"""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from multifidus.dicom_codec import ITEM_MARK, checked_frame
from multifidus.dicom_decoders import decoded_samples, decoder_for
from multifidus.dicom_elements import check_sequences, read_elements, silenced
from multifidus.dicom_geometry import placement
from multifidus.dicom_pixels import MONOCHROME, check_photometric, intensities
from multifidus.errors import MultifidusError, MultiFrame, NoPixelData, UnreadableImage
from multifidus.image_slice import ImageSlice
from multifidus.media_limits import check_dimensions

MAX_PADDING_BYTES = 1024
"""By which uncompressed pixel data may be longer than the image; more is another image."""

MAX_COLOUR_BITS = 16
"""Of each sample; no kind of DICOM image has more (PS3.3 C.7.6.3.1.2), and it takes memory."""

_PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_BITS = {"PixelData": (8, 16, 32), "FloatPixelData": (32,), "DoubleFloatPixelData": (64,)}
_BULK = (
    *_PIXEL_KEYWORDS,
    "ModalityLUTSequence",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)
_SHORT = (
    "Modality",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "PixelSpacing",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "RescaleSlope",
    "RescaleIntercept",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
)


def read_dicom(data: bytes) -> ImageSlice:
    """Decode a single-frame DICOM image.

    Raises
    ------
    NoPixelData, MultiFrame, NotGreyscale, TooSmall, UnreadableImage
        422, by what is wrong with the content.
    ImageTooLarge
        By the declared size, or because it would inflate to far more than that.
    UnsupportedTransferSyntax
        No decoder is installed.
    """
    with silenced():
        try:
            return _read(data)
        except MultifidusError:
            raise
        except Exception:  # pydicom raises a dozen undocumented classes on damaged files
            raise UnreadableImage from None


def _read(data: bytes) -> ImageSlice:
    dataset, keyword = _parse(data)
    decoder = decoder_for(dataset.file_meta.TransferSyntaxUID)
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    samples, bits = int(dataset.SamplesPerPixel), int(dataset.BitsAllocated)
    if dataset.get("NumberOfFrames") in (None, "", 0):
        dataset.NumberOfFrames = 1
    if int(dataset.NumberOfFrames) != 1:
        raise MultiFrame
    if bits not in _BITS[keyword]:
        raise UnreadableImage("The number of bits per pixel is not one that is read here.")
    photometric = str(dataset.PhotometricInterpretation)
    check_photometric(photometric, samples)
    if samples > 1 and bits > MAX_COLOUR_BITS:
        raise UnreadableImage(f"Colour of {bits} bits is not read here.")
    check_dimensions(rows, columns)
    check_sequences(dataset)
    value = dataset[keyword].value
    per_pixel = 2 if photometric == "YBR_FULL_422" else samples
    padding_bytes = len(value) - rows * columns * per_pixel * bits // 8
    if decoder.is_encapsulated and 0 <= padding_bytes <= 1 and not value.startswith(ITEM_MARK):
        # Decompressed by a tool that left the name of the compression in the file.
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        decoder = decoder_for(ExplicitVRLittleEndian)
    if decoder.is_encapsulated:
        dataset[keyword].value = checked_frame(
            value, decoder.UID, rows=rows, columns=columns, samples=samples, bits=bits
        )
    elif not 0 <= padding_bytes <= MAX_PADDING_BYTES:
        raise UnreadableImage("The length of the pixel data does not match the image's size.")
    stored, photometric = decoded_samples(dataset, decoder)
    if stored.shape[:2] != (rows, columns):
        raise UnreadableImage
    return ImageSlice(
        pixels=intensities(stored, dataset, photometric),
        media="dicom",
        modality=_modality(dataset),
        converted_colour=photometric not in MONOCHROME,
        **placement(dataset),
    )


def _parse(data: bytes) -> tuple[Dataset, str]:
    """Read the elements that are needed; also the keyword of the pixel data."""
    dataset = read_elements(data, short=_SHORT, bulk=_BULK)
    for keyword in _PIXEL_KEYWORDS:
        if dataset.get(keyword):
            return dataset, keyword
    raise NoPixelData


def _modality(dataset: Dataset) -> str | None:
    value = dataset.get("Modality")
    return value.strip().upper()[:16] or None if isinstance(value, str) else None
