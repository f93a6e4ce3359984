"""DICOM objects read by programs that share no code with the libraries that write them.

Where a program is missing the tests fail: `make test` sees to it (scripts/dicom_tools.sh).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

ACCEPTED = (
    # A private scheme is no defined term; every code that is in a public scheme is from there.
    "Warning - Unrecognized defined term <99MULTIFIDUS> for value 1 of attribute "
    "<Coding Scheme Designator>",
    # Type 2: empty where the source has none.
    "Warning - Missing attribute or value that would be needed to build DICOMDIR - ",
)


def dciodvfy(data: bytes) -> list[str]:
    """What dicom3tools' validator finds wrong, without the warnings of `ACCEPTED`."""
    done = _run("dciodvfy", data)
    lines = (done.stdout + done.stderr).splitlines()
    findings = [line for line in lines if line.startswith(("Error", "Warning", "Abort"))]
    assert len(lines) > len(findings), lines  # it names the kind of object that it recognised
    return [line for line in findings if not line.startswith(ACCEPTED)]


def dsrdump(data: bytes) -> str:
    """Text of a structured report as dcmtk reads it, with all codes and long texts."""
    done = _run("dsrdump", "+Pc", "+Pl", "+U8", data)
    assert done.returncode == 0, done.stderr
    # It knows no UTF-8 in its check of values, and says so.
    complaints = [line for line in done.stderr.splitlines() if "VR checker" not in line]
    assert complaints == []
    return done.stdout


def dcmdump(data: bytes) -> str:
    """Data set as dcmtk reads it."""
    done = _run("dcmdump", "+L", data)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def _run(program: str, *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    path = shutil.which(program)
    assert path, f"{program} is missing: run scripts/dicom_tools.sh"
    *options, data = arguments
    assert isinstance(data, bytes)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "object.dcm"
        file.write_bytes(data)
        return subprocess.run(  # noqa: S603 - a validator on a file of our own
            [path, *map(str, options), str(file)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
