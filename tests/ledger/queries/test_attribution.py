"""What became of an award, across leaves: redeemed, given back, revived, passed on, taken back; and its serials."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import queries, service
from greencredit.ledger.errors import NoSuchEvent, NoSuchSerial, NotAnAward
from greencredit.ledger.queries.attribution import Leaf, Leaves
from greencredit.ledger.rules import Slice, key_of
from greencredit.ledger.rules.serial import Serial
from greencredit.schemas.ledger import (
    Allotment,
    AwardShare,
    AwardStory,
    Capture,
    Funding,
    Passing,
    Posted,
    Release,
)
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


def _now(story: AwardStory) -> list[tuple[str, int, str | None]]:
    return [(part.place, part.credits, part.party) for part in story.now]


def _steps(story: AwardStory) -> list[tuple[int, str, int | None]]:
    return [(line.event_id, line.verb, line.award_credits) for line in story.steps]


def _post(session: Session, command: Capture | Release | Allotment | Funding | Passing) -> Posted:
    return service.post_one(session, service.caller(session, "tests"), command)


@pytest.mark.proves("LED-4")
def test_an_award_is_followed_from_earning_over_hold_and_merchant_to_the_refund(session: Session) -> None:
    earn(session, make_earning(session, credits_=10, key="a"), make_earning(session, credits_=10, key="b"))
    held = hold(session, 15)
    tea = holder_of(session, "mer_tea")
    spent = _post(session, Capture(held.event_id, 12, tea, key_of("c")))
    _post(session, Release(held.event_id, 3, key_of("l")))
    restore(session, spent.event_id, 1)

    first, second = queries.award_story(session, 1), queries.award_story(session, 2)

    assert _now(first) == [("redeemed", 10, "mer_tea")]
    assert [part.path for part in first.now] == [(1, 3, 4)]
    assert _now(second) == [
        ("available", 5, None),
        ("redeemed", 1, "mer_tea"),
        ("available", 3, None),
        ("available", 1, None),
    ]
    assert [part.path for part in second.now] == [(2,), (2, 3, 4), (2, 3, 5), (2, 3, 4, 6)]
    assert _steps(second) == [(2, "earn", 10), (3, "hold", 5), (4, "capture", 2), (5, "release", 3), (6, "restore", 1)]


@pytest.mark.proves("LED-4")
def test_a_redemption_draws_on_awards_in_award_order_and_names_their_shares(session: Session) -> None:
    earn(session, make_earning(session, credits_=10, key="a"), make_earning(session, credits_=10, key="b"))
    earn(session, make_earning(session, "con_wu", credits_=10, key="w"))
    series = service.series(session, make_terms())
    spent = redeem(session, 14)
    back = restore(session, spent.event_id, 6)

    shares = queries.shares_by_award(session, [spent.event_id, back.event_id, 3])

    assert shares == {
        3: (AwardShare(3, series, 10),),
        4: (AwardShare(1, series, 10), AwardShare(2, series, 4)),
        5: (AwardShare(2, series, 4), AwardShare(1, series, 2)),
    }


@pytest.mark.proves("LED-4")
def test_revived_credits_count_for_the_award_that_first_earned_them(session: Session, clock: StandingClock) -> None:
    terms = make_terms(expires_at=NOON + timedelta(days=30), refund_grace_days=30)
    earn(
        session,
        make_earning(session, credits_=10, key="a", terms=terms),
        make_earning(session, credits_=10, key="b", terms=terms),
    )
    spent = redeem(session, 15)
    clock.move(timedelta(days=31))
    restore(session, spent.event_id, 8)
    again = redeem(session, 6, key="again")

    shares = queries.shares_by_award(session, [again.event_id])
    first, second = queries.award_story(session, 1), queries.award_story(session, 2)

    # Given back last first: five of the second award, three of the first; drawn again in that order.
    series = service.series(session, terms)
    assert shares == {again.event_id: (AwardShare(2, series, 5), AwardShare(1, series, 1))}
    assert _now(second) == [("available", 5, None), ("redeemed", 5, "mer_tea")]
    assert _now(first) == [("redeemed", 7, "mer_tea"), ("available", 2, None), ("redeemed", 1, "mer_tea")]
    assert first.now[2].path == (1, 3, 4, 5, 6, 7)
    assert first.now[1].expires_at is not None
    assert [line.verb for line in first.steps] == ["earn", "redeem", "restore", "revive_out", "revive_in", "redeem"]


@pytest.mark.proves("LED-4")
def test_refunded_credits_that_expired_without_grace_are_told_as_such(session: Session, clock: StandingClock) -> None:
    terms = make_terms(expires_at=NOON + timedelta(days=30))
    earn(session, make_earning(session, credits_=10, terms=terms))
    spent = redeem(session, 10)
    clock.move(timedelta(days=31))
    restore(session, spent.event_id, 4)

    story = queries.award_story(session, 1)

    assert _now(story) == [("redeemed", 6, "mer_tea"), ("expired", 4, None)]
    assert story.now[1].path == (1, 2, 3, 4)


@pytest.mark.proves("LED-4")
def test_a_reversal_beyond_what_is_left_is_told_in_all_its_parts(session: Session) -> None:
    terms = make_terms(clawback_cap=3)
    earn(
        session,
        make_earning(session, credits_=10, key="a", terms=terms),
        make_earning(session, credits_=4, key="b", terms=terms),
    )
    redeem(session, 8)
    reverse(session, 1, 10)

    first, second = queries.award_story(session, 1), queries.award_story(session, 2)

    # Two of its own were left, four came from the other award; four are short, of which three are owed.
    assert (first.reversed_, first.from_others, first.fell_short, first.waived) == (10, 4, 4, 1)
    assert _now(first) == [("redeemed", 8, "mer_tea"), ("reversed", 2, None)]
    assert _now(second) == [("reversed", 4, None)]
    assert [(verb, of) for _, verb, of in _steps(first)] == [
        ("earn", 10),
        ("redeem", 8),
        ("reverse", 2),
        ("fall_short", 0),
        ("waive", 0),
    ]
    assert (second.reversed_, second.from_others) == (0, 0)


@pytest.mark.proves("LED-4", "AWD-5")
def test_credits_of_an_enterprise_are_followed_to_the_person_it_rewarded(session: Session) -> None:
    green, blue = holder_of(session, "ent_green"), holder_of(session, "ent_blue")
    li = holder_of(session, "con_li")
    series = service.series(session, make_terms())
    funded = _post(session, Funding(green, series, 100, key_of("f"), because("注入")))
    _post(session, Passing(green, blue, 40, key_of("p"), because("联合活动")))
    given = _post(session, Allotment(blue, li, 15, key_of("g"), because("员工奖励")))
    spent = redeem(session, 5)

    story = queries.award_story(session, funded.event_id)

    assert _now(story) == [
        ("available", 60, None),
        ("available", 25, None),
        ("available", 10, None),
        ("redeemed", 5, "mer_tea"),
    ]
    assert [part.path for part in story.now] == [(1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]
    assert queries.shares_by_award(session, [spent.event_id, given.event_id]) == {
        given.event_id: (AwardShare(2, series, 15),),
        spent.event_id: (AwardShare(given.event_id, series, 5),),
    }


@pytest.mark.proves("LED-4")
def test_a_serial_tells_issuer_month_terms_and_state_and_nothing_of_the_holder(session: Session) -> None:
    earn(session, make_earning(session, credits_=10, key="a"), make_earning(session, "con_wu", credits_=10, key="b"))
    redeem(session, 4)
    reverse(session, 2, 3)
    hold(session, 2, holder="con_li")

    serials = [Serial(service.series(session, make_terms()), 202603, number) for number in range(1, 21)]

    states = [queries.serial_state(session, str(serial)) for serial in serials]

    assert [state.state for state in states] == [
        *["redeemed"] * 4,
        *["in_circulation"] * 6,  # two of them are held: nobody else's business
        *["in_circulation"] * 7,
        *["cancelled"] * 3,
    ]
    assert states[0].model_dump(exclude={"title"}) == {
        "serial": str(serials[0]),
        "issuer_id": "iss_example",
        "terms_version": 1,
        "award_month": 202603,
        "expires_at": None,
        "issued_at": NOON,
        "state": "redeemed",
    }


@pytest.mark.parametrize(("ahead", "month", "number"), [(0, 202603, 31), (1, 202603, 1), (0, 202604, 1)])
def test_a_serial_that_was_never_given_out_is_not_found(session: Session, ahead: int, month: int, number: int) -> None:
    earn(session, make_earning(session, credits_=30))
    serial = Serial(service.series(session, make_terms()) + ahead, month, number)

    with pytest.raises(NoSuchSerial) as no:
        queries.serial_state(session, str(serial))

    assert no.value.facts == {"serial": str(serial)}


def test_what_is_no_award_has_no_story(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    spent = redeem(session, 4)

    with pytest.raises(NoSuchEvent):
        queries.award_story(session, 99)
    with pytest.raises(NotAnAward) as no:
        queries.award_story(session, spent.event_id)

    assert no.value.facts == {"event_id": 2, "verb": "redeem"}


def test_where_a_part_of_an_award_is_can_be_asked_credit_by_credit(session: Session) -> None:
    earning = make_earning(session, credits_=10)
    earn(session, earning)
    redeem(session, 3)
    leaves = Leaves(session)

    found = [
        part.place.value
        for place in range(10)
        for part in leaves.parts_of(Leaf(earning.holder, earning.series), Slice(1, place, 1))
    ]

    assert found == ["redeemed"] * 3 + ["available"] * 7
