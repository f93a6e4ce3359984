"""The benchmark of reports runs, and counts what it says it counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.report.__main__ import main
from tests.functions.report.parrot import REPORT_MODEL_VERSION, write_report_model


def test_it_measures_the_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report_model(tmp_path)
    main(["--quick", "--model", str(tmp_path)])
    text = capsys.readouterr().out
    assert f"Model {REPORT_MODEL_VERSION}" in text
    # The parrot says one text: it is right for one of twenty prompts that all differ, or for none.
    (caught,) = re.findall(r"Of the 20 texts (\d+) were caught", text)
    assert int(caught) >= 19
    milliseconds = [float(found) for found in re.findall(r"\| ([\d.]+) \|", text)]
    assert len(milliseconds) == 3
    assert all(found > 0 for found in milliseconds)
    (peak,) = re.findall(r"peak memory \| (\d+) MB", text)
    assert 30 < int(peak) < 512
