"""The project's own Python, read as syntax: modules, what each imports, and how long its functions are.

May not know the rules; those are in `rooms.py` and the tests.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "config_compiler", "cdn_publish", "ingest_grpc", "web", "leadbright")
GENERATED = "ingest_grpc/wire/leadbright/"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, where, and whether the import stands inside a function."""

    module: str
    line: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Module:
    """One file of a package: dotted name, path from the root, and what was written."""

    name: str
    path: str
    source: str

    @property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return _tree(self.source)

    @property
    def imports(self) -> tuple[Import, ...]:
        """Everything it imports, in order; `from package import module` counts as the module."""
        return tuple(_imports(self.tree, hidden=False))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the packages that is written by hand."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            relative = path.relative_to(ROOT).as_posix()
            if not relative.startswith(GENERATED):
                name = relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                found.append(Module(name, relative, path.read_text(encoding="utf-8")))
    return tuple(found)


@cache
def names() -> frozenset[str]:
    """The dotted names of `modules`, and of the packages around them."""
    own = {module.name for module in modules()}
    return frozenset(own | {name.rpartition(".")[0] for name in own} - {""})


def functions(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Name, line and number of lines (docstring and blank lines too) of every function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def is_own(module: str) -> bool:
    """Whether a dotted name is of this project."""
    return module.partition(".")[0] in PACKAGES


def is_standard(module: str) -> bool:
    """Whether a dotted name is of the standard library."""
    return module.partition(".")[0] in sys.stdlib_module_names


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def _imports(node: ast.AST, *, hidden: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, hidden) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(name, child.lineno, hidden) for name in _from(child))
        else:
            inside = hidden or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(child, hidden=inside)


def _from(node: ast.ImportFrom) -> list[str]:
    base = "." * node.level + (node.module or "")  # a relative import is nobody's name, and so a stray everywhere
    return list(dict.fromkeys(f"{base}.{a.name}" if f"{base}.{a.name}" in names() else base for a in node.names))
