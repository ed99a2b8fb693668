"""Reads `docs/spec-mapping.md` and the `proves` marks of the tests, which must agree."""

import ast
import re
from dataclasses import dataclass
from typing import Final

from tests.house.sources import ROOT, Source, dotted, sources

MAPPING: Final = ROOT / "docs" / "spec-mapping.md"
STATES: Final = ("kept", "partly", "not yet")

_ID: Final = re.compile(r"[A-Z]{2,4}-\d+")
_ROW: Final = re.compile(r"^\|\s*\**([A-Z]{2,4}-\d+)\**\s*\|(.*)\|\s*$")
_TEST: Final = re.compile(r"tests/[\w/]+\.py")
_CODE: Final = re.compile(r"`((?:greencredit|demo|templates|docs|benchmarks)[\w./-]*)`")
_CELLS: Final = 5


@dataclass(frozen=True)
class Mapped:
    """One row: a requirement, its state, and where its code and tests are."""

    id: str
    requirement: str
    state: str
    said: str
    """What the cell says of the state: what is there, and what is missing."""
    code: frozenset[str]
    tests: frozenset[str]
    regulation: str


def read(text: str) -> list[Mapped]:
    """Read the rows `| id | requirement | state | room/code | tests | regulation rows |`."""
    rows = []
    for line in text.splitlines():
        if found := _ROW.match(line):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", found[2])]
            assert len(cells) == _CELLS, f"{found[1]} has {len(cells) + 1} cells, {_CELLS + 1} are wanted"
            requirement, state, code, tests, regulation = cells
            rows.append(
                Mapped(
                    id=found[1],
                    requirement=requirement,
                    state=next((known for known in STATES if state.startswith(known)), state),
                    said=state,
                    code=frozenset(_CODE.findall(code)),
                    tests=frozenset(_TEST.findall(tests)),
                    regulation=regulation,
                )
            )
    return rows


def mapped() -> list[Mapped]:
    """Read the mapping of this project."""
    return read(MAPPING.read_text(encoding="utf-8"))


def marks_in(source: Source) -> set[str]:
    """Give the requirement ids that a test file claims to prove, wherever the mark stands."""
    return {
        str(argument.value) if isinstance(argument, ast.Constant) else "?"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "pytest.mark.proves"
        for argument in node.args
    }


def proofs() -> dict[str, frozenset[str]]:
    """Give, for every id that a test claims to prove, the files of those tests."""
    claimed = [(id_, source.name) for source in sources("tests") for id_ in marks_in(source)]
    return {id_: frozenset(name for other, name in claimed if other == id_) for id_, _ in claimed}


def is_id(text: str) -> bool:
    """Tell whether a text has the form of a requirement id."""
    return bool(_ID.fullmatch(text))
