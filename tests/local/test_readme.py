"""The README is tried out: its commands, its curl, its answer, its links."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from multifidus.errors import MultifidusError
from multifidus.quality import FLAGS
from tests.local.running import ROOT, LocalServer

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
    return [text for found, text in fenced if found == language]


def command_lines() -> list[list[str]]:
    lines = (line for block in blocks("sh") for line in block.splitlines())
    return [shlex.split(line, comments=True) for line in lines if line.strip()]


def holds(whole: Any, part: Any) -> bool:
    """Whether a JSON value has all names of another, with values of the same kind."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and holds(whole[name], value) for name, value in part.items()
        )
    if isinstance(part, int | float):
        return isinstance(whole, int | float)
    return type(whole) is type(part)


def test_each_make_command_is_a_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {
        name for line in re.findall(r"^([a-z][a-z -]*):", makefile, re.M) for name in line.split()
    }
    used = {words[1] for words in command_lines() if words[0] == "make"}
    used |= set(re.findall(r"`make ([a-z-]+)", README))
    assert {"run", "test"} <= used
    assert used <= targets


def test_the_curl_gives_the_answer_that_is_shown(server: LocalServer) -> None:
    (curl,) = [words for words in command_lines() if words[0] == "curl"]
    _, option, part, address = curl
    assert option == "-F"
    name, file = part.split("=@")
    content = (ROOT / file).read_bytes()
    response = httpx.post(
        server.address + urlsplit(address).path,
        files={name: (Path(file).name, content)},
        timeout=30,
        trust_env=False,
    )
    answer = response.raise_for_status().json()
    (shown,) = [json.loads(block) for block in blocks("json")]
    assert holds(answer, shown)
    assert shown["model"]["version"] == answer["model"]["version"]
    assert shown["quality"] == answer["quality"]
    for side in ("right", "left"):
        # INT8 differs a little between processors.
        expected = pytest.approx(answer["sides"][side]["area_mm2"], rel=0.03)
        assert shown["sides"][side]["area_mm2"] == expected


def test_the_figures_are_those_of_the_served_model() -> None:
    manifest = json.loads((ROOT / "layers/model/manifest.json").read_text(encoding="utf-8"))
    section = README.split("## Accuracy, and its limits")[1].split("\n## ")[0]
    assert f"model {manifest['version']}" in section
    metrics = manifest["metrics"]
    for subject, deliveries in metrics["leave_one_out"]["subjects"].items():
        assert subject in section
        assert f"{deliveries['dicom']['all']['dice']['union']['mean']:.2f}" in section
    assert f"{metrics['imitation']['groups']['all']['dice']['union']['mean']:.2f}" in section


def test_each_place_in_the_tree_exists() -> None:
    (tree,) = [block for block in blocks("") if "layers/model/" in block]
    places = [line.split()[0] for line in tree.splitlines()]
    assert len(places) > 8
    assert [place for place in places if not (ROOT / place).is_dir()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not urlsplit(link).scheme]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_each_path_in_a_command_exists() -> None:
    for words in command_lines():
        for path in re.findall(r"(?:training|site|infra)/[\w./]+", " ".join(words)):
            assert (ROOT / path).exists(), path


def test_the_errors_in_the_api_reference_are_all_errors_there_are() -> None:
    def codes(kind: type[MultifidusError]) -> set[tuple[int, str]]:
        below = (codes(child) for child in kind.__subclasses__())
        return {(kind.status, kind.code)}.union(*below)

    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", text, re.M)
    assert {(int(status), code) for status, code in listed} == codes(MultifidusError)


def test_the_flags_in_the_api_reference_are_all_flags_there_are() -> None:
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (yes|no) \|", text, re.M)
    assert listed == [(flag.code, "yes" if flag.trusted_breaking else "no") for flag in FLAGS]


def test_the_api_reference_names_each_route(server: LocalServer) -> None:
    schema = httpx.get(f"{server.address}/openapi.json", trust_env=False).json()
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    routes = [
        f"{method.upper()} {path}"
        for path, methods in schema["paths"].items()
        for method in methods
    ]
    assert len(routes) > 4
    assert [route for route in routes if f"`{route}`" not in text] == []
