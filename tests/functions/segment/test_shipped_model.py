"""The shipped model through the app: samples are measured, other pictures are not trusted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from functions.segment.app import create_app
from multifidus.inference import Segmenter
from multifidus.settings import Settings
from tests.functions.conftest import MemoryLog
from tests.functions.factories import decoded_png, jpeg, png

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "layers" / "model"
SAMPLES = sorted((ROOT / "site" / "samples").glob("*.dcm"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    if not (MODEL / "manifest.json").exists():
        pytest.skip("no model has been exported yet: `make train export`")
    settings = Settings(model_dir=MODEL, sqlite_path=tmp_path_factory.mktemp("data") / "log")
    with TestClient(create_app(settings, Segmenter(MODEL, threads=1), MemoryLog())) as client:
        yield client


def segment(client: TestClient, data: bytes) -> Any:
    response = client.post("/segment", files={"file": ("slice", data)})
    assert response.status_code == 200, response.text
    return response.json()


def test_it_gives_the_result_that_it_gave_when_it_was_made(client: TestClient) -> None:
    response = client.get("/ready")
    assert response.status_code == 200, response.text
    assert min(response.json()["dice_right"], response.json()["dice_left"]) >= 0.98


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_measured_and_trusted(client: TestClient, path: Path) -> None:
    answer = segment(client, path.read_bytes())
    truth = decoded_png_file(path.with_name(f"{path.stem}_mask.png"))
    mask = decoded_png(answer["mask_base64"])
    for side in (1, 2):
        both = int(((mask == side) & (truth == side)).sum())
        dice = 2 * both / int((mask == side).sum() + (truth == side).sum())
        assert dice > 0.8
    assert answer["quality"]["trusted"], answer["quality"]["flags"]
    assert answer["sides"]["right"]["area_mm2"] > 100


def decoded_png_file(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))


def painted_scene() -> np.ndarray:
    """Draw what a snapshot is made of: sky, ground, a house, a round thing."""
    scene = np.tile(np.linspace(230, 150, 480, dtype=np.uint8)[:, None], (1, 640))
    scene[300:] = 70
    cv2.rectangle(scene, (80, 180), (300, 380), (190,), -1)
    cv2.rectangle(scene, (120, 240), (170, 300), (30,), -1)
    cv2.circle(scene, (500, 320), 70, (140,), -1)
    cv2.line(scene, (0, 470), (640, 330), (220,), 8)
    return cv2.GaussianBlur(scene, (0, 0), 1.5)


PICTURES = {
    "blank": png(np.zeros((256, 256), dtype=np.uint8)),
    "white": png(np.full((256, 256), 255, dtype=np.uint8)),
    "noise": png(np.random.default_rng(3).integers(0, 256, (256, 256), dtype=np.uint8)),
    "scene": jpeg(painted_scene()),
}


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_no_slice_is_answered_and_not_trusted(client: TestClient, name: str) -> None:
    answer = segment(client, PICTURES[name])
    assert answer["quality"]["trusted"] is False
    assert {"unlikely_slice", "no_multifidus_found"} & set(answer["quality"]["flags"])
