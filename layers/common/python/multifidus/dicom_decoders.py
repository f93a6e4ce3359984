"""Which decoder reads which transfer syntax: one each, chosen here, imported when first needed.

pydicom takes whatever plug-in happens to be installed, and tries the next where one fails. A result
must not depend on that, so each syntax has its one decoder (docs/decisions/dicom-decoders.md).

This module is the plug-in for JPEG as well: libjpeg-turbo 3, by imagecodecs, decodes all four
processes of DICOM at 8 to 16 bits, which none of the plug-ins that pydicom knows does under a
permissive licence.

Sources: DICOM PS3.5 A.4, 8.2.1 (JPEG); PS3.6 A (registry of transfer syntaxes).
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any

import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import Decoder, DecodeRunner, get_decoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    JPEGLSTransferSyntaxes,
    RLELossless,
)

from multifidus.errors import UnsupportedTransferSyntax

_LOSSY_JPEG = (JPEGBaseline8Bit, JPEGExtended12Bit)
_LOSSLESS_JPEG = (JPEGLossless, JPEGLosslessSV1)
_JPEG = (*_LOSSY_JPEG, *_LOSSLESS_JPEG)
PLUGINS = {
    **dict.fromkeys(_JPEG, "imagecodecs"),
    **dict.fromkeys((JPEGLSLossless, JPEGLSNearLossless), "pyjpegls"),
    **dict.fromkeys((JPEG2000Lossless, JPEG2000), "pylibjpeg"),
    **dict.fromkeys((HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K), "pylibjpeg"),
    RLELossless: "pydicom",
}
"""Names of pydicom's plug-ins by compressed transfer syntax."""

_UNCOMPRESSED = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
)
_EXACT = (*_UNCOMPRESSED, RLELossless, *_LOSSLESS_JPEG)

DECODER_DEPENDENCIES = dict.fromkeys(_JPEG, ("imagecodecs",))
"""Asked for by pydicom of every plug-in."""

for _name in ("imagecodecs", "jpeg_ls", "openjpeg"):  # their words about damaged files
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def decoder_for(syntax: UID) -> Decoder:
    """Find the decoder of a transfer syntax.

    Raises
    ------
    UnsupportedTransferSyntax
        There is none.
    """
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise _unsupported(syntax) from None
    if decoder.is_encapsulated and PLUGINS.get(syntax) not in decoder.available_plugins:
        raise _unsupported(syntax)
    return decoder


def decoded_samples(dataset: Dataset, decoder: Decoder) -> tuple[npt.NDArray[Any], str]:
    """Decode the one frame of a data set, whose pixel data were checked.

    Returns
    -------
    samples : ndarray, shape (rows, columns) or (rows, columns, 3)
        Without unused bits, YCbCr converted to RGB.
    photometric : str
        Of these samples.

    Raises
    ------
    Exception
        pydicom's own, of a dozen classes.
    """
    if dataset.SamplesPerPixel > 1:
        dataset.setdefault("PlanarConfiguration", 0)
    plugin = PLUGINS.get(decoder.UID, "")
    allocated, signed = int(dataset.BitsAllocated), dataset.get("PixelRepresentation") == 1
    stored = int(dataset.get("BitsStored", allocated))
    # Samples may stand in the upper bits of their cell. pydicom, which takes them from the lowest,
    # is told to keep all up to the highest.
    low_bit = int(dataset.get("HighBit", 0)) + 1 - stored
    in_upper_bits = (decoder.is_native or plugin == "pydicom") and 0 < low_bit <= allocated - stored
    if in_upper_bits:
        dataset.BitsStored = stored + low_bit
    options: dict[str, Any] = {
        # Not for a lossy code: it may overshoot the brightest value, which must not become black.
        "correct_unused_bits": decoder.UID in _EXACT or (signed and decoder.UID in _LOSSY_JPEG)
    }
    samples, described = decoder.as_array(dataset, index=0, decoding_plugin=plugin, **options)
    if in_upper_bits:
        samples >>= low_bit
    elif signed and decoder.UID in JPEGLSTransferSyntaxes:
        # JPEG-LS has no sign; pydicom restores it from its precision, which may be a whole cell's.
        samples = samples << allocated - stored >> allocated - stored
    return samples, str(described["photometric_interpretation"])


def _unsupported(syntax: UID) -> UnsupportedTransferSyntax:
    # The name comes from pydicom's copy of the registry, never from the file.
    if syntax.type != "Transfer Syntax":
        return UnsupportedTransferSyntax()
    return UnsupportedTransferSyntax(
        f"There is no decoder here for the transfer syntax {syntax.name}. Send it uncompressed."
    )


def is_available(_syntax: str) -> bool:
    """Say whether the plug-in's decoder is installed, without importing it."""
    return find_spec("imagecodecs") is not None


def decode_jpeg_frame(frame: bytes, runner: DecodeRunner) -> bytes:
    """Decode a JPEG frame, as pydicom calls a plug-in.

    Parameters
    ----------
    frame : bytes
        A complete JPEG image.
    runner : pydicom.pixels.decoders.base.DecodeRunner
        Takes what the decoded samples are: their size, and RGB where there are three.
    """
    from imagecodecs import jpeg8_decode  # only where such a file comes

    if runner.samples_per_pixel == 3:
        # pydicom has held PhotometricInterpretation against the JFIF marker and component names.
        is_rgb = runner.photometric_interpretation == "RGB" and not _adobe_says_ycc(frame)
        decoded = jpeg8_decode(frame, colorspace="RGB" if is_rgb else "YCBCR", outcolorspace="RGB")
        runner.set_option("photometric_interpretation", "RGB")
        runner.set_option("planar_configuration", 0)
    else:
        decoded = jpeg8_decode(frame)
    runner.set_option("bits_allocated", 8 * decoded.itemsize)
    return decoded.tobytes()


def _adobe_says_ycc(frame: bytes) -> bool:
    """Read the transform byte of Adobe's APP14 marker: 1 is YCbCr."""
    start = frame.find(b"\xff\xee\x00\x0eAdobe", 0, 4096)
    return start >= 0 and frame[start + 15 : start + 16] == b"\1"


for _syntax in _JPEG:
    get_decoder(_syntax).add_plugin("imagecodecs", (__name__, decode_jpeg_frame.__name__))
