"""Batches of commands: all or nothing, or each for itself; one batch in the log whatever it holds."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.errors import Refusal
from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Capture,
    Command,
    Earning,
    Hold,
    Posted,
    Redemption,
    Release,
    Reversal,
)
from tests.factories.ledger import because, earn, holder_of, make_earning, make_terms
from tests.ledger.ground import everything, holding, lines, post, refused


def answers(outcomes: list[service.Outcome]) -> list[Posted | str]:
    """Give answers as they are and refusals by code."""
    return [one.code if isinstance(one, Refusal) else one for one in outcomes]


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("bad", ["amount", "holder", "party", "key", "hold", "too much"])
def test_one_bad_item_of_a_thousand_refuses_all_or_only_itself(session: Session, bad: str) -> None:
    earn(session, make_earning(session, credits_=5_000))
    li, tea, caller = holder_of(session, "con_li"), holder_of(session, "mer_tea"), service.caller(session, "tests")
    post(session, Hold(li, 1, key_of("earlier")))
    batch: list[Command] = [Redemption(li, 2, tea, key_of(f"k{n}")) for n in range(1000)]
    bad_ones: dict[str, tuple[Command, str]] = {
        "amount": (Redemption(li, 0, tea, key_of("bad")), "ledger.not_positive"),
        "holder": (Redemption(99, 2, tea, key_of("bad")), "ledger.no_such_holder"),
        "party": (Redemption(li, 2, li, key_of("bad")), "ledger.not_a_merchant"),
        "key": (Redemption(li, 2, tea, key_of("earlier")), "ledger.key_reused"),
        "hold": (Capture(1, 2, tea, key_of("bad")), "ledger.no_such_hold"),
        "too much": (Redemption(li, 4_998, tea, key_of("bad")), "ledger.not_enough_credits"),
    }
    batch[6], code = bad_ones[bad]

    refusal = refused(session, lambda: service.post(session, caller, batch))
    outcomes = service.post(session, caller, batch, atomic=False)

    assert (refusal[0], refusal[1]["item"], refusal[1]["cause"]) == ("ledger.item_refused", 6, code)
    assert answers(outcomes)[6] == code
    assert [one for place, one in enumerate(answers(outcomes)) if place != 6] == [
        Posted(number, repeated=False) for number in range(3, 1002)
    ]
    assert holding(session) == {"available": 5_000 - 1 - 999 * 2, "held": 1}
    assert len(everything(session)["ledger_batch"]) == 3


def test_a_single_command_raises_its_own_refusal(session: Session) -> None:
    li = holder_of(session, "con_li")

    refusal = refused(
        session, lambda: service.post(session, service.caller(session, "tests"), [Hold(li, 1, b"k" * 16)])
    )

    assert refusal == ("ledger.not_enough_credits", {"wanted": 1, "found": 0})


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("atomic", [True, False])
def test_the_same_command_twice_in_one_batch_is_done_once(session: Session, atomic: bool) -> None:
    earn(session, make_earning(session, credits_=10))
    once = Hold(holder_of(session, "con_li"), 4, key_of("h"))
    caller = service.caller(session, "tests")

    outcomes = service.post(session, caller, [once, once, once], atomic=atomic)

    assert outcomes == [Posted(2, repeated=False), Posted(2, repeated=True), Posted(2, repeated=True)]
    assert holding(session) == {"available": 6, "held": 4}


def test_one_key_for_two_commands_of_a_batch_is_refused(session: Session) -> None:
    earn(session, make_earning(session, credits_=10))
    li, caller = holder_of(session, "con_li"), service.caller(session, "tests")
    batch = [Hold(li, 4, key_of("h")), Hold(li, 5, key_of("h"))]

    refusal = refused(session, lambda: service.post(session, caller, batch))
    outcomes = service.post(session, caller, batch, atomic=False)

    assert (refusal[1]["item"], refusal[1]["cause"]) == (1, "ledger.key_reused")
    assert answers(outcomes) == [Posted(2, repeated=False), "ledger.key_reused"]


def test_commands_of_a_batch_see_what_those_before_them_did(session: Session) -> None:
    one = make_earning(session, credits_=10)
    li, tea, caller = one.holder, holder_of(session, "mer_tea"), service.caller(session, "tests")
    earn(session, one)
    post(session, Hold(li, 10, key_of("hold")))

    outcomes = service.post(
        session,
        caller,
        [
            Capture(2, 6, tea, key_of("capture")),
            Reversal(1, 10, key_of("reverse"), because()),
            Capture(2, 5, tea, key_of("more than is left")),
            Hold(li, 1, key_of("nothing there")),
            one._replace(credits=12, key=key_of("repays")),
            Hold(li, 2, key_of("what is left")),
        ],
        atomic=False,
    )

    assert answers(outcomes) == [
        Posted(3, repeated=False),
        Posted(4, repeated=False),
        "ledger.nothing_left",
        "ledger.not_enough_credits",
        Posted(5, repeated=False),
        Posted(8, repeated=False),
    ]
    assert holding(session) == {"held": 6}


def test_nobody_can_name_an_event_of_his_own_batch(session: Session) -> None:
    one = make_earning(session, credits_=10)
    li, caller = one.holder, service.caller(session, "tests")

    outcomes = service.post(
        session,
        caller,
        [one, Hold(li, 5, key_of("h")), Release(2, 5, key_of("r")), Reversal(1, 10, key_of("v"), because())],
        atomic=False,
    )

    assert answers(outcomes) == [
        Posted(1, repeated=False),
        Posted(2, repeated=False),
        "ledger.no_such_hold",
        "ledger.no_such_event",
    ]


def test_reversals_of_one_batch_know_of_each_other(session: Session) -> None:
    """The second finds less than was there when the batch began, and the first one's pardon is used up."""
    terms = make_terms(clawback_cap=12)
    earn(session, *(make_earning(session, credits_=10, key=f"k{n}", terms=terms) for n in range(2)))
    li, caller = holder_of(session, "con_li"), service.caller(session, "tests")
    post(session, Redemption(li, 15, holder_of(session, "mer_tea"), key_of("spent")))
    batch = [Reversal(award, 10, key_of(f"r{award}"), because()) for award in (1, 2)]

    service.post(session, caller, batch)

    assert holding(session) == {"owed": -12}


def test_a_batch_with_a_refused_item_keeps_no_trace_of_it(session: Session) -> None:
    """Neither its serials, nor its draw, nor its note."""
    terms = make_terms(cap=100)
    one = make_earning(session, credits_=60, terms=terms)
    caller = service.caller(session, "tests")

    outcomes = service.post(
        session,
        caller,
        [
            one,
            Accrual(one.holder, one.series, 50, key_of("too many")),
            Earning(one.holder, one.series, 40, key_of("just fits")),
        ],
        atomic=False,
    )

    assert answers(outcomes) == [Posted(1, repeated=False), "ledger.cap_reached", Posted(2, repeated=False)]
    assert [(line.serial, line.credits) for line in lines(session)] == [(1, 60), (61, 40)]


def test_events_are_numbered_without_a_gap_whatever_was_refused(session: Session) -> None:
    one = make_earning(session, credits_=3)
    caller = service.caller(session, "tests")
    for n in range(5):
        batch: list[Command] = [one._replace(key=key_of(f"{n}")), Hold(one.holder, 99, key_of(f"bad {n}"))]
        service.post(session, caller, batch, atomic=False)

    numbers = session.scalars(text("SELECT id FROM ledger_event ORDER BY id")).all()

    assert numbers == [1, 2, 3, 4, 5]
    assert session.execute(text("SELECT next_event, next_batch, log_size FROM ledger_head")).one() == (6, 6, 6)


@pytest.mark.parametrize("number", [-1, 0, 2**31, 2**40])
def test_holders_by_numbers_that_nobody_has_are_refused(session: Session, number: int) -> None:
    series = make_earning(session).series

    held = refused(session, lambda: post(session, Hold(number, 1, key_of("h"))))
    accrued = refused(session, lambda: post(session, Accrual(number, series, 1, key_of("a"))))
    earned = refused(session, lambda: earn(session, Earning(number, series, 1, key_of("e"))))

    assert held == accrued == earned == ("ledger.no_such_holder", {"subject_id": str(number)})
