"""Everything that can be wrong with a folder, collected and told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

MAX_TOLD = 20
"""Problems that are listed; how many more there are is said."""


class ProblemKind(StrEnum):
    """What is wrong; the values are stable names."""

    NO_FOLDER = "no_folder"
    EMPTY_FOLDER = "empty_folder"
    NO_PAIRS = "no_pairs"
    MIXED_KINDS = "mixed_kinds"
    IMAGE_WITHOUT_MASK = "image_without_mask"
    MASK_WITHOUT_IMAGE = "mask_without_image"
    AMBIGUOUS_PAIR = "ambiguous_pair"
    SIZE_MISMATCH = "size_mismatch"
    GEOMETRY_MISMATCH = "geometry_mismatch"
    UNKNOWN_ORIENTATION = "unknown_orientation"
    NOT_AXIAL = "not_axial"
    BAD_SPACING = "bad_spacing"
    UNKNOWN_LABELS = "unknown_labels"
    ONE_SIDE_ONLY = "one_side_only"
    SIDES_SWAPPED = "sides_swapped"
    EMPTY_MASKS = "empty_masks"
    UNREADABLE = "unreadable"
    NOT_FINITE = "not_finite"
    BLANK_IMAGE = "blank_image"
    DUPLICATE_SUBJECT = "duplicate_subject"
    DUPLICATE_IMAGE = "duplicate_image"
    ONE_SUBJECT = "one_subject"
    FOLDER_CHANGED = "folder_changed"
    OTHER_RUN = "other_run"
    RUN_NOT_WRITABLE = "run_not_writable"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    kind : ProblemKind
        What.
    where : str
        File, relative to the folder, or the folder itself.
    detail : str
        What was found and what to do about it.
    """

    kind: ProblemKind
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.detail} [{self.kind}]"


class DataFolderError(Exception):
    """A folder cannot be trained on.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = [f"{count} problem{'s' if count > 1 else ''}:"]
        lines += [f"  {problem}" for problem in self.problems[:MAX_TOLD]]
        if count > MAX_TOLD:
            lines.append(f"  ... and {count - MAX_TOLD} more.")
        super().__init__("\n".join(lines))

    @property
    def kinds(self) -> set[ProblemKind]:
        """Kinds that occur."""
        return {problem.kind for problem in self.problems}


@dataclass
class Findings:
    """What reading a folder brings to light, beside its slices.

    Attributes
    ----------
    folder : Path
        What names are relative to.
    problems : list of Problem
        What stops training.
    notes : list of str
        What does not, but should be known.
    """

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, kind: ProblemKind, where: Path | str, detail: str) -> None:
        """Record a problem of a file or of a named part."""
        self.problems.append(Problem(kind=kind, where=self.name(where), detail=detail))

    def note(self, where: Path | str, text: str) -> None:
        """Record something harmless."""
        self.notes.append(f"{self.name(where)}: {text}")

    def name(self, where: Path | str) -> str:
        """Name of a file relative to the folder; the folder's own name for itself."""
        if isinstance(where, str):
            return where
        relative = where.relative_to(self.folder).as_posix()
        return self.folder.name or str(self.folder) if relative == "." else relative
