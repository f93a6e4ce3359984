"""The folder of a fine-tuning run: may it be used, and whose data are it about."""

from __future__ import annotations

import json
from pathlib import Path

from training.segmentation.own_data.label_values import LabelValues
from training.segmentation.own_data.problems import DataFolderError, Problem, ProblemKind
from training.segmentation.own_data.read_folder import OwnData, read_folder
from training.segmentation.own_data.split import SPLIT_FILE

FOLDER_FILE = "own_data.json"


def begin_run(run: Path) -> None:
    """Make the run's folder, or check that it is one of ours and can be written to.

    Raises
    ------
    DataFolderError
        It cannot be written to, or holds a run of another kind.
    """
    try:
        run.mkdir(parents=True, exist_ok=True)
        probe = run / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        problem = Problem(
            kind=ProblemKind.RUN_NOT_WRITABLE,
            where=str(run),
            detail=f"the run's folder cannot be written to ({error.strerror}); name another with "
            "RUN=.",
        )
        raise DataFolderError([problem]) from error
    if (run / "last.pt").exists() and not (run / SPLIT_FILE).exists():
        problem = Problem(
            kind=ProblemKind.OTHER_RUN,
            where=str(run),
            detail="holds a run that was not trained on own data; name another with RUN=.",
        )
        raise DataFolderError([problem])


def record_folder(run: Path, folder: Path, labels: LabelValues, *, ignore_origin: bool) -> None:
    """Remember where the data lie, for `export`; stays in the run's folder."""
    values = {
        "folder": str(folder.resolve()),
        "labels": str(labels) if labels.given else None,
        "ignore_other_labels": labels.ignore_others,
        "ignore_origin": ignore_origin,
    }
    (run / FOLDER_FILE).write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def recorded_data(run: Path) -> OwnData | None:
    """Read the data of a run again; None where it was not trained on own data.

    Raises
    ------
    DataFolderError
        They are not where they were, or not what they were.
    """
    path = run / FOLDER_FILE
    if not path.exists():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    labels = LabelValues.parse(values["labels"], ignore_others=values["ignore_other_labels"])
    return read_folder(Path(values["folder"]), labels, ignore_origin=values["ignore_origin"])
