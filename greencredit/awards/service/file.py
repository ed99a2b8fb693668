"""A file of direct awards, chunk by chunk: the same verb as the door's, whatever the file's length."""

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.awards.service.bulk import COLUMNS, answer_of, bulk_of
from greencredit.awards.service.direct import Basis, award_directly
from greencredit.kernel.columns import Columns, UnfitColumns, kinds_of, typed

_AT_ONCE: Final = 10_000

Refused = Callable[[int, str, str, list[str]], None]
"""Told of every item that was refused: its line, the code, the sentence, and the line's own cells."""

Writing = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction."""


class Told(NamedTuple):
    """What became of a file."""

    items: int = 0
    awarded: int = 0
    repeated: int = 0
    refused: int = 0

    def plus(self, items: int, awarded: int, repeated: int, refused: int) -> "Told":
        """Add what became of a chunk."""
        return Told(self.items + items, self.awarded + awarded, self.repeated + repeated, self.refused + refused)


class Chunk(NamedTuple):
    """Some rows of a file with the lines on which they end."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]


def award_file(
    writing: Writing,
    path: Path,
    basis: Basis,
    *,
    atomic: bool,
    key: str | None = None,
    refused: Refused = lambda *_: None,
    progress: Callable[[int], None] = lambda _: None,
) -> Told:
    """Award a CSV file in constant memory; run again it changes nothing, for every item has its key.

    All or nothing is one transaction; else every chunk is one, and what is not in order is told with its line.

    Raises:
        UnfitColumns: the file is no CSV with the columns that are wanted; chunks before that line stay, unless atomic.
        BatchRefused: all or nothing was asked for, and items are not in order.
    """
    if not atomic:
        return _awarded(writing, path, basis, atomic=False, key=key, refused=refused, progress=progress)
    with writing() as session:
        return _awarded(lambda: _Open(session), path, basis, atomic=True, key=key, refused=refused, progress=progress)


class _Open(AbstractContextManager[Session]):
    """A transaction that somebody else began and will end."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> Session:
        return self._session

    def __exit__(self, *_: object) -> None:
        return None


def _awarded(
    writing: Writing,
    path: Path,
    basis: Basis,
    *,
    atomic: bool,
    key: str | None,
    refused: Refused,
    progress: Callable[[int], None],
) -> Told:
    told = Told()
    for chunk in chunks(path):
        kinds = kinds_of(chunk.header, COLUMNS)
        if "key" not in kinds and key is None:
            raise UnfitColumns(found=", ".join(chunk.header), wanted="a column key, or a key for the whole file")
        columns = typed(chunk.rows, chunk.header, kinds, most=_AT_ONCE)._replace(lines=chunk.lines)
        answer = _chunk(writing, columns, basis, key, atomic=atomic, first=told.items)
        for one in answer["refused_items"]:
            refused(one["line"], one["code"], one["detail"], chunk.rows[one["item"]])
        told = told.plus(answer["items"], answer["awarded"], answer["repeated"], answer["refused"])
        progress(columns.length)
    return told


def _chunk(
    writing: Writing, columns: Columns, basis: Basis, key: str | None, *, atomic: bool, first: int
) -> dict[str, Any]:
    bulk = bulk_of(columns, basis, key, atomic=atomic, first=first)
    with writing() as session:
        return answer_of(bulk, award_directly(session, bulk.items), atomic=atomic)


def chunks(path: Path) -> Iterator[Chunk]:
    """Read a CSV file so many rows at a time; bytes that are no UTF-8 spoil their own cell alone."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            if len(set(header)) != len(header):
                raise UnfitColumns(found=", ".join(header), wanted="each column once")
            rows: list[list[str]] = []
            lines: list[int] = []
            for row in reader:
                if row:
                    rows.append(row)
                    lines.append(reader.line_num)
                if len(rows) == _AT_ONCE:
                    yield Chunk(header, rows, lines)
                    rows, lines = [], []
        except csv.Error as error:
            raise UnfitColumns(found=f"{error} on line {reader.line_num}", wanted="CSV (RFC 4180)") from error
    if rows or reader.line_num <= 1:
        yield Chunk(header, rows, lines)
