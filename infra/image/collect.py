"""Gathers what a function runs on into one folder, from which the image is made.

The public base is made for building: it holds pip, apt, Perl and a shell, 100 MB that no request
uses and some of which an intruder would. So the last stage of the Dockerfiles starts empty and gets
the interpreter, its standard library, the shared libraries that anything in the image links, and
what was named; on whatever base this runs, since the interpreter itself says where it lies.

    python collect.py /image /srv/packages /var/task
"""

from __future__ import annotations

import argparse
import compileall
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

NOT_SERVED = (
    "config-*",
    "dist-packages",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "test",
    "tests",
    "tkinter",
    "turtledemo",
    "__pycache__",
    "_tkinter*",
    "sitecustomize.py",  # Debian's, for its crash reports
)
"""Of the standard library: for writing, packaging and testing programs."""

LIBRARY_CACHE = Path("/etc/ld.so.cache")
"""Where the loader looks libraries up that lie in no usual folder."""

LOADED_LATER = ("libgcc_s.so.1",)
"""Opened by glibc itself when a thread ends."""

TOOLS_OF_SAM = ("sh", "mv", "chmod")
"""`sam build` and `sam local` add a layer of their own, whose instructions need these."""

_LINKED = re.compile(r"=> (/\S+) \(")
_LOADER = re.compile(r"^\s*(/\S+ld-linux\S+) \(", re.MULTILINE)
_ELF = b"\x7fELF"


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Gather what an image runs on.")
    parser.add_argument("root", type=Path, help="folder to make")
    parser.add_argument("folders", type=Path, nargs="+", help="taken along whole, compiled")
    parser.add_argument("--for-sam", action="store_true", help="take along what SAM's layer needs")
    arguments = parser.parse_args()
    collect(arguments.root, arguments.folders, tools=TOOLS_OF_SAM if arguments.for_sam else ())


def collect(root: Path, folders: Iterable[Path], *, tools: Iterable[str] = ()) -> None:
    """Make the folder.

    Parameters
    ----------
    root : Path
        Becomes the image's root.
    folders : iterable of Path
        Absolute; each lies at the same path in the image. Their bytecode is made there.
    tools : iterable of str
        Programs of the base to take along.
    """
    _outline(root)
    for folder in folders:
        shutil.copytree(folder, root / folder.relative_to("/"), symlinks=True)
    library = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(
        library,
        root / library.relative_to("/"),
        symlinks=True,
        ignore=shutil.ignore_patterns(*NOT_SERVED),
    )
    interpreter = Path(sys.executable).resolve()
    programs = [interpreter, *(_program(name) for name in tools)]
    for program in programs:
        _copy(program, root)
    for name in ("python", "python3"):
        (root / interpreter.relative_to("/")).with_name(name).symlink_to(interpreter.name)
    _copy(LIBRARY_CACHE, root)
    for needed in _libraries(root, programs):
        _copy(needed, root)
    _compile(root)


def _outline(root: Path) -> None:
    """Make the folders that exist in any case, and the links of a merged /usr."""
    root.mkdir()
    for name in ("dev", "etc", "proc", "sys", "tmp", "usr/bin", "usr/lib", "usr/lib64", "var"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    for name in ("bin", "lib", "lib64"):
        if Path("/", name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    (root / "etc/passwd").write_text("root:x:0:0::/tmp:/bin/sh\nfunction:x:10001:10001::/tmp:\n")
    (root / "etc/group").write_text("root:x:0:\nfunction:x:10001:\n")


def _program(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"The base has no {name}.")
    return Path(found)


def _libraries(root: Path, programs: Iterable[Path]) -> set[Path]:
    """Paths on the base of all that the programs and the files below the root link."""
    needed: set[Path] = set()
    inside = [Path("/", path.relative_to(root)) for path in _binaries(root)]
    for binary in [*programs, *inside]:
        text = _ldd(binary)
        needed |= {Path(path) for path in _LINKED.findall(text) + _LOADER.findall(text)}
    folders = {path.parent for path in needed}
    needed |= {
        folder / name for folder in folders for name in LOADED_LATER if (folder / name).exists()
    }
    return {path for path in needed if not (root / path.relative_to("/")).exists()}


def _binaries(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == _ELF:
                    yield path


def _ldd(binary: Path) -> str:
    # Its status tells of files that are no dynamic programs; those link nothing.
    done = subprocess.run(  # noqa: S603 - the base's own tool, on files that were installed
        ["ldd", str(binary)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    missing = re.findall(r"^\s*(\S+) => not found", done.stdout, re.MULTILINE)
    if missing:
        raise SystemExit(f"{binary} links what the base does not have: {', '.join(missing)}")
    return done.stdout


def _copy(path: Path, root: Path) -> None:
    """Copy a file to its own path below the root, and what it links to."""
    target = root / path.relative_to("/")
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        _copy(path.parent / path.readlink(), root)
        if not target.is_symlink():
            target.symlink_to(path.readlink())
    else:
        shutil.copy2(path, target)


def _compile(root: Path) -> None:
    """Make the bytecode of every module; nothing can be written when the image runs.

    Unchecked: the files cannot change, and not looking at each of them takes a second off the init
    phase.
    """
    done = compileall.compile_dir(
        root,
        maxlevels=100,
        quiet=1,
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
    )
    if not done:
        raise SystemExit("Some modules do not compile.")


if __name__ == "__main__":
    main()
