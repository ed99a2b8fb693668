"""Consumers, one or thousands at a time: registered, known by their cards, asked for consent."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.ids import new_id
from greencredit.people import queries, rules
from greencredit.people.errors import CardTaken, UnknownConsumer
from greencredit.people.tables import PeopleConsent, PeopleConsumer, PeopleMembershipCard
from greencredit.schemas.people import CardLink, Consent, ConsentPurpose, Consumer, NewConsumer


def register_consumer(session: Session, wanted: NewConsumer) -> Consumer:
    """Register one consumer."""
    (consumer_id,) = register_consumers(session, [wanted])
    return queries.consumer(session, consumer_id)


def register_consumers(session: Session, wanted: Sequence[NewConsumer]) -> list[str]:
    """Register many consumers at once; their ids come back in the order of the rows."""
    at = now(session)
    ids = [new_id(session, "con", at) for _ in wanted]
    rows = [
        {"id": consumer_id, "account_id": one.account_id, "display_name": one.display_name, "registered_at": at}
        for consumer_id, one in zip(ids, wanted, strict=True)
    ]
    if rows:
        session.execute(insert(PeopleConsumer), rows)
    return ids


def link_card(session: Session, owner_id: str, link: CardLink) -> None:
    """Let an issuer or merchant know a consumer by a card; linking it again changes nothing."""
    link_cards(session, owner_id, [link])


def link_cards(session: Session, owner_id: str, links: Iterable[CardLink]) -> None:
    """Link many cards at once; if one of them is somebody else's, none is linked."""
    wanted = list(links)
    key = session.info["keys"].for_purpose("people.card")
    at = now(session)
    rows = [
        {
            "owner_id": owner_id,
            "card_digest": rules.digest(key, owner_id, link.card_ref),
            "consumer_id": link.consumer_id,
            "linked_at": at,
        }
        for link in wanted
    ]
    if not rows:
        return
    known = queries.consumers(session, {link.consumer_id for link in wanted})
    for link in wanted:
        if link.consumer_id not in known:
            raise UnknownConsumer(link.consumer_id)
    insert_row: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    with session.begin_nested():
        session.execute(insert_row(PeopleMembershipCard).on_conflict_do_nothing(), rows)
        # Read back rather than looked up before: whoever linked the same card a moment ago is found, too.
        found = queries.consumers_by_card(session, owner_id, [link.card_ref for link in wanted])
        for link in wanted:
            if found[link.card_ref] != link.consumer_id:
                raise CardTaken(owner_id, wanted=link.consumer_id, found=found[link.card_ref])


def give_consent(session: Session, consumer_id: str, purpose: ConsentPurpose, *, version: str) -> Consent:
    """Write down that a consumer agrees to a purpose under a version of the notice; agreeing again changes nothing."""
    latest = _latest(session, consumer_id, purpose)
    if latest is None or not latest.given or latest.version != version:
        _step(session, consumer_id, purpose, after=latest, version=version, given=True)
    return [one for one in queries.consents(session, consumer_id) if one.purpose == purpose][-1]


def withdraw_consent(session: Session, consumer_id: str, purpose: ConsentPurpose) -> None:
    """Write down that a consumer no longer agrees; withdrawing what was never given changes nothing."""
    latest = _latest(session, consumer_id, purpose)
    if latest is not None and latest.given:
        _step(session, consumer_id, purpose, after=latest, version=latest.version, given=False)


def _latest(session: Session, consumer_id: str, purpose: str) -> PeopleConsent | None:
    queries.consumer(session, consumer_id)
    return session.scalar(
        select(PeopleConsent)
        .where(PeopleConsent.consumer_id == consumer_id, PeopleConsent.purpose == purpose)
        .order_by(PeopleConsent.step.desc())
        .limit(1)
    )


def _step(
    session: Session, consumer_id: str, purpose: str, *, after: PeopleConsent | None, version: str, given: bool
) -> None:
    at = now(session)
    session.add(
        PeopleConsent(
            id=new_id(session, "cst", at),
            consumer_id=consumer_id,
            purpose=purpose,
            step=1 if after is None else after.step + 1,
            version=version,
            given=given,
            at=at,
        )
    )
    session.flush()
