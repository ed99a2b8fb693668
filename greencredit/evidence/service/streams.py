"""Single records through the door: each is a line of the day's stream, and its key gives the first answer for ever."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.catalogue import FeedForm
from greencredit.evidence.errors import HoldsPlaces, UndeclaredColumn
from greencredit.evidence.service.feeds import open_batch
from greencredit.evidence.service.files import Chunk
from greencredit.evidence.tables import EvidenceTold
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.evidence import Batch, Feed
from greencredit.schemas.sources import RecordTaken

_MARK_BYTES = 16


class Asked(NamedTuple):
    """One record as it was handed in, with the key of whoever asks."""

    feed: str
    key: str
    record: Mapping[str, str]


class Answered(NamedTuple):
    """What is to be remembered of an answer."""

    asked: Asked
    answer: RecordTaken


def stream_batch(session: Session, feed: Feed) -> Batch:
    """Give the batch into which a feed's single records of today go."""
    today = civil_date(now(session))
    digest = hashlib.sha256(f"stream\0{feed.name}\0{today}".encode()).hexdigest()
    return open_batch(session, feed, file_name=f"stream {today}", file_digest=digest)


def chunk_of(form: FeedForm, records: Sequence[Mapping[str, str]], *, after: int) -> Chunk:
    """Make a chunk of records, as a file would have brought them; what a record leaves out is empty."""
    import pyarrow as pa

    columns: dict[str, pa.Array[Any]] = {
        column.name: pa.array([one.get(column.name, "") for one in records], pa.string()) for column in form.columns
    }
    return Chunk(list(range(after + 1, after + 1 + len(records))), columns, [])


def cells_of(form: FeedForm, record: Mapping[str, object]) -> dict[str, str]:
    """Write the cells of a record as texts, the way a file has them.

    Raises:
        HoldsPlaces: a column would hold a place or a track. UndeclaredColumn: the kind has no such column.
    """
    names = {column.name for column in form.columns}
    if form.no_places and (places := rules.places_in(record)):
        raise HoldsPlaces(file_name="the record", columns=places)
    if more := [name for name in record if name not in names]:
        raise UndeclaredColumn(file_name="the record", columns=more)
    return {name: _cell(value) for name, value in record.items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return json.dumps({name: _cell(one) for name, one in value.items()}, ensure_ascii=False)
    return str(value)


def answered_before(session: Session, asked: Iterable[Asked]) -> dict[int, tuple[bool, RecordTaken]]:
    """Give, by place, what was answered to these keys before, and whether it was to the same record."""
    wanted = {_mark(session, one): (place, one) for place, one in enumerate(asked)}
    rows = session.scalars(select(EvidenceTold).where(EvidenceTold.mark.in_(wanted)))
    found = {}
    for row in rows:
        place, one = wanted[bytes(row.mark)]
        found[place] = (bytes(row.content) == _content(session, one), RecordTaken.model_validate_json(row.answer))
    return found


def remember(session: Session, answers: Sequence[Answered]) -> None:
    """Remember answers by their keys; what was sent back is not, so that it may come again once the reason is gone."""
    rows = [
        {
            "mark": _mark(session, one.asked),
            "content": _content(session, one.asked),
            "answer": one.answer.model_dump_json(),
        }
        for one in answers
    ]
    if rows:
        session.execute(insert(EvidenceTold), rows)


def _mark(session: Session, asked: Asked) -> bytes:
    return _digest(session, f"{asked.feed}\0{asked.key}")


def _content(session: Session, asked: Asked) -> bytes:
    return _digest(session, json.dumps(dict(asked.record), sort_keys=True))


def _digest(session: Session, text: str) -> bytes:
    """Digest with a key: what a record held cannot be guessed from what is kept of it."""
    key: bytes = session.info["keys"].for_purpose("evidence.told")
    return hashlib.blake2b(text.encode(), key=key, digest_size=_MARK_BYTES).digest()
