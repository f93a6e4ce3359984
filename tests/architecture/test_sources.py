"""Holds the rules about files: their length, and what must not stand in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source_tree import FOLDERS, ROOT, modules

MAX_LINES = 300
TEXT_SUFFIXES = {
    "",
    ".cfg",
    ".css",
    ".html",
    ".in",
    ".js",
    ".json",
    ".md",
    ".mjs",
    ".py",
    ".sh",
} | {
    ".svg",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
}
# Assembled, so that this file does not hold what it forbids.
MACHINE_PATH = re.compile(
    r"(?<![\w.~])/(?:" + "|".join(["work", "root", "home/[a-z]+", "tmp/w"]) + r")/"
)
REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)==[^ ]+ \\$", re.IGNORECASE)

LOCK_FILES = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*/requirements.txt"), *ROOT.glob("functions/*/requirements.txt")]
)


def tracked_text_files() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the developer's own git
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [Path(name) for name in done.stdout.decode().split("\0") if name]
    return [path for path in paths if path.suffix in TEXT_SUFFIXES and (ROOT / path).is_file()]


def test_modules_are_short() -> None:
    lengths = {str(module.path): len(module.text.splitlines()) for module in modules(*FOLDERS)}
    assert lengths
    assert not {path: lines for path, lines in lengths.items() if lines > MAX_LINES}


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {module.path.stem for module in modules(*FOLDERS)}
    assert not names & {"utils", "util", "helpers", "common", "misc"}


def test_no_path_of_a_developers_machine() -> None:
    found = [
        f"{path}:{number}"
        for path in tracked_text_files()
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("cd /" + "work/main", True),
        ("file = '/" + "root/x'", True),
        ("https://example.org/work/x", False),
        ("layers/work/x", False),
    ],
)
def test_machine_paths_are_recognised(line: str, is_one: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is is_one


@pytest.mark.parametrize("lock_file", LOCK_FILES)
def test_every_requirement_is_pinned_with_hashes_and_names_no_registry(lock_file: str) -> None:
    lines = (ROOT / lock_file).read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line and not line.lstrip().startswith("#")]
    starts = [number for number, line in enumerate(code) if not line.startswith(" ")]
    assert starts
    for number in starts:
        assert REQUIREMENT.match(code[number]), code[number]
        assert code[number + 1].startswith("    --hash=sha256:")
    assert not [line for line in lines if "://" in line or "index-url" in line]


def test_one_version_of_each_package_is_tested_and_served() -> None:
    tested = versions("tests/requirements.txt")
    for lock_file in ("functions/segment", "local", "training"):
        served = versions(f"{lock_file}/requirements.txt")
        assert served.items() <= tested.items(), lock_file


def versions(lock_file: str) -> dict[str, str]:
    text = (ROOT / lock_file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^ ]+)", text, re.MULTILINE))
