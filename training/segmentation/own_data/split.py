"""Who trains and who validates: by subject, the same for every run over the same subjects."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from training.segmentation.own_data.problems import DataFolderError, Problem, ProblemKind

VALIDATION_SHARE = 0.2
SPLIT_FILE = "split.json"


@dataclass(frozen=True, kw_only=True)
class Split:
    """Names of subjects.

    Attributes
    ----------
    train, validation : tuple of str
        No subject is in both.
    """

    train: tuple[str, ...]
    validation: tuple[str, ...]


def split_subjects(names: Iterable[str], *, validate: bool = True) -> Split:
    """Set a fifth of the subjects aside, one at least, by the hash of their names.

    Raises
    ------
    DataFolderError
        One subject alone cannot both train and validate.
    """
    ordered = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    if not validate:
        return Split(train=tuple(sorted(ordered)), validation=())
    if len(ordered) < 2:
        problem = Problem(
            kind=ProblemKind.ONE_SUBJECT,
            where=", ".join(ordered),
            detail="is the only subject, so nobody is left to say whether training helped. A "
            "subject is a subfolder, or a name up to its first underscore; --no-validation trains "
            "without knowing.",
        )
        raise DataFolderError([problem])
    count = max(1, math.floor(VALIDATION_SHARE * len(ordered)))
    return Split(train=tuple(sorted(ordered[count:])), validation=tuple(sorted(ordered[:count])))


def recorded_split(run: Path, split: Split) -> Split:
    """Record a run's split, or check it against the one that the run began with.

    Raises
    ------
    DataFolderError
        The folder's subjects, or the wish to validate, have changed since the run began.
    """
    path = run / SPLIT_FILE
    if not path.exists():
        path.write_text(json.dumps(asdict(split), indent=2) + "\n", encoding="utf-8")
        return split
    raw = json.loads(path.read_text(encoding="utf-8"))
    before = Split(train=tuple(raw["train"]), validation=tuple(raw["validation"]))
    if before != split:
        problem = Problem(
            kind=ProblemKind.FOLDER_CHANGED,
            where=str(path),
            detail="the run began with other subjects; begin another with RUN=.",
        )
        raise DataFolderError([problem])
    return split
