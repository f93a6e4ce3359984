"""Every setting of the service, read once at start; the only module that reads the environment.

=============================  ===================================================================
variable                       meaning (default)
=============================  ===================================================================
MULTIFIDUS_MODEL_DIR           folder of the model and its manifest (`layers/model` of a checkout)
MULTIFIDUS_REPORT_MODEL_DIR    folder of the report's language model and its manifest, or `none` for
                               reports by the rules alone (`functions/report/model` of a checkout
                               that has one)
MULTIFIDUS_TABLE               DynamoDB table of the inference log (none: SQLite is used)
MULTIFIDUS_SQLITE_PATH         SQLite file of the inference log (on Lambda in the temporary folder,
                               elsewhere `.data/inference.sqlite3`)
MULTIFIDUS_LOG_TTL_DAYS        days after which log rows expire (90)
MULTIFIDUS_CORS_ORIGINS        origins allowed to call from a browser, comma-separated, or * (none)
MULTIFIDUS_THREADS             threads of one model run (from the memory on Lambda, else from the
                               processors available)
MULTIFIDUS_MIN_REMAINING_MS    below this much time left an invocation answers `deadline` (2000)
=============================  ===================================================================

Lambda's own AWS_LAMBDA_FUNCTION_NAME and AWS_LAMBDA_FUNCTION_MEMORY_SIZE are read too. Region, keys
and AWS_ENDPOINT_URL are read by botocore itself.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from multifidus import __version__

MEMORY_MB_PER_PROCESSOR = 1769
"""Memory at which Lambda gives a function one whole processor (AWS Lambda developer guide)."""

_CGROUP_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class SettingsError(ValueError):
    """A setting cannot be used; names the variable. Meant to stop the start."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the composition roots build the service from.

    Attributes
    ----------
    model_dir : Path
        Holds `manifest.json`, the ONNX file it names and the slice of the self-test.
    report_model_dir : Path, optional
        Holds the report's language model and its `manifest.json`; None for reports by the rules
        alone.
    sqlite_path : Path
        File of the SQLite log, used where `table_name` is None.
    table_name : str, optional
        DynamoDB table of the inference log.
    log_ttl_days : int
        Days after which rows of the inference log expire.
    cors_origins : tuple of str
        Origins that browsers may call from; `("*",)` for any. Never with credentials.
    threads : int
        Threads of one model run.
    min_remaining_ms : int
        An invocation with less time left than this is refused instead of begun.
    function_name : str, optional
        Name of the Lambda function that this process runs as; None elsewhere.
    version : str
        Version of the service.
    """

    model_dir: Path
    sqlite_path: Path
    report_model_dir: Path | None = None
    table_name: str | None = None
    log_ttl_days: int = 90
    cors_origins: tuple[str, ...] = ()
    threads: int = 1
    min_remaining_ms: int = 2000
    function_name: str | None = None
    version: str = __version__

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Parameters
        ----------
        environ : mapping of str, optional
            Stands in for the process's environment.

        Raises
        ------
        SettingsError
            A variable holds a value that cannot be used.
        """
        env = os.environ if environ is None else environ
        function_name = env.get("AWS_LAMBDA_FUNCTION_NAME") or None
        on_lambda = function_name is not None
        # Only the temporary folder is writable on Lambda.
        data_dir = Path(tempfile.gettempdir()) if on_lambda else Path(".data")
        return cls(
            model_dir=Path(env.get("MULTIFIDUS_MODEL_DIR") or _checkout_model_dir()),
            report_model_dir=_report_model_dir(env),
            sqlite_path=Path(env.get("MULTIFIDUS_SQLITE_PATH") or data_dir / "inference.sqlite3"),
            table_name=_table_name(env),
            log_ttl_days=_integer(env, "MULTIFIDUS_LOG_TTL_DAYS", default=90, low=1, high=3650),
            cors_origins=_origins(env),
            threads=_threads(env, on_lambda=on_lambda),
            min_remaining_ms=_integer(
                env, "MULTIFIDUS_MIN_REMAINING_MS", default=2000, low=0, high=900_000
            ),
            function_name=function_name,
        )


def _checkout_model_dir() -> Path:
    return Path(__file__).resolve().parents[3] / "model"


def _report_model_dir(env: Mapping[str, str]) -> Path | None:
    text = env.get("MULTIFIDUS_REPORT_MODEL_DIR", "").strip()
    if text:
        # A folder that is named and is not there is an error, when the model is opened.
        return None if text.lower() == "none" else Path(text)
    # As a layer the package lies at /opt/python, too near the root for a checkout around it.
    checkout = Path(__file__).resolve().parents[3].parent
    shipped = checkout / "functions" / "report" / "model"
    return shipped if (shipped / "manifest.json").is_file() else None


def _integer(env: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number.") from None
    if not low <= value <= high:
        raise SettingsError(f"{name} must be from {low} to {high}.")
    return value


def _table_name(env: Mapping[str, str]) -> str | None:
    name = env.get("MULTIFIDUS_TABLE", "").strip()
    if not name:
        return None
    if not _TABLE_NAME.fullmatch(name):
        raise SettingsError("MULTIFIDUS_TABLE is not a name that a DynamoDB table can have.")
    return name


def _origins(env: Mapping[str, str]) -> tuple[str, ...]:
    texts = (text.strip() for text in env.get("MULTIFIDUS_CORS_ORIGINS", "").split(","))
    origins = tuple(text for text in texts if text)
    if "*" in origins:
        return ("*",)
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise SettingsError(
            "MULTIFIDUS_CORS_ORIGINS must be * or origins such as https://example.org, "
            "separated by commas, without a path."
        )
    return origins


def _threads(env: Mapping[str, str], *, on_lambda: bool) -> int:
    if on_lambda:
        # The number of processors that Lambda shows is not the share that the function gets.
        memory_mb = _integer(
            env, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", default=128, low=1, high=1_000_000
        )
        default = max(1, memory_mb // MEMORY_MB_PER_PROCESSOR)
    else:
        default = processors_available()
    return _integer(env, "MULTIFIDUS_THREADS", default=default, low=1, high=256)


def processors_available(cpu_max: Path = _CGROUP_CPU_MAX) -> int:
    """Processors that this process may use: its affinity, cut to a container's quota.

    Parameters
    ----------
    cpu_max : Path
        Linux's control-group file with quota and period in microseconds, where there is one.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    count = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota_us, period_us = cpu_max.read_text(encoding="ascii").split()
        return max(1, min(count, int(quota_us) // int(period_us)))
    except (OSError, ValueError, ZeroDivisionError):  # no such file, or "max": no quota
        return max(1, count)
