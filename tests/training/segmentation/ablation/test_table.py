"""Trials' records become rows of the card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.segmentation.ablation.__main__ import main
from training.segmentation.model_card_tables import sections


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ablation"
    made.mkdir()
    full = {"sub-0001": 0.8, "TUM01": 0.7, "TUM02": 0.6, "imitation": 0.9}
    (made / "renderer_full.json").write_text(json.dumps({"dice": full, "last_weights": full}))
    for subject, dice in (("sub-0001", 0.81), ("TUM02", 0.71)):
        record = {
            "dice": {subject: dice, "imitation": dice},
            "last_weights": {subject: dice - 0.01, "imitation": dice},
        }
        (made / f"training_control_{subject}.json").write_text(json.dumps(record))
    return made


def test_rows_hold_what_was_scored(folder: Path) -> None:
    main(["table", "--out", str(folder)])
    rows = json.loads((folder.parent / "ablation.json").read_text())
    full, control, last = rows.values()
    assert full == {"sub-0001": 0.8, "TUM01": 0.7, "TUM02": 0.6, "imitation": 0.9, "time": "1"}
    assert (control["sub-0001"], control["TUM01"], control["TUM02"]) == (0.81, "-", 0.71)
    assert control["imitation"] == 0.76
    assert (last["sub-0001"], last["TUM02"]) == (0.8, 0.7)
    assert "Fold, 200 steps: as the folds of 0.4.0 were trained" in sections({"ablation": rows})


def test_a_trial_of_training_needs_a_base(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["training", "--out", str(folder)])
    assert "--init" in capsys.readouterr().err
