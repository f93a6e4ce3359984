"""Frames to lie with, and the way to hand them in."""

from __future__ import annotations

import struct

import numpy as np

from multifidus.image_io import read_image
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.samples import dataset, encapsulated, textured

SLICE = textured(64, 56).astype(np.uint16) * 13


def frame_of(name: str) -> bytes:
    return CODINGS[name].encode(SLICE, 16)


def read(name: str, frame: bytes) -> None:
    read_image(encapsulated(frame, CODINGS[name].syntax, dataset(SLICE)))


def replaced(data: bytes, start: int, code: str, *values: int) -> bytes:
    new = struct.pack(code, *values)
    return data[:start] + new + data[start + len(new) :]
