"""Hold, capture, release, redeem, donate, restore: exact rows, in spending order; a refusal changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Capture, Hold, Posted, Redemption, Refunded, Release, Restoration, Verb
from greencredit.schemas.values import Credits
from tests.conftest import NOON
from tests.factories.ledger import earn, hold, holder_of, make_earning, make_terms, redeem, restore
from tests.ledger.ground import Line, everything, holding, lines, on_leaves, post, refused

SOON = make_terms(expires_at=NOON + timedelta(days=10))
LATER = make_terms(expires_at=NOON + timedelta(days=20))
LIFE = make_terms()


def stock(session: Session) -> tuple[int, int, int]:
    """Give a person 10 credits each for life, until later, and until soon; the numbers of the series in that order."""
    earnings = [
        make_earning(session, credits_=10, key=f"s{n}", terms=terms) for n, terms in enumerate((LIFE, LATER, SOON))
    ]
    earn(session, *earnings)
    holder_of(session, "con_wu")
    life, later, soon = (earning.series for earning in earnings)
    return life, later, soon


@pytest.mark.proves("LED-2")
def test_a_redemption_takes_what_ends_soonest_first_and_writes_one_row_for_each_leaf(session: Session) -> None:
    _, later, soon = stock(session)
    li, tea = holder_of(session, "con_li"), holder_of(session, "mer_tea")

    answer = redeem(session, 14)

    assert answer == Posted(4, repeated=False)
    assert lines(session, 4) == [
        Line(4, 4, Verb.REDEEM, soon, li, tea, 10, None, None),
        Line(5, 4, Verb.REDEEM, later, li, tea, 4, None, None),
    ]
    assert holding(session) == {"available": 16}
    assert on_leaves(session)["redeemed", soon, tea] == 10


@pytest.mark.proves("LED-2")
def test_of_two_series_that_end_together_the_earlier_award_month_goes_first(session: Session) -> None:
    april, march = make_terms(award_month=202604), make_terms(award_month=202603)
    earn(session, make_earning(session, credits_=10, key="a", terms=april))
    earn(session, first := make_earning(session, credits_=10, key="m", terms=march))

    redeem(session, 3)

    assert [line.series for line in lines(session, 3)] == [first.series]


def test_a_donation_goes_to_a_project_and_is_not_given_back(session: Session) -> None:
    _, _, soon = stock(session)
    li, trees = holder_of(session, "con_li"), holder_of(session, "prj_trees")
    post(session, Redemption(li, 10, trees, key_of("gift"), donation=True))

    refusal = refused(session, lambda: restore(session, 4, 10))

    assert lines(session, 4) == [Line(4, 4, Verb.DONATE, soon, li, trees, 10, None, None)]
    assert on_leaves(session)["donated", soon, trees] == 10
    assert refusal == ("ledger.no_such_redemption", {"redemption": 4})


def test_only_credits_of_the_issuer_that_was_named_are_taken(session: Session) -> None:
    stock(session)
    other = make_earning(session, credits_=7, key="o", terms=make_terms("iss_other"))
    earn(session, other)

    redeem(session, 5, issuer_id="iss_other")
    refusal = refused(session, lambda: redeem(session, 3, issuer_id="iss_other", key="more"))
    nobody = refused(session, lambda: redeem(session, 3, issuer_id="iss_nobody", key="nobody"))

    assert [(line.series, line.credits) for line in lines(session, 5)] == [(other.series, 5)]
    assert refusal == ("ledger.not_enough_credits", {"wanted": 3, "found": 2})
    assert nobody == ("ledger.not_enough_credits", {"wanted": 3, "found": 0})


@pytest.mark.proves("LED-1")
def test_a_hold_sets_aside_and_is_captured_in_parts_first_drawn_first(session: Session) -> None:
    _, later, soon = stock(session)
    li, tea = holder_of(session, "con_li"), holder_of(session, "mer_tea")
    held = hold(session, 14)

    post(session, Capture(held.event_id, 12, tea, key_of("c1")))

    assert lines(session, 4) == [
        Line(4, 4, Verb.HOLD, soon, li, None, 10, None, None),
        Line(5, 4, Verb.HOLD, later, li, None, 4, None, None),
        Line(6, 6, Verb.CAPTURE, soon, li, tea, 10, 4, None),
        Line(7, 6, Verb.CAPTURE, later, li, tea, 2, 5, None),
    ]
    assert holding(session) == {"available": 16, "held": 2}


def test_a_hold_is_released_in_parts_last_drawn_first(session: Session) -> None:
    _, later, soon = stock(session)
    li = holder_of(session, "con_li")
    held = hold(session, 14)

    post(session, Release(held.event_id, 5, key_of("r1")))

    assert lines(session, 6) == [
        Line(6, 6, Verb.RELEASE, later, li, None, 4, 5, None),
        Line(7, 6, Verb.RELEASE, soon, li, None, 1, 4, None),
    ]
    assert holding(session) == {"available": 21, "held": 9}


def test_a_hold_captured_for_a_donation_stands_with_the_project(session: Session) -> None:
    _, _, soon = stock(session)
    li, trees = holder_of(session, "con_li"), holder_of(session, "prj_trees")
    held = hold(session, 4)

    post(session, Capture(held.event_id, 4, trees, key_of("c"), donation=True))

    assert lines(session, 5) == [Line(5, 5, Verb.CAPTURE_DONATION, soon, li, trees, 4, 4, None)]
    assert on_leaves(session)["donated", soon, trees] == 4


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ("capture", "capture", 0),
        ("capture", "release", 0),
        ("release", "capture", 0),
        ("release", "release", 0),
        (None, "capture more", 10),
        (None, "release more", 10),
    ],
)
def test_of_a_hold_nothing_is_used_twice_and_no_more_than_was_set_aside(
    session: Session, first: str | None, second: str, left: int
) -> None:
    stock(session)
    tea = holder_of(session, "mer_tea")
    held = hold(session, 10).event_id
    does: dict[str, Any] = {
        "capture": Capture(held, 10, tea, key_of("x")),
        "release": Release(held, 10, key_of("y")),
        "capture more": Capture(held, 11, tea, key_of("x")),
        "release more": Release(held, 11, key_of("y")),
    }
    if first:
        post(session, does[first])

    refusal = refused(session, lambda: post(session, does[second]._replace(key=key_of("z"))))

    assert refusal == ("ledger.nothing_left", {"event_id": held, "wanted": does[second].credits, "left": left})


@pytest.mark.parametrize("number", [1, 5, 99, 2**63 - 1, 2**70])
def test_only_a_hold_by_its_own_number_is_captured_or_released(session: Session, number: int) -> None:
    stock(session)
    tea = holder_of(session, "mer_tea")
    hold(session, 14)  # events 4 and 5: the second is no hold of its own

    captured = refused(session, lambda: post(session, Capture(number, 1, tea, key_of("c"))))
    released = refused(session, lambda: post(session, Release(number, 1, key_of("r"))))

    assert captured == released == ("ledger.no_such_hold", {"hold": number})


@pytest.mark.proves("LED-3")
def test_more_than_there_is_cannot_be_spent_or_set_aside(session: Session) -> None:
    stock(session)

    spent = refused(session, lambda: redeem(session, 31))
    held = refused(session, lambda: hold(session, 31))
    others = refused(session, lambda: redeem(session, 1, holder="con_wu"))

    assert spent == held == ("ledger.not_enough_credits", {"wanted": 31, "found": 30})
    assert others == ("ledger.not_enough_credits", {"wanted": 1, "found": 0})


def test_what_is_held_cannot_be_spent_or_held_again(session: Session) -> None:
    stock(session)
    hold(session, 25)

    refusal = refused(session, lambda: redeem(session, 6))

    assert refusal == ("ledger.not_enough_credits", {"wanted": 6, "found": 5})


@pytest.mark.proves("LED-2")
def test_what_has_expired_cannot_be_spent_or_held_though_no_sweep_has_run(
    session: Session, clock: StandingClock
) -> None:
    stock(session)
    clock.move(timedelta(days=10))

    spent = refused(session, lambda: redeem(session, 21))
    held = refused(session, lambda: hold(session, 21))
    redeem(session, 20)

    assert spent == held == ("ledger.not_enough_credits", {"wanted": 21, "found": 20})
    assert holding(session) == {"available": 10}


def test_credits_are_spent_up_to_the_last_instant(session: Session, clock: StandingClock) -> None:
    stock(session)
    clock.move(timedelta(days=10) - timedelta(microseconds=1))

    redeem(session, 30)

    assert holding(session) == {}


@pytest.mark.proves("LED-1")
def test_credits_are_not_spent_at_a_person(session: Session) -> None:
    stock(session)
    li, wu = holder_of(session, "con_li"), holder_of(session, "con_wu")
    held = hold(session, 5).event_id

    redeemed = refused(session, lambda: post(session, Redemption(li, 5, wu, key_of("a"))))
    donated = refused(session, lambda: post(session, Redemption(li, 5, wu, key_of("b"), donation=True)))
    captured = refused(session, lambda: post(session, Capture(held, 5, wu, key_of("c"))))
    to_himself = refused(session, lambda: post(session, Redemption(li, 5, li, key_of("d"))))

    assert redeemed == donated == captured == ("ledger.not_a_merchant", {"holder": wu})
    assert to_himself == ("ledger.not_a_merchant", {"holder": li})


def test_holders_and_parties_that_are_not_there_are_refused(session: Session) -> None:
    stock(session)
    li, tea = holder_of(session, "con_li"), holder_of(session, "mer_tea")

    nobody = [
        refused(session, lambda: post(session, Redemption(99, 5, tea, key_of("a")))),
        refused(session, lambda: post(session, Redemption(li, 5, 99, key_of("a")))),
        refused(session, lambda: post(session, Hold(99, 5, key_of("a")))),
    ]

    assert nobody == [("ledger.no_such_holder", {"subject_id": "99"})] * 3


@pytest.mark.proves("LED-2")
def test_a_refund_goes_to_the_very_leaves_last_drawn_first(session: Session) -> None:
    _, later, soon = stock(session)
    li, tea = holder_of(session, "con_li"), holder_of(session, "mer_tea")
    redeem(session, 14)

    answer = restore(session, 4, 6)

    assert answer == Refunded(
        event_id=6, repeated=False, restored=Credits(6), expired=Credits(0), revived=Credits(0), repaid=Credits(0)
    )
    assert lines(session, 6) == [
        Line(6, 6, Verb.RESTORE, later, li, tea, 4, 5, None),
        Line(7, 6, Verb.RESTORE, soon, li, tea, 2, 4, None),
    ]
    assert holding(session) == {"available": 22}


def test_what_a_capture_spent_is_given_back_as_well(session: Session) -> None:
    stock(session)
    tea = holder_of(session, "mer_tea")
    held = hold(session, 14).event_id
    captured = post(session, Capture(held, 14, tea, key_of("c"))).event_id

    restore(session, captured, 14)

    assert holding(session) == {"available": 30}


@pytest.mark.proves("LED-3")
def test_a_redemption_is_given_back_once(session: Session) -> None:
    stock(session)
    redeem(session, 14)
    restore(session, 4, 10)

    refusal = refused(session, lambda: restore(session, 4, 5, key="more"))

    assert refusal == ("ledger.nothing_left", {"event_id": 4, "wanted": 5, "left": 4})


@pytest.mark.parametrize("number", [1, 5, 99, 2**63 - 1])
def test_only_a_redemption_by_its_own_number_is_given_back(session: Session, number: int) -> None:
    stock(session)
    redeem(session, 14)

    refusal = refused(session, lambda: restore(session, number, 1))

    assert refusal == ("ledger.no_such_redemption", {"redemption": number})


@pytest.mark.proves("LED-3")
def test_what_expired_meanwhile_comes_back_and_expires_and_both_are_said(
    session: Session, clock: StandingClock
) -> None:
    _, later, soon = stock(session)
    li, tea = holder_of(session, "con_li"), holder_of(session, "mer_tea")
    redeem(session, 14)
    clock.move(timedelta(days=10))

    answer = restore(session, 4, 14)

    assert answer == Refunded(
        event_id=6, repeated=False, restored=Credits(14), expired=Credits(10), revived=Credits(0), repaid=Credits(0)
    )
    assert lines(session, 6) == [
        Line(6, 6, Verb.RESTORE, later, li, tea, 4, 5, None),
        Line(7, 6, Verb.RESTORE, soon, li, tea, 10, 4, None),
        Line(8, 6, Verb.EXPIRE, soon, li, None, 10, 7, None),
    ]
    assert holding(session) == {"available": 20}
    assert on_leaves(session)["expired", soon, 0] == 10


@pytest.mark.proves("LED-1", "ISS-3")
def test_with_a_filed_grace_what_expired_lives_on_to_the_end_of_its_last_day(
    session: Session, clock: StandingClock
) -> None:
    graced = SOON.model_copy(update={"refund_grace_days": 5})
    earning = make_earning(session, credits_=10, terms=graced)
    earn(session, earning)
    soon, li, tea = earning.series, earning.holder, holder_of(session, "mer_tea")
    redeem(session, 10)
    clock.move(timedelta(days=10))

    answer = restore(session, 2, 10)

    revived = service.series(
        session, graced.model_copy(update={"expires_at": NOON + timedelta(days=15, hours=12)})
    )  # midnight in Shanghai is 12 hours after noon
    assert answer == Refunded(
        event_id=3, repeated=False, restored=Credits(10), expired=Credits(0), revived=Credits(10), repaid=Credits(0)
    )
    assert lines(session, 3) == [
        Line(3, 3, Verb.RESTORE, soon, li, tea, 10, 2, None),
        Line(4, 3, Verb.REVIVE_OUT, soon, li, None, 10, 3, None),
        Line(5, 3, Verb.REVIVE_IN, revived, li, None, 10, 3, None),
    ]
    redeem(session, 10, key="all")
    assert holding(session) == {}


@pytest.mark.proves("LED-1", "ISS-3")
def test_each_credit_of_one_refund_follows_the_grace_of_its_own_version(session: Session, clock: StandingClock) -> None:
    first = SOON.model_copy(update={"refund_grace_days": 5})
    second = SOON.model_copy(update={"terms_version": 2})
    earn(
        session,
        make_earning(session, credits_=10, key="1", terms=first),
        make_earning(session, credits_=4, key="2", terms=second),
    )
    spent = redeem(session, 14).event_id
    clock.move(timedelta(days=10))

    answer = restore(session, spent, 14)

    assert (answer.restored, answer.revived, answer.expired) == (14, 10, 4)
    assert holding(session) == {"available": 10}


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("verb", ["hold", "redeem", "capture", "release", "restore"])
def test_every_way_to_spend_answers_the_same_key_the_same_for_ever_and_refuses_another_payload(
    session: Session, clock: StandingClock, verb: str
) -> None:
    stock(session)
    li, tea, caller = holder_of(session, "con_li"), holder_of(session, "mer_tea"), service.caller(session, "tests")
    held, spent = hold(session, 3).event_id, redeem(session, 3).event_id
    requests: dict[str, tuple[Any, Any]] = {
        "hold": (Hold(li, 2, key_of("k")), Hold(li, 2, key_of("k"), "iss_example")),
        "redeem": (Redemption(li, 2, tea, key_of("k")), Redemption(li, 2, tea, key_of("k"), donation=True)),
        "capture": (Capture(held, 2, tea, key_of("k")), Capture(held, 1, tea, key_of("k"))),
        "release": (Release(held, 2, key_of("k")), Release(held, 1, key_of("k"))),
        "restore": (Restoration(spent, 2, key_of("k")), Restoration(spent, 1, key_of("k"))),
    }
    first, other = requests[verb]
    ask: Any = service.restore if verb == "restore" else service.post_one
    answer = ask(session, caller, first)
    redeem(session, 1, key="between")
    clock.move(timedelta(days=30))
    before = everything(session)

    again = ask(session, caller, first)
    reused = refused(session, lambda: ask(session, caller, other))
    for found in (0, -1, 1.5, True, 2**63):
        bad = refused(session, lambda found=found: ask(session, caller, first._replace(credits=found)))  # type: ignore[misc]
        assert bad[0] == ("ledger.too_many" if found == 2**63 else "ledger.not_positive")

    assert again == (
        answer.model_copy(update={"repeated": True}) if isinstance(answer, Refunded) else answer._replace(repeated=True)
    )
    assert everything(session) == before
    assert reused == ("ledger.key_reused", {"event_id": answer.event_id, "key": key_of("k").hex()})
    elsewhere = post(session, Hold(li, 1, key_of("k")), caller="another")
    assert elsewhere.repeated is False
