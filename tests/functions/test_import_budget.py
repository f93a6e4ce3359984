"""How much each function imports, counted in modules: seconds depend on the machine, this does not.

A cold start is mostly imports. Over its budget is no mistake by itself, but a question: must that
be there before the first request? Counted is what the function's own packages bring; what a library
picks up because the tests' environment happens to have it is not in the image.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import RunPython

ROOT = Path(__file__).resolve().parents[2]
OWN = {"functions", "multifidus"}

REST = "all others"
BUDGETS: dict[str, dict[str, int]] = {
    "health": {"functions": 3, "multifidus": 8},
    "segment": {
        **{"functions": 16, "multifidus": 62, "numpy": 95, "cv2": 34, "onnxruntime": 12},
        **{"pydicom": 62, "PIL": 15, "pydantic": 72, "fastapi": 48, "starlette": 28},
        **{"opentelemetry": 32, "anyio": 18, "mangum": 14, REST: 44},
        "urllib3": 30,  # botocore's; imported by requests, which pydicom looks for, in tests alone
    },
    "report": {
        **{"functions": 10, "multifidus": 34, "pydantic": 72, "fastapi": 48, "starlette": 28},
        **{"opentelemetry": 32, "anyio": 18, "mangum": 14, REST: 30},
    },
}
"""Modules by package once the handler is there; some more than needed, for a package's releases."""

CODE = """
import json, sys
from collections import Counter
before = set(sys.modules)
import functions.{name}.handler
after = set(sys.modules) - before
print(json.dumps(Counter(name.split(".")[0] for name in after)))
"""


def counted(name: str, run_python: RunPython) -> dict[str, int]:
    found: Mapping[str, int] = json.loads(
        run_python(CODE.format(name=name)).stdout.splitlines()[-1]
    )
    lock = ROOT / "functions" / name / "requirements.txt"
    text = lock.read_text(encoding="utf-8") if lock.exists() else ""
    installed = {normalised(word) for word in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    by_package = packages_distributions()
    counts: dict[str, int] = {}
    for package, modules in found.items():
        distributions = {normalised(one) for one in by_package.get(package, [])}
        if package in OWN or distributions & installed:
            place = package if package in BUDGETS[name] else REST
            counts[place] = counts.get(place, 0) + modules
    return counts


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", BUDGETS)
def test_a_function_imports_no_more_than_its_budget(name: str, run_python: RunPython) -> None:
    counts, budget = counted(name, run_python), BUDGETS[name]
    over = {
        package: (modules, budget.get(package, 0))
        for package, modules in counts.items()
        if modules > budget.get(package, 0)
    }
    assert not over, f"modules and budget: {over}"
    # Nor is it so wide that it holds nothing.
    assert sum(budget.values()) < 1.25 * sum(counts.values()) + 5, counts


def test_every_function_has_a_budget() -> None:
    handlers = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert handlers == set(BUDGETS)
