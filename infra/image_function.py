"""Runs a function's container image in Docker, behind AWS's Runtime Interface Emulator.

The container gets less than Lambda gives: a read-only file system but for /tmp, no capability, no
network at all, and a limit of memory. What needs more fails here, not on AWS. Events go in through
`docker exec`, since nothing else can reach a container without a network.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.emulator import INVOCATIONS_PATH, START_LIMIT_S, find_emulator

PORT = 8080
EMULATOR_PATH = "/aws-lambda-rie"

# Run inside the container, by its Python: curl is not in the image.
_SEND = f"""
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", {PORT}, timeout=180)
connection.request("POST", "{INVOCATIONS_PATH}", sys.stdin.buffer.read())
sys.stdout.buffer.write(connection.getresponse().read())
"""
_TIMED = f"""
import http.client, sys, time
body = sys.stdin.buffer.read()
for _ in range(int(sys.argv[1])):
    connection = http.client.HTTPConnection("127.0.0.1", {PORT}, timeout=180)
    started = time.perf_counter()
    connection.request("POST", "{INVOCATIONS_PATH}", body)
    answer = connection.getresponse().read()
    print((time.perf_counter() - started) * 1000)
    if b'"statusCode": 200' not in answer[:200]:
        sys.exit(answer[:500].decode(errors="replace"))
"""
_LISTENING = f"""
import socket
socket.create_connection(("127.0.0.1", {PORT}), timeout=1)
"""
_MEMORY = """
from pathlib import Path
for status in Path("/proc").glob("[0-9]*/status"):
    if b"awslambdaric" in status.with_name("cmdline").read_bytes():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        if fields["Name"].strip() == "python":
            print(fields["VmHWM"].split()[0])
"""


class ImageError(RuntimeError):
    """Docker is not there, or refuses what is asked of it."""


@dataclass(frozen=True, kw_only=True)
class ImageFunction:
    """A running container of one function.

    Attributes
    ----------
    container : str
        Its name.
    """

    container: str

    def invoke(self, event: object) -> Any:
        """Send one event and return the function's result, from JSON."""
        return json.loads(self.execute(_SEND, json.dumps(event).encode()))

    def durations_ms(self, event: object, *, repeats: int) -> list[float]:
        """Send one event several times, one after the other, and time each from the inside.

        Raises
        ------
        ImageError
            An answer is not 200.
        """
        given = json.dumps(event).encode()
        return [float(line) for line in self.execute(_TIMED, given, str(repeats)).split()]

    def execute(self, source: str, given: bytes = b"", *arguments: str, user: str = "") -> str:
        """Run Python source inside the container, as its user or another; return what it prints.

        Raises
        ------
        ImageError
            It fails.
        """
        command = ("exec", "-i", "--user", user, self.container, "python", "-S", "-c", source)
        return docker(*command, *arguments, given=given)

    @property
    def log(self) -> str:
        """What the emulator and the function have printed so far."""
        done = subprocess.run(  # noqa: S603 - docker, found on the PATH
            [_docker(), "logs", self.container],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=True,
        )
        return done.stdout.decode(errors="replace")

    @property
    def peak_memory_mb(self) -> float:
        """Largest resident memory of the function's process so far, in MB of 1024 kB."""
        # The reader's own process is among them, and small.
        return max(int(kilobytes) for kilobytes in self.execute(_MEMORY).split()) / 1024.0

    @property
    def changed_paths(self) -> list[str]:
        """Paths that differ from the image, but for those in /tmp and where the emulator is put."""
        lines = docker("diff", self.container).splitlines()
        paths = {line.split(maxsplit=1)[1] for line in lines}
        return sorted(paths - {EMULATOR_PATH})


@contextlib.contextmanager
def image_function(
    image: str,
    handler: str,
    *,
    memory_mb: int,
    environment: Mapping[str, str] | None = None,
    timeout_s: int = 28,
    read_only: bool = True,
    processors: float | None = None,
    tmp_kib: int | None = None,
) -> Iterator[ImageFunction]:
    """Start a container of an image, and remove it in the end.

    Parameters
    ----------
    image, handler : str
        Tag of the image, and the handler that its CMD names.
    memory_mb : int
        Hard limit of the container, swap included, and what the function is told it has.
    read_only : bool
        False to let writes succeed, so that `changed_paths` can tell of them.
    processors : float, optional
        Share of this machine's processors that it may use; all by default.
    tmp_kib : int, optional
        Size of /tmp, in units of 1,024 bytes; bounded by the memory alone by default.

    Raises
    ------
    ImageError
        The container does not start.
    """
    name = f"multifidus-{uuid.uuid4().hex[:12]}"
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": image,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_s),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        **(environment or {}),
    }
    command = ["run", "--detach", "--name", name]
    command += ["--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    command += ["--memory", f"{memory_mb}m", "--memory-swap", f"{memory_mb}m"]
    command += ["--cpus", f"{processors:.3f}"] if processors is not None else []
    command += ["--tmpfs", "/tmp" if tmp_kib is None else f"/tmp:size={tmp_kib}k"]  # noqa: S108 - Lambda's
    command += ["--read-only"] if read_only else []
    command += ["--volume", f"{find_emulator()}:{EMULATOR_PATH}:ro", "--entrypoint", EMULATOR_PATH]
    for variable, value in variables.items():
        command += ["--env", f"{variable}={value}"]
    command += [image, "--log-level", "info", "python", "-m", "awslambdaric", handler]
    try:
        docker(*command)
        function = ImageFunction(container=name)
        _wait_for(function)
        yield function
    finally:
        docker("rm", "--force", "--volumes", name)


@contextlib.contextmanager
def exported(image: str) -> Iterator[tarfile.TarFile]:
    """Open all files of an image as one archive."""
    container = docker("create", image).strip()
    try:
        with tempfile.TemporaryFile() as file:
            subprocess.run(  # noqa: S603 - docker, found on the PATH
                [_docker(), "export", container], stdout=file, check=True
            )
            file.seek(0)
            with tarfile.open(fileobj=file) as archive:
                yield archive
    finally:
        docker("rm", container)


def _wait_for(function: ImageFunction) -> None:
    deadline_s = time.monotonic() + START_LIMIT_S
    while True:
        try:
            function.execute(_LISTENING)
        except ImageError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.1)
        else:
            return


def docker(*arguments: str, given: bytes = b"") -> str:
    """Run Docker's client and return what it prints.

    Raises
    ------
    ImageError
        With what it says on standard error.
    """
    done = subprocess.run(  # noqa: S603 - docker, found on the PATH
        [_docker(), *arguments], input=given, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise ImageError(f"docker {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()


def _docker() -> str:
    path = shutil.which("docker")
    if path is None:
        raise ImageError("There is no Docker on the PATH.")
    return path
