"""What people leave and choose: contacts, choices; who speaks; and being forgotten."""

from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.sealing import sealed
from greencredit.notices import queries, rules
from greencredit.notices.catalogue import kind_named, load
from greencredit.notices.tables import AttemptRow, ContactRow, NoticeRow, PreferenceRow, SenderRow
from greencredit.people import queries as people
from greencredit.schemas.notices import Contact, NoticePreferences, Sender, Way


def set_contact(session: Session, consumer_id: str, way: Way, address: str) -> Contact:
    """Keep where a person can be reached by mail or text message, encrypted; another address takes its place."""
    kept = rules.address_by(way, address)
    people.consumer(session, consumer_id)
    key = session.info["keys"].for_purpose("notices.contact")
    seal = sealed(key, kept, bound_to=f"{consumer_id}:{way}", entropy=session.info["entropy"])
    _put(
        session,
        ContactRow,
        {"consumer_id": consumer_id, "way": way.value},
        {"sealed": seal, "set_at": now(session)},
    )
    return next(one for one in queries.contacts(session, consumer_id) if one.way is way)


def remove_contact(session: Session, consumer_id: str, way: Way) -> None:
    """Forget an address; what waits to be sent there is not sent any more."""
    session.execute(delete(ContactRow).where(ContactRow.consumer_id == consumer_id, ContactRow.way == way.value))


def choose(session: Session, consumer_id: str, wanted: NoticePreferences) -> NoticePreferences:
    """Keep what a person chose; only what differs from a kind's own ways, so that a new kind needs no choice."""
    people.consumer(session, consumer_id)
    kinds = {name: kind_named(name) for name in wanted.choices}
    rules.require_choosable(kinds, wanted.choices)
    ordered = {name: tuple(way for way in Way if way in ways) for name, ways in wanted.choices.items()}
    differing = {name: ways for name, ways in ordered.items() if set(ways) != set(load()[name].ways)}
    chosen = wanted.model_copy(update={"choices": differing})
    _put(
        session,
        PreferenceRow,
        {"consumer_id": consumer_id},
        {"chosen": chosen.model_dump_json(), "changed_at": now(session)},
    )
    return chosen


def introduce(session: Session, sender: Sender) -> None:
    """Let an issuer be known by its name, as it is registered now."""
    _put(
        session,
        SenderRow,
        {"issuer_id": sender.issuer_id},
        {"name": sender.name, "english_name": sender.english_name},
    )


def forget(session: Session, consumer_id: str) -> None:
    """Delete everything of a person: contacts, inbox, choices, delivery log; what waits in the outbox finds nobody."""
    for table in (AttemptRow, NoticeRow, ContactRow, PreferenceRow):
        session.execute(delete(table).where(table.consumer_id == consumer_id))


def _put(session: Session, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:  # noqa: ANN401 - a mapped class
    """Write a row over the one with its key, in one statement, so that two at once do not collide."""
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.execute(insert(table).values(**key, **values).on_conflict_do_update(index_elements=list(key), set_=values))
