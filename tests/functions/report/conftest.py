"""The report's app with a model that says one text, and a log in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from functions.report.app import create_app
from functions.report.engine import ReportEngine
from functions.report.reporter import Reporter
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.report.parrot import write_report_model


@pytest.fixture(scope="session")
def report_model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report-model")
    write_report_model(folder)
    return folder


@pytest.fixture(scope="session")
def engine(report_model_dir: Path) -> ReportEngine:
    return ReportEngine(report_model_dir, threads=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # Named as on Lambda, so that metrics are written.
    return Settings(
        model_dir=tmp_path, sqlite_path=tmp_path / "log.sqlite3", function_name="report"
    )


@pytest.fixture
def client(engine: ReportEngine, settings: Settings, log: MemoryLog) -> Iterator[TestClient]:
    with TestClient(create_app(settings, Reporter(engine), log)) as client:
        yield client
