"""The app with a tiny model and a log in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from functions.segment.app import create_app
from multifidus.errors import LogUnavailable
from multifidus.inference import Segmenter
from multifidus.inference_log import InferenceRecord, LogKind
from multifidus.settings import Settings
from tests.functions.factories import write_model


class MemoryLog:
    """An inference log in a list; fails while `broken`."""

    kind: LogKind = "sqlite"

    def __init__(self) -> None:
        self.records: list[InferenceRecord] = []
        self.broken: Exception | None = None

    def write(self, record: InferenceRecord) -> None:
        if self.broken is not None:
            raise self.broken
        self.records.append(record)

    def recent(self, limit: int) -> list[InferenceRecord]:
        if self.broken is not None:
            raise LogUnavailable
        return self.records[::-1][:limit]


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_model(folder)
    return folder


@pytest.fixture(scope="session")
def segmenter(model_dir: Path) -> Segmenter:
    return Segmenter(model_dir, threads=1)


@pytest.fixture
def settings(model_dir: Path, tmp_path: Path) -> Settings:
    return Settings(model_dir=model_dir, sqlite_path=tmp_path / "log.sqlite3")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def app(settings: Settings, segmenter: Segmenter, log: MemoryLog) -> FastAPI:
    return create_app(settings, segmenter, log)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
