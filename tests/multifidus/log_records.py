"""Records for the tests of the inference log, and the time and place that they have."""

from __future__ import annotations

from typing import Any

from multifidus.inference_log import InferenceRecord

NOW = 1_772_366_400.5  # 2026-03-01 12:00:00.5 UTC: the newest rows lie in two months
DAY = 86_400.0
TTL_DAYS = 90
TABLE = "inference-log"


def a_record(request_id: str = "a", created_at: float = NOW, **fields: Any) -> InferenceRecord:
    complete: dict[str, Any] = {
        "status": 200,
        "latency_ms": 61.25,
        "cold_start": False,
        "media": "dicom",
        "rows": 512,
        "columns": 384,
        "model_version": "1.2.3",
        "timings_ms": {"decode": 3.125, "inference": 50.0},
        "trusted": True,
    }
    return InferenceRecord(request_id=request_id, created_at=created_at, **complete | fields)
