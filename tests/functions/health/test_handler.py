"""The health function, as a zip function runs: without any package but ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from multifidus.manifest import ModelManifest
from tests.conftest import RunPython
from tests.functions.gateway_events import NAMES, assert_problem, event
from tests.functions.handler_process import HandlerProcess

HEAVY = (
    "boto3",
    "botocore",
    "cv2",
    "fastapi",
    "mangum",
    "numpy",
    "onnxruntime",
    "pydantic",
    "pydicom",
    "sqlite3",
    "starlette",
)


@pytest.fixture(scope="module")
def manifest_dir(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the manifest alone, as it lies in the layer."""
    folder = tmp_path_factory.mktemp("manifest")
    (folder / "manifest.json").write_bytes((model_dir / "manifest.json").read_bytes())
    return folder


@pytest.fixture(scope="module")
def process(
    manifest_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HandlerProcess]:
    writes = tmp_path_factory.mktemp("writes")
    environment = {"MULTIFIDUS_MODEL_DIR": str(manifest_dir), "AWS_LAMBDA_FUNCTION_NAME": "health"}
    process = HandlerProcess("functions.health.handler", writes, environment, writes=writes)
    yield process
    process.close()


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_the_segment_function_says(
    process: HandlerProcess, client: TestClient, name: str
) -> None:
    response = process.invoke(event(name, method="GET", path="/health"))
    assert response["statusCode"] == 200
    assert json.loads(response["body"]) == client.get("/health").json()
    for header in ("content-type", "cache-control", "x-content-type-options"):
        assert response["headers"][header] == client.get("/health").headers[header]


def test_behind_a_named_stage_the_path_has_a_prefix(process: HandlerProcess) -> None:
    assert process.invoke(event(NAMES[0], method="GET", path="/prod/health"))["statusCode"] == 200


@pytest.mark.parametrize("sent", [{}, None, [], "x", 7, {"Records": []}, {"requestContext": None}])
def test_what_is_no_request_is_malformed(process: HandlerProcess, sent: Any) -> None:
    assert_problem(process.invoke(sent), 400, "malformed_request")


@pytest.mark.parametrize("name", NAMES)
def test_other_paths_and_methods_are_problems(process: HandlerProcess, name: str) -> None:
    assert_problem(process.invoke(event(name, method="GET", path="/x")), 404, "not_found")
    sent = event(name, method="POST", path="/health")
    assert_problem(process.invoke(sent), 405, "method_not_allowed")


def test_a_missing_manifest_is_unavailable(tmp_path: Path) -> None:
    process = HandlerProcess(
        "functions.health.handler", tmp_path, {"MULTIFIDUS_MODEL_DIR": "."}, writes=tmp_path
    )
    response = process.invoke(event(NAMES[0], method="GET", path="/health"))
    process.close()
    assert_problem(response, 503, "model_unavailable")


def test_the_log_is_the_one_that_the_settings_name(manifest_dir: Path, tmp_path: Path) -> None:
    environment = {"MULTIFIDUS_MODEL_DIR": str(manifest_dir), "MULTIFIDUS_TABLE": "a-table"}
    process = HandlerProcess("functions.health.handler", tmp_path, environment, writes=tmp_path)
    response = process.invoke(event(NAMES[0], method="GET", path="/health"))
    process.close()
    assert json.loads(response["body"])["log"] == "dynamodb"


def test_it_imports_nothing_heavy(manifest_dir: Path, run_python: RunPython) -> None:
    code = f"""
import sys
from functions.health.handler import handler
event = {event(NAMES[0], method="GET", path="/health")!r}
assert handler(event, None)["statusCode"] == 200
print([name for name in {HEAVY!r} if name in sys.modules])
print(sum(1 for name in sys.modules if name.startswith("multifidus")))
"""
    heavy, own = run_python(
        code, env={"MULTIFIDUS_MODEL_DIR": str(manifest_dir)}
    ).stdout.splitlines()[-2:]
    assert heavy == "[]"
    assert int(own) <= 8


def test_it_needs_no_installed_package(manifest_dir: Path) -> None:
    root = Path(__file__).parents[3]
    code = (
        f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'layers/common/python')!r}]; "
        "from functions.health.handler import handler; print(handler({}, None)['statusCode'])"
    )
    # -I and -S leave the installed packages out: the standard library and ours are found, no more.
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-S", "-c", code],
        env={"MULTIFIDUS_MODEL_DIR": str(manifest_dir)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1:] == ["400"], done.stderr


def test_the_manifest_is_the_segment_functions(manifest_dir: Path, model_dir: Path) -> None:
    assert ModelManifest.load(manifest_dir) == ModelManifest.load(model_dir)
