"""Telling: a notice and its deliveries are written in the caller's transaction; what was told is not told again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.ids import new_id
from greencredit.kernel.messages.queue import post_many
from greencredit.notices import queries, rules
from greencredit.notices.catalogue import kind_named
from greencredit.notices.tables import AttemptRow, NoticeRow
from greencredit.people import queries as people
from greencredit.schemas.notices import NoticePreferences, Outcome, Telling, Way

TOPIC: Final = "notices.deliver"
"""The topic of the outbox under which a notice leaves by one way."""

_ATTEMPTS: Final = 30
"""With pauses that double up to an hour this is a day: a mail server may be down over night."""

_AT_ONCE: Final = 1000

_NOBODY: Final = NoticePreferences()


def tell(session: Session, consumer_id: str, kind: str, *, subject: str, facts: Mapping[str, Any]) -> str:
    """Tell a person one thing and give the notice's id; telling it again changes nothing and gives the first one's.

    `subject` is what it is about, such as an event's number: the same person hears of it once by this kind. `facts` are
    exactly those that the kind in the catalogue names.
    """
    people.consumer(session, consumer_id)
    tell_many(session, [Telling(consumer_id, kind, subject, dict(facts))])
    wanted = select(NoticeRow.id).where(
        NoticeRow.consumer_id == consumer_id, NoticeRow.kind == kind, NoticeRow.subject_key == subject
    )
    return session.scalars(wanted).one()


def tell_many(session: Session, tellings: Sequence[Telling]) -> int:
    """Tell many people at once and give how many notices are new; whoever is nobody here is passed over.

    `consumer_id` of a telling may be an account's, for kinds that are read in an office.
    """
    for one in tellings:
        rules.require_facts(kind_named(one.kind), one.facts)
    return sum(_tell(session, tellings[first : first + _AT_ONCE]) for first in range(0, len(tellings), _AT_ONCE))


def _tell(session: Session, tellings: Sequence[Telling]) -> int:
    ids = sorted({one.consumer_id for one in tellings})
    # Whoever holds an office is told under his account; whoever holds credits under his own name here.
    known = people.consumers(session, ids).keys() | people.known_accounts(session, ids)
    chosen = queries.preferences_of(session, ids)
    reachable = queries.reachable(session, ids)
    rows: list[dict[str, Any]] = []
    sending: dict[str, tuple[Way, ...]] = {}
    at = now(session)
    for one in tellings:
        if one.consumer_id not in known:
            continue
        plan = rules.plan_of(
            kind_named(one.kind),
            chosen.get(one.consumer_id, _NOBODY),
            reachable.get(one.consumer_id, frozenset()),
        )
        notice_id = new_id(session, "ntc", at)
        sending[notice_id] = plan.sending
        rows.append(
            {
                "id": notice_id,
                "consumer_id": one.consumer_id,
                "kind": one.kind,
                "subject_key": one.subject_key,
                "facts": _json(one.facts),
                "plan": _json(plan.decided),
                "in_inbox": plan.in_inbox,
                "at": at,
                "read_at": None,
            }
        )
    written = _write(session, rows)
    _post(session, {notice_id: sending[notice_id] for notice_id in written})
    return len(written)


def record_attempt(
    session: Session, notice_id: str, consumer_id: str, way: Way, *, attempt: int, outcome: Outcome, code: str = ""
) -> None:
    """Write down what became of one attempt; `code` is the other side's answer and holds no address."""
    at = now(session)
    session.add(
        AttemptRow(
            id=new_id(session, "dlv", at),
            notice_id=notice_id,
            consumer_id=consumer_id,
            way=way.value,
            attempt=attempt,
            at=at,
            outcome=outcome.value,
            code=code,
        )
    )
    session.flush()


def _write(session: Session, rows: list[dict[str, Any]]) -> list[str]:
    """Write what was not told before, and give the ids of what is new."""
    if not rows:
        return []
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    return sorted(session.scalars(insert(NoticeRow).on_conflict_do_nothing().returning(NoticeRow.id), rows))


def _post(session: Session, sending: Mapping[str, Sequence[Way]]) -> None:
    bodies = {
        f"{notice_id}:{way}": {"notice": notice_id, "way": way.value}
        for notice_id, ways in sending.items()
        for way in ways
    }
    post_many(session, TOPIC, bodies, attempts_max=_ATTEMPTS)


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
