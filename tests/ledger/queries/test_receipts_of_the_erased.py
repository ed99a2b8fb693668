"""Receipts and statements after an erasure: old ones hold, and who has a stake in an event can prove it further on."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import queries, service
from greencredit.ledger.errors import NoSuchHolder
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Allotment, Funding
from tests.factories.books import lift_guards
from tests.factories.ledger import because, earn, holder_of, make_earning, make_terms, redeem
from tests.factories.paper_log import holding
from tests.ledger.ground import post, refused
from tests.ledger.queries.proving import STATED, STEPS, checked, sign, stated, this_year


@pytest.mark.proves("LED-5")
def test_old_receipts_outlive_the_erasure_of_their_holder_and_new_ones_can_not_be_made(session: Session) -> None:
    earn(session, make_earning(session, credits_=30), make_earning(session, "con_wu", key="wu"))
    redeem(session, 10)
    sign(session)
    old = [queries.receipt(session, event_id) for event_id in (1, 2, 3)]
    told = queries.statement(session, "con_li", this_year(session))

    service.erase(session, "con_li")
    service.take_facts_in(session)
    sign(session)

    assert [holding(checked(session, one)) for one in old] == [STEPS] * 3
    assert holding(stated(session, told)) == STATED
    with pytest.raises(NoSuchHolder):
        queries.statement(session, "con_li", this_year(session))
    # The neighbour in the same batch is proved through the hash that was kept.
    assert holding(checked(session, queries.receipt(session, 2))) == STEPS
    assert refused(session, lambda: queries.receipt(session, 1)) == ("ledger.receipt_gone", {"event_id": 1})


@pytest.mark.proves("LED-5")
def test_what_expired_after_its_holder_was_erased_stands_in_nobodys_way(session: Session, clock: StandingClock) -> None:
    soon = make_terms(expires_at=clock.now().replace(day=12))
    earn(session, make_earning(session, credits_=30, terms=soon), make_earning(session, "con_wu", key="wu", terms=soon))
    service.erase(session, "con_li")
    clock.move(timedelta(days=20))
    service.expire(session, service.caller(session, "tests"), until=clock.now())
    sign(session)

    mine = [
        number
        for (number,) in session.execute(
            text("SELECT id FROM ledger_event WHERE holder = :wu"), {"wu": holder_of(session, "con_wu")}
        )
    ]

    assert len(mine) == 2
    assert [holding(checked(session, queries.receipt(session, number))) for number in mine] == [STEPS] * 2


@pytest.mark.proves("LED-5")
def test_an_enterprise_s_account_is_proved_after_somebody_it_rewarded_was_erased(session: Session) -> None:
    series = service.series(session, make_terms())
    mill, li, wu = (holder_of(session, name) for name in ("ent_mill", "con_li", "con_wu"))
    post(session, Funding(mill, series, 50, key_of("fund"), because()))
    given = post(session, Allotment(mill, li, 30, key_of("li"), because()))
    post(session, Allotment(mill, wu, 7, key_of("wu"), because()))
    spent = redeem(session, 20).event_id
    sign(session)
    before = queries.statement(session, "ent_mill", this_year(session))

    service.erase(session, "con_li")
    service.take_facts_in(session)
    sign(session)

    after = queries.statement(session, "ent_mill", this_year(session))
    assert holding(stated(session, after)) == STATED
    assert json.loads(after)["closing"] == json.loads(before)["closing"] == {str(series): 13}
    assert holding(checked(session, queries.receipt(session, given.event_id))) == STEPS
    assert refused(session, lambda: queries.receipt(session, spent)) == ("ledger.receipt_gone", {"event_id": spent})


@pytest.mark.proves("LED-5")
def test_a_kept_salt_that_leads_elsewhere_is_found(session: Session) -> None:
    series = service.series(session, make_terms())
    mill, li = (holder_of(session, name) for name in ("ent_mill", "con_li"))
    post(session, Funding(mill, series, 50, key_of("fund"), because()))
    given = post(session, Allotment(mill, li, 30, key_of("li"), because()))
    service.erase(session, "con_li")
    undone = session.begin_nested()
    lift_guards(session.connection())
    session.execute(text("UPDATE ledger_frozen SET salt = :salt"), {"salt": bytes(16)})

    found = {one.name: one.broken for one in queries.audit(session) if not one.holds}

    undone.rollback()
    assert found == {
        "batches_are_sealed": (f"event {given.event_id} does not hash to what is kept of it with the salt that is",)
    }
