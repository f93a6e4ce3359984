"""Numbers at their ends through the whole service: no overflow, no NaN in an answer, no 5xx.

A warning of NumPy's is an error here, and so an answer of 500.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from functions.segment.app import create_app
from multifidus.inference import Segmenter
from multifidus.settings import Settings
from multifidus.sqlite_log import SqliteLog
from tests.functions.factories import write_model
from tests.multifidus.samples import dataset, dicom, with_value

EXTREMES = (0.0, 1.0, -1.0, 1e-45, 1e-38, 1e-20, 1e-15, 1e-7, 1e9, 1e14, 1e15, 3e38, -1e15, -3e38)
SPACINGS = ("0.05\\0.05", "10\\10", "0.05\\10", "10\\0.05", "0.5\\0.5", "nan\\1", "1e-320\\1", "")
ORIENTATIONS = (
    "1\\0\\0\\0\\1\\0",
    "0\\1\\0\\-1\\0\\0",
    "1e15\\0\\0\\0\\1e15\\0",
    "nan\\0\\0\\0\\1\\0",
    "",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("values")
    write_model(folder / "model")
    service_settings = Settings(model_dir=folder / "model", sqlite_path=folder / "log.sqlite3")
    log = SqliteLog(service_settings.sqlite_path, ttl_days=1)
    with TestClient(
        create_app(service_settings, Segmenter(service_settings.model_dir, threads=1), log)
    ) as client:
        yield client
    log.close()


def float_slice(
    values: list[float], shape: tuple[int, int], spacing: str, orientation: str
) -> bytes:
    pixels = np.resize(np.array(values, dtype=np.float32), shape)
    made = dataset(np.zeros(shape, np.uint8), PixelData=None, BitsAllocated=32)
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(made, keyword)
    made.FloatPixelData = pixels.tobytes()
    data = with_value(dicom(made), "PixelSpacing", spacing)
    return with_value(data, "ImageOrientationPatient", orientation)


def finite(text: str) -> float:
    raise AssertionError(f"{text} in an answer")


@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    values=st.lists(
        st.one_of(st.sampled_from(EXTREMES), st.floats(-1e15, 1e15)),
        min_size=1,
        max_size=40,
    ),
    shape=st.tuples(st.integers(32, 100), st.integers(32, 100)),
    spacing=st.sampled_from(SPACINGS),
    orientation=st.sampled_from(ORIENTATIONS),
)
@example(values=[3e38, -3e38], shape=(64, 64), spacing="", orientation="")
@example(values=[1e15, -1e15], shape=(64, 64), spacing="", orientation="")
@example(values=[1e-40, 2e-40], shape=(64, 64), spacing="", orientation="")
@example(values=[1e-15, 2e-15], shape=(64, 64), spacing="", orientation="")
@example(values=[1e15] + [1e-40] * 38, shape=(64, 64), spacing="", orientation="")
def test_numbers_at_their_ends(
    client: TestClient,
    values: list[float],
    shape: tuple[int, int],
    spacing: str,
    orientation: str,
) -> None:
    data = float_slice(values, shape, spacing, orientation)
    response = client.post(
        "/segment?include=overlay,mask,contours",
        content=data,
        headers={"content-type": "application/dicom"},
    )
    assert response.status_code in (200, 422), response.text
    json.loads(response.text, parse_constant=finite)
