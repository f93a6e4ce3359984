"""The health function in the real runtime, from what `sam build` makes of it and its layer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.emulator import ROOT, Emulator
from infra.gateway_events import Form, HttpRequest
from tests.e2e.http import answer_to, send
from tests.infra.template import REGION, TEMPLATE

SAM = ROOT / ".venv-sam" / "bin" / "sam"
HEALTH = HttpRequest(method="GET", path="/health")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build function and layer as a deployment does."""
    folder = tmp_path_factory.mktemp("sam")
    python = Path(sys.executable).resolve().parent
    done = subprocess.run(  # noqa: S603 - the SAM CLI of this checkout
        [
            *(SAM, "build", "HealthFunction", "--region", REGION),
            *("--template-file", TEMPLATE, "--build-dir", folder / "build"),
            *("--cache-dir", folder / "cache"),
        ],
        env={
            # The build asks for a `python3.11` of its own.
            "PATH": f"{python}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "SAM_CLI_TELEMETRY": "0",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "build"


@pytest.fixture(scope="module")
def health(built: Path) -> Iterator[Emulator]:
    with Emulator(
        "handler.handler",
        python_path=[built / "HealthFunction", built / "CommonLayer" / "python"],
        environment={"MULTIFIDUS_MODEL_DIR": str(built / "CommonLayer" / "model")},
        memory_mb=128,
        timeout_s=5,
    ) as emulator:
        yield emulator


def test_layer_holds_the_package_and_the_manifest_alone(built: Path) -> None:
    layer = built / "CommonLayer"
    assert {path.name for path in layer.iterdir()} == {"python", "model"}
    assert [path.name for path in (layer / "python").iterdir()] == ["multifidus"]
    assert [path.name for path in (layer / "model").iterdir()] == ["manifest.json"]
    assert not list(layer.rglob("__pycache__"))


@pytest.mark.parametrize("form", ["http_api", "rest_api", "function_url"])
def test_health_names_service_and_model(health: Emulator, form: Form) -> None:
    answer = send(health, HEALTH, form=form)
    assert answer.status == 200, answer.body
    document = answer.document
    manifest = json.loads((ROOT / "layers/model/manifest.json").read_text(encoding="utf-8"))
    assert document["status"] == "ok"
    assert document["model"] == {name: manifest[name] for name in ("name", "version", "sha256")}
    assert document["log"] == "sqlite"


def test_both_functions_say_the_same(health: Emulator, segment: Emulator) -> None:
    from_health, from_segment = (send(one, HEALTH).document for one in (health, segment))
    assert {**from_health, "log": "dynamodb"} == from_segment


def test_what_is_no_request_is_named(health: Emulator) -> None:
    answer = answer_to(health, {"Records": []})
    assert (answer.status, answer.document["code"]) == (400, "malformed_request")
    assert send(health, HEALTH).status == 200


def test_health_imports_no_numeric_package(built: Path) -> None:
    # A Python with nothing but its standard library, as the zip function's is but for botocore.
    paths = [built / "HealthFunction", built / "CommonLayer" / "python"]
    done = subprocess.run(
        [sys.executable, "-B", "-S", "-c", "import handler"],
        env={
            "PYTHONPATH": ":".join(str(path) for path in paths),
            "PYTHONHOME": sys.base_prefix,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
