from __future__ import annotations

from pathlib import Path

import pytest

from training.segmentation.own_data.problems import DataFolderError, ProblemKind
from training.segmentation.own_data.split import recorded_split, split_subjects

NAMES = [f"subject-{number}" for number in range(20)]


@pytest.mark.parametrize(("subjects", "validating"), [(2, 1), (3, 1), (5, 1), (10, 2), (20, 4)])
def test_a_fifth_validates_and_nobody_does_both(subjects: int, validating: int) -> None:
    split = split_subjects(NAMES[:subjects])
    assert len(split.validation) == validating
    assert sorted(split.train + split.validation) == sorted(NAMES[:subjects])


def test_the_split_depends_on_names_alone() -> None:
    assert split_subjects(NAMES) == split_subjects(reversed(NAMES))


def test_one_subject_cannot_validate_unless_that_is_wanted() -> None:
    with pytest.raises(DataFolderError, match="--no-validation") as caught:
        split_subjects(["anna"])
    assert caught.value.kinds == {ProblemKind.ONE_SUBJECT}
    assert split_subjects(["anna"], validate=False).train == ("anna",)


def test_a_run_keeps_its_split(tmp_path: Path) -> None:
    split = split_subjects(NAMES)
    assert recorded_split(tmp_path, split) == recorded_split(tmp_path, split) == split
    with pytest.raises(DataFolderError) as caught:
        recorded_split(tmp_path, split_subjects(NAMES[:-1]))
    assert caught.value.kinds == {ProblemKind.FOLDER_CHANGED}
