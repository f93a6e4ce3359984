from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from multifidus import __version__
from multifidus.settings import Settings, SettingsError, processors_available
from tests.conftest import RunPython

LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "segment", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769"}


def test_an_empty_environment_gives_settings_for_one_machine() -> None:
    settings = Settings.from_env({})
    assert settings.model_dir == Path(__file__).parents[2] / "layers" / "model"
    assert settings.table_name is None
    assert settings.sqlite_path == Path(".data/inference.sqlite3")
    assert settings.cors_origins == ()
    assert settings.threads == processors_available()
    assert settings.function_name is None
    assert settings.version == __version__


def test_the_reports_model_is_the_one_that_is_named_or_none(tmp_path: Path) -> None:
    def folder(text: str) -> Path | None:
        return Settings.from_env({"MULTIFIDUS_REPORT_MODEL_DIR": text}).report_model_dir

    # Whether or not it is there: what was named and is missing must not go unnoticed.
    assert folder(str(tmp_path / "missing")) == tmp_path / "missing"
    assert folder("none") is folder(" None ") is None
    shipped = Path(__file__).parents[2] / "functions" / "report" / "model"
    assert folder("") == (shipped if (shipped / "manifest.json").exists() else None)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.from_env({}).threads = 7  # type: ignore[misc]


def test_on_lambda_the_log_lies_in_the_only_writable_folder(
    run_python: RunPython, tmp_path: Path
) -> None:
    code = "from multifidus.settings import Settings; print(Settings.from_env().sqlite_path)"
    done = run_python(code, env=LAMBDA | {"TMPDIR": str(tmp_path)})
    assert done.stdout.strip() == str(tmp_path / "inference.sqlite3")


def test_the_function_knows_its_name() -> None:
    assert Settings.from_env(LAMBDA).function_name == "segment"


@pytest.mark.parametrize(
    ("memory_mb", "threads"),
    [("128", 1), ("1768", 1), ("1769", 1), ("3537", 1), ("3538", 2), ("10240", 5)],
)
def test_threads_follow_the_memory_on_lambda(memory_mb: str, threads: int) -> None:
    env = LAMBDA | {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory_mb}
    assert Settings.from_env(env).threads == threads


def test_threads_can_be_set() -> None:
    assert Settings.from_env({"MULTIFIDUS_THREADS": "3"}).threads == 3
    assert Settings.from_env(LAMBDA | {"MULTIFIDUS_THREADS": "3"}).threads == 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [("max 100000", None), ("100000 100000", 1), ("50000 100000", 1), ("", None), ("1 0", None)],
)
def test_a_containers_quota_limits_the_processors(
    tmp_path: Path, content: str, expected: int | None
) -> None:
    cpu_max = tmp_path / "cpu.max"
    cpu_max.write_text(content)
    unlimited = processors_available(tmp_path / "missing")
    assert unlimited >= 1
    assert processors_available(cpu_max) == (expected or unlimited)


def test_origins_are_split_and_any_origin_wins() -> None:
    env = {"MULTIFIDUS_CORS_ORIGINS": " https://a.example , http://localhost:3000,"}
    assert Settings.from_env(env).cors_origins == ("https://a.example", "http://localhost:3000")
    assert Settings.from_env({"MULTIFIDUS_CORS_ORIGINS": "https://a.example,*"}).cors_origins == (
        "*",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MULTIFIDUS_LOG_TTL_DAYS", "soon"),
        ("MULTIFIDUS_LOG_TTL_DAYS", "0"),
        ("MULTIFIDUS_LOG_TTL_DAYS", "-1"),
        ("MULTIFIDUS_THREADS", "1.5"),
        ("MULTIFIDUS_THREADS", "1000"),
        ("MULTIFIDUS_MIN_REMAINING_MS", "-5"),
        ("MULTIFIDUS_TABLE", "a table"),
        ("MULTIFIDUS_CORS_ORIGINS", "example.org"),
        ("MULTIFIDUS_CORS_ORIGINS", "https://example.org/path"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "lots"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_the_variable(name: str, value: str) -> None:
    env = LAMBDA | {name: value}
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(env)


@pytest.mark.parametrize(
    "name", ["MULTIFIDUS_TABLE", "MULTIFIDUS_LOG_TTL_DAYS", "MULTIFIDUS_MODEL_DIR"]
)
def test_an_empty_variable_counts_as_unset(name: str) -> None:
    assert Settings.from_env({name: ""}) == Settings.from_env({})
