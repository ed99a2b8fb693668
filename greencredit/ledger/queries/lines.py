"""Turns rows of events into lines that people can read: when, by whom, why, with whom, under which terms."""

import hmac
from base64 import b32encode
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.kernel.keys import Keys
from greencredit.ledger import rules
from greencredit.ledger.queries.events import posted_at
from greencredit.ledger.queries.grounds import grounds_of
from greencredit.ledger.queries.reading import in_parts
from greencredit.ledger.queries.told import NOTED, Reader, Said, told
from greencredit.ledger.rules.serial import Serial
from greencredit.schemas.ledger import Reason, TrajectoryLine, Verb
from greencredit.schemas.ledger.trajectory import VERB_WORDS, Line

COLUMNS: Final = "e.id, e.grp, e.kind, e.series, e.holder, e.party, e.amount, e.caller, e.cause, e.serial"

Pseudonym = Callable[[int], str | None]
"""Under which name a reader knows a holder."""

_DENSE: Final = 16
"""If so many numbers lie between neighbours at most, batches are read as one stretch."""
_MANY: Final = 500
_PSEUDONYM_LETTERS: Final = 16


class EventRow(NamedTuple):
    """One event as the trajectory reads it."""

    id: int
    grp: int | None
    kind: int
    series: int
    holder: int
    party: int | None
    amount: int
    caller: int
    cause: int | None
    serial: int | None


def by_number(holder: int) -> str:
    """Name a holder by his number: how regulators and auditors know him."""
    return str(holder)


def unnamed(_holder: int) -> None:
    """Leave the holder out: who looks at himself knows who he is."""


_READERS: Final[dict[Pseudonym, Reader]] = {by_number: Reader.OVERSEER, unnamed: Reader.HOLDER}
"""Who knows holders in which way; whoever has names of its own for them is an issuer."""


def for_issuer(session: Session, issuer_id: str) -> Pseudonym:
    """Give the names under which one issuer knows holders: the same for ever, and of no use beside another's."""
    keys: Keys = session.info["keys"]
    key = hmac.digest(keys.for_purpose("ledger.pseudonym"), issuer_id.encode(), sha256)

    def named(holder: int) -> str:
        return "p_" + b32encode(hmac.digest(key, holder.to_bytes(8), sha256)).decode().lower()[:_PSEUDONYM_LETTERS]

    return named


class Lines:
    """Makes lines; what is asked again and again (callers, terms, parties) is read once."""

    def __init__(self, session: Session, pseudonym: Pseudonym) -> None:
        self._session, self._pseudonym = session, pseudonym
        self._reader = _READERS.get(pseudonym, Reader.ISSUER)
        self._callers: dict[int, str] = {}
        self._series: dict[int, tuple[str, int, int, datetime | None]] = {}
        self._parties: dict[int, str | None] = {}

    def of(self, rows: Sequence[EventRow]) -> list[Line]:
        """Give a line for each row, in the same order."""
        self._read_names(rows)
        times = times_of(self._session, [row.id for row in rows])
        notes = self._notes({row.grp or row.id for row in rows})
        notes |= grounds_of(self._session, [row.id for row in rows if row.kind == Verb.EARN.value])
        return [self._line(row, times[row.id], notes.get(row.grp or row.id)) for row in rows]

    def _line(self, row: EventRow, at: datetime, note: Said | Reason | None) -> Line:
        number, grp, kind, series, holder, party, amount, caller, cause, serial = row
        issuer_id, version, month, expires_at = self._series[series]
        actor_id, reason, document = (None, None, None) if note is None else note[:3]
        first = None if serial is None else str(Serial(series, month, serial))
        last = None if serial is None else str(Serial(series, month, serial + amount - 1))
        return Line(
            number,
            grp or number,
            at,
            Verb(kind),
            amount,
            self._pseudonym(holder),
            None if party is None else self._parties[party],
            series,
            issuer_id,
            version,
            month,
            expires_at,
            self._callers[caller],
            actor_id,
            reason,
            document,
            cause,
            first,
            last,
        )

    def _read_names(self, rows: Iterable[EventRow]) -> None:
        session = self._session
        callers = {row.caller for row in rows} - self._callers.keys()
        series = {row.series for row in rows} - self._series.keys()
        parties = {row.party for row in rows if row.party is not None} - self._parties.keys()
        self._callers |= dict(in_parts(session, "SELECT id, name FROM ledger_caller WHERE id", callers))
        self._parties |= dict(in_parts(session, "SELECT id, subject_id FROM ledger_holder WHERE id", parties))
        terms = "SELECT id, issuer_id, terms_version, award_month, expires_at FROM ledger_series WHERE id"
        for number, issuer_id, version, month, ends in in_parts(session, terms, series):
            self._series[number] = (issuer_id, version, month, None if ends == rules.NEVER else instant(ends))

    def _notes(self, groups: Collection[int]) -> dict[int, Said | Reason]:
        statement = (
            f"SELECT n.event_id, {NOTED} FROM ledger_note n JOIN ledger_event f ON f.id = n.event_id WHERE n.event_id"  # noqa: S608 - a constant
        )
        if len(groups) > _MANY:  # few events have a note: those of the whole stretch are fewer than the questions
            between = text(f"{statement} >= :low AND n.event_id <= :high")
            found: Iterable[Any] = self._session.execute(between, {"low": min(groups), "high": max(groups)})
        else:
            found = in_parts(self._session, statement, groups)
        return {event_id: told(self._reader, *note) for event_id, *note in found}


def times_of(session: Session, event_ids: Sequence[int]) -> dict[int, datetime]:
    """Give when each event was written; neighbours share one look into the batches."""
    if not event_ids:
        return {}
    low, high = min(event_ids), max(event_ids)
    if high - low > _DENSE * len(event_ids):
        return posted_at(session, list(event_ids))
    batches: Sequence[Any] = session.execute(
        text(
            "SELECT first, at FROM ledger_batch WHERE first >= (SELECT MAX(first) FROM ledger_batch "
            "WHERE first <= :low) AND first <= :high ORDER BY first"
        ),
        {"low": low, "high": high},
    ).all()
    firsts = [first for first, _ in batches]
    instants = [instant(at) for _, at in batches]
    return {number: instants[bisect_right(firsts, number) - 1] for number in event_ids}


def in_words(line: Line) -> TrajectoryLine:
    """Give a line as the API and the pages show it."""
    facts = line._asdict()
    return TrajectoryLine(**facts | {"verb": line.verb.name.lower(), "title": VERB_WORDS[line.verb]})
