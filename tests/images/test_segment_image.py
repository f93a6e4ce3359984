"""The segment image on Lambda's terms and stricter: no network, no rights, no disk but /tmp."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pydicom
import pytest

from infra.gateway_events import HttpRequest, event
from infra.image_function import ImageFunction, docker, image_function
from infra.make_events import SAMPLES
from multifidus.manifest import READY_MASK, READY_SLICE
from tests.e2e.http import Answer, decoded_png, http_answer
from tests.images.confinement import (
    call_out,
    identity,
    look_up,
    packets_without_a_route,
    temporary_files,
)
from tests.images.conftest import SEGMENT, least_memory_mb, slice_request
from tests.infra.template import ROOT
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.samples import encapsulated

MODEL = ROOT / "layers" / "model"
NAMES = ("healthy", "moderate", "severe")
NOT_SERVED = ("torch", "onnx", "transformers", "matplotlib", "boto3", "pytest", "Cython")
PEAK_MEMORY_MB = 400.0
BUDGET_MB = 0.30 * 1411
"""Of the image, uncompressed: a share of the baseline's (docs/images.md)."""


def send(function: ImageFunction, request: HttpRequest) -> Answer:
    return http_answer(function.invoke(event(request, form="http_api")), function.log)


def segmented(function: ImageFunction, data: bytes, **fields: str) -> Any:
    answer = send(function, slice_request(data, **fields))
    assert answer.status == 200, answer.body
    return answer.document


def dice(first: Any, second: Any, value: int) -> float:
    one, other = first == value, second == value
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_golden_slice_in_golden_mask_out(segment: ImageFunction) -> None:
    document = segmented(segment, (MODEL / READY_SLICE).read_bytes())
    mask = decoded_png(document["mask_base64"])
    golden = decoded_png(base64.b64encode((MODEL / READY_MASK).read_bytes()).decode())
    # INT8 kernels round differently from one processor to another: a pixel of the border or two.
    assert mask.shape == golden.shape
    assert min(dice(mask, golden, side) for side in (1, 2)) > 0.99


def test_the_self_test_passes(segment: ImageFunction) -> None:
    answer = send(segment, HttpRequest(method="GET", path="/ready"))
    assert (answer.status, answer.document["status"]) == (200, "ready")


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_measured_with_every_part(segment: ImageFunction, name: str) -> None:
    data = (SAMPLES / f"{name}.dcm").read_bytes()
    document = segmented(segment, data, include="overlay,mask,contours,dicom_seg,dicom_sr")
    mask = decoded_png(document["mask_base64"])
    truth = decoded_png(base64.b64encode((SAMPLES / f"{name}_mask.png").read_bytes()).decode())
    assert min(dice(mask, truth, side) for side in (1, 2)) > 0.75
    for part in ("dicom_seg_base64", "dicom_sr_base64"):
        assert base64.b64decode(document[part])[128:132] == b"DICM"


@pytest.mark.parametrize(
    "name",
    [
        "jpeg lossless, first order",
        "jpeg-ls lossless",
        "jpeg 2000 lossless",
        "htj2k lossless",
    ],
)
def test_compressed_slices_are_decoded_without_loss(segment: ImageFunction, name: str) -> None:
    plain = pydicom.dcmread(SAMPLES / "moderate.dcm")
    expected = segmented(segment, (SAMPLES / "moderate.dcm").read_bytes())
    pixels = np.ascontiguousarray(plain.pixel_array)
    coding = CODINGS[name]
    frame = coding.encode(pixels, plain.BitsStored)
    document = segmented(segment, encapsulated(frame, coding.syntax, plain))
    assert document["mask_base64"] == expected["mask_base64"]
    assert document["sides"] == expected["sides"]


def test_rejected_bytes_are_a_problem_and_no_crash(segment: ImageFunction) -> None:
    answer = send(segment, slice_request(b"These are no bytes of an image."))
    assert (answer.status, answer.document["code"]) == (415, "unsupported_media")


def test_it_runs_as_nobody_in_particular(segment: ImageFunction) -> None:
    assert identity(segment) == (10001, 0, True)


def test_it_fits_into_the_smallest_memory_that_can_be_chosen(segment: ImageFunction) -> None:
    assert segment.peak_memory_mb < PEAK_MEMORY_MB < least_memory_mb()


def test_nothing_calls_home(segment: ImageFunction) -> None:
    assert packets_without_a_route(segment) == 0
    call_out(segment)
    after_call = packets_without_a_route(segment)
    assert after_call > 0, "a call home would not have been seen"
    look_up(segment)
    assert packets_without_a_route(segment) > after_call, "a look-up would not have been seen"


def test_without_a_table_only_the_log_lies_in_tmp(segment: ImageFunction) -> None:
    assert {path.rsplit("/", 1)[1].split(".")[0] for path in temporary_files(segment)} <= {
        "inference"
    }


def test_nothing_is_written_even_where_it_could_be() -> None:
    with image_function(*SEGMENT, memory_mb=1769, read_only=False) as function:
        segmented(function, (SAMPLES / "healthy.dcm").read_bytes(), include="dicom_seg,dicom_sr")
        assert function.changed_paths == []
        function.execute("open('/srv/by-the-test', 'w').close()", user="0")
        assert "/srv/by-the-test" in function.changed_paths, "writes would not have been seen"


def test_it_is_within_its_budget_of_size() -> None:
    size_bytes = int(docker("image", "inspect", "--format", "{{.Size}}", SEGMENT[0]))
    assert 100.0 < size_bytes / 1e6 < BUDGET_MB


@pytest.mark.parametrize("program", ["sh", "pip", "gcc", "apt-get", "perl"])
def test_there_is_no_shell_and_nothing_to_install_with(
    segment: ImageFunction, program: str
) -> None:
    found = segment.execute(f"import shutil; print(shutil.which('{program}'))")
    assert found.strip() == "None"


def test_what_only_builds_or_trains_is_not_there(segment: ImageFunction) -> None:
    found = segment.execute(
        "import sys, importlib.util\n"
        "sys.path.insert(0, '/srv/packages')\n"
        f"print(*[name for name in {NOT_SERVED} if importlib.util.find_spec(name)])"
    )
    assert found.split() == []
