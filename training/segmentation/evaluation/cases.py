"""`Case`: one slice with its reference, and where generated cases are kept between runs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from multifidus.image_io import ImageSlice
from training import phantom

LabelImage = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)  # equal by identity: the arrays are large
class Case:
    """One slice to score.

    Attributes
    ----------
    name : str
        Unique within its set.
    image : ImageSlice
        As a user would send it.
    reference : ndarray of uint8, shape (rows, columns)
        0 background, 1 the patient's right multifidus, 2 the left.
    spacing_mm : tuple of float
        True row and column spacing, for distances in mm, also where `image` does not carry it.
    facts : dict
        What results are grouped by: subject, level, contrast, fat.
    """

    name: str
    image: ImageSlice
    reference: LabelImage
    spacing_mm: tuple[float, float]
    facts: dict[str, Any] = field(default_factory=dict)


def generator_sha256() -> str:
    """Hash of the phantom generator's source: the same seeds give the same slices only with it."""
    digest = hashlib.sha256()
    for path in sorted(Path(phantom.__path__[0]).glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def kept(
    folder: Path | None, name: str, settings: dict[str, Any], make: Callable[[], Iterable[Case]]
) -> list[Case]:
    """Make generated cases, or read them where they have been made before.

    A kept set stays as it is when the generator is changed later, so that models can be compared
    on the same slices; each case says which generator made it (`facts["generator"]`). Delete the
    folder to make them anew.

    Parameters
    ----------
    folder : Path, optional
        Where 8-bit cases are kept; None makes them anew.
    name : str
        Of the set.
    settings : dict
        All that `make` depends on; part of the file's name.
    make : callable
        Makes the cases.
    """
    if folder is None:
        return _marked(make())
    key = json.dumps(settings, sort_keys=True)
    path = folder / f"{name}_{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        cases = _marked(make())
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.npz")  # commands may run side by side
        np.savez_compressed(
            partial,
            pixels=np.stack([case.image.pixels for case in cases]).astype(np.uint8),
            references=np.stack([case.reference for case in cases]),
            notes=json.dumps([[c.name, c.spacing_mm, c.facts] for c in cases]),
        )
        partial.replace(path)
    return _read(path)


def _marked(cases: Iterable[Case]) -> list[Case]:
    """Add which generator made them; read first, as it may change while they are made."""
    facts = {"generator": generator_sha256()}
    return [dataclasses.replace(case, facts=case.facts | facts) for case in cases]


def _read(path: Path) -> list[Case]:
    with np.load(path) as stored:
        pixels, references = stored["pixels"], stored["references"]
        notes = json.loads(str(stored["notes"]))
    return [
        Case(
            name=name,
            image=ImageSlice(pixels=picture.astype(np.float32), media="png"),
            reference=reference,
            spacing_mm=(spacing_mm[0], spacing_mm[1]),
            facts=facts,
        )
        for picture, reference, (name, spacing_mm, facts) in zip(
            pixels, references, notes, strict=True
        )
    ]
