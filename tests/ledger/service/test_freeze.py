"""Freeze, unfreeze, waive: credits kept back for a reason and given back once; a shortage that is given up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Freeze, Posted, Unfreeze, Verb, Waiver
from tests.conftest import NOON
from tests.factories.ledger import because, earn, holder_of, make_earning, make_terms, redeem, reverse
from tests.ledger.ground import Line, everything, holding, lines, post, refused

SOON = make_terms(expires_at=NOON + timedelta(days=10))


def test_a_freeze_keeps_credits_back_over_all_series_or_of_one(session: Session, clock: StandingClock) -> None:
    life, soon = make_earning(session, credits_=10), make_earning(session, credits_=10, key="b", terms=SOON)
    earn(session, life, soon)

    over_all = post(session, Freeze(life.holder, 12, key_of("f"), because("疑似套取")))
    of_one = post(session, Freeze(life.holder, 3, key_of("g"), because("法院"), life.series))
    too_much = refused(session, lambda: post(session, Freeze(life.holder, 1, key_of("h"), because(), soon.series)))
    spent = refused(session, lambda: redeem(session, 6))

    assert [(line.verb, line.of, line.series, line.credits) for line in lines(session, 3)] == [
        (Verb.FREEZE, over_all.event_id, soon.series, 10),
        (Verb.FREEZE, over_all.event_id, life.series, 2),
        (Verb.FREEZE, of_one.event_id, life.series, 3),
    ]
    assert holding(session) == {"available": 5, "frozen": 15}
    assert too_much == ("ledger.not_enough_credits", {"wanted": 1, "found": 0})
    assert spent == ("ledger.not_enough_credits", {"wanted": 6, "found": 5})
    clock.move(timedelta(days=11))
    service.expire(session, service.caller(session, "sweep"), until=clock.now())
    assert holding(session) == {"available": 5, "frozen": 15}


def test_what_has_expired_cannot_be_frozen_before_the_sweep_comes(session: Session, clock: StandingClock) -> None:
    soon = make_earning(session, credits_=10, terms=SOON)
    earn(session, soon)
    clock.move(timedelta(days=11))

    of_one = refused(session, lambda: post(session, Freeze(soon.holder, 1, key_of("f"), because(), soon.series)))
    over_all = refused(session, lambda: post(session, Freeze(soon.holder, 1, key_of("f"), because())))

    assert of_one == over_all == ("ledger.not_enough_credits", {"wanted": 1, "found": 0})


def test_a_freeze_is_undone_in_parts_last_frozen_first_and_once(session: Session) -> None:
    life, soon = make_earning(session, credits_=10), make_earning(session, credits_=10, key="b", terms=SOON)
    earn(session, life, soon)
    frozen = post(session, Freeze(life.holder, 12, key_of("f"), because())).event_id

    post(session, Unfreeze(frozen, 5, key_of("u"), because("申诉成立")))
    more = refused(session, lambda: post(session, Unfreeze(frozen, 8, key_of("more"), because())))
    other = refused(session, lambda: post(session, Unfreeze(1, 8, key_of("other"), because())))

    assert [(line.verb, line.series, line.credits, line.cause) for line in lines(session, 5)] == [
        (Verb.UNFREEZE, life.series, 2, 4),
        (Verb.UNFREEZE, soon.series, 3, 3),
    ]
    assert more == ("ledger.nothing_left", {"event_id": frozen, "wanted": 8, "left": 7})
    assert other == ("ledger.no_such_freeze", {"freeze": 1})


def test_nobody_freezes_what_is_another_persons(session: Session) -> None:
    earning = make_earning(session, credits_=10)
    earn(session, earning)
    wu = holder_of(session, "con_wu")

    refusal = refused(session, lambda: post(session, Freeze(wu, 1, key_of("f"), because(), earning.series)))
    nowhere = refused(session, lambda: post(session, Freeze(earning.holder, 1, key_of("f"), because(), 99)))

    assert refusal == ("ledger.not_enough_credits", {"wanted": 1, "found": 0})
    assert nowhere == ("ledger.no_such_series", {"series_id": 99})


def test_a_shortage_is_given_up_in_parts_and_never_more_than_there_is(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    redeem(session, 30)
    reverse(session, 1, 30)
    waiver = Waiver(earning.holder, earning.series, 20, key_of("w"), because("困难家庭"))

    answer = post(session, waiver)
    more = refused(session, lambda: post(session, waiver._replace(credits=11, key=key_of("more"))))

    assert answer == Posted(4, repeated=False)
    assert lines(session, 4) == [Line(4, 4, Verb.WAIVE, earning.series, earning.holder, None, 20, None, None)]
    assert holding(session) == {"owed": -10}
    assert more == ("ledger.not_enough_credits", {"wanted": 11, "found": 10})


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("verb", ["waive", "freeze", "unfreeze"])
def test_a_repeated_request_changes_nothing_and_its_key_is_taken(session: Session, verb: str) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning, make_earning(session, credits_=10, key="other", terms=make_terms("iss_other")))
    holder_of(session, "con_wu")
    frozen = post(session, Freeze(earning.holder, 5, key_of("f"), because(), earning.series)).event_id
    redeem(session, 20, issuer_id="iss_example")
    reverse(session, 1, 30)
    commands: dict[str, Any] = {
        "waive": Waiver(earning.holder, earning.series, 2, key_of("k"), because()),
        "freeze": Freeze(earning.holder, 2, key_of("k"), because()),
        "unfreeze": Unfreeze(frozen, 2, key_of("k"), because()),
    }
    command = commands[verb]
    first = post(session, command)
    before = everything(session)

    again = post(session, command._replace(reason=because("另一说法", "acc_other")))
    reused = refused(session, lambda: post(session, command._replace(credits=1)))

    assert again == first._replace(repeated=True)
    assert everything(session) == before
    assert reused == ("ledger.key_reused", {"event_id": first.event_id, "key": key_of("k").hex()})
