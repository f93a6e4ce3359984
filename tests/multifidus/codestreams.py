"""Compressed frames by encoders other than the decoders under test, wherever there are such.

JPEG 2000 by imagecodecs' OpenJPEG and HTJ2K by OpenJPH (decoded by pylibjpeg-openjpeg), JPEG-LS by
imagecodecs' CharLS (decoded by pyjpegls), baseline JPEG by OpenCV and by libjpeg-turbo, lossless
JPEG by liblj92 and by libjpeg-turbo (decoded by libjpeg-turbo).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt
import pydicom.uid

Encode = Callable[[npt.NDArray[Any], int], bytes]
"""From pixels and the number of bits that are stored."""

UNSIGNED = ("uint8", "uint12", "uint16")
ALL = (*UNSIGNED, "int12", "int16")


@dataclass(frozen=True, kw_only=True)
class Coding:
    """A way to compress.

    Attributes
    ----------
    syntax : pydicom.uid.UID
        Transfer syntax it belongs to.
    encode : callable
        Makes the frame.
    formats : tuple of str
        What it can hold: sign and bits.
    error : float
        Most that a pixel may differ by, as a share of the format's range; 0 where lossless.
    mean_error : float
        Most that pixels may differ by on average, likewise.
    """

    syntax: pydicom.uid.UID
    encode: Encode
    formats: tuple[str, ...]
    error: float = 0.0
    mean_error: float = 0.0


def _jpeg(pixels: npt.NDArray[Any], bits: int) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(pixels, 95, bitspersample=bits))


def _jpeg_by_opencv(pixels: npt.NDArray[Any], _bits: int) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def _lossless_jpeg(predictor: int) -> Encode:
    def encode(pixels: npt.NDArray[Any], bits: int) -> bytes:
        # JPEG has no sign: DICOM stores the samples' bits.
        stored = _unsigned(pixels, bits)
        return bytes(
            imagecodecs.jpeg8_encode(stored, lossless=True, predictor=predictor, bitspersample=bits)
        )

    return encode


def _lossless_jpeg_by_lj92(pixels: npt.NDArray[Any], bits: int) -> bytes:
    return bytes(imagecodecs.ljpeg_encode(_unsigned(pixels, bits), bitspersample=bits))


def _jpeg_ls(pixels: npt.NDArray[Any], bits: int) -> bytes:
    return bytes(imagecodecs.jpegls_encode(_unsigned(pixels, bits)))


def _near_lossless(pixels: npt.NDArray[Any], _bits: int) -> bytes:
    return bytes(imagecodecs.jpegls_encode(pixels, 3))


def _jpeg2000(pixels: npt.NDArray[Any], bits: int) -> bytes:
    return bytes(
        imagecodecs.jpeg2k_encode(pixels, reversible=True, bitspersample=bits, codecformat="j2k")
    )


def _jp2(pixels: npt.NDArray[Any], bits: int) -> bytes:
    return bytes(
        imagecodecs.jpeg2k_encode(pixels, reversible=True, bitspersample=bits, codecformat="jp2")
    )


def _jpeg2000_lossy(pixels: npt.NDArray[Any], bits: int) -> bytes:
    return bytes(
        imagecodecs.jpeg2k_encode(
            pixels, 50, reversible=False, bitspersample=bits, codecformat="j2k"
        )
    )


def _htj2k(pixels: npt.NDArray[Any], _bits: int) -> bytes:
    return bytes(imagecodecs.htj2k_encode(pixels, reversible=True))


def _htj2k_tiled(pixels: npt.NDArray[Any], _bits: int) -> bytes:
    return bytes(imagecodecs.htj2k_encode(pixels, reversible=True, tile=(100, 90)))


def _htj2k_lossy(pixels: npt.NDArray[Any], _bits: int) -> bytes:
    return bytes(imagecodecs.htj2k_encode(pixels, 0.002, reversible=False))


def _unsigned(pixels: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    kind = np.dtype(f"u{pixels.dtype.itemsize}")
    return pixels.view(kind) & kind.type((1 << bits) - 1)


CODINGS = {
    "jpeg baseline": Coding(
        syntax=pydicom.uid.JPEGBaseline8Bit,
        encode=_jpeg,
        formats=("uint8",),
        error=0.1,
        mean_error=0.01,
    ),
    "jpeg baseline by opencv": Coding(
        syntax=pydicom.uid.JPEGBaseline8Bit,
        encode=_jpeg_by_opencv,
        formats=("uint8",),
        error=0.1,
        mean_error=0.01,
    ),
    "jpeg extended": Coding(
        syntax=pydicom.uid.JPEGExtended12Bit,
        encode=_jpeg,
        formats=("uint8", "uint12"),
        error=0.1,
        mean_error=0.01,
    ),
    "jpeg lossless, any predictor": Coding(
        syntax=pydicom.uid.JPEGLossless, encode=_lossless_jpeg(7), formats=ALL
    ),
    "jpeg lossless by lj92": Coding(
        syntax=pydicom.uid.JPEGLossless, encode=_lossless_jpeg_by_lj92, formats=ALL
    ),
    "jpeg lossless, first order": Coding(
        syntax=pydicom.uid.JPEGLosslessSV1, encode=_lossless_jpeg(1), formats=ALL
    ),
    "jpeg-ls lossless": Coding(syntax=pydicom.uid.JPEGLSLossless, encode=_jpeg_ls, formats=ALL),
    "jpeg-ls near-lossless": Coding(
        syntax=pydicom.uid.JPEGLSNearLossless,
        encode=_near_lossless,
        formats=UNSIGNED,
        error=3 / 255,
        mean_error=3 / 255,
    ),
    "jpeg 2000 lossless": Coding(
        syntax=pydicom.uid.JPEG2000Lossless, encode=_jpeg2000, formats=ALL
    ),
    "jpeg 2000 in a jp2 file": Coding(
        syntax=pydicom.uid.JPEG2000Lossless, encode=_jp2, formats=ALL
    ),
    "jpeg 2000": Coding(
        syntax=pydicom.uid.JPEG2000,
        encode=_jpeg2000_lossy,
        formats=ALL,
        error=0.1,
        mean_error=0.01,
    ),
    "htj2k lossless": Coding(syntax=pydicom.uid.HTJ2KLossless, encode=_htj2k, formats=ALL),
    "htj2k lossless rpcl": Coding(syntax=pydicom.uid.HTJ2KLosslessRPCL, encode=_htj2k, formats=ALL),
    "htj2k in tiles": Coding(syntax=pydicom.uid.HTJ2KLossless, encode=_htj2k_tiled, formats=ALL),
    "htj2k": Coding(
        syntax=pydicom.uid.HTJ2K, encode=_htj2k_lossy, formats=ALL, error=0.1, mean_error=0.01
    ),
}
