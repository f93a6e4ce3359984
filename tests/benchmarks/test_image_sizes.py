"""Which package a file of an image is counted to, and that none is lost."""

from __future__ import annotations

import tarfile
from pathlib import PurePosixPath

import pytest

from benchmarks.image_sizes import owner, sizes_mb


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("srv/packages/cv2/cv2.abi3.so", "cv2"),
        ("srv/packages/opencv_python_headless.libs/libopenblas.so", "cv2"),
        ("srv/packages/numpy.libs/libgfortran.so", "numpy"),
        ("srv/packages/_CharLS.cpython-311-x86_64-linux-gnu.so", "CharLS"),
        ("srv/packages/fastapi-0.1.dist-info/METADATA", "fastapi"),
        ("var/task/layers/model/multifidus_int8.onnx", "model"),
        ("var/task/functions/report/model/model.bin", "model"),
        ("var/task/functions/segment/app.py", "this project"),
        ("usr/lib/python3.11/json/__init__.py", "Python and the system's libraries"),
    ],
)
def test_a_file_is_counted_to_its_package(path: str, name: str) -> None:
    assert owner(PurePosixPath(path)) == name


def test_small_packages_are_put_together_and_nothing_is_lost() -> None:
    def member(name: str, size: int) -> tarfile.TarInfo:
        made = tarfile.TarInfo(name)
        made.size = size
        return made

    found = sizes_mb(
        [
            member("srv/packages/six.py", 200_000),
            member("srv/packages/idna/core.py", 300_000),
            member("srv/packages/cv2/a.so", 9_000_000),
            member("srv/packages/cv2/b.so", 1_000_000),
        ]
    )
    assert list(found) == ["cv2", "all others"]
    assert found == pytest.approx({"cv2": 10.0, "all others": 0.5})
