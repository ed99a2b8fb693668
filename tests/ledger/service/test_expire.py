"""The sweep: what ended is written off leaf by leaf, in as many steps as it takes; credits for life never."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.ledger.service import Swept
from greencredit.schemas.ledger import Capture, Release, Verb
from tests.conftest import NOON
from tests.factories.ledger import earn, hold, holder_of, make_earning, make_terms, redeem
from tests.ledger.ground import Line, everything, holding, lines, on_leaves, post

SOON = make_terms(expires_at=NOON + timedelta(days=10))
DAY_11 = timedelta(days=11)


def sweep(session: Session, clock: StandingClock, **how: int) -> Swept:
    """Expire what ended until now."""
    return service.expire(session, service.caller(session, "sweep"), until=clock.now(), **how)


@pytest.mark.proves("LED-1", "LED-2")
def test_what_has_ended_is_written_off_and_what_is_for_life_is_untouched(
    session: Session, clock: StandingClock
) -> None:
    soon, life = make_earning(session, credits_=10, terms=SOON), make_earning(session, credits_=7, key="life")
    earn(session, soon, life)
    clock.move(DAY_11)

    swept = sweep(session, clock)

    assert swept == Swept(1, 10, None)
    assert lines(session, 3) == [Line(3, 3, Verb.EXPIRE, soon.series, soon.holder, None, 10, None, None)]
    assert holding(session) == {"available": 7}
    assert on_leaves(session)["expired", soon.series, 0] == 10


@pytest.mark.parametrize(("early", "leaves"), [(timedelta(0), 1), (timedelta(microseconds=1), 0)])
def test_credits_end_at_the_stated_instant_and_not_before(
    session: Session, clock: StandingClock, early: timedelta, leaves: int
) -> None:
    earn(session, make_earning(session, credits_=10, terms=SOON))
    clock.move(timedelta(days=10) - early)

    assert sweep(session, clock).leaves == leaves


@pytest.mark.proves("LED-3")
def test_a_sweep_that_runs_again_writes_nothing(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=10, terms=SOON))
    clock.move(DAY_11)
    sweep(session, clock)
    before = everything(session)

    assert sweep(session, clock) == Swept(0, 0, None)
    assert everything(session) == before


def test_a_sweep_in_steps_takes_every_leaf_once(session: Session, clock: StandingClock) -> None:
    earn(session, *(make_earning(session, f"con_{n}", credits_=n + 1, key=f"k{n}", terms=SOON) for n in range(7)))
    clock.move(DAY_11)
    steps = [sweep(session, clock, limit=3)]
    while (after := steps[-1].after) is not None:
        steps.append(sweep(session, clock, after=after, limit=3))

    assert [(step.leaves, step.credits) for step in steps] == [(3, 6), (3, 15), (1, 7)]


def test_a_sweep_at_an_earlier_instant_leaves_what_ended_later(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=10, terms=SOON))
    clock.move(DAY_11)

    swept = service.expire(session, service.caller(session, "sweep"), until=NOON + timedelta(days=9))

    assert swept == Swept(0, 0, None)


def test_nothing_is_expired_ahead_of_time(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=10, terms=SOON))

    swept = service.expire(session, service.caller(session, "sweep"), until=clock.now() + timedelta(days=400))

    assert (swept, holding(session)) == (Swept(0, 0, None), {"available": 10})


def test_what_is_held_is_left_alone_and_expires_after_it_came_back(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=10, terms=SOON))
    held = hold(session, 10).event_id
    clock.move(DAY_11)
    nothing = sweep(session, clock)

    post(session, Release(held, 10, key_of("r")))
    swept = sweep(session, clock)

    assert (nothing, swept) == (Swept(0, 0, None), Swept(1, 10, None))


def test_an_order_that_was_held_in_time_is_captured_after_the_end(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=10, terms=SOON))
    held = hold(session, 10).event_id
    clock.move(DAY_11)

    post(session, Capture(held, 10, holder_of(session, "mer_tea"), key_of("c")))

    assert holding(session) == {}


def test_credits_of_several_persons_and_series_are_one_batch_in_the_log(session: Session, clock: StandingClock) -> None:
    other = make_terms("iss_other", expires_at=NOON + timedelta(days=5))
    earn(session, *(make_earning(session, f"con_{n}", credits_=2, key=f"a{n}", terms=SOON) for n in range(3)))
    earn(session, *(make_earning(session, f"con_{n}", credits_=3, key=f"b{n}", terms=other) for n in range(3)))
    redeem(session, 3, holder="con_1")
    clock.move(DAY_11)
    batches = len(everything(session)["ledger_batch"])

    swept = sweep(session, clock)

    assert swept == Swept(5, 12, None)
    assert len(everything(session)["ledger_batch"]) == batches + 1
