"""Reads of notices: an inbox, the delivery log, what people chose, where they can be reached, who speaks."""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from greencredit.kernel.sealing import opened
from greencredit.notices import rules
from greencredit.notices.catalogue import kind_named
from greencredit.notices.errors import UnknownNotice
from greencredit.notices.tables import AttemptRow, ContactRow, NoticeRow, PreferenceRow, RemindingRow, SenderRow
from greencredit.schemas.notices import (
    Contact,
    Delivery,
    DeliveryCount,
    Notice,
    NoticePage,
    NoticePreferences,
    Outcome,
    Reminding,
    Sender,
    ToldAll,
    Way,
)

IN_INBOX: Final = NoticeRow.in_inbox == literal_column("1")
"""Written as the index of what is unread has it, so that both engines use it."""

# ---- The inbox -----------------------------------------------------------------------------------------------------


def inbox(
    session: Session, consumer_id: str, *, before: str | None = None, limit: int = 20, unread_only: bool = False
) -> NoticePage:
    """Give one page of somebody's inbox, newest first; `before` is the last id of the page before."""
    wanted = (
        select(NoticeRow)
        .where(NoticeRow.consumer_id == consumer_id, IN_INBOX)
        .order_by(NoticeRow.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        wanted = wanted.where(NoticeRow.id < before)
    if unread_only:
        wanted = wanted.where(NoticeRow.read_at.is_(None))
    rows = list(session.scalars(wanted))
    return NoticePage(
        notices=tuple(_notices(session, rows[:limit])),
        unread=unread_count(session, consumer_id),
        next_before=rows[limit - 1].id if len(rows) > limit else None,
    )


def unread_count(session: Session, consumer_id: str) -> int:
    """Count what somebody has not read yet."""
    counted = select(func.count()).where(NoticeRow.consumer_id == consumer_id, NoticeRow.read_at.is_(None), IN_INBOX)
    return session.scalars(counted).one()


def notice(session: Session, consumer_id: str, notice_id: str) -> Notice:
    """Give one notice of a person; somebody else's is as unknown as one that was never written."""
    wanted = select(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.consumer_id == consumer_id, IN_INBOX)
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise UnknownNotice(notice_id)
    return _notices(session, [row])[0]


def notice_as_written(session: Session, notice_id: str) -> Notice:
    """Give a notice for its delivery, whether or not it stands in the inbox."""
    row = session.get(NoticeRow, notice_id, populate_existing=True)
    if row is None:
        raise UnknownNotice(notice_id)
    return _notices(session, [row])[0]


def reader_of(session: Session, notice_id: str) -> str | None:
    """Give who is told by a notice; none where the person was forgotten."""
    return session.scalar(select(NoticeRow.consumer_id).where(NoticeRow.id == notice_id))


def _notices(session: Session, rows: Collection[NoticeRow]) -> list[Notice]:
    read = [(row, json.loads(row.facts)) for row in rows]
    known = senders(session, {facts["issuer"] for _, facts in read if "issuer" in facts})
    return [_notice(row, facts, known) for row, facts in read]


def _notice(row: NoticeRow, facts: dict[str, Any], known: dict[str, Sender]) -> Notice:
    kind = kind_named(row.kind)
    texts = rules.worded(kind, facts, known)
    return Notice(
        notice_id=row.id,
        kind=row.kind,
        title=kind.title,
        subject=texts.subject,
        text=texts.text,
        facts=facts,
        leads_to=rules.address_of(kind, facts),
        leads_to_title=kind.leads_to_title,
        at=row.at,
        read_at=row.read_at,
    )


def senders(session: Session, issuer_ids: Collection[str]) -> dict[str, Sender]:
    """Give the names of issuers, by id; whoever was not introduced is left out."""
    rows = session.scalars(select(SenderRow).where(SenderRow.issuer_id.in_(sorted(issuer_ids)))) if issuer_ids else ()
    return {
        row.issuer_id: Sender(issuer_id=row.issuer_id, name=row.name, english_name=row.english_name) for row in rows
    }


# ---- The delivery log ----------------------------------------------------------------------------------------------


def deliveries(session: Session, consumer_id: str, notice_id: str) -> list[Delivery]:
    """Tell what became of a notice by each way: what was decided when it was written, then every attempt."""
    wanted = select(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.consumer_id == consumer_id)
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise UnknownNotice(notice_id)
    attempts = (
        select(AttemptRow)
        .where(AttemptRow.notice_id == notice_id)
        .order_by(AttemptRow.at, AttemptRow.attempt, AttemptRow.id)
    )
    return [*_decided(row), *(_delivery(one) for one in session.scalars(attempts))]


def _decided(row: NoticeRow) -> Iterable[Delivery]:
    plan = json.loads(row.plan)
    for way in Way:
        yield Delivery(notice_id=row.id, way=way, attempt=0, at=row.at, outcome=Outcome(plan[way.value]), code="")


def _delivery(row: AttemptRow) -> Delivery:
    return Delivery(
        notice_id=row.notice_id,
        way=Way(row.way),
        attempt=row.attempt,
        at=row.at,
        outcome=Outcome(row.outcome),
        code=row.code,
    )


def delivery_log(
    session: Session,
    *,
    way: Way | None = None,
    outcome: Outcome | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[tuple[str, Delivery]]:
    """Give lines of the whole delivery log with their ids, newest first, for the operator; nobody is named in it."""
    wanted = select(AttemptRow).order_by(AttemptRow.id.desc()).limit(limit)
    if way is not None:
        wanted = wanted.where(AttemptRow.way == way.value)
    if outcome is not None:
        wanted = wanted.where(AttemptRow.outcome == outcome.value)
    if before is not None:
        wanted = wanted.where(AttemptRow.id < before)
    return [(row.id, _delivery(row)) for row in session.scalars(wanted)]


def delivery_counts(session: Session) -> list[DeliveryCount]:
    """Count the lines of the delivery log by way and outcome."""
    counted = (
        select(AttemptRow.way, AttemptRow.outcome, func.count())
        .group_by(AttemptRow.way, AttemptRow.outcome)
        .order_by(AttemptRow.way, AttemptRow.outcome)
    )
    return [
        DeliveryCount(way=Way(way), outcome=Outcome(outcome), count=count)
        for way, outcome, count in session.execute(counted)
    ]


def sent_since(session: Session, consumer_id: str, way: Way, since: datetime) -> int:
    """Count what went to a person by one way since an instant."""
    counted = select(func.count()).where(
        AttemptRow.consumer_id == consumer_id,
        AttemptRow.way == way.value,
        AttemptRow.at >= since,
        AttemptRow.outcome == Outcome.SENT.value,
    )
    return session.scalars(counted).one()


# ---- What people chose and where they can be reached ---------------------------------------------------------------


def preferences(session: Session, consumer_id: str) -> NoticePreferences:
    """Give what a person chose, or what holds for whoever chose nothing."""
    return preferences_of(session, [consumer_id]).get(consumer_id, NoticePreferences())


def preferences_of(session: Session, consumer_ids: Collection[str]) -> dict[str, NoticePreferences]:
    """Give what many people chose; whoever chose nothing is left out."""
    rows = session.scalars(select(PreferenceRow).where(PreferenceRow.consumer_id.in_(consumer_ids)))
    return {row.consumer_id: NoticePreferences.model_validate_json(row.chosen) for row in rows}


def reachable(session: Session, consumer_ids: Collection[str]) -> dict[str, frozenset[Way]]:
    """Tell by which ways people left an address; whoever left none is left out."""
    found: dict[str, frozenset[Way]] = {}
    wanted = select(ContactRow.consumer_id, ContactRow.way).where(ContactRow.consumer_id.in_(consumer_ids))
    for consumer_id, way in session.execute(wanted):
        found[consumer_id] = found.get(consumer_id, frozenset()) | {Way(way)}
    return found


def contacts(session: Session, consumer_id: str) -> list[Contact]:
    """List where a person can be reached, with the middle covered."""
    rows = session.scalars(select(ContactRow).where(ContactRow.consumer_id == consumer_id).order_by(ContactRow.way))
    return [
        Contact(
            way=Way(row.way),
            covered=rules.covered(Way(row.way), _opened(session, row)),
            set_at=row.set_at,
        )
        for row in rows
    ]


def address(session: Session, consumer_id: str, way: Way) -> str | None:
    """Give where a person is reached by a way, in full, for the delivery alone."""
    wanted = select(ContactRow).where(ContactRow.consumer_id == consumer_id, ContactRow.way == way.value)
    row = session.scalars(wanted).one_or_none()
    return None if row is None else _opened(session, row)


def _opened(session: Session, row: ContactRow) -> str:
    key = session.info["keys"].for_purpose("notices.contact")
    return opened(key, row.sealed, bound_to=f"{row.consumer_id}:{row.way}")


# ---- Everything of a person, and the reminders ---------------------------------------------------------------------


def everything_of(session: Session, consumer_id: str) -> ToldAll:
    """Gather what a person has here, contacts in full: the copy of his own data that he may ask for."""
    rows = list(session.scalars(select(NoticeRow).where(NoticeRow.consumer_id == consumer_id).order_by(NoticeRow.id)))
    tried = (
        select(AttemptRow)
        .where(AttemptRow.consumer_id == consumer_id)
        .order_by(AttemptRow.at, AttemptRow.attempt, AttemptRow.id)
    )
    kept = session.scalars(select(ContactRow).where(ContactRow.consumer_id == consumer_id))
    return ToldAll(
        notices=tuple(_notices(session, rows)),
        deliveries=tuple(_delivery(row) for row in session.scalars(tried)),
        preferences=preferences(session, consumer_id),
        contacts={Way(row.way): _opened(session, row) for row in kept},
    )


def reminding(session: Session, day: date) -> Reminding | None:
    """Tell how far a day's reminders are; none where they did not begin."""
    row = session.get(RemindingRow, day, populate_existing=True)
    return None if row is None else Reminding(told=row.told, done=row.done_at is not None)
