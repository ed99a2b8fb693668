"""Catalogues: a folder in which one file is one thing, found by its name."""

import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any


def data_files(package: str, suffix: str = ".toml") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the name and content of every data file of a catalogue, by name."""
    for entry in sorted(resources.files(package).iterdir(), key=lambda file: file.name):
        if entry.name.endswith(suffix):
            yield entry.name.removesuffix(suffix), tomllib.loads(entry.read_text(encoding="utf-8"))


def modules(package: str) -> Iterator[tuple[str, Any]]:
    """Give the name and module of every thing that must think, by name."""
    folder = importlib.import_module(package)
    for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        yield found.name, importlib.import_module(f"{package}.{found.name}")
