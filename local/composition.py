"""Composition root of the one-machine service: what the functions' handlers are on Lambda."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from starlette.types import ASGIApp

from functions.report.app import create_app as create_report_app
from functions.report.engine import open_engine
from functions.report.reporter import Reporter
from functions.segment.app import RUNNING_AT_ONCE, create_app
from local.report_path import WithReport
from local.site_files import WithSite
from multifidus.errors import ModelUnavailable
from multifidus.inference import Segmenter
from multifidus.log_lines import silence_libraries
from multifidus.places import Places
from multifidus.settings import Settings, SettingsError
from multifidus.sqlite_log import SqliteLog

LOG_FILE = "inference.sqlite3"

WAITING_PER_WORKER = 30
"""Requests that wait for each worker, bodies in memory; those beyond are told to come back
(429). At a tenth of a second a slice the last of them waits three seconds."""

SPARE_THREADS = 16
"""Beside those of requests that run or wait: for `/health`, `/stats` and the log's rows."""


class CannotStart(Exception):
    """The service cannot be put together; the text is a sentence for the person who started it."""


@contextmanager
def service(
    *, data_dir: Path | None, site_dir: Path, workers: int = RUNNING_AT_ONCE
) -> Iterator[ASGIApp]:
    """Put page, API, models and log together; the log is closed at the end.

    The report's model is verified here and loaded by the first report.

    The log is the embedded one, on this machine, whatever table the settings name.

    Parameters
    ----------
    data_dir : Path, optional
        Folder of the inference log, in place of what the settings say.
    site_dir : Path
        Holds the page.
    workers : int
        Slices that are worked on side by side. Up to the default each may use all processors, so
        that a single one is done soonest; more share them.

    Raises
    ------
    CannotStart
        A setting cannot be used, or a model is missing or does not match its manifest.
    """
    silence_libraries()
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        raise CannotStart(str(error)) from error
    try:
        segmenter = Segmenter(settings.model_dir, threads=_threads(settings, workers))
    except ModelUnavailable as error:
        raise CannotStart(f"{error.detail} Looked in {settings.model_dir}.") from error
    try:
        engine = open_engine(settings)
    except ModelUnavailable as error:
        raise CannotStart(f"{error.detail} Looked in {settings.report_model_dir}.") from error
    path = settings.sqlite_path if data_dir is None else data_dir / LOG_FILE
    with closing(SqliteLog(path, ttl_days=settings.log_ttl_days)) as log:
        places = Places(running=workers, waiting=workers * WAITING_PER_WORKER)
        api = create_app(settings, segmenter, log, places=places)
        report = create_report_app(settings, Reporter(engine), log)
        yield WithSite(WithReport(api, report), site_dir)


def _threads(settings: Settings, workers: int) -> int:
    return settings.threads if workers <= RUNNING_AT_ONCE else max(1, settings.threads // workers)


def threads_for(workers: int) -> int:
    """Threads that the server needs: one for each slice that is worked on or waits, and some."""
    return workers * (1 + WAITING_PER_WORKER) + SPARE_THREADS
