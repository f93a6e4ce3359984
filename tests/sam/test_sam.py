"""Built by SAM from the template, and answering as it does in the tests without SAM."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.make_events import EVENTS, SAMPLES
from tests.e2e.http import http_answer
from tests.infra.template import ROOT, written
from tests.sam.conftest import LocalApi, Sam

WAIT_S = 120.0
"""`sam local` starts a container for each request."""

TIMED_OUT = "timed out after"
ATTEMPTS = 4


def test_all_functions_and_the_layer_are_built(built: Path) -> None:
    made = {path.name for path in built.iterdir()}
    assert {"HealthFunction", "CommonLayer", "template.yaml"} <= made
    layer = built / "CommonLayer"
    assert (layer / "python/multifidus/gateway.py").is_file()
    assert [path.name for path in (layer / "model").iterdir()] == ["manifest.json"]
    assert not list(layer.rglob("*.onnx"))
    assert not list(built.rglob("__pycache__"))
    text = (built / "template.yaml").read_text(encoding="utf-8")
    images = [
        name
        for name, resource in written()["Resources"].items()
        if resource.get("Properties", {}).get("PackageType") == "Image"
    ]
    assert images == ["SegmentFunction", "ReportFunction"]
    assert [name for name in images if f"{name.lower()}:" not in text] == []


@pytest.mark.parametrize("name", ["segment_dicom_v2", "segment_png_v1", "segment_png_url"])
def test_local_invoke_answers_an_event(sam: Sam, built: Path, name: str) -> None:
    assert built.is_dir()
    event = str(EVENTS / f"{name}.json")
    done = sam("local", "invoke", "SegmentFunction", "-e", event, "--skip-pull-image")
    assert done.returncode == 0, done.stderr
    answer = http_answer(json.loads(done.stdout), done.stderr)
    assert answer.status == 200, answer.body
    assert answer.document["sides"]["right"]["area_px"] > 0


def test_the_zip_function_runs_on_its_layer(sam: Sam, built: Path) -> None:
    assert built.is_dir()
    event = str(EVENTS / "health_v2.json")
    done = sam("local", "invoke", "HealthFunction", "-e", event, "--skip-pull-image")
    assert done.returncode == 0, done.stderr
    document = http_answer(json.loads(done.stdout), done.stderr).document
    manifest = json.loads((ROOT / "layers/model/manifest.json").read_text(encoding="utf-8"))
    assert document["status"] == "ok"
    assert document["model"]["sha256"] == manifest["sha256"]


def answered(api: LocalApi, method: str, path: str, **content: Any) -> httpx.Response:
    """Send a request; again where a busy machine took too long to start the container.

    `sam local` counts that against the function's time-out, which Lambda does not.
    """
    with httpx.Client(base_url=api.address, timeout=WAIT_S, trust_env=False) as client:
        for _ in range(ATTEMPTS):
            seen = api.log.count(TIMED_OUT)
            response = client.request(method, path, **content)
            if response.status_code != 502 or api.log.count(TIMED_OUT) == seen:
                break
    return response


def test_the_api_takes_an_upload_as_a_form_and_raw_and_finds_the_same(api: LocalApi) -> None:
    data = (SAMPLES / "moderate.dcm").read_bytes()
    form = answered(api, "POST", "/segment", files={"file": ("a.dcm", data)})
    media_type = {"content-type": "application/dicom"}
    raw = answered(api, "POST", "/segment", content=data, headers=media_type)
    assert (form.status_code, raw.status_code) == (200, 200), api.log
    assert form.json()["filename"] == "a.dcm"
    assert form.json()["mask_base64"] == raw.json()["mask_base64"]
    assert form.json()["sides"] == raw.json()["sides"]


def test_the_api_leads_to_the_report_and_to_health(api: LocalApi) -> None:
    numbers = {
        "level": "L4-L5",
        "side": "right",
        "muscle_area_mm2": 800.0,
        "fat_infiltration_pct": 20.0,
        "degeneration_grade": 1,
    }
    report = answered(api, "POST", "/report", json=numbers)
    health = answered(api, "GET", "/health")
    unknown = answered(api, "GET", "/nowhere")
    assert report.status_code == 200, api.log
    assert report.json()["source"] in ("model", "rules")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    assert unknown.status_code in (403, 404)
