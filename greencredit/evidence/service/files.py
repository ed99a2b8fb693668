"""Reads CSV and Parquet files in chunks of bounded size, with the line every record stands on."""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from greencredit.evidence import rules
from greencredit.evidence.catalogue import FeedForm
from greencredit.evidence.errors import (
    EmptyFile,
    HoldsCardNumbers,
    HoldsPlaces,
    MissingColumn,
    UndeclaredColumn,
    UnknownEncoding,
    Unreadable,
    WrongEncoding,
)
from greencredit.evidence.service import columns as read
from greencredit.kernel.errors import Refused
from greencredit.schemas.evidence import Reject, RejectCode

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

CHUNK_LINES = 50_000
"""How many records one transaction takes in."""

_RECEIPT_CHUNKS: Final = 4
_BLOCK_BYTES: Final = 1 << 20
_FIELD_CHARACTERS: Final = 10_000
_LINES_TOLD: Final = 20


class Chunk(NamedTuple):
    """Some records of a file: columns of equal length, the line of each, and what could not be split at all."""

    lines: list[int]
    columns: dict[str, "pa.Array[Any]"]
    rejects: list[Reject]

    @property
    def records(self) -> int:
        """Count the records, the broken ones included."""
        return len(self.lines) + len(self.rejects)


def digest_of(path: Path, encoding: str) -> str:
    """Give the SHA-256 of a file, after looking through the whole of it: text must be of its encoding.

    Raises:
        WrongEncoding: names the line and byte, before a single line is taken in.
        UnknownEncoding: no text is written that way.
        EmptyFile: there is nothing in it.
        Unreadable: a line without an end, or text where the name promises Parquet.
    """
    try:
        "".encode(encoding)
    except (LookupError, UnicodeError) as fault:
        raise UnknownEncoding(encoding) from fault
    if path.stat().st_size == 0:
        raise EmptyFile(path.name)
    text = None if _is_parquet(path) else _Text(path, encoding)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            if text is not None:
                text.look_at(block)
    if text is not None:
        text.end()
    return digest.hexdigest()


class _Text:
    """Looks through a text block by block: is it of its encoding, and do its lines end?"""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._line, self._offset = 1, 0
        self._begin = b""

    def look_at(self, block: bytes) -> None:
        """Look at the next block."""
        self._begin = self._begin or block[:2]
        self._decode(block, final=False)
        ends = block.count(b"\n")
        if not ends and len(block) == _BLOCK_BYTES and b"\r" not in block:
            reason = f"line {self._line} is longer than {_BLOCK_BYTES} bytes"
            raise Unreadable(file_name=self._path.name, reason=reason)
        self._line += ends
        self._offset += len(block)

    def end(self) -> None:
        """Refuse a last character that was cut off."""
        self._decode(b"", final=True)

    def _decode(self, block: bytes, *, final: bool) -> None:
        pending = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as fault:
            at = fault.start - pending  # below zero: the character began in the block before
            raise WrongEncoding(
                wanted=self._encoding,
                line=self._line + block[: max(at, 0)].count(b"\n"),
                byte=self._offset + at + 1,
                hint=self._hint(),
            ) from fault

    def _hint(self) -> str:
        if self._begin in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "the file begins as UTF-16 does: save it as UTF-8"
        if self._encoding.lower().startswith("utf"):
            return "if the file is GBK, say encoding gb18030"
        return "if the file is UTF-8, say encoding utf-8"


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        begins_so = file.read(4) == b"PAR1"
    if not begins_so and path.suffix == ".parquet":
        raise Unreadable(file_name=path.name, reason="its name says Parquet, its first bytes do not")
    return begins_so


def require_readable(path: Path, form: FeedForm, encoding: str) -> None:
    """Refuse a file of which nothing can be taken in, before anything is.

    Raises:
        MissingColumn, WrongColumnType: the header is not the feed's.
        EmptyFile: there is no record under the header.
        Unreadable: a column stands twice, or the file is broken.
    """
    if _is_parquet(path):
        with _parquet_file(path, form) as (file, _):
            rows = file.metadata.num_rows
    else:
        with _csv_reader(path, form, encoding) as (reader, _):
            rows = sum(1 for _ in islice(_records(reader), 1))
    if rows == 0:
        raise EmptyFile(path.name)


def require_keepable(path: Path, form: FeedForm, encoding: str) -> None:
    """Refuse a file that must not be kept, not even until it is read: places, tracks, full card numbers.

    What else is wrong with it is told when it is read; only what may hold card numbers is looked through at once.

    Raises:
        HoldsPlaces: a column would hold them.
        HoldsCardNumbers: names the lines, never the numbers. UndeclaredColumn: nobody would look into it.
    """
    if form.no_card_numbers:
        digest_of(path, encoding)  # nobody can look through what can't be read
        require_readable(path, form, encoding)
        _require_no_card_numbers(path, form, encoding)
    elif form.no_places:
        try:
            require_readable(path, form, encoding)
        except HoldsPlaces:
            raise
        except (Refused, UnicodeDecodeError):
            return


def _require_no_card_numbers(path: Path, form: FeedForm, encoding: str) -> None:
    lines: set[int] = set()
    for chunk in chunks(path, form, encoding, skip=0):
        for column in chunk.columns.values():
            held = (row for row, value in enumerate(read.texts(column)) if rules.full_card_number(value))
            lines |= {chunk.lines[row] for row in held}
        if lines:
            raise HoldsCardNumbers(lines=sorted(lines)[:_LINES_TOLD])


def chunks(path: Path, form: FeedForm, encoding: str, *, skip: int) -> Iterator[Chunk]:
    """Give the records after the first `skip`, some fifty thousand at a time; memory does not grow with the file."""
    return _parquet_chunks(path, form, skip) if _is_parquet(path) else _csv_chunks(path, form, encoding, skip)


def _require_columns(path: Path, form: FeedForm, found: list[str]) -> None:
    """Refuse a header that is not the feed's; the names of places first, for such a file is not to be kept at all."""
    if form.no_places and (places := rules.places_in(found)):
        raise HoldsPlaces(file_name=path.name, columns=places)
    names = {column.name for column in form.columns}
    if form.no_card_numbers and (more := [name for name in found if name not in names]):
        raise UndeclaredColumn(file_name=path.name, columns=more)
    if missing := [column.name for column in form.columns if column.required and column.name not in found]:
        raise MissingColumn(missing=missing, found=found)
    if twice := [column.name for column in form.columns if found.count(column.name) > 1]:
        raise Unreadable(file_name=path.name, reason=f"column {twice[0]} stands twice")


# ---- CSV -----------------------------------------------------------------------------------------------------------


@contextmanager
def _csv_reader(path: Path, form: FeedForm, encoding: str) -> Iterator[tuple[Any, list[str]]]:
    """Open a text and read its header."""
    csv.field_size_limit(_FIELD_CHARACTERS)
    signed = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding  # some programs mark UTF-8
    with path.open(encoding=signed, newline="") as file:
        reader = csv.reader(file)
        _, row = next(_records(reader), (1, None))
        header = [name.strip() for name in row or []]
        _require_columns(path, form, header)
        yield reader, header


def _records(reader: Any) -> Iterator[tuple[int, list[str] | None]]:  # noqa: ANN401 - csv names no public type
    """Give every record with the line on which it begins; none for one that can't be split into fields."""
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error:
            yield line, None
            continue
        if row is None:
            return
        yield line, row


def _csv_chunks(path: Path, form: FeedForm, encoding: str, skip: int) -> Iterator[Chunk]:
    import pyarrow as pa

    with _csv_reader(path, form, encoding) as (reader, header):
        places = {column.name: header.index(column.name) for column in form.columns if column.name in header}
        records = islice(_records(reader), skip, None)
        while True:
            lines, rows, rejects = _csv_records(records, len(header))
            if not lines and not rejects:
                break
            fields = list(zip(*rows, strict=True)) if rows else [()] * len(header)
            columns: dict[str, pa.Array[Any]] = {
                name: pa.array(fields[place], pa.string()) for name, place in places.items()
            }
            yield Chunk(lines, columns, rejects)


def _csv_records(
    records: Iterator[tuple[int, list[str] | None]], width: int
) -> tuple[list[int], list[list[str]], list[Reject]]:
    lines: list[int] = []
    rows: list[list[str]] = []
    rejects: list[Reject] = []
    for line, row in islice(records, CHUNK_LINES):
        if row is not None and len(row) == width:
            lines.append(line)
            rows.append(row)
        elif row:
            code = RejectCode.WRONG_FIELD_COUNT.value
            rejects.append(Reject(line, code, "", f"{len(row)} fields", f"{width} fields"))
        elif row is None:
            found = f"a field of more than {_FIELD_CHARACTERS} characters, or a quotation mark that is never closed"
            rejects.append(Reject(line, RejectCode.WRONG_FIELD_COUNT.value, "", found, f"{width} fields"))
        else:
            rejects.append(Reject(line, RejectCode.MISSING.value, "", "an empty line", "a record"))
    return lines, rows, rejects


# ---- Parquet -------------------------------------------------------------------------------------------------------


@contextmanager
def _parquet_file(path: Path, form: FeedForm) -> Iterator[tuple["parquet.ParquetFile", list[str]]]:
    """Open a Parquet file whose columns have the right names and types; what breaks later is a refusal, too."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Buffered: else a row group of two gigabytes would be read in one piece.
        with parquet.ParquetFile(path, buffer_size=_BLOCK_BYTES) as file:
            schema = file.schema_arrow
            _require_columns(path, form, schema.names)
            for column in form.columns:
                if column.name in schema.names:
                    read.require_type(column.name, column.form, schema.field(column.name).type)
            yield file, [column.name for column in form.columns if column.name in schema.names]
    except (pa.ArrowInvalid, OSError) as fault:
        raise Unreadable(file_name=path.name, reason=str(fault).splitlines()[0]) from fault


def _parquet_chunks(path: Path, form: FeedForm, skip: int) -> Iterator[Chunk]:
    with _parquet_file(path, form) as (file, wanted):
        first = 1
        for batch in file.iter_batches(batch_size=CHUNK_LINES, columns=wanted, use_threads=True):
            done = min(max(skip - first + 1, 0), batch.num_rows)
            rest = batch.slice(done)
            if rest.num_rows:
                rest.validate(full=True)  # a file may promise UTF-8 and hold something else
                lines = list(range(first + done, first + batch.num_rows))
                yield Chunk(lines, {name: read.plain(rest.column(name)) for name in wanted}, [])
            first += batch.num_rows


# ---- What belongs together -----------------------------------------------------------------------------------------


def together(parts: Iterator[Chunk], form: FeedForm) -> Iterator[Chunk]:
    """Cut chunks where a receipt ends, so that what is bought together is seen together.

    Lines of one receipt follow each other in a feed; only a receipt of more than two hundred thousand lines is cut.
    """
    return _whole(parts, form.together[0]) if form.together else parts


def _whole(parts: Iterator[Chunk], column: str) -> Iterator[Chunk]:
    held: Chunk | None = None
    for part in parts:
        chunk = part if held is None else _joined(held, part)
        cut = _last_begin(chunk, column)
        if cut:
            before, held = _split(chunk, cut)
            yield before
        elif chunk.records < _RECEIPT_CHUNKS * CHUNK_LINES:
            held = chunk
        else:
            held = None
            yield chunk
    if held is not None:
        yield held


def _joined(one: Chunk, other: Chunk) -> Chunk:
    import pyarrow as pa

    columns: dict[str, pa.Array[Any]] = {
        name: pa.concat_arrays([one.columns[name], column]) for name, column in other.columns.items()
    }
    return Chunk(one.lines + other.lines, columns, one.rejects + other.rejects)


def _split(chunk: Chunk, at: int) -> tuple[Chunk, Chunk]:
    first_held = chunk.lines[at]
    before = [reject for reject in chunk.rejects if reject.line < first_held]
    behind = [reject for reject in chunk.rejects if reject.line > first_held]
    return (
        Chunk(chunk.lines[:at], {name: column.slice(0, at) for name, column in chunk.columns.items()}, before),
        Chunk(chunk.lines[at:], {name: column.slice(at) for name, column in chunk.columns.items()}, behind),
    )


def _last_begin(chunk: Chunk, column: str) -> int:
    """Find where the last run of equal values begins."""
    receipts = chunk.columns[column]
    place = len(receipts) - 1
    while place > 0 and receipts[place - 1] == receipts[place]:
        place -= 1
    return max(place, 0)
