"""Consumers are registered by thousands, known by digests of their cards, and asked for consent."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.access import (
    Scope,
    ScopeKind,
    may,
)
from greencredit.kernel.clock import StandingClock, now
from greencredit.people import queries, service
from greencredit.people.errors import (
    CardTaken,
    UnknownConsumer,
)
from greencredit.schemas.people import (
    CardLink,
    Consent,
    NewConsumer,
)
from tests.factories.people import make_account, make_consumer


def _count(session: Session, table: str) -> int:
    found: int = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


@pytest.mark.proves("SEC-1")
def test_an_account_that_is_a_consumer_is_himself_without_a_grant(session: Session) -> None:
    account = make_account(session)
    consumer = make_consumer(session, account_id=account.id)

    actor = queries.actor_of(session, account.id)

    assert actor.subject_id == consumer.id
    assert may(actor, "consumer.read", Scope(ScopeKind.CONSUMER, consumer.id))
    assert not may(actor, "consumer.read", Scope(ScopeKind.CONSUMER, make_consumer(session).id))


def test_thousands_of_consumers_and_their_cards_are_registered_and_found_together(session: Session) -> None:
    wanted = [NewConsumer(display_name=f"示例住户 {number}") for number in range(2_469)]

    ids = service.register_consumers(session, wanted)
    links = [CardLink(card_ref=str(number), consumer_id=one) for number, one in enumerate(ids)]
    service.link_cards(session, "iss_shop", links)
    found = queries.consumers_by_card(session, "iss_shop", [str(number) for number in range(-100, 2_600)])

    assert found == {str(number): one for number, one in enumerate(ids)}
    kept = queries.consumers(session, ids)
    assert [kept[one].display_name for one in ids] == [one.display_name for one in wanted]


@pytest.mark.proves("SEC-1")
def test_card_numbers_are_kept_as_keyed_digests_and_belong_to_one_owner(session: Session) -> None:
    consumer = make_consumer(session)
    service.link_card(session, "iss_shop", CardLink(card_ref="6200000000000000", consumer_id=consumer.id))

    kept = session.execute(text("SELECT * FROM people_membership_card")).one()

    assert "6200000000000000" not in str(tuple(kept))
    assert queries.consumers_by_card(session, "iss_shop", ["6200000000000000", "1"]) == {
        "6200000000000000": consumer.id
    }
    assert queries.consumers_by_card(session, "mer_bank", ["6200000000000000"]) == {}


def test_a_card_of_somebody_else_links_none_of_the_batch(session: Session) -> None:
    li, wu = make_consumer(session), make_consumer(session)
    service.link_card(session, "iss_shop", CardLink(card_ref="1", consumer_id=li.id))
    service.link_card(session, "iss_shop", CardLink(card_ref="1", consumer_id=li.id))

    with pytest.raises(CardTaken) as no:
        service.link_cards(session, "iss_shop", [CardLink(card_ref=ref, consumer_id=wu.id) for ref in ("0", "1", "2")])

    assert no.value.code == "people.card_taken"
    assert no.value.facts == {"owner_id": "iss_shop", "wanted": wu.id, "found": li.id}
    assert queries.consumers_by_card(session, "iss_shop", ["0", "1", "2"]) == {"1": li.id}


def test_a_card_of_nobody_is_refused(session: Session) -> None:
    with pytest.raises(UnknownConsumer) as no:
        service.link_card(session, "iss_shop", CardLink(card_ref="1", consumer_id="con_nobody"))

    assert no.value.facts == {"consumer_id": "con_nobody"}
    assert _count(session, "people_membership_card") == 0


@pytest.mark.proves("SEC-1")
def test_consent_is_given_renewed_and_withdrawn_and_every_step_stays(session: Session, clock: StandingClock) -> None:
    consumer = make_consumer(session)
    days = [now(session) + timedelta(days=number) for number in range(3)]

    for version in ("1", "1", "2"):
        service.give_consent(session, consumer.id, "news", version=version)
        if version == "1":
            clock.move(timedelta(hours=12))
    clock.move(timedelta(days=1))
    for _ in range(2):
        service.withdraw_consent(session, consumer.id, "news")
        service.withdraw_consent(session, consumer.id, "never_given")

    first, second = (
        Consent(consumer_id=consumer.id, purpose="news", version=version, given_at=since, withdrawn_at=until)
        for version, since, until in (("1", days[0], days[1]), ("2", days[1], days[2]))
    )
    assert queries.consents(session, consumer.id) == [first, second]
    assert _count(session, "people_consent") == 3
