"""The real engine, with a model made here."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.report.engine import ReportEngine, open_engine
from multifidus.errors import ModelUnavailable
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import prompts
from multifidus.settings import Settings
from tests.conftest import RunPython
from tests.functions.report.parrot import (
    KNOWN_INPUT,
    NOTHING,
    known_answers,
    write_report_model,
)


@pytest.fixture
def copy(report_model_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(report_model_dir, tmp_path / "model"))


def changed_manifest(folder: Path, **fields: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


ASKED = prompts(KNOWN_INPUT)


def test_it_writes_what_the_model_says(engine: ReportEngine) -> None:
    assert [each.strip() for each in engine.write(ASKED)] == [known_answers()[a] for a in ASKED]


def test_each_prompt_has_its_text_and_the_same_prompt_the_same_text(engine: ReportEngine) -> None:
    texts = engine.write([ASKED[0], "something else", ASKED[0]])
    assert len(texts) == 3
    assert texts[0] == texts[2] == engine.write([ASKED[0]])[0]
    assert texts[1].strip() == NOTHING


def test_no_prompt_is_no_text(engine: ReportEngine) -> None:
    assert engine.write([]) == []


def test_a_model_that_does_not_stop_is_stopped(tmp_path: Path) -> None:
    write_report_model(tmp_path, never_ends=True)
    changed_manifest(tmp_path, max_output_tokens=250)
    engine = ReportEngine(tmp_path, threads=1)
    (text,) = engine.write(ASKED[:1])
    said = known_answers()[ASKED[0]]
    assert text.count(said) > 200
    longer = len(text)
    changed_manifest(tmp_path, max_output_tokens=150)
    (text,) = ReportEngine(tmp_path, threads=1).write(ASKED[:1])
    assert len(text) == longer - 100 * (len(said) + 1)


def test_a_prompt_over_the_bound_is_refused_and_not_cut(copy: Path) -> None:
    changed_manifest(copy, max_input_tokens=8)
    engine = ReportEngine(copy, threads=1)
    with pytest.raises(ValueError, match="too long"):
        engine.write([" ".join(ASKED)])


@pytest.mark.parametrize(
    "name", ["model.bin", "spiece.model", "config.json", "shared_vocabulary.json"]
)
def test_files_that_are_not_the_manifests_are_refused_before_they_are_loaded(
    copy: Path, name: str
) -> None:
    with (copy / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ModelUnavailable, match="does not match its manifest"):
        ReportEngine(copy, threads=1)


@pytest.mark.parametrize("name", ["model.bin", "spiece.model", "config.json"])
def test_files_that_are_no_model_are_refused_when_they_are_loaded(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"rubbish")
    manifest = ReportManifest.load(copy)
    ReportManifest.describing(
        copy, name="a", version="1", max_input_tokens=9, max_output_tokens=9
    ).save(copy)
    assert ReportManifest.load(copy).files != manifest.files
    with pytest.raises(ModelUnavailable, match="could not be loaded"):
        ReportEngine(copy, threads=1).load()


def test_many_at_once_each_get_their_text(engine: ReportEngine) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _: engine.write(ASKED)[0], range(32)))
    assert len(set(texts)) == 1


def test_the_settings_choose_the_model(report_model_dir: Path, tmp_path: Path) -> None:
    assert open_engine(Settings(model_dir=tmp_path, sqlite_path=tmp_path)) is None
    named = Settings(model_dir=tmp_path, sqlite_path=tmp_path, report_model_dir=report_model_dir)
    engine = open_engine(named)
    assert engine is not None
    assert engine.manifest.name == "parrot"
    missing = Settings(model_dir=tmp_path, sqlite_path=tmp_path, report_model_dir=tmp_path / "no")
    with pytest.raises(ModelUnavailable, match="manifest is missing"):
        open_engine(missing)


def test_verifying_loads_no_library_and_running_needs_neither_torch_nor_numpy(
    report_model_dir: Path, run_python: RunPython
) -> None:
    # The image holds none of these. Here they are installed, so that their import is refused.
    code = f"""
import importlib.abc, sys
from pathlib import Path

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("numpy", "torch", "transformers", "yaml", "onnxruntime"):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refuse())
from functions.report.engine import ReportEngine
engine = ReportEngine(Path({str(report_model_dir)!r}), threads=1)
print([name for name in ("ctranslate2", "sentencepiece") if name in sys.modules])
(text,) = engine.write(["report"])
print(text.split()[0])
"""
    assert run_python(code).stdout.splitlines() == ["[]", "Nothing."]
