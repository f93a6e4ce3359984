"""Sizes of the container images, where Docker has them."""

from __future__ import annotations

import shutil
import subprocess

OURS, BASELINE = "multifidus-segment", "multifidus-baseline"


def size_mb(image: str) -> float | None:
    """Uncompressed size of an image in MB; None without Docker or the image."""
    docker = shutil.which("docker")
    if docker is None:
        return None
    done = subprocess.run(  # noqa: S603 - the developer's own Docker
        [docker, "image", "inspect", "--format", "{{.Size}}", image],
        capture_output=True,
        text=True,
        check=False,
    )
    return int(done.stdout) / 1e6 if done.returncode == 0 else None
