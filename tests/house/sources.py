"""The project's own files, as the house tests read them."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

import greencredit

ROOT: Final = Path(__file__).parents[2]
_PYTHON: Final = ("greencredit", "demo", "benchmarks", "tests")
_MADE: Final = {"var", "dist", "__pycache__"}
_HIDDEN_BUT_OURS: Final = {".ci", ".gitignore"}


@dataclass(frozen=True)
class Source:
    """One Python file: where it is, what it says."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Give its path inside the project, with slashes."""
        return self.path.relative_to(ROOT).as_posix()

    def calls(self) -> Iterator[tuple[int, str]]:
        """Give every call as a line and a dotted name, such as `datetime.now` or `?.commit`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node.lineno, dotted(node.func)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Give every imported module as a line and its name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def dotted(node: ast.expr) -> str:
    """Write `a.b.c` for attribute access on a name; what is not a name is written as `?`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Read every Python file below the folders, or below all of the project's."""
    paths = (path for folder in folders or _PYTHON for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(_source(path) for path in paths if "__pycache__" not in path.parts)


@cache
def _source(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path, text, ast.parse(text))


def committed_files() -> Iterator[Path]:
    """Give every file that belongs to the project: not what its tools make, nor what they hide."""
    for path in sorted(ROOT.iterdir()):
        if path.name in _MADE or (path.name.startswith(".") and path.name not in _HIDDEN_BUT_OURS):
            continue
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in below if file.is_file() and not _MADE & {*file.parts})


@cache
def modules(ending: str = "") -> tuple[ModuleType, ...]:
    """Import every module of the package whose dotted name has a part of that name; all of them without one."""
    found = pkgutil.walk_packages(greencredit.__path__, "greencredit.")
    # The file that prints needs system libraries, and migrations run only inside a migration.
    inside = ("greencredit.migrations.env", "greencredit.migrations.versions")
    names = (module.name for module in found if not module.name.startswith(inside))
    wanted = (name for name in names if not ending or ending in name.split("."))
    return tuple(importlib.import_module(name) for name in wanted if not name.endswith((".render", "__main__")))
