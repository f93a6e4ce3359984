"""Holds the rules about who may import whom (design, section 1)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.source_tree import FOLDERS, ROOT, SHARED, Module, modules

PROJECT = ("multifidus", "functions", "local", "training", "infra", "benchmarks", "tests")
TRAINING_ONLY = {
    "onnx",
    "onnxscript",
    "peft",
    "segmentation_models_pytorch",
    "timm",
    "torch",
    "torchvision",
    "transformers",
}
STDLIB_ONLY = (
    "errors",
    "settings",
    "manifest",
    "inference_log",
    "sqlite_log",
    "grading",
    "norms",
    "report_input",
    "report_grammar",
    "report_wording",
    "report_facts",
    "report_statements",
    "report_rules",
    "report_prompt",
    "report_checker",
    "report_manifest",
)
STAGES = {
    "multifidus.image_io.read_image",
    "multifidus.mask_io.read_mask",
    "multifidus.preprocess.preprocess",
    "multifidus.postprocess.postprocess",
    "multifidus.measure.measure",
    "multifidus.outlines.outlines",
    "multifidus.quality.assess",
    "multifidus.render.overlay_png",
    "multifidus.render.mask_png",
}
CONSTRUCTORS = {"Segmenter", "open_engine", "open_log", "from_env"}
STATUS_MAPPERS = {"exception_handler", "add_exception_handler", "HTTPException"}

PRODUCT = (SHARED, Path("functions"), Path("local"))


def offenders(selected: list[Module], breaks: Callable[[Module], set[str]]) -> dict[str, list[str]]:
    """Say what each module breaks a rule with; empty where all is well."""
    assert selected, "the rule would hold nothing"
    found = {str(module.path): sorted(breaks(module)) for module in selected}
    return {path: what for path, what in found.items() if what}


def project_imports(module: Module, *, allowed: tuple[str, ...]) -> set[str]:
    return {
        found.dotted
        for found in module.imports
        if found.module.split(".")[0] in PROJECT
        and not any(is_in(found.dotted, package) for package in allowed)
    }


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def environment_reads(module: Module) -> set[str]:
    """Return what reads the environment; setting one key of it is no reading."""
    stored = {
        id(node.value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    }
    found = {
        f"os.{node.attr}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "environb", "getenv", "getenvb"}
        and id(node) not in stored
    }
    found |= {item.dotted for item in module.imports if item.module == "os" and item.name}
    return found


def test_shared_package_imports_nothing_else_of_the_project() -> None:
    assert not offenders(
        modules(SHARED), lambda module: project_imports(module, allowed=("multifidus",))
    )


@pytest.mark.parametrize(
    "folder", sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())
)
def test_function_imports_the_shared_package_and_itself(folder: str) -> None:
    allowed = ("multifidus", f"functions.{folder}")
    selected = modules(f"functions/{folder}")
    if not selected:  # a folder without code, such as a leftover __pycache__
        return
    assert not offenders(selected, lambda module: project_imports(module, allowed=allowed))


def test_local_server_imports_functions_and_the_shared_package() -> None:
    allowed = ("multifidus", "functions", "local")
    assert not offenders(modules("local"), lambda module: project_imports(module, allowed=allowed))


def test_training_imports_the_shared_package() -> None:
    allowed = ("multifidus", "training")
    assert not offenders(
        modules("training"), lambda module: project_imports(module, allowed=allowed)
    )


def test_benchmarks_import_no_functions_and_no_tests() -> None:
    allowed = ("multifidus", "training", "benchmarks", "infra")
    assert not offenders(
        modules("benchmarks"), lambda module: project_imports(module, allowed=allowed)
    )


def test_only_training_imports_torch() -> None:
    def breaks(module: Module) -> set[str]:
        return {
            found.module for found in module.imports if found.module.split(".")[0] in TRAINING_ONLY
        }

    assert not offenders(modules(*PRODUCT, "infra"), breaks)


def test_light_modules_need_the_standard_library_alone() -> None:
    light = {f"multifidus.{name}" for name in STDLIB_ONLY} | {"multifidus"}
    by_name = {module.name: module for module in modules(SHARED)}

    def breaks(module: Module) -> set[str]:
        return {
            found.dotted
            for found in module.imports
            if found.at_top
            and found.module not in light
            and found.dotted not in light
            and found.module.split(".")[0] not in sys.stdlib_module_names
        }

    assert not offenders([by_name[name] for name in sorted(light & set(by_name))], breaks)


def test_only_settings_reads_the_environment() -> None:
    selected = [module for module in modules(*PRODUCT) if module.name != "multifidus.settings"]
    assert not offenders(selected, environment_reads)


def test_only_the_pipeline_composes_the_stages() -> None:
    selected = [module for module in modules(*PRODUCT) if module.path.name != "pipeline.py"]

    def breaks(module: Module) -> set[str]:
        taken = {found.dotted for found in module.imports} & STAGES
        # One stage alone, such as decoding in a route, is no composition.
        return taken if len(taken) > 1 else set()

    assert not offenders(selected, breaks)


def test_only_web_maps_errors_to_statuses() -> None:
    selected = [module for module in modules(*PRODUCT) if module.name != "multifidus.web"]
    assert not offenders(
        selected,
        lambda module: (
            (module.called_names() | {item.name or "" for item in module.imports}) & STATUS_MAPPERS
        ),
    )


def test_only_composition_roots_construct() -> None:
    selected = [
        module for module in modules(SHARED, "functions") if module.path.name != "handler.py"
    ]
    assert not offenders(selected, lambda module: module.called_names() & CONSTRUCTORS)


def test_no_module_changes_the_import_path() -> None:
    assert not offenders(
        modules(*FOLDERS),
        lambda module: {
            "sys.path"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute)
            and node.attr == "path"
            and isinstance(node.value, ast.Name)
            and node.value.id == "sys"
        },
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nx = os.environ['A']", {"os.environ"}),
        ("import os\nx = os.getenv('A')", {"os.getenv"}),
        ("from os import environ", {"os.environ"}),
        ("import os\nos.environ['A'] = '1'", set()),
    ],
)
def test_reading_the_environment_is_recognised(source: str, expected: set[str]) -> None:
    assert environment_reads(Module(Path("local/it.py"), source)) == expected


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("functions/a/app.py", "from functions.b import app", {"functions.b.app"}),
        ("functions/a/app.py", "from ..b.app import thing", {"functions.b.app.thing"}),
        ("functions/a/app.py", "def f():\n    import training.train", {"training.train"}),
        ("functions/a/app.py", "from functions.a import pipeline", set()),
        ("functions/a/app.py", "from . import pipeline", set()),
        ("functions/a/__init__.py", "from . import pipeline", set()),
        ("functions/a/app.py", "from multifidus.errors import Internal", set()),
        ("functions/a/app.py", "import multifidusish, numpy", set()),
    ],
)
def test_forbidden_imports_are_recognised(path: str, source: str, expected: set[str]) -> None:
    module = Module(Path(path), source)
    assert project_imports(module, allowed=("multifidus", "functions.a")) == expected
