"""What an issuer owes and how that came about: sums by version of its filing, movements between two events, holders."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros
from greencredit.kernel.driver import driver
from greencredit.ledger.errors import NoSuchEvent
from greencredit.ledger.queries.trajectory import STRETCH_BITS
from greencredit.ledger.rules import paths as rules
from greencredit.schemas.ledger import Verb

_SERIES: Final = f"((b.leaf_id >> {rules.SERIES_SHIFT}) & {rules.ALL_SERIES})"
_OWED_KINDS: Final = ", ".join(str(kind.value) for kind in rules.OUTSTANDING)
_OWED: Final = f"b.posted > 0 AND b.leaf_id & {rules.KINDS} IN ({_OWED_KINDS})"


_NAMES_AT_ONCE: Final = 500


class Outstanding(NamedTuple):
    """What one issuer owes under one version of its filing."""

    issuer_id: str
    terms_version: int
    credits: int


class Flow(NamedTuple):
    """What events of one verb moved of one issuer's credits under one version of its filing."""

    issuer_id: str
    terms_version: int
    verb: Verb
    credits: int


class Waiting(NamedTuple):
    """A waiting award of an issuer, and what is left of it."""

    event_id: int
    holder: int
    credits: int


class Held(NamedTuple):
    """What one holder has of an issuer's credits."""

    holder: int
    subject_id: str
    credits: int


def last_event(session: Session) -> int:
    """Give the number of the newest event; 0 before the first."""
    return int(session.execute(text("SELECT next_event - 1 FROM ledger_head")).scalar_one())


def last_event_before(session: Session, at: datetime) -> int:
    """Give the last event that was posted before an instant; 0 where there was none."""
    ((found,),) = driver(session).rows("SELECT MAX(last) FROM ledger_batch WHERE at < ?", (micros(at),))
    return int(found or 0)


def outstanding(session: Session) -> list[Outstanding]:
    """Add up what every issuer owes, by version of its filing: one look over all balances."""
    rows = session.execute(
        text(
            "SELECT s.issuer_id, s.terms_version, SUM(o.credits) AS credits FROM ("  # noqa: S608 - constants
            f"SELECT {_SERIES} AS series, SUM(b.posted) AS credits FROM ledger_balance b WHERE {_OWED} GROUP BY 1"
            ") o JOIN ledger_series s ON s.id = o.series GROUP BY s.issuer_id, s.terms_version "
            "ORDER BY s.issuer_id, s.terms_version"
        )
    )
    return [Outstanding(issuer_id, version, int(credits_)) for issuer_id, version, credits_ in rows]


def flows(session: Session, issuer_ids: Collection[str], *, after: int, until: int) -> list[Flow]:
    """Add up what the events after one event, up to another, moved of these issuers.

    Whole stretches that are summed up are read as sums: only events before the first of them and behind the last are
    looked at one by one, however long ago the first event is.
    """
    known = _series_of(session, issuer_ids)
    if not known or until <= after:
        return []
    first = -(-after >> STRETCH_BITS)
    last = min(until >> STRETCH_BITS, summed_stretches(session))
    parts = [(after, until)] if last <= first else [(after, first << STRETCH_BITS), (last << STRETCH_BITS, until)]
    moved: defaultdict[tuple[str, int, int], int] = defaultdict(int)
    rows = [row for part in parts for row in _moved(session, known, *part)]
    rows += _summed(session, known, first, last) if first < last else []
    for series, kind, credits_ in rows:
        issuer_id, version = known[series]
        moved[issuer_id, version, kind] += int(credits_)
    return [Flow(issuer_id, version, Verb(kind), sums) for (issuer_id, version, kind), sums in sorted(moved.items())]


def _series_of(session: Session, issuer_ids: Collection[str]) -> dict[int, tuple[str, int]]:
    """Give the series of issuers, each with its issuer and its version."""
    found: dict[int, tuple[str, int]] = {}
    wanted = sorted(issuer_ids)
    for begun in range(0, len(wanted), _NAMES_AT_ONCE):
        part = wanted[begun : begun + _NAMES_AT_ONCE]
        names = ", ".join("?" * len(part))
        statement = f"SELECT id, issuer_id, terms_version FROM ledger_series WHERE issuer_id IN ({names})"  # noqa: S608 - places
        for series, issuer_id, version in driver(session).rows(statement, part):
            found[int(series)] = (str(issuer_id), int(version))
    return found


def _moved(session: Session, known: Collection[int], after: int, until: int) -> list[tuple[int, int, int]]:
    """Add up events one by one, by series and kind."""
    if until <= after:
        return []
    statement = "SELECT series, kind, SUM(amount) FROM ledger_event WHERE id > ? AND id <= ? GROUP BY series, kind"
    return [row for row in driver(session).rows(statement, (after, until)) if row[0] in known]


def _summed(session: Session, known: Collection[int], first: int, last: int) -> list[tuple[int, int, int]]:
    """Add up the sums of whole stretches, by series and kind."""
    found: list[tuple[int, int, int]] = []
    wanted = sorted(known)
    for begun in range(0, len(wanted), _NAMES_AT_ONCE):
        chosen = ", ".join(map(str, wanted[begun : begun + _NAMES_AT_ONCE]))
        statement = (
            f"SELECT series_id, kind, SUM(credits) FROM ledger_sum WHERE series_id IN ({chosen}) "  # noqa: S608 - numbers
            "AND stretch >= ? AND stretch < ? GROUP BY series_id, kind"
        )
        found += driver(session).rows(statement, (first, last))
    return found


def summed_stretches(session: Session) -> int:
    """Tell for how many stretches, from the first event on, it is on file what they moved."""
    ((found,),) = driver(session).rows("SELECT COALESCE(MAX(stretch) + 1, 0) FROM ledger_sum WHERE series_id = 0")
    return int(found)


def issued(session: Session, issuer_id: str) -> dict[int, int]:
    """Give how many credits of an issuer ever came into being, by version: the last serial of each of its series."""
    rows = driver(session).rows(
        "SELECT s.terms_version, SUM(COALESCE((SELECT b.last FROM ledger_block b WHERE b.series_id = s.id "
        "ORDER BY b.first DESC LIMIT 1), 0)) FROM ledger_series s WHERE s.issuer_id = ? GROUP BY s.terms_version",
        (issuer_id,),
    )
    return {int(version): int(credits_) for version, credits_ in rows}


def restored(session: Session, issuer_id: str, *, after: int) -> dict[int, int]:
    """Give how many credits of an issuer came back with refunds after an event, by version."""
    rows = driver(session).rows(
        "SELECT s.terms_version, SUM(e.amount) FROM ledger_series s CROSS JOIN ledger_event e "  # noqa: S608 - a number
        f"WHERE s.issuer_id = ? AND e.series = s.id AND e.kind = {Verb.RESTORE.value} AND e.id > ? "
        "GROUP BY s.terms_version",
        (issuer_id, after),
    )
    return {int(version): int(credits_) for version, credits_ in rows}


def waiting_awards(session: Session, issuer_id: str, *, after: int = 0, limit: int = 1000) -> list[Waiting]:
    """List awards of an issuer that wait to take effect and are not used up, by event, from one on.

    Each series is followed along its own index and left as soon as a page is full.
    """
    left = (
        "a.amount - COALESCE((SELECT SUM(u.amount) FROM ledger_event u WHERE u.cause = a.id "  # noqa: S608 - numbers
        f"AND u.kind IN ({Verb.ACTIVATE.value}, {Verb.REVERSE_PENDING.value})), 0)"
    )
    statement = (
        f"SELECT a.id, a.holder, {left} FROM ledger_event a "  # noqa: S608 - numbers
        f"WHERE a.series = ? AND a.kind = {Verb.ACCRUE.value} AND a.id > ? AND {left} > 0 ORDER BY a.id LIMIT ?"
    )
    rows = [
        row for one in _series_of(session, [issuer_id]) for row in driver(session).rows(statement, (one, after, limit))
    ]
    return [Waiting(int(event_id), int(holder), int(credits_)) for event_id, holder, credits_ in sorted(rows)[:limit]]


def holders_of(session: Session, issuer_id: str, *, from_holder: int = 0, limit: int = 1000) -> list[Held]:
    """List who has credits of an issuer, so many from a holder on; the next page begins at the last plus one."""
    series = [
        int(one)
        for one in session.execute(
            text("SELECT id FROM ledger_series WHERE issuer_id = :issuer ORDER BY id"), {"issuer": issuer_id}
        ).scalars()
    ]
    if not series:
        return []
    mine = f"{_OWED} AND {_SERIES} IN ({', '.join(map(str, series))})"
    rows = session.execute(
        text(
            "SELECT h.id, h.subject_id, SUM(b.posted) AS credits FROM ledger_balance b "  # noqa: S608 - numbers
            f"JOIN ledger_holder h ON h.id = b.leaf_id >> {rules.HOLDER_SHIFT} "
            f"WHERE b.leaf_id >= :first AND {mine} AND h.subject_id IS NOT NULL "
            "GROUP BY h.id, h.subject_id ORDER BY h.id LIMIT :limit"
        ),
        {"first": rules.leaves_of(from_holder)[0], "limit": limit},
    )
    return [Held(holder, subject_id, int(credits_)) for holder, subject_id, credits_ in rows]


def ever_held(session: Session, issuer_id: str, *, from_holder: int = 0, limit: int = 1000) -> list[tuple[int, str]]:
    """List who ever had credits of an issuer, spent ones too, so many from a holder on; forgotten ones are left out."""
    series = session.execute(
        text("SELECT id FROM ledger_series WHERE issuer_id = :issuer ORDER BY id"), {"issuer": issuer_id}
    ).scalars()
    mine = ", ".join(str(int(one)) for one in series)
    if not mine:
        return []
    rows = session.execute(
        text(
            "SELECT DISTINCT h.id, h.subject_id FROM ledger_balance b "  # noqa: S608 - numbers
            f"JOIN ledger_holder h ON h.id = b.leaf_id >> {rules.HOLDER_SHIFT} "
            f"WHERE b.leaf_id >= :first AND {_SERIES} IN ({mine}) AND h.subject_id IS NOT NULL "
            "ORDER BY h.id LIMIT :limit"
        ),
        {"first": rules.leaves_of(from_holder)[0], "limit": limit},
    )
    return [(int(holder), str(subject_id)) for holder, subject_id in rows]


class Posting(NamedTuple):
    """Whose credits an event moved, where its batch stands in the log, and when it was posted."""

    issuer_id: str
    entry: int
    at_micros: int


def posting_of(session: Session, event_id: int) -> Posting:
    """Give what the log and an issuer's standing are asked about an event, or refuse a number that is none's."""
    rows = driver(session).rows(
        "SELECT s.issuer_id, b.entry, b.at FROM ledger_event e JOIN ledger_series s ON s.id = e.series "
        "JOIN ledger_batch b ON b.first <= e.id AND b.last >= e.id WHERE e.id = ?",
        (event_id,),
    )
    if not rows:
        raise NoSuchEvent(event_id)
    ((issuer_id, entry, at),) = rows
    return Posting(str(issuer_id), int(entry), int(at))
