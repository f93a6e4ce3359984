"""Who and what made a result: said in the objects that other software stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from multifidus.manifest import ModelManifest

MaskOrigin = Literal["model", "corrected", "drawn"]
"""`model`: the model's own. `corrected`: the model's, changed by a person. `drawn`: a person's, or
one of which nothing is known."""

DISCLAIMER = "Research use only. Not a medical device; no diagnosis."


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Who and what made a result.

    Attributes
    ----------
    mask_origin : str
        Who made the mask.
    software_version : str
        Of the code that measured.
    model : ModelManifest, optional
        The model that made the mask, or the one that a person corrected; None where the mask was
        drawn.
    threshold : float, optional
        Probability from which a pixel counted as muscle; None where no model ran.
    """

    mask_origin: MaskOrigin
    software_version: str
    model: ModelManifest | None = None
    threshold: float | None = None
