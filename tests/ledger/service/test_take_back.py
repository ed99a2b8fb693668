"""Reverse, waive, freeze, unfreeze: what is left is taken, what was used is owed as filed, what nobody used is not."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import queries, service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Command,
    Compensation,
    Freeze,
    Owed,
    Release,
    Reversal,
    TakenBack,
    Unfreeze,
    Verb,
    Waiver,
)
from greencredit.schemas.values import Credits
from tests.conftest import NOON
from tests.factories.ledger import (
    because,
    earn,
    hold,
    holder_of,
    make_earning,
    make_terms,
    redeem,
    restore,
    reverse,
)
from tests.ledger.ground import Line, everything, holding, lines, post, refused

LEFT_ONLY = make_terms(clawback_cap=0)
SOON = make_terms(expires_at=NOON + timedelta(days=10), refund_grace_days=3)
APRIL = make_terms(award_month=202604)


def taken(number: int, **sums: int) -> TakenBack:
    """Give the answer of a reversal; what is not named is nothing."""
    counts = {name: Credits(sums.get(name, 0)) for name in ("taken", "short", "forgiven", "expired")}
    return TakenBack(event_id=number, repeated=False, **counts)


@pytest.mark.proves("LED-1")
def test_a_mistake_is_reversed_by_its_opposite_with_actor_reason_and_document(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)

    answer = reverse(session, 1, 30)

    latest = queries.movements_of(session, "con_li")[0]
    assert answer == taken(2, taken=30)
    assert lines(session, 2) == [Line(2, 2, Verb.REVERSE, earning.series, earning.holder, None, 30, 1, None)]
    assert holding(session) == {}
    assert (latest.reason, latest.document, latest.actor_id) == ("退货", "a" * 64, "acc_operator")


@pytest.mark.proves("LED-3")
def test_an_award_is_reversed_in_parts_up_to_what_it_gave(session: Session) -> None:
    earn(session, make_earning(session, credits_=30), make_earning(session, credits_=50, key="other"))
    reverse(session, 1, 10, key="r1")
    reverse(session, 1, 15, key="r2")

    refusal = refused(session, lambda: reverse(session, 1, 6, key="r3"))

    assert refusal == ("ledger.already_reversed", {"event_id": 1, "wanted": 6, "left": 5})
    assert queries.reversed_by_award(session, [1, 2]) == {1: 25}


def test_only_an_award_that_is_there_is_reversed(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    redeem(session, 5)

    not_there = refused(session, lambda: reverse(session, 9, 1))
    far = refused(session, lambda: reverse(session, 2**70, 1))
    no_award = refused(session, lambda: reverse(session, 2, 1))

    assert not_there == ("ledger.no_such_event", {"event_id": 9})
    assert far == ("ledger.no_such_event", {"event_id": 2**70})
    assert no_award == ("ledger.not_an_award", {"event_id": 2, "verb": "redeem"})


def test_what_still_waits_is_taken_first(session: Session) -> None:
    earning = make_earning(session, credits_=5)
    waiting = post(session, Accrual(earning.holder, earning.series, 20, key_of("w")))

    answer = reverse(session, waiting.event_id, 12)

    assert answer == taken(2, taken=12)
    assert [(line.verb, line.credits, line.cause) for line in lines(session, 2)] == [(Verb.REVERSE_PENDING, 12, 1)]
    assert holding(session) == {"pending": 8}


@pytest.mark.proves("LED-3")
def test_only_what_is_left_takes_that_and_says_what_it_forgives(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, terms=LEFT_ONLY))
    redeem(session, 20)

    answer = reverse(session, 1, 30)

    assert answer == taken(3, taken=10, forgiven=20)
    assert [(line.verb, line.credits, line.cause) for line in lines(session, 3)] == [
        (Verb.REVERSE, 10, 1),
        (Verb.FALL_SHORT, 20, 1),
        (Verb.WAIVE, 20, 1),
    ]
    assert holding(session) == {}


@pytest.mark.proves("LED-1", "LED-3")
def test_a_shortage_is_owed_up_to_the_filed_cap_and_shown(session: Session) -> None:
    earning = make_earning(session, credits_=30, terms=make_terms(clawback_cap=25))
    earn(session, earning)
    redeem(session, 30)

    answer = reverse(session, 1, 30)

    assert answer == taken(3, short=25, forgiven=5)
    assert queries.owed_by(session, "con_li") == [Owed("iss_example", earning.series, 25)]
    assert holding(session) == {"owed": -25}


def test_the_cap_counts_what_is_owed_to_the_issuer_already(session: Session) -> None:
    march, april = make_terms(clawback_cap=40), make_terms(clawback_cap=40, award_month=202604)
    earn(
        session,
        make_earning(session, credits_=30, terms=march),
        make_earning(session, credits_=30, key="b", terms=april),
    )
    redeem(session, 60)
    reverse(session, 1, 30)

    answer = reverse(session, 2, 30, key="second")

    assert (answer.short, answer.forgiven) == (10, 20)
    assert holding(session) == {"owed": -40}


def test_a_shortage_stands_in_the_series_of_the_award_that_was_spent(session: Session) -> None:
    march, april = make_earning(session, credits_=30), make_earning(session, credits_=30, key="b", terms=APRIL)
    earn(session, march, april)
    redeem(session, 60)

    reverse(session, 2, 20)

    assert queries.owed_by(session, "con_li") == [Owed("iss_example", april.series, 20)]


def test_what_repaid_a_shortage_whose_credits_came_back_is_set_off_against_what_is_there(session: Session) -> None:
    march, april = make_earning(session, credits_=30), make_earning(session, credits_=30, key="b", terms=APRIL)
    earn(session, march)
    spent = redeem(session, 30).event_id
    reverse(session, 1, 30, key="1")
    earn(session, april)
    restore(session, spent, 30)

    answer = reverse(session, 4, 20, key="2")

    assert answer == taken(8, taken=20)
    assert [(line.verb, line.series, line.credits, line.cause) for line in lines(session, 8)] == [
        (Verb.FALL_SHORT, march.series, 20, 4),
        (Verb.REPAY, march.series, 20, None),
        (Verb.SETTLE, march.series, 20, None),
    ]
    assert holding(session) == {"available": 10}


@pytest.mark.proves("LED-1")
def test_later_awards_repay_a_shortage_first_and_both_sides_are_written(session: Session) -> None:
    march, april = make_earning(session, credits_=30), make_earning(session, credits_=50, key="b", terms=APRIL)
    earn(session, march)
    redeem(session, 30)
    reverse(session, 1, 30)

    earn(session, april)

    assert lines(session, 4) == [
        Line(4, 4, Verb.EARN, april.series, april.holder, None, 50, None, 1),
        Line(5, 4, Verb.REPAY, april.series, april.holder, None, 30, None, None),
        Line(6, 4, Verb.SETTLE, march.series, march.holder, None, 30, None, None),
    ]
    assert holding(session) == {"available": 20}


def test_another_issuers_award_repays_nothing(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    redeem(session, 30)
    reverse(session, 1, 30)

    earn(session, make_earning(session, credits_=50, key="b", terms=make_terms("iss_other")))

    assert holding(session) == {"available": 50, "owed": -30}


@pytest.mark.proves("LED-3")
def test_what_repaid_a_shortage_is_owed_again_where_it_was_when_its_own_award_is_reversed(session: Session) -> None:
    march, april = make_earning(session, credits_=30), make_earning(session, credits_=30, key="b", terms=APRIL)
    earn(session, march)
    redeem(session, 30)
    reverse(session, 1, 30)
    repaying = earn(session, april)[0]

    answer = reverse(session, repaying.event_id, 30, key="second")

    assert answer == taken(7, short=30)
    assert queries.owed_by(session, "con_li") == [Owed("iss_example", march.series, 30)]


@pytest.mark.proves("ISS-3")
def test_an_award_of_a_version_that_asks_nothing_back_is_forgiven_though_it_repaid(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    redeem(session, 30)
    reverse(session, 1, 30)
    milder = make_terms(terms_version=2, clawback_cap=0)
    repaying = earn(session, make_earning(session, credits_=30, key="b", terms=milder))[0]

    answer = reverse(session, repaying.event_id, 30, key="second")

    assert answer == taken(7, forgiven=30)
    assert holding(session) == {}


def test_a_refund_repays_the_shortage_of_its_own_series_first(session: Session) -> None:
    march, april = make_earning(session, credits_=30), make_earning(session, credits_=30, key="b", terms=APRIL)
    earn(session, march, april)
    redeem(session, 30, key="of march")
    of_april = redeem(session, 30, key="of april").event_id
    reverse(session, 1, 30, key="1")
    reverse(session, 2, 30, key="2")

    answer = restore(session, of_april, 30)

    assert (answer.restored, answer.repaid) == (30, 30)
    assert queries.owed_by(session, "con_li") == [Owed("iss_example", march.series, 30)]


def test_revived_credits_repay_the_shortage_of_the_series_they_were_of(session: Session, clock: StandingClock) -> None:
    life, soon = make_earning(session, credits_=30), make_earning(session, credits_=30, key="b", terms=SOON)
    earn(session, life, soon)
    of_soon = redeem(session, 30, key="of soon").event_id
    redeem(session, 30, key="of life")
    reverse(session, 1, 30, key="1")
    reverse(session, 2, 30, key="2")
    clock.move(timedelta(days=11))

    answer = restore(session, of_soon, 30)

    assert (answer.revived, answer.repaid) == (30, 30)
    assert queries.owed_by(session, "con_li") == [Owed("iss_example", life.series, 30)]


@pytest.mark.parametrize("set_aside", ["held", "frozen"])
def test_credits_set_aside_are_owed_after_a_reversal_and_repay_when_they_are_free_again(
    session: Session, set_aside: str
) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    aside = (
        hold(session, 30)
        if set_aside == "held"
        else post(session, Freeze(earning.holder, 30, key_of("f"), because("疑似套取")))
    ).event_id
    reverse(session, 1, 30)
    owing = holding(session)

    free: dict[str, Command] = {
        "held": Release(aside, 30, key_of("free")),
        "frozen": Unfreeze(aside, 30, key_of("free"), because("申诉成立")),
    }
    post(session, free[set_aside])

    assert owing == {set_aside: 30, "owed": -30}
    assert holding(session) == {}


@pytest.mark.proves("LED-3")
def test_nobody_owes_what_expired_before_he_used_it(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=30, terms=SOON))
    redeem(session, 10)
    clock.move(timedelta(days=11))
    service.expire(session, service.caller(session, "sweep"), until=clock.now())

    first = reverse(session, 1, 12, key="1")
    second = reverse(session, 1, 18, key="2")

    assert first == taken(4, expired=12)
    assert second == taken(6, short=10, expired=8)
    assert holding(session) == {"owed": -10}


def test_an_expired_award_is_reversed_and_nothing_is_owed(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=30, terms=SOON))
    clock.move(timedelta(days=11))
    service.expire(session, service.caller(session, "sweep"), until=clock.now())

    answer = reverse(session, 1, 30)
    again = refused(session, lambda: reverse(session, 1, 1, key="more"))

    assert answer == taken(3, expired=30)
    assert again == ("ledger.already_reversed", {"event_id": 1, "wanted": 1, "left": 0})


def test_nobody_owes_what_was_corrected_away(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    proposal = service.propose(session, earning.holder, earning.series, -30, because("误发"))
    service.decide(session, proposal, decided_by="acc_second", approved=True)

    answer = reverse(session, 1, 30)

    assert answer == taken(3, expired=30)
    assert holding(session) == {}


def test_a_compensation_can_be_taken_back(session: Session) -> None:
    earning = make_earning(session)
    given = post(session, Compensation(earning.holder, earning.series, 8, key_of("c"), because("航班取消")))

    assert reverse(session, given.event_id, 8) == taken(2, taken=8)


@pytest.mark.proves("LED-3")
def test_a_reversal_answers_the_same_with_its_sums_for_ever(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, terms=make_terms(clawback_cap=15)))
    redeem(session, 20)
    first = reverse(session, 1, 30)
    restore(session, 2, 20)
    holder_of(session, "con_wu")
    before = everything(session)

    again = reverse(session, 1, 30)
    less = refused(session, lambda: reverse(session, 1, 29))

    assert first == taken(3, taken=10, short=15, forgiven=5)
    assert again == first.model_copy(update={"repeated": True})
    assert everything(session) == before
    assert less == ("ledger.key_reused", {"event_id": 3, "key": key_of("r").hex()})


@pytest.mark.parametrize("found", [0, -1, 1.5, True, 2**63])
def test_amounts_that_no_event_moves_are_refused(session: Session, found: int) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    frozen = post(session, Freeze(earning.holder, 5, key_of("f"), because())).event_id
    code = "ledger.too_many" if found == 2**63 else "ledger.not_positive"
    commands = (
        Reversal(1, found, key_of("a"), because()),
        Freeze(earning.holder, found, key_of("b"), because()),
        Unfreeze(frozen, found, key_of("c"), because()),
        Waiver(earning.holder, earning.series, found, key_of("d"), because()),
        Compensation(earning.holder, earning.series, found, key_of("e"), because()),
    )

    refusals = [refused(session, lambda command=command: post(session, command)) for command in commands]  # type: ignore[misc]

    assert [refusal[0] for refusal in refusals] == [code] * 5
    assert [refusal[1]["found"] for refusal in refusals] == [found] * 5
