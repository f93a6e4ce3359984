"""Composition root of the one-machine service: what `functions.segment.handler` is on Lambda."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from starlette.types import ASGIApp

from functions.segment.app import create_app
from local.site_files import WithSite
from multifidus.errors import ModelUnavailable
from multifidus.inference import Segmenter
from multifidus.log_lines import silence_libraries
from multifidus.settings import Settings, SettingsError
from multifidus.sqlite_log import SqliteLog

LOG_FILE = "inference.sqlite3"


class CannotStart(Exception):
    """The service cannot be put together; the text is a sentence for the person who started it."""


@contextmanager
def service(*, data_dir: Path | None, site_dir: Path) -> Iterator[ASGIApp]:
    """Put page, API, model and log together; the log is closed at the end.

    The log is the embedded one, on this machine, whatever table the settings name.

    Parameters
    ----------
    data_dir : Path, optional
        Folder of the inference log, in place of what the settings say.
    site_dir : Path
        Holds the page.

    Raises
    ------
    CannotStart
        A setting cannot be used, or the model is missing or does not match its manifest.
    """
    silence_libraries()
    try:
        settings = Settings.from_env()
        segmenter = Segmenter(settings.model_dir, threads=settings.threads)
    except SettingsError as error:
        raise CannotStart(str(error)) from error
    except ModelUnavailable as error:
        raise CannotStart(f"{error.detail} Looked in {settings.model_dir}.") from error
    path = settings.sqlite_path if data_dir is None else data_dir / LOG_FILE
    with closing(SqliteLog(path, ttl_days=settings.log_ttl_days)) as log:
        yield WithSite(create_app(settings, segmenter, log), site_dir)
