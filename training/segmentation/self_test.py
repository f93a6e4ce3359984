"""The self-test of `/ready`: a slice beside the model, and the model's own mask of it."""

from __future__ import annotations

from pathlib import Path

from multifidus.image_io import read_image
from multifidus.inference import Segmenter
from multifidus.manifest import READY_MASK, READY_SLICE
from multifidus.render import mask_png
from training.segmentation.evaluation.scoring import segment_slice


def write_ready_mask(folder: Path, data: bytes | None = None) -> None:
    """Store a slice in a model's folder, and the model's mask of it.

    Parameters
    ----------
    folder : Path
        Of an exported model.
    data : bytes, optional
        The slice's file; the one that is there is kept otherwise.
    """
    slice_path = folder / READY_SLICE
    data = slice_path.read_bytes() if data is None else data
    mask = segment_slice(Segmenter(folder, threads=1), read_image(data)).mask
    slice_path.write_bytes(data)
    (folder / READY_MASK).write_bytes(mask_png(mask))
