"""What goes into images, layer and zip: what is served, and none of what training keeps."""

from __future__ import annotations

from pathlib import Path

from docker.utils.build import exclude_paths

from tests.infra.template import ROOT, written
from training.segmentation.weights import SHIPPED_WEIGHTS, SUFFIX

WEIGHTS = SHIPPED_WEIGHTS.relative_to(ROOT) / f"multifidus-1.0.0{SUFFIX}"
SERVED = (
    Path("functions/report/app.py"),
    Path("functions/report/model/model.bin"),
    Path("functions/segment/app.py"),
    Path("layers/model/manifest.json"),
    Path("layers/common/python/multifidus/errors.py"),
)


def test_docker_gets_what_is_served_and_no_weights(tmp_path: Path) -> None:
    left_out = (
        *(WEIGHTS, Path("runs/mine/last.pt"), Path("build/weights/a.safetensors")),
        *(Path("functions/report/Dockerfile"), Path("functions/segment/requirements.in")),
    )
    for path in (*left_out, *SERVED):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in patterns if line and not line.startswith("#")]
    sent = {path for path in exclude_paths(str(tmp_path), rules) if (tmp_path / path).is_file()}
    assert sent == {str(path) for path in SERVED}


def test_no_folder_that_sam_packs_holds_the_weights() -> None:
    folders = {
        properties[name]
        for resource in written()["Resources"].values()
        for properties in [resource.get("Properties", {})]
        for name in ("CodeUri", "ContentUri")
        if name in properties
    }
    assert folders
    for folder in folders:
        assert not SHIPPED_WEIGHTS.is_relative_to((ROOT / "infra" / folder).resolve()), folder
