"""Reads CSV and Parquet files in chunks of bounded size, with the line every record stands on."""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from greencredit.evidence.catalogue import FeedForm
from greencredit.evidence.errors import EmptyFile, MissingColumn, Unreadable, WrongEncoding
from greencredit.schemas.evidence import Reject, RejectCode

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_LINES: Final = 50_000
_LONGEST_RECEIPT: Final = 4 * CHUNK_LINES
_BLOCK_BYTES: Final = 1 << 20
_FIELD_CHARACTERS: Final = 10_000


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
        EmptyFile: there is nothing in it.
    """
    digest = hashlib.sha256()
    decoder = None if _is_parquet(path) else codecs.getincrementaldecoder(encoding)()
    line, offset = 1, 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            if decoder is not None:
                pending = len(decoder.getstate()[0])
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as fault:
                    at = max(fault.start - pending, 0)
                    raise WrongEncoding(
                        wanted=encoding,
                        line=line + block[:at].count(b"\n"),
                        byte=offset + at + 1,
                        hint=_hint(encoding),
                    ) from fault
                line += block.count(b"\n")
            offset += len(block)
    if offset == 0:
        raise EmptyFile(path.name)
    return digest.hexdigest()


def _hint(encoding: str) -> str:
    if encoding.lower().startswith("utf"):
        return "if the file is GBK, say encoding gb18030"
    return "if the file is UTF-8, say encoding utf-8"


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def chunks(path: Path, form: FeedForm, encoding: str, *, skip: int) -> Iterator[Chunk]:
    """Give the records after the first `skip`, some fifty thousand at a time; memory does not grow with the file."""
    if _is_parquet(path):
        yield from _parquet_chunks(path, form, skip)
    else:
        yield from _csv_chunks(path, form, encoding, skip)


def _require_columns(form: FeedForm, found: list[str]) -> None:
    if missing := [column.name for column in form.columns if column.required and column.name not in found]:
        raise MissingColumn(missing=missing, found=found)


def _csv_chunks(path: Path, form: FeedForm, encoding: str, skip: int) -> Iterator[Chunk]:
    import pyarrow as pa

    csv.field_size_limit(_FIELD_CHARACTERS)
    signed = "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else encoding
    with path.open(encoding=signed, newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in _next(reader, path) or []]
        _require_columns(form, header)
        places = {column.name: header.index(column.name) for column in form.columns if column.name in header}
        for _ in islice(reader, skip):
            pass
        taken_any = skip > 0
        while True:
            lines, rows, rejects = _csv_records(reader, len(header), path)
            if not lines and not rejects:
                break
            taken_any = True
            fields = list(zip(*rows, strict=True)) if rows else [()] * len(header)
            columns: dict[str, pa.Array[Any]] = {
                name: pa.array(fields[place], pa.string()) for name, place in places.items()
            }
            yield Chunk(lines, columns, rejects)
        if not taken_any:
            raise EmptyFile(path.name)


def _next(reader: Any, path: Path) -> list[str] | None:  # noqa: ANN401 - the csv module names no public reader type
    try:
        row: list[str] | None = next(reader, None)
    except csv.Error as fault:
        raise Unreadable(file_name=path.name, reason=f"line {reader.line_num}: {fault}") from fault
    return row


def _csv_records(reader: Any, width: int, path: Path) -> tuple[list[int], list[list[str]], list[Reject]]:  # noqa: ANN401
    lines: list[int] = []
    rows: list[list[str]] = []
    rejects: list[Reject] = []
    while len(lines) + len(rejects) < CHUNK_LINES:
        row = _next(reader, path)
        if row is None:
            break
        if len(row) == width:
            lines.append(reader.line_num)
            rows.append(row)
        elif row:
            code = RejectCode.WRONG_FIELD_COUNT.value
            rejects.append(Reject(reader.line_num, code, "", f"{len(row)} fields", f"{width} fields"))
        else:
            rejects.append(Reject(reader.line_num, RejectCode.MISSING.value, "", "an empty line", "a record"))
    return lines, rows, rejects


def _parquet_chunks(path: Path, form: FeedForm, skip: int) -> Iterator[Chunk]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as fault:
        raise Unreadable(file_name=path.name, reason=str(fault).splitlines()[0]) from fault
    with file:
        names = file.schema_arrow.names
        _require_columns(form, names)
        if file.metadata.num_rows == 0:
            raise EmptyFile(path.name)
        wanted = [column.name for column in form.columns if column.name in names]
        first = 1
        for batch in file.iter_batches(batch_size=CHUNK_LINES, columns=wanted, use_threads=True):
            done = min(max(skip - first + 1, 0), batch.num_rows)
            rest = batch.slice(done)
            if rest.num_rows:
                lines = list(range(first + done, first + batch.num_rows))
                yield Chunk(lines, {name: rest.column(name) for name in wanted}, [])
            first += batch.num_rows


def whole_receipts(parts: Iterator[Chunk]) -> Iterator[Chunk]:
    """Cut chunks where a receipt ends, so that what is bought together is seen together.

    Lines of one receipt follow each other in a feed; only a receipt of more than two hundred thousand lines is cut.
    """
    import pyarrow as pa

    held: Chunk | None = None
    for part in parts:
        chunk = part
        if held is not None:
            columns: dict[str, pa.Array[Any]] = {
                name: pa.concat_arrays([held.columns[name], column]) for name, column in part.columns.items()
            }
            chunk = Chunk(held.lines + part.lines, columns, held.rejects + part.rejects)
        cut = _last_receipt(chunk)
        if cut == 0 and len(chunk.lines) < _LONGEST_RECEIPT:
            held = chunk
            continue
        if cut == 0:
            held = None
            yield chunk
            continue
        first_held = chunk.lines[cut]
        yield Chunk(
            chunk.lines[:cut],
            {name: column.slice(0, cut) for name, column in chunk.columns.items()},
            [reject for reject in chunk.rejects if reject.line < first_held],
        )
        held = Chunk(
            chunk.lines[cut:],
            {name: column.slice(cut) for name, column in chunk.columns.items()},
            [reject for reject in chunk.rejects if reject.line >= first_held],
        )
    if held is not None:
        yield held


def _last_receipt(chunk: Chunk) -> int:
    """Find where the last receipt of a chunk begins."""
    receipts = chunk.columns["receipt_no"]
    place = len(receipts) - 1
    while place > 0 and receipts[place - 1] == receipts[place]:
        place -= 1
    return max(place, 0)
