"""What the functions' images hold, by package: `make image-sizes`, after `make images`.

Sizes are of files as they lie in the image, uncompressed and in MB of a million bytes, as Docker
counts.
"""

from __future__ import annotations

import argparse
import tarfile
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from benchmarks.tables import DOCS, markdown_table, write_section
from infra.image_function import docker, exported

IMAGES = ("segment", "report")
LEAST_MB = 1.0
"""Packages below that are put together."""

PACKAGES = PurePosixPath("srv/packages")
NATIVE_PARTS = {
    "opencv_python_headless.libs": "cv2",
    "numpy.libs": "numpy",
    "pillow.libs": "PIL",
    "imagecodecs.libs": "imagecodecs",
    "ctranslate2.libs": "ctranslate2",
}
"""Folders of shared libraries, and the package that they belong to."""


def owner(path: PurePosixPath) -> str:
    """Name what a file belongs to: a package, the project, the model, or the base."""
    if path.is_relative_to(PACKAGES):
        name = path.relative_to(PACKAGES).parts[0]
        return NATIVE_PARTS.get(name, name.split(".")[0].split("-")[0].strip("_"))
    if path.is_relative_to("var/task"):
        return "model" if "model" in path.parts[2:] else "this project"
    return "Python and the system's libraries"


def sizes_mb(members: Iterable[tarfile.TarInfo]) -> dict[str, float]:
    """Add the sizes of an image's files up by what they belong to, largest first."""
    totals: Counter[str] = Counter()
    for member in members:
        if member.isfile():
            totals[owner(PurePosixPath(member.name))] += member.size
    found = {name: size / 1e6 for name, size in totals.most_common()}
    large = {name: size for name, size in found.items() if size >= LEAST_MB}
    rest = sum(found.values()) - sum(large.values())
    return {**large, "all others": rest} if rest else large


def table(image: str) -> str:
    """Lay out one image's sizes."""
    with exported(image) as archive:
        found = sizes_mb(archive)
    rows = [(name, f"{mb:.0f}") for name, mb in found.items()]
    whole_mb = int(docker("image", "inspect", "--format", "{{.Size}}", image)) / 1e6
    return markdown_table(("holds", "MB"), [*rows, ("**whole image**", f"**{whole_mb:.0f}**")])


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="What the images hold, by package.")
    parser.add_argument("--write", action="store_true", help="into docs/images.md")
    arguments = parser.parse_args()
    for name in IMAGES:
        text = table(f"multifidus-{name}")
        print(f"multifidus-{name}", text, sep="\n\n", end="\n\n")
        if arguments.write:
            write_section(DOCS / "images.md", f"The {name} image", text)


if __name__ == "__main__":
    main()
