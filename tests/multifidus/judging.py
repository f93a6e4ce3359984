"""The flags of a slice whose mask is given: no model is asked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from multifidus.image_io import ImageSlice
from multifidus.manifest import PreprocessSpec
from multifidus.measure import measure
from multifidus.postprocess import Segmentation
from multifidus.preprocess import preprocess
from multifidus.quality import Quality, assess

Picture = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]


def judged(image: ImageSlice, mask: Mask, probability: float = 0.95) -> Quality:
    tensor, _ = preprocess(image, PreprocessSpec())
    segmentation = Segmentation(
        mask=mask, probability=np.where(mask > 0, probability, 0.01).astype(np.float32)
    )
    return assess(image, tensor, segmentation, measure(segmentation, image))
