"""Small pictures and a tiny model, made here: real files through the real code, in milliseconds.

The model calls a pixel muscle where it is bright: right in the left half of its grid, left in the
other. So a test's answer follows from what it draws.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from multifidus.manifest import SPEC_HASH_KEY, ModelManifest, PreprocessSpec, file_sha256

GRID_PX = 64
MODEL_VERSION = "0.0.1-test"
Picture = npt.NDArray[Any]


def write_model(folder: Path) -> ModelManifest:
    """Write the tiny model, its manifest and its self-test into a folder."""
    spec = PreprocessSpec(height_px=GRID_PX, width_px=GRID_PX)
    shape = [1, 1, GRID_PX, GRID_PX]
    halves = np.zeros((1, 2, GRID_PX, GRID_PX), dtype=np.float32)
    halves[0, 0, :, GRID_PX // 2 :] = halves[0, 1, :, : GRID_PX // 2] = -60.0
    graph = helper.make_graph(
        [
            helper.make_node("Sub", ["image", "half"], ["centred"]),
            helper.make_node("Mul", ["centred", "gain"], ["scaled"]),
            helper.make_node("Add", ["scaled", "halves"], ["logits"]),
        ],
        "bright_halves",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 2, GRID_PX, GRID_PX])],
        [
            numpy_helper.from_array(np.float32(0.75).reshape(1), "half"),
            numpy_helper.from_array(np.float32(40.0).reshape(1), "gain"),
            numpy_helper.from_array(halves, "halves"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {SPEC_HASH_KEY: spec.sha256()})
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    manifest = ModelManifest(
        name="bright-halves",
        version=MODEL_VERSION,
        model_file="model.onnx",
        sha256=file_sha256(folder / "model.onnx"),
        input_name="image",
        output_name="logits",
        output_channels=("right", "left"),
        preprocess=spec,
        threshold=0.5,
        precision="fp32",
    )
    manifest.save(folder)
    (folder / "ready_slice.png").write_bytes(png(two_muscles()))
    (folder / "ready_mask.png").write_bytes(png(two_muscles_mask()))
    return manifest


def two_muscles(size: int = 64) -> Picture:
    """Draw a grey disc with a bright square in each half; the right one is the larger."""
    picture = np.zeros((size, size), dtype=np.uint8)
    unit = size // 16
    cv2.circle(picture, (size // 2, size // 2), 7 * unit, (80,), -1)
    picture[9 * unit : 12 * unit, 4 * unit : 7 * unit] = 220
    picture[9 * unit : 12 * unit, 9 * unit : 11 * unit] = 220
    return picture


def two_muscles_mask(size: int = 64) -> Picture:
    """Draw the mask that belongs to `two_muscles`."""
    mask = np.zeros((size, size), dtype=np.uint8)
    unit = size // 16
    mask[9 * unit : 12 * unit, 4 * unit : 7 * unit] = 1
    mask[9 * unit : 12 * unit, 9 * unit : 11 * unit] = 2
    return mask


def noise(rows: int, columns: int, levels: int = 256) -> Picture:
    """Make a picture that hardly compresses; the fewer levels, the better it does."""
    step = 256 // levels
    return np.random.default_rng(1).integers(0, levels, (rows, columns), dtype=np.uint8) * step


def png(pixels: Picture) -> bytes:
    """Encode as PNG."""
    return _encoded(".png", pixels)


def jpeg(pixels: Picture) -> bytes:
    """Encode as JPEG."""
    return _encoded(".jpg", pixels)


def _encoded(suffix: str, pixels: Picture) -> bytes:
    done, encoded = cv2.imencode(suffix, pixels)
    assert done
    return encoded.tobytes()


def dicom(pixels: Picture | None = None, **elements: Any) -> bytes:
    """Write a valid axial MR slice; elements set to None are left out.

    At 4 mm a pixel it fills the model's field of view, so that nothing is resampled.
    """
    pixels = two_muscles() if pixels is None else pixels
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = Dataset()
    defaults: dict[str, Any] = {
        "SOPClassUID": MRImageStorage,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "Modality": "MR",
        "PatientName": "Example^Patient",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelSpacing": [4.0, 4.0],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [0, 0, 0],
        "PixelData": pixels.astype("<u2").tobytes(),
    }
    meta.TransferSyntaxUID = elements.pop("TransferSyntaxUID", meta.TransferSyntaxUID)
    for name, value in (defaults | elements).items():
        if value is not None:
            setattr(dataset, name, value)
    dataset.file_meta = meta
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def multipart(
    data: bytes,
    *,
    filename: str = "slice.dcm",
    fields: dict[str, str] | None = None,
    mask: bytes | None = None,
) -> tuple[str, bytes]:
    """Build a form by hand. Returns its content type and body."""
    boundary = "----boundary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (fields or {}).items()
    ]
    files = [("file", filename, data)] + ([] if mask is None else [("mask", filename, mask)])
    parts += [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, shown, content in files
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body


def decoded_png(text: str) -> Picture:
    """Decode a picture of an answer."""
    data = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))
