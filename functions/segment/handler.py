"""Composition root and Lambda handler of the `segment` function.

Importing it is the init phase: settings are read, and the model is loaded and verified. What does
not fit aborts the init, so that a broken deployment never answers.
"""

from __future__ import annotations

from functions.segment.app import MEASURED, create_app
from multifidus.inference import Segmenter
from multifidus.inference_log import open_log
from multifidus.lambda_gateway import GatewayHandler
from multifidus.log_lines import emit, silence_libraries
from multifidus.metrics import Metrics
from multifidus.recorder import Recorder
from multifidus.settings import Settings

silence_libraries()
SETTINGS = Settings.from_env()
SEGMENTER = Segmenter(SETTINGS.model_dir, threads=SETTINGS.threads)
LOG = open_log(SETTINGS)
RECORDER = Recorder(
    LOG,
    logged=MEASURED,
    model_version=SEGMENTER.manifest.version,
    metrics=Metrics(function=SETTINGS.function_name),
)

APP = create_app(SETTINGS, SEGMENTER, LOG, recorder=RECORDER)
handler = GatewayHandler(APP, recorder=RECORDER, min_remaining_ms=SETTINGS.min_remaining_ms)
"""Answers one event of API Gateway; the name that Lambda is told."""

emit(
    "start",
    version=SETTINGS.version,
    model_version=SEGMENTER.manifest.version,
    log=LOG.kind,
    threads=SETTINGS.threads,
)
