"""The stages of CI: the same everywhere, each a target, and none left out."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.infra.template import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
TESTS = ROOT / "tests"


def workflow(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return parsed


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = re.findall(r"^([a-z][a-z0-9 -]*):(?!=)", makefile, re.MULTILINE)
    return {name for line in lines for name in line.split()}


def stages_of_ci() -> list[str]:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^for stage in (.+); do$", script, re.MULTILINE)
    # `make test` is stages of its own, which a workflow runs side by side.
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (of_test,) = re.findall(r"^test: (.+?) ##", makefile, re.MULTILINE)
    stages = listed.split()
    assert "test" in stages
    return [part for stage in stages for part in (of_test.split() if stage == "test" else [stage])]


def test_each_stage_is_a_target() -> None:
    assert stages_of_ci()[0] == "check"
    assert set(stages_of_ci()) <= targets()


def test_the_workflow_runs_the_same_stages() -> None:
    jobs = workflow("ci.yml")["jobs"].values()
    stages = [stage for job in jobs for stage in job["strategy"]["matrix"]["stage"]]
    assert sorted(stages) == sorted(stages_of_ci())
    for job in jobs:
        assert job["steps"][-1] == {"run": "make ${{ matrix.stage }}"}


def test_every_folder_of_tests_is_in_one_stage() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (apart,) = re.findall(r"^STAGES := (.+)$", makefile, re.MULTILINE)
    for folder in apart.split():
        assert (TESTS / folder).is_dir()
        assert len(re.findall(rf"^\t\$\(PYTEST\) tests/{folder} ", makefile, re.MULTILINE)) == 1
    assert "$(foreach stage,$(STAGES),--ignore tests/$(stage))" in makefile


def test_workflows_may_do_little_and_keep_no_key() -> None:
    assert workflow("ci.yml")["permissions"] == {"contents": "read"}
    deploy = workflow("deploy.yml")
    assert deploy["permissions"] == {"contents": "read", "id-token": "write"}
    text = (WORKFLOWS / "deploy.yml").read_text(encoding="utf-8")
    assert "role-to-assume" in text
    assert "secrets." not in text


def test_the_deploying_workflow_calls_targets() -> None:
    steps = workflow("deploy.yml")["jobs"]["deploy"]["steps"]
    used = re.findall(r"make ([a-z-]+)", "\n".join(step.get("run", "") for step in steps))
    assert used == ["check", "deploy", "deploy-site", "smoke"]
    assert set(used) <= targets()
