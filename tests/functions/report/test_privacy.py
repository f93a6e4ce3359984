"""A patient's name is sent wherever one can stand, and must not be found anywhere after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.gateway_events import event
from tests.functions.handler_process import HandlerProcess, running_handler
from tests.functions.report.asking import FIVE_FIELDS, KNOWN

NAME = "Zwetschgenbaum"
NUMBER = 613.57
"""A measurement is the patient's own too."""


@pytest.fixture
def process(report_model_dir: Path, tmp_path: Path) -> Iterator[HandlerProcess]:
    # As talkative as libraries get: what they would say must still not hold the name.
    with running_handler(
        "report", report_model_dir, tmp_path, TMPDIR=str(tmp_path), PYTHONWARNINGS="always"
    ) as process:
        yield process


def test_no_name_and_no_measurement_is_written_or_stored(
    process: HandlerProcess, tmp_path: Path
) -> None:
    measured = KNOWN | {"muscle_area_mm2": NUMBER}
    documents: list[object] = [
        measured,
        FIVE_FIELDS | {"muscle_area_mm2": NUMBER},  # whose text is caught
        [measured, measured | {"level": NAME}],
        measured | {NAME: NAME},
        {NAME: measured},
        {"sides": NAME},
        measured | {"quality_flags": [NAME]},
        measured | {"side": NAME, "sex": NAME, "grade_scale": NAME},
        measured | {"muscle_area_mm2": NAME, "fat_infiltration_ci95": [NAME, NUMBER]},
        NAME,
    ]
    answers = []
    for form in ("http_api_v2", "rest_api_v1"):
        for document in documents:
            body = json.dumps(document).encode()
            answers.append(
                process.invoke(
                    event(form, path="/report", body=body, content_type="application/json")
                )
            )
        answers += [
            process.invoke(event(form, path="/report", body=f'{{"{NAME}'.encode())),
            process.invoke(event(form, path="/report", body=b"{}", content_type=f"text/{NAME}")),
            process.invoke(event(form, path=f"/{NAME}", body=b"{}")),
            process.invoke(event(form, path="/report", method=NAME, body=b"{}")),
            process.invoke(event(form, path="/report", query={NAME: NAME}, body=b"{}")),
        ]
    broken = event("http_api_v2", path="/report")
    answers.append(process.invoke(broken | {"body": f"%%{NAME}", "isBase64Encoded": True}))
    assert {answer["statusCode"] for answer in answers} >= {200, 400, 404, 405, 415, 422}
    assert '"report_text_caught"' in process.written()

    texts = [process.written()]
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "log.sqlite3" for path in stored)
    texts += [path.read_bytes().decode(errors="replace") for path in stored]
    for text in texts:
        assert NAME not in text
        assert str(NUMBER) not in text
        assert "614 mm2" not in text
    # Nor does an error repeat it to whoever sent it: it may be shown on another's screen.
    for answer in answers:
        assert NAME not in answer["body"]
