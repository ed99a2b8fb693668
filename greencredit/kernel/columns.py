"""Columns of a bulk request: JSON or CSV in, equally long lists out, and every cell that is not in order by its place.

Whole columns are looked at at once; only where one is not in order, its cells are looked at one by one.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

from greencredit.kernel.errors import Refused

Kind = type[str] | type[int]
"""What the cells of a column are: texts or whole numbers."""

TEXT_MAX: Final = 255
"""The longest text of a cell, in characters."""

_WHOLE: Final = re.compile(r"-?[0-9]{1,30}")
_WANTED: Final[Mapping[Kind, str]] = {
    int: "a whole number",
    str: f"a text of 1 to {TEXT_MAX} characters, without control characters",
}
_SHOWN: Final = 80


class UnfitColumns(Refused):
    """批量内容有误: the body is not the columns that were wanted."""

    code = "kernel.unfit_columns"

    def __init__(self, *, found: str, wanted: str) -> None:
        super().__init__(f"wanted {wanted}, found {found[:_SHOWN]}", found=found[:_SHOWN], wanted=wanted)


class TooManyItems(Refused):
    """条数过多: one request has more items than it may."""

    code = "kernel.too_many_items"

    def __init__(self, *, found: int, most: int) -> None:
        super().__init__(f"a request has at most {most} items, found {found}", found=found, wanted=most)


class UnfitCell(Refused):
    """单元格有误: a cell is not what its column holds."""

    code = "kernel.unfit_cell"

    def __init__(self, *, column: str, found: str, wanted: str) -> None:
        super().__init__(
            f"{column}: wanted {wanted}, found {found[:_SHOWN]}", column=column, found=found[:_SHOWN], wanted=wanted
        )


class Columns(NamedTuple):
    """Equally long columns by name; what is not in order is named by its place, its cells are not to be used."""

    length: int
    of: Mapping[str, Sequence[Any]]
    unfit: Mapping[int, UnfitCell]
    lines: Sequence[int] | None = None
    """The line of a CSV file on which each item ends."""


def cells_of(body: bytes, wanted: Mapping[str, Kind]) -> dict[str, Any]:
    """Read one item, `{"name": cell, ...}`; a cell that may be left out ends in `?`.

    Raises:
        UnfitColumns, UnfitCell: it is not what was wanted.
    """
    found = _read(body)
    if not isinstance(found, dict):
        raise UnfitColumns(found=_shown(found), wanted="an object")
    for name, kind in _kinds(found, wanted).items():
        if not _all_in_order((found[name],), kind):
            raise UnfitCell(column=name, found=_shown(found[name]), wanted=_WANTED[kind])
    return found


def _read(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return from_json(body)
    except ValueError as error:
        raise UnfitColumns(found=str(error), wanted="JSON in UTF-8") from error


def of_json(body: bytes, wanted: Mapping[str, Kind], *, most: int) -> Columns:
    """Read `{"name": [...], ...}`; a column that may be left out ends in `?`.

    Raises:
        UnfitColumns, TooManyItems: nothing of it can be used.
    """
    found = _read(body)
    if not isinstance(found, dict) or not all(isinstance(column, list) for column in found.values()):
        raise UnfitColumns(found=_shown(found), wanted="an object of columns, each a list")
    kinds = _kinds(found, wanted)
    lengths = {name: len(column) for name, column in found.items()}
    if len(set(lengths.values())) != 1:
        raise UnfitColumns(found=json.dumps(lengths), wanted="columns of one length")
    return _checked(found, kinds, next(iter(lengths.values())), most=most)


def of_csv(body: bytes, wanted: Mapping[str, Kind], *, most: int) -> Columns:
    """Read a CSV file in UTF-8 whose first line names the columns; as `of_json`."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise UnfitColumns(found=f"byte {body[error.start]:#04x} on line {line}", wanted="CSV in UTF-8") from error
    rows, lines = [], []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        kinds = _kinds(dict.fromkeys(header), wanted)
        if len(set(header)) != len(header):
            raise UnfitColumns(found=", ".join(header), wanted="each column once")
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise UnfitColumns(found=f"{error} on line {reader.line_num}", wanted="CSV (RFC 4180)") from error
    return typed(rows, header, kinds, most=most)._replace(lines=lines)


def typed(rows: Sequence[Sequence[str]], header: Sequence[str], kinds: Mapping[str, Kind], *, most: int) -> Columns:
    """Turn rows of texts into columns of their kinds; a row of another length is not in order."""
    if len(rows) > most:
        raise TooManyItems(found=len(rows), most=most)
    width = len(header)
    short = {place: row for place, row in enumerate(rows) if len(row) != width}
    if short:
        rows = [[""] * width if place in short else row for place, row in enumerate(rows)]
    texts = (
        dict(zip(header, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in header}
    )
    cells: dict[str, list[Any]] = {
        name: _whole(column) if kinds[name] is int else column for name, column in texts.items()
    }
    columns = _checked(cells, kinds, len(rows), most=most)
    wanted = f"{width} cells"
    unfit = {place: UnfitCell(column="*", found=f"{len(row)} cells", wanted=wanted) for place, row in short.items()}
    return columns._replace(unfit={**columns.unfit, **unfit})


def kinds_of(header: Sequence[str], wanted: Mapping[str, Kind]) -> dict[str, Kind]:
    """Give the kind of each column that is there; refuses one that nobody wants, or that is missing."""
    return _kinds(dict.fromkeys(header), wanted)


def _kinds(found: Mapping[str, Any], wanted: Mapping[str, Kind]) -> dict[str, Kind]:
    known = {name.rstrip("?"): kind for name, kind in wanted.items()}
    needed = {name for name in wanted if not name.endswith("?")}
    if not needed <= found.keys() <= known.keys():
        names = ", ".join(f"{name.rstrip('?')} (optional)" if name.endswith("?") else name for name in wanted)
        raise UnfitColumns(found=", ".join(map(str, found)) or "none", wanted=f"the columns {names}")
    return {name: known[name] for name in found}


def _checked(columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, Kind], count: int, *, most: int) -> Columns:
    if count > most:
        raise TooManyItems(found=count, most=most)
    unfit: dict[int, UnfitCell] = {}
    for name, column in columns.items():
        if not _all_in_order(column, kinds[name]):
            for place, found in _not_in_order(column, kinds[name]):
                unfit.setdefault(place, UnfitCell(column=name, found=_shown(found), wanted=_WANTED[kinds[name]]))
    return Columns(count, columns, unfit)


def _all_in_order(column: Sequence[Any], kind: Kind) -> bool:
    if not set(map(type, column)) <= {kind}:
        return False
    if kind is int:
        return True
    return all(column) and max(map(len, column), default=0) <= TEXT_MAX and "".join(column).isprintable()


def _not_in_order(column: Sequence[Any], kind: Kind) -> Iterator[tuple[int, Any]]:
    for place, cell in enumerate(column):
        if not _all_in_order((cell,), kind):
            yield place, cell


def _whole(column: Sequence[str]) -> list[Any]:
    """Read whole numbers; what is none stays a text."""
    joined = "".join(column)
    if joined.isascii() and joined.isdecimal() and all(column) and max(map(len, column)) < _SHOWN:
        return list(map(int, column))
    return [int(cell) if _WHOLE.fullmatch(cell) else cell for cell in column]


def _shown(found: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    text = found if isinstance(found, str) else json.dumps(found)
    return text[:_SHOWN].encode("utf-8", "backslashreplace").decode()
