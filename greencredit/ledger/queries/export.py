"""Exports of trajectories as CSV and Parquet: window after window, so that memory does not grow with what is exported.

Every window is read in a transaction of its own, pinned to the newest event when the export began: a long export holds
back neither writers nor checkpoints, and the same export made again has the same lines.
"""

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import SHANGHAI, now
from greencredit.ledger.queries.lines import Pseudonym
from greencredit.ledger.queries.trajectory import lines_of, newest, window_of
from greencredit.proofs import queries as proofs
from greencredit.schemas.ledger import ExportFacts, ExportQuery, Following, Line, Verb
from greencredit.schemas.ledger.trajectory import VERB_WORDS

Open = Callable[[], AbstractContextManager[Session]]
"""Opens a reading transaction."""

WINDOW_LINES: Final = 10_000

COLUMNS: Final = {
    "event_id": "事件编号",
    "group_id": "业务组编号",
    "posted_at": "记账时间",
    "verb": "动作代码",
    "verb_zh": "动作",
    "credits": "积分",
    "holder": "持有人代号",
    "party": "对方",
    "series_id": "批次",
    "issuer_id": "发行主体",
    "terms_version": "备案版本",
    "award_month": "发放月",
    "expires_at": "到期时间",
    "caller": "记账方",
    "actor_id": "经办人",
    "reason": "原因",
    "document": "凭证",
    "cause": "起因事件",
    "serial_first": "起始序列号",
    "serial_last": "截止序列号",
    "award": "所属发放",
    "award_credits": "其中属于该笔发放",
}
"""Every column by its name for machines, and what people call it."""

_BOM: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_METADATA: Final = b"greencredit"


def facts_of(session: Session, following: str, asked: ExportQuery) -> ExportFacts:
    """Say what an export that begins now will be of."""
    as_of = newest(session)
    entry = session.execute(
        text(
            "SELECT entry FROM ledger_batch WHERE first = (SELECT MAX(first) FROM ledger_batch WHERE first <= :event)"
        ),
        {"event": as_of},
    ).scalar_one_or_none()
    signed = proofs.latest_checkpoint(session)
    return ExportFacts(
        following=following,
        since=asked.since,
        until=asked.until,
        verbs=tuple(sorted(asked.verbs)),
        as_of=as_of,
        log_size=0 if entry is None else entry + 1,
        checkpoint_size=None if signed is None else signed.size,
        checkpoint_root=None if signed is None else b64encode(signed.root).decode(),
        made_at=now(session),
    )


class Exported(NamedTuple):
    """An export as a door hands it on: its bytes as they come, what they are, and what goes beside them."""

    content: Iterator[bytes]
    media_type: str
    file_name: str
    facts: ExportFacts

    @property
    def headers(self) -> dict[str, str]:
        """Give what stands beside the bytes over HTTP; CSV has no place inside for the facts."""
        return {
            "Content-Disposition": f'attachment; filename="{self.file_name}"',
            "Export-Facts": json.dumps(self.facts.model_dump(mode="json")),
            "Cache-Control": "no-store",
        }


def exported(found: Iterable[list[Line]], facts: ExportFacts, asked: ExportQuery) -> Exported:
    """Write lines in the form asked for, as they come."""
    named = re.sub(r"[^A-Za-z0-9]+", "-", facts.following).strip("-")
    name = f"trajectory-{named}-asof-{facts.as_of}.{asked.form}"
    if asked.form == "csv":
        return Exported(as_csv(found, bom=asked.bom, plain=asked.plain), "text/csv; charset=utf-8", name, facts)
    return Exported(as_parquet(found, facts), "application/vnd.apache.parquet", name, facts)


def windows(
    reading: Open, following: Following, facts: ExportFacts, named: Callable[[Session], Pseudonym]
) -> Iterator[list[Line]]:
    """Give all lines of an export, oldest first, so many at a time."""
    verbs = [Verb[verb.upper()] for verb in facts.verbs]
    after: int | None = 0
    while after is not None:
        with reading() as session:
            window = window_of(
                session, as_of=facts.as_of, since=facts.since, until=facts.until, verbs=verbs, after=after
            )
            lines, after = lines_of(session, following, window, WINDOW_LINES, named(session))
        if lines:
            yield lines


def as_csv(found: Iterable[list[Line]], *, bom: bool = False, plain: bool = False) -> Iterator[bytes]:
    """Write lines as CSV in UTF-8, times by the clock in China; `plain` heads columns with their names alone."""
    head = [name if plain else f"{title} {name}" for name, title in COLUMNS.items()]
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    if bom:  # what makes a spreadsheet of an office read it as UTF-8
        written.write(_BOM)
    writer.writerow(head)
    for lines in found:
        writer.writerows(_cells(line) for line in lines)
        yield written.getvalue().encode()
        written.seek(0)
        written.truncate()
    yield written.getvalue().encode()


def _cells(line: Line) -> tuple[object, ...]:
    return (
        line.event_id,
        line.group_id,
        line.posted_at.astimezone(SHANGHAI).isoformat(),
        line.verb.name.lower(),
        VERB_WORDS[line.verb].zh,
        line.credits,
        line.holder,
        _text(line.party),
        line.series_id,
        line.issuer_id,
        line.terms_version,
        line.award_month,
        line.expires_at and line.expires_at.astimezone(SHANGHAI).isoformat(),
        _text(line.caller),
        _text(line.actor_id),
        _text(line.reason),
        _text(line.document),
        line.cause,
        line.serial_first,
        line.serial_last,
        line.award,
        line.award_credits,
    )


def _text(cell: str | None) -> str | None:
    """Keep a spreadsheet from reckoning what somebody typed."""
    return f"'{cell}" if cell is not None and cell.startswith(_FORMULA) else cell


def as_parquet(found: Iterable[list[Line]], facts: ExportFacts) -> Iterator[bytes]:
    """Write lines as Parquet, one row group for each window; the facts of the export stand in the file's metadata."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema().with_metadata({_METADATA: facts.model_dump_json().encode()})
    sink = _Sink()
    with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for lines in found:
            columns = list(zip(*(_values(line) for line in lines), strict=True))
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=WINDOW_LINES)
            yield sink.taken()
    yield sink.taken()


def _values(line: Line) -> tuple[object, ...]:
    verb = line.verb
    return (
        *line[:3],
        verb.name.lower(),
        VERB_WORDS[verb].zh,
        *line[4:],
    )


def _schema() -> "pa.Schema":  # type: ignore[name-defined] # noqa: F821 - imported where it is used, being heavy
    import pyarrow as pa

    numbers = ("event_id", "group_id", "credits", "series_id", "cause", "award", "award_credits")
    kinds: dict[str, pa.DataType] = dict.fromkeys(numbers, pa.int64())
    kinds |= dict.fromkeys(("terms_version", "award_month"), pa.int32())
    kinds |= dict.fromkeys(("posted_at", "expires_at"), pa.timestamp("us", tz="UTC"))
    return pa.schema([pa.field(name, kinds.get(name, pa.string())) for name in COLUMNS])


class _Sink(io.RawIOBase):
    """Takes what the writer writes until it is handed on; Parquet is written from front to back."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override] # any buffer
        self._kept.append(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        """Give what was written since the last time."""
        taken = b"".join(self._kept)
        self._kept.clear()
        return taken
