"""A file dropped into a catalogue is found by its name; nothing else has to be told."""

import sys
from pathlib import Path

import pytest

from greencredit.kernel.catalogue import data_files, modules


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a catalogue with two data files, a module and a note."""
    folder = tmp_path / "planted_shelf"
    folder.mkdir()
    for name, said in {
        "__init__.py": "",
        "b.toml": "n = 2",
        "a.toml": "n = 1",
        "c.py": "N = 3",
        "note.txt": "-",
    }.items():
        (folder / name).write_text(said, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "planted_shelf", raising=False)
    return "planted_shelf"


def test_data_files_are_given_by_name_with_their_content(shelf: str) -> None:
    assert list(data_files(shelf)) == [("a", {"n": 1}), ("b", {"n": 2})]


def test_modules_are_given_by_name(shelf: str) -> None:
    assert [(name, module.N) for name, module in modules(shelf)] == [("c", 3)]
