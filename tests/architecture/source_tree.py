"""The project's modules and what they import, read without importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path("layers/common/python")
FOLDERS = (
    *(SHARED, Path("functions"), Path("local"), Path("training"), Path("infra")),
    Path("benchmarks"),
)


@dataclass(frozen=True, kw_only=True)
class Import:
    """One imported name.

    Attributes
    ----------
    module : str
        Absolute dotted name of the module.
    name : str, optional
        What is taken from it; None for `import module`.
    at_top : bool
        Whether it happens when the module is imported, not later inside a function.
    """

    module: str
    name: str | None
    at_top: bool

    @property
    def dotted(self) -> str:
        """Module and name together."""
        return self.module if self.name is None else f"{self.module}.{self.name}"


@dataclass(frozen=True)
class Module:
    """One source file.

    Attributes
    ----------
    path : Path
        Relative to the root of the checkout.
    text : str
        Its source.
    """

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Dotted name by which the project imports it."""
        path = self.path.relative_to(SHARED) if self.path.is_relative_to(SHARED) else self.path
        parts = path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Everything that it imports, type checking's imports included."""
        return tuple(self._imports(self.tree, at_top=True))

    def _imports(self, node: ast.AST, *, at_top: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(module=alias.name, name=None, at_top=at_top)
            elif isinstance(child, ast.ImportFrom):
                module = self._absolute(child)
                for alias in child.names:
                    yield Import(module=module, name=alias.name, at_top=at_top)
            deeper = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from self._imports(child, at_top=at_top and not deeper)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        package = self.name.split(".")
        keep = len(package) - node.level + (self.path.name == "__init__.py")
        return ".".join([*package[:keep], *([node.module] if node.module else [])])

    def called_names(self) -> set[str]:
        """Last part of the name of everything that is called."""
        names = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Name(id=name) | ast.Attribute(attr=name):
                        names.add(name)
        return names


def modules(*folders: Path | str) -> list[Module]:
    """Read every module below the folders, in order of their paths."""
    return [
        Module(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
