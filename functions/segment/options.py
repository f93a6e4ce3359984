"""The parameters of `POST /segment` and `POST /measure`, from form fields and query."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from multifidus.errors import InvalidParameter
from multifidus.image_io import MAX_SPACING_MM, MIN_SPACING_MM

T = TypeVar("T", bound=str)
Level = Literal["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
Part = Literal["overlay", "mask", "contours", "dicom_seg", "dicom_sr"]
Style = Literal["contour", "jet"]
Format = Literal["json", "csv"]
SentMaskOrigin = Literal["drawn", "corrected"]

LEVELS: tuple[Level, ...] = get_args(Level)
PARTS: tuple[Part, ...] = get_args(Part)
STYLES: tuple[Style, ...] = get_args(Style)
FORMATS: tuple[Format, ...] = get_args(Format)
SENT_MASK_ORIGINS: tuple[SentMaskOrigin, ...] = get_args(SentMaskOrigin)
DEFAULT_PARTS = frozenset[Part]({"overlay", "mask"})

DICOM_PARTS = frozenset[Part]({"dicom_seg", "dicom_sr"})
"""Made of DICOM files alone."""

NAMES = ("level", "pixel_spacing_mm", "threshold", "include", "style", "format")
MEASURE_NAMES = (*(name for name in NAMES if name != "threshold"), "mask_origin")
"""Those of `POST /measure`: no model runs, so that there is nothing to threshold."""


@dataclass(frozen=True, kw_only=True)
class SegmentOptions:
    """What the caller asks for.

    Attributes
    ----------
    level : str, optional
        The disc level that the slice shows; passed through to the answer.
    pixel_spacing_mm : tuple of float, optional
        Row then column spacing, used only where the file has none.
    threshold : float, optional
        Probability from which a pixel counts as muscle, in place of the model's own.
    include : frozenset of str
        Parts of the answer beside the numbers.
    style : str
        Of the overlay.
    format : str
        Of the answer.
    mask_origin : str
        Who made the mask that is sent to `/measure`.
    """

    level: Level | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    threshold: float | None = None
    include: frozenset[Part] = DEFAULT_PARTS
    style: Style = "contour"
    format: Format = "json"
    mask_origin: SentMaskOrigin = "drawn"


def parse_options(
    fields: Iterable[tuple[str, str]],
    *,
    names: tuple[str, ...] = NAMES,
    default_parts: frozenset[Part] = DEFAULT_PARTS,
) -> SegmentOptions:
    """Read parameters from names and texts; an empty text counts as not given.

    `include` and `pixel_spacing_mm` take their values separated by commas or as repeated fields. A
    misspelt name is an error: a threshold that is silently not applied would be worse.

    Parameters
    ----------
    fields : iterable of (str, str)
        Names and texts.
    names : tuple of str
        Parameters that the route takes.
    default_parts : frozenset of str
        Of the answer, where `include` is not given.

    Raises
    ------
    InvalidParameter
        A name is unknown, has two values where it takes one, or a value is out of range.
    """
    given: dict[str, list[str]] = {}
    for name, text in fields:
        if name not in names:
            raise InvalidParameter(f"There is an unknown parameter. Known are {_listed(names)}.")
        values = [value.strip() for value in text.split(",")]
        given.setdefault(name, []).extend(value for value in values if value)
    level = _single(given, "level")
    style = _single(given, "style")
    format_ = _single(given, "format") or "json"
    mask_origin = _single(given, "mask_origin") or "drawn"
    if format_.lower() == "csv":
        if given.get("include"):
            raise InvalidParameter("`include` has no place in a table: leave it out, or `format`.")
        default_parts = frozenset()
    return SegmentOptions(
        level=None if level is None else _one_of("level", level, LEVELS),
        pixel_spacing_mm=_spacing_mm(given.get("pixel_spacing_mm")),
        threshold=_threshold(_single(given, "threshold")),
        include=_parts(given.get("include"), default_parts),
        style="contour" if style is None else _one_of("style", style, STYLES),
        format=_one_of("format", format_, FORMATS),
        mask_origin=_one_of("mask_origin", mask_origin, SENT_MASK_ORIGINS),
    )


def _single(given: dict[str, list[str]], name: str) -> str | None:
    values = set(given.get(name, ()))  # the same in query and form is no contradiction
    if len(values) > 1:
        raise InvalidParameter(f"`{name}` takes one value.")
    return values.pop() if values else None


def _one_of(name: str, value: str, choices: tuple[T, ...]) -> T:
    for choice in choices:
        if value.lower() == choice.lower():
            return choice
    raise InvalidParameter(f"`{name}` is one of {_listed(choices)}.")


def _parts(values: list[str] | None, default: frozenset[Part]) -> frozenset[Part]:
    if not values:
        return default
    return frozenset(_one_of("include", value, PARTS) for value in values)


def _threshold(text: str | None) -> float | None:
    if text is None:
        return None
    value = _number(text)
    if value is None or not 0.0 < value < 1.0:
        raise InvalidParameter("`threshold` is a number between 0 and 1, both excluded.")
    return value


def _spacing_mm(texts: list[str] | None) -> tuple[float, float] | None:
    if not texts:
        return None
    match [_number(text) for text in texts]:
        case [float(row_mm), float(column_mm)] if all(
            MIN_SPACING_MM <= value <= MAX_SPACING_MM for value in (row_mm, column_mm)
        ):
            return row_mm, column_mm
    raise InvalidParameter(
        "`pixel_spacing_mm` takes two numbers, row then column spacing, each from "
        f"{MIN_SPACING_MM} to {MAX_SPACING_MM} mm, such as 0.6,0.6."
    )


def _number(text: str) -> float | None:
    # Python also takes "1_0" and the digits of every script; no caller means those.
    if not text.isascii() or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
