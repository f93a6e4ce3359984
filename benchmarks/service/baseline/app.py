"""FastAPI, PyTorch, segmentation-models-pytorch, OpenCV: one route, as such services are written.

Written for this benchmark. It has the same network with the same weights, reads the same files and
answers with the five original fields; it measures nothing, judges nothing and logs nothing, all of
which works against Multifidus in the comparison.
"""

from __future__ import annotations

import base64
import io
import os
import time
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
import torch
from fastapi import FastAPI, File, HTTPException, UploadFile

# Only lets segmentation-models-pytorch import where torchvision is built for CUDA; see there.
from training.segmentation.network import build_unet

WEIGHTS = Path("training/segmentation/weights")
SIZE_PX = 256
THRESHOLD = 0.5
OVERLAY_OPACITY = 0.4

torch.set_num_threads(int(os.environ.get("BASELINE_THREADS", "1")))
cv2.setNumThreads(torch.get_num_threads())


def load_model() -> torch.nn.Module:
    """Build the network and load its weights."""
    from safetensors.torch import load_file

    model = build_unet()
    model.load_state_dict(
        {
            name: value.float()
            for name, value in load_file(max(WEIGHTS.glob("*.safetensors"))).items()
        }
    )
    return model.eval()


app = FastAPI(title="Baseline")
model = load_model()


@app.post("/segment")
async def segment(file: UploadFile = File(...)) -> dict[str, object]:  # noqa: B008 - FastAPI's way
    """Segment one slice; the mask as an overlay in JET colours."""
    started = time.perf_counter()
    image = decode(await file.read())
    height, width = image.shape
    small = cv2.resize(image, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_LINEAR)
    tensor = torch.from_numpy(small.astype(np.float32) / 255.0)[None, None]
    with torch.no_grad():
        probabilities = torch.sigmoid(model(tensor))[0, :2].sum(dim=0).numpy()
    mask = cv2.resize(probabilities, (width, height)) > THRESHOLD
    heat = cv2.applyColorMap((mask * 255).astype(np.uint8), cv2.COLORMAP_JET)
    grey = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    overlay = cv2.addWeighted(grey, 1.0 - OVERLAY_OPACITY, heat, OVERLAY_OPACITY, 0.0)
    _, encoded = cv2.imencode(".png", overlay)
    return {
        "filename": file.filename,
        "latency_ms": round((time.perf_counter() - started) * 1000.0, 2),
        "overlay_base64": base64.b64encode(encoded.tobytes()).decode(),
        "width": width,
        "height": height,
    }


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    """Read DICOM, PNG or JPEG as 8 bits."""
    if data[128:132] == b"DICM":
        pixels = pydicom.dcmread(io.BytesIO(data)).pixel_array.astype(np.float32)
        low, high = pixels.min(), pixels.max()
        scaled = (pixels - low) / max(float(high - low), 1.0) * 255.0
        return np.asarray(scaled, dtype=np.uint8)
    image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise HTTPException(status_code=400, detail="not an image")
    return np.asarray(image, dtype=np.uint8)
