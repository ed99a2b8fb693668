"""What an issuer owes and how that came about: sums by version of its filing, movements between two events, holders."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros
from greencredit.kernel.driver import driver
from greencredit.ledger.errors import NoSuchEvent
from greencredit.ledger.rules import paths as rules
from greencredit.schemas.ledger import Verb

_SERIES: Final = f"((b.leaf_id >> {rules.SERIES_SHIFT}) & {rules.ALL_SERIES})"
_OWED_KINDS: Final = ", ".join(str(kind.value) for kind in rules.OUTSTANDING)
_OWED: Final = f"b.posted > 0 AND b.leaf_id & {rules.KINDS} IN ({_OWED_KINDS})"


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


def flows(session: Session, *, after: int, until: int, issuer_ids: Collection[str] | None = None) -> list[Flow]:
    """Add up what the events after one event, up to another, moved; of these issuers, or of all."""
    if issuer_ids is not None and not issuer_ids:
        return []
    wanted = sorted(issuer_ids or ())
    names = ", ".join(f":i{place}" for place in range(len(wanted)))
    where = f"AND s.issuer_id IN ({names}) " if wanted else ""
    rows = session.execute(
        text(
            "SELECT s.issuer_id, s.terms_version, e.kind, SUM(e.credits) AS credits FROM ("  # noqa: S608 - our names
            "SELECT series, kind, SUM(amount) AS credits FROM ledger_event WHERE id > :after AND id <= :until "
            f"GROUP BY series, kind) e JOIN ledger_series s ON s.id = e.series WHERE 1 = 1 {where}"
            "GROUP BY s.issuer_id, s.terms_version, e.kind ORDER BY s.issuer_id, s.terms_version, e.kind"
        ),
        {"after": after, "until": until} | {f"i{place}": one for place, one in enumerate(wanted)},
    )
    return [Flow(issuer_id, version, Verb(kind), int(credits_)) for issuer_id, version, kind, credits_ in rows]


def waiting_awards(session: Session, issuer_id: str, *, after: int = 0, limit: int = 1000) -> list[Waiting]:
    """List awards of an issuer that wait to take effect and are not used up, by event, from one on."""
    rows = session.execute(
        text(
            "SELECT a.id, a.holder, a.amount - COALESCE((SELECT SUM(u.amount) FROM ledger_event u "  # noqa: S608 - numbers
            f"WHERE u.cause = a.id AND u.kind IN ({Verb.ACTIVATE.value}, {Verb.REVERSE_PENDING.value})), 0) AS credits "
            "FROM ledger_event a JOIN ledger_series s ON s.id = a.series "
            f"WHERE s.issuer_id = :issuer AND a.kind = {Verb.ACCRUE.value} AND a.id > :after ORDER BY a.id"
        ),
        {"issuer": issuer_id, "after": after},
    )
    found: list[Waiting] = []
    for event_id, holder, credits_ in rows:
        if int(credits_) > 0:
            found.append(Waiting(event_id, holder, int(credits_)))
        if len(found) == limit:
            break
    return found


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
