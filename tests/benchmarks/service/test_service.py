"""The benchmark's own arithmetic, and that it drives an app as a server would."""

from __future__ import annotations

import asyncio
import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from fastapi import FastAPI, UploadFile

from benchmarks.service.drive import drive, post
from benchmarks.service.images import size_mb
from benchmarks.service.page import text
from benchmarks.service.plot import MET, MISSED, svg
from benchmarks.service.processes import OURS, driven, started
from benchmarks.service.results import Row, Shares, Side, growth_pct, percentile, rows, shares
from benchmarks.service.slices import SIZE_PX, Upload, uploads
from multifidus.image_io import read_image
from tests.conftest import RunPython


def side(factor: float = 1.0, *, image_mb: float | None = None) -> Side:
    warm = [factor * value for value in (100.0, 110.0, 400.0)]
    return Side(
        warm_ms={"dicom": warm, "png": warm},
        stages_ms={
            "decode": [2.0, 2.0, 2.0],
            "inference": [80.0, 80.0, 200.0],
            "measure": [4.0, 5.0, 6.0],
            "quality": [1.0, 1.0, 1.0],
        },
        cold_ms=[1000.0 * factor, 1200.0 * factor],
        peak_mb=[200.0 * factor],
        resident_mb=(200.0, 203.0),
        image_mb=image_mb,
    )


def test_the_slice_is_the_same_in_both_files() -> None:
    dicom, png = (read_image(uploads()[kind].data) for kind in ("dicom", "png"))
    assert dicom.pixels.shape == png.pixels.shape == (SIZE_PX, SIZE_PX)
    assert (dicom.media, png.media) == ("dicom", "png")


def test_a_form_arrives_as_a_file() -> None:
    app = FastAPI()

    @app.post("/segment")
    async def segment(file: UploadFile) -> dict[str, Any]:
        return {"name": file.filename, "size": len(await file.read())}

    upload = Upload(name="a.png", data=b"1234")
    status, body = asyncio.run(post(app, *upload.form))
    assert (status, body) == (200, b'{"name":"a.png","size":4}')


def test_an_answer_that_is_no_success_is_not_measured() -> None:
    app = FastAPI()
    with pytest.raises(RuntimeError, match="404"):
        asyncio.run(drive(app, "text/plain", b"", warm_up=0, count=1))


def test_ratios_are_ours_over_the_baselines() -> None:
    found = {row.what: row for row in rows(side(0.5, image_mb=300.0), side(image_mb=1000.0))}
    assert found["warm, DICOM, p50"].ratio == 0.5
    assert found["warm, DICOM, p95"].ours == 200.0
    assert found["cold: process to first 200"].ours == 550.0
    assert found["image, uncompressed"].ratio == 0.3


def test_an_image_that_is_not_there_is_left_out() -> None:
    assert "image, uncompressed" not in {row.what for row in rows(side(), side(image_mb=1.0))}
    assert size_mb("multifidus-no-such-image") is None


@pytest.mark.parametrize(("percent", "expected"), [(50, 2.0), (95, 4.0), (1, 1.0)])
def test_percentiles_are_nearest_ranks(percent: int, expected: float) -> None:
    assert percentile([3.0, 1.0, 4.0, 2.0], percent) == expected


def test_growth_and_where_the_time_goes() -> None:
    assert growth_pct(side()) == pytest.approx(1.5)
    # Besides the model's 80, 80 and 200 ms: 5, 6 and 7 for measuring, 15, 24 and 193 for the rest.
    expected = Shares(inference_ms=80.0, measuring_ms=6.0, handling_ms=24.0)
    assert shares(side()) == expected


def test_a_row_over_its_budget_is_said_and_drawn() -> None:
    found = rows(side(0.3), side())
    precision = {
        (kind, threads): 100.0 * threads for kind in ("torch", "fp32", "int8") for threads in (1, 2)
    }
    page = text(found, side(0.3), side(), precision, machine="a machine", note="a note")
    assert "| warm, DICOM, p50, ms | 33 | 110 | 0.30 | 0.25 | no |" in page
    assert "| peak memory, MB | 60 | 200 | 0.30 | 0.40 | yes |" in page
    drawn = svg(found)
    ElementTree.fromstring(drawn)  # noqa: S314 - made here
    assert drawn.count(MISSED) == 2
    assert drawn.count(MET) == 1


def test_a_bar_is_as_long_as_its_ratio() -> None:
    whole, half = (
        ElementTree.fromstring(svg([Row(what="x", unit="", ours=ours, baseline=1.0)]))  # noqa: S314
        for ours in (1.0, 0.5)
    )
    lengths = [
        [float(bar.attrib["width"]) for bar in drawn.iter("{http://www.w3.org/2000/svg}rect")]
        for drawn in (whole, half)
    ]
    assert lengths[1][-1] == pytest.approx(lengths[0][-1] / 2)


def test_our_service_is_driven_and_started() -> None:
    found = driven(OURS, uploads()["dicom"], warm_up=0, count=1)
    assert len(found["latencies_ms"]) == 1
    assert set(found["stages_ms"]) >= {"decode", "inference", "render"}
    one = started(OURS, uploads()["png"], requests=0)
    assert one.first_answer_ms > found["latencies_ms"][0] > 0
    assert one.peak_kib > 50_000


def test_the_baseline_answers_with_the_five_fields(run_python: RunPython) -> None:
    # In a process of its own: torch is imported, and its threads are set.
    code = """
import asyncio
from benchmarks.service.baseline.app import app
from benchmarks.service.drive import post
from benchmarks.service.slices import uploads
status, body = asyncio.run(post(app, *uploads()["dicom"].form))
assert status == 200, status
print(body.decode())
"""
    done = run_python(f"import warnings; warnings.simplefilter('default')\n{code}")
    answer = json.loads(done.stdout.splitlines()[-1])
    assert set(answer) == {"filename", "latency_ms", "overlay_base64", "width", "height"}
    assert (answer["width"], answer["height"]) == (SIZE_PX, SIZE_PX)
