"""`Findings`: what was found on one slice, as other software is told it."""

from __future__ import annotations

from dataclasses import dataclass

from multifidus.measure import Measurements
from multifidus.quality import Quality


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What is reported.

    Attributes
    ----------
    measurements : Measurements
        Of both sides.
    quality : Quality
        Whether to trust them.
    side_known : bool
        Whether the file says which side is the patient's right.
    level : str, optional
        The disc level as the caller gave it.
    """

    measurements: Measurements
    quality: Quality
    side_known: bool
    level: str | None = None
