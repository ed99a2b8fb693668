"""What is on the leaves: balances and debts of a holder, what ends soon, an issuer's position."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import queries, service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Expiring,
    Freeze,
    HolderTotals,
    IssuerPosition,
    Owed,
    Redemption,
    SeriesBalance,
)
from greencredit.schemas.values import Credits
from tests.conftest import NOON
from tests.factories.ledger import because, earn, hold, holder_of, make_earning, make_terms, redeem, restore, reverse
from tests.ledger.ground import post

SOON = make_terms(expires_at=NOON + timedelta(days=10))


def test_whoever_never_held_credits_has_nothing_and_owes_nothing(session: Session) -> None:
    assert queries.balances_of(session, "con_nobody") == []
    assert queries.owed_by(session, "con_nobody") == []
    assert queries.totals_of(session, "con_nobody") == []


@pytest.mark.proves("LED-2")
def test_balances_tell_every_state_of_every_series_in_spending_order(session: Session) -> None:
    life, soon = make_earning(session, credits_=30), make_earning(session, credits_=20, key="b", terms=SOON)
    earn(session, life, soon)
    post(session, Accrual(life.holder, life.series, 7, key_of("w")))
    hold(session, 12)
    post(session, Freeze(life.holder, 4, key_of("f"), because(), life.series))

    found = queries.balances_of(session, "con_li")

    assert found == [
        SeriesBalance(series_id=soon.series, terms=SOON, available=Credits(8), held=Credits(12)),
        SeriesBalance(
            series_id=life.series, terms=make_terms(), available=Credits(26), pending=Credits(7), frozen=Credits(4)
        ),
    ]
    assert [one.outstanding for one in found] == [20, 37]


def test_what_is_owed_is_told_by_series_and_in_the_totals(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    redeem(session, 30)
    reverse(session, 1, 30)

    assert queries.owed_by(session, "con_li") == [Owed("iss_example", earning.series, 30)]
    assert queries.totals_of(session, "con_li") == [
        HolderTotals(
            issuer_id="iss_example",
            earned=Credits(30),
            reversed_=Credits(30),
            redeemed=Credits(30),
            owed=Credits(30),
            balance=Credits(0),
        )
    ]


@pytest.mark.proves("LED-4")
def test_totals_are_added_up_from_events(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=30), make_earning(session, credits_=20, key="b", terms=SOON))
    spent = redeem(session, 25).event_id
    restore(session, spent, 10)
    clock.move(timedelta(days=11))
    service.expire(session, service.caller(session, "sweep"), until=clock.now())

    assert queries.totals_of(session, "con_li") == [
        HolderTotals(
            issuer_id="iss_example",
            earned=Credits(50),
            reversed_=Credits(0),
            redeemed=Credits(25),
            restored=Credits(10),
            expired=Credits(5),
            balance=Credits(30),
        )
    ]


@pytest.mark.proves("LED-4")
def test_an_issuer_sees_what_it_issued_and_still_owes(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, key="a"), make_earning(session, "con_wu", credits_=12, key="b"))
    earn(session, make_earning(session, credits_=99, key="c", terms=make_terms("iss_other")))
    reverse(session, 2, 12)
    redeem(session, 5, issuer_id="iss_example")
    trees = holder_of(session, "prj_trees")
    post(session, Redemption(holder_of(session, "con_li"), 3, trees, key_of("gift"), "iss_example", donation=True))

    assert queries.position_of(session, "iss_example") == IssuerPosition(
        issuer_id="iss_example",
        issued=Credits(42),
        reversed_=Credits(12),
        redeemed=Credits(5),
        donated=Credits(3),
        outstanding=Credits(22),
        holders=1,
    )


def test_an_issuer_that_issued_nothing_owes_nothing(session: Session) -> None:
    zero = Credits(0)

    assert queries.position_of(session, "iss_nobody") == IssuerPosition(
        issuer_id="iss_nobody", issued=zero, reversed_=zero, outstanding=zero, holders=0
    )


def test_what_ends_soon_comes_in_pages_of_whole_holders(session: Session) -> None:
    later = make_terms(expires_at=NOON + timedelta(days=20))
    for n, name in enumerate(("con_a", "con_b", "con_c")):
        earn(session, make_earning(session, name, credits_=1 + n, key=f"s{n}", terms=SOON))
        earn(session, make_earning(session, name, credits_=10 + n, key=f"l{n}", terms=later))
    numbers = {name: holder_of(session, name) for name in ("con_a", "con_b", "con_c")}
    until = NOON + timedelta(days=15)

    first = queries.expiring(session, after=NOON, until=until, limit=2)
    rest = queries.expiring(session, after=NOON, until=until, from_holder=numbers["con_b"] + 1, limit=2)

    end = NOON + timedelta(days=10)
    assert first == [
        Expiring(numbers["con_a"], "con_a", "iss_example", end, 1),
        Expiring(numbers["con_b"], "con_b", "iss_example", end, 2),
    ]
    assert rest == [Expiring(numbers["con_c"], "con_c", "iss_example", end, 3)]
    assert queries.expiring(session, after=NOON, until=NOON + timedelta(days=9)) == []
