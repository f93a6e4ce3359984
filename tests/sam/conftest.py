"""What `sam build` made of the template, run by `sam local` as the documentation tells it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.emulator import free_ports
from tests.infra.template import REGION, ROOT

SAM = ROOT / ".venv-sam" / "bin" / "sam"
INFRA = ROOT / "infra"
START_LIMIT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class LocalApi:
    """`sam local start-api`, running."""

    address: str
    log_path: Path

    @property
    def log(self) -> str:
        """What it and the functions have printed so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")


Sam = Callable[..., subprocess.CompletedProcess[str]]


def sam_environment() -> dict[str, str]:
    """This process's environment without what would point SAM to an account of the developer's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    # `sam build` looks for the Python of the zip function on the PATH; the tests' own is one.
    path = os.pathsep.join([str(ROOT / ".venv-test" / "bin"), kept.get("PATH", os.defpath)])
    return {
        **kept,
        "PATH": path,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SAM_CLI_TELEMETRY": "0",
    }


@pytest.fixture(scope="session")
def sam() -> Sam:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - SAM of this checkout
            [str(SAM), *arguments],
            cwd=INFRA,
            env=sam_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    return run


@pytest.fixture(scope="session")
def built(sam: Sam) -> Path:
    """Folder that `sam build` fills."""
    done = sam("build")
    assert done.returncode == 0, done.stderr
    return INFRA / ".aws-sam" / "build"


@pytest.fixture(scope="session")
def api(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApi]:
    assert built.is_dir()
    (port,) = free_ports(1)
    log = tmp_path_factory.mktemp("sam") / "start-api.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - SAM of this checkout
            [str(SAM), "local", "start-api", "--port", str(port), "--skip-pull-image"],
            cwd=INFRA,
            env=sam_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline_s = time.monotonic() + START_LIMIT_S
        while not listening(port):
            text = log.read_text(errors="replace")
            assert process.poll() is None, text
            assert time.monotonic() < deadline_s, text
            time.sleep(0.2)
        yield LocalApi(address=f"http://127.0.0.1:{port}", log_path=log)
    finally:
        # An interrupt, at which SAM stops the containers that it started.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
