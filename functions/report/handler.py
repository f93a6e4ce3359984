"""Composition root and Lambda handler of the `report` function.

Importing it is the init phase: settings are read, and the language model is verified and loaded.
What does not fit aborts the init, so that a broken deployment never answers.
"""

from __future__ import annotations

from functions.report.app import create_app, recorder_of
from functions.report.engine import open_engine
from functions.report.reporter import Reporter
from multifidus.inference_log import open_log
from multifidus.lambda_gateway import GatewayHandler
from multifidus.log_lines import emit, silence_libraries
from multifidus.settings import Settings

silence_libraries()
SETTINGS = Settings.from_env()
ENGINE = open_engine(SETTINGS)
if ENGINE is not None:
    ENGINE.load()
REPORTER = Reporter(ENGINE)
LOG = open_log(SETTINGS)
RECORDER = recorder_of(SETTINGS, REPORTER, LOG)

handler = GatewayHandler(
    create_app(SETTINGS, REPORTER, LOG, recorder=RECORDER),
    recorder=RECORDER,
    min_remaining_ms=SETTINGS.min_remaining_ms,
)
"""Answers one event of API Gateway; the name that Lambda is told."""

emit(
    "start",
    version=SETTINGS.version,
    model_version=None if ENGINE is None else ENGINE.manifest.version,
    log=LOG.kind,
    threads=SETTINGS.threads,
)
