"""What `make deploy` and `make destroy` call: recorded by programs in the place of SAM and Docker.

No account can be reached from a test: what is held here is which commands run, and in which order.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.template import ROOT

RECORDER = """#!/bin/sh
echo "$(basename "$0") $*" >>"{record}"
{more}
"""
ANSWERS = '[multifidus.deploy.parameters]\nstack_name = "multifidus"\n'


class Checkout:
    """A copy of the scripts beside an empty `infra/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "record"
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        (folder / "infra").mkdir()
        (folder / "bin").mkdir()
        self.program("sam")
        self.program("docker")

    def program(self, name: str, more: str = "") -> None:
        path = self.folder / "bin" / name
        path.write_text(RECORDER.format(record=self._record, more=more), encoding="utf-8")
        path.chmod(0o755)

    def run(
        self, script: str, *arguments: str, given: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own script
            [str(self.folder / "scripts" / script), *arguments],
            env={"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", **variables},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def recorded(self, program: str) -> list[str]:
        lines = self._record.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line.startswith(program)]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_time_sam_asks_and_keeps_the_answers(checkout: Checkout) -> None:
    assert checkout.run("deploy.sh", "bin/sam", "multifidus").returncode == 0
    build, deploy = checkout.recorded("sam")
    assert build == "sam build"
    assert deploy.startswith("sam deploy --guided --config-file samconfig.user.toml")
    assert "--config-env multifidus --stack-name multifidus" in deploy
    assert "--tags project=multifidus" in deploy


def test_later_it_deploys_with_the_answers(checkout: Checkout) -> None:
    (checkout.folder / "infra/samconfig.user.toml").write_text(ANSWERS, encoding="utf-8")
    done = checkout.run("deploy.sh", "bin/sam", "multifidus", "--no-confirm-changeset")
    assert done.returncode == 0
    assert checkout.recorded("sam")[1:] == [
        "sam deploy --config-file samconfig.user.toml --config-env multifidus "
        "--no-confirm-changeset"
    ]


def test_another_stack_is_asked_for_anew(checkout: Checkout) -> None:
    (checkout.folder / "infra/samconfig.user.toml").write_text(ANSWERS, encoding="utf-8")
    assert checkout.run("deploy.sh", "bin/sam", "trial").returncode == 0
    assert "--guided" in checkout.recorded("sam")[1]
    assert "--stack-name trial" in checkout.recorded("sam")[1]


def test_a_workflow_is_asked_nothing(checkout: Checkout) -> None:
    parameters = "AlarmEmail=me@example.org MemoryMb=3008"
    done = checkout.run("deploy.sh", "bin/sam", "trial", CI="true", STACK_PARAMETERS=parameters)
    assert done.returncode == 0, done.stderr
    deploy = checkout.recorded("sam")[1]
    assert "--guided" not in deploy
    assert "--stack-name trial" in deploy
    assert "--no-confirm-changeset --no-fail-on-empty-changeset" in deploy
    assert deploy.endswith(f"--parameter-overrides {parameters}")


def test_a_base_that_was_made_here_is_not_published(checkout: Checkout) -> None:
    checkout.program("docker", "echo made-here")
    done = checkout.run("deploy.sh", "bin/sam", "multifidus")
    assert done.returncode == 1
    assert "must not be published" in done.stderr
    assert checkout.recorded("sam") == []


def test_a_build_that_fails_is_not_deployed(checkout: Checkout) -> None:
    checkout.program("sam", "exit 3")
    assert checkout.run("deploy.sh", "bin/sam", "multifidus").returncode == 3
    assert checkout.recorded("sam") == ["sam build"]


@pytest.mark.parametrize(("answer", "removed"), [("y", True), ("", False), ("n", False)])
def test_the_bucket_goes_only_where_that_is_wanted(
    checkout: Checkout, answer: str, removed: bool
) -> None:
    checkout.program("python", 'case "$*" in *find_site*) echo page-bucket ;; esac')
    done = checkout.run("destroy.sh", "bin/sam", "bin/python", "multifidus", given=f"{answer}\n")
    assert done.returncode == 0, done.stderr
    assert checkout.recorded("sam") == ["sam delete --stack-name multifidus"]
    emptied = "python -m infra.deploy_site --empty page-bucket"
    assert (emptied in checkout.recorded("python")) is removed


def test_a_stack_that_is_not_there_removes_nothing(checkout: Checkout) -> None:
    checkout.program("python", "exit 1")
    assert checkout.run("destroy.sh", "bin/sam", "bin/python", "gone").returncode != 0
    assert checkout.recorded("sam") == []


def test_answers_are_kept_out_of_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "infra/samconfig.user.toml" in ignored
