"""Accrue, activate, compensate, and the wallets of enterprises: exact rows; credits never pass between persons."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Allotment,
    Command,
    Compensation,
    Funding,
    Passing,
    Posted,
    Verb,
    Withdrawal,
)
from tests.conftest import NOON
from tests.factories.ledger import because, earn, holder_of, make_earning, make_terms, redeem, reverse
from tests.ledger.ground import Line, everything, holding, lines, on_leaves, post, refused

SOON = make_terms(expires_at=NOON + timedelta(days=10))


def series_of(session: Session, **terms: int) -> int:
    """Give the number of a series."""
    return make_earning(session, terms=make_terms(**terms)).series  # type: ignore[arg-type] # whole numbers only


def fund(session: Session, credits_: int = 50, *, series: int | None = None, key: str = "fund") -> Posted:
    """Give an enterprise credits."""
    mill = holder_of(session, "ent_mill")
    number = series or series_of(session)
    return post(session, Funding(mill, number, credits_, key_of(key), because("年度方案")))


@pytest.mark.proves("LED-1")
def test_an_award_that_waits_cannot_be_spent_until_it_is_activated_whole(session: Session) -> None:
    earning = make_earning(session)
    waiting = post(session, Accrual(earning.holder, earning.series, 20, key_of("w")))
    early = refused(session, lambda: redeem(session, 1))

    active = post(session, Activation(waiting.event_id, key_of("a")))

    assert early == ("ledger.not_enough_credits", {"wanted": 1, "found": 0})
    assert lines(session) == [
        Line(1, 1, Verb.ACCRUE, earning.series, earning.holder, None, 20, None, 1),
        Line(2, 2, Verb.ACTIVATE, earning.series, earning.holder, None, 20, 1, None),
    ]
    assert active == Posted(2, repeated=False)
    assert holding(session) == {"available": 20}


def test_of_a_waiting_award_that_was_taken_back_in_part_the_rest_is_activated_once(session: Session) -> None:
    earning = make_earning(session)
    waiting = post(session, Accrual(earning.holder, earning.series, 20, key_of("w"))).event_id
    reverse(session, waiting, 5)

    post(session, Activation(waiting, key_of("a")))
    again = refused(session, lambda: post(session, Activation(waiting, key_of("b"))))

    assert holding(session) == {"available": 15}
    assert again == ("ledger.nothing_left", {"event_id": waiting, "wanted": 20, "left": 0})


def test_only_a_waiting_award_is_activated(session: Session) -> None:
    earn(session, make_earning(session))

    no_award = refused(session, lambda: post(session, Activation(1, key_of("a"))))
    nothing = refused(session, lambda: post(session, Activation(99, key_of("a"))))

    assert no_award == ("ledger.not_an_award", {"event_id": 1, "verb": "earn"})
    assert nothing == ("ledger.not_an_award", {"event_id": 99, "verb": "unknown"})


def test_an_activation_repays_a_shortage(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    redeem(session, 30)
    reverse(session, 1, 30)
    waiting = post(session, Accrual(earning.holder, earning.series, 40, key_of("w"))).event_id
    owing = holding(session)

    post(session, Activation(waiting, key_of("a")))

    assert owing == {"pending": 40, "owed": -30}
    assert holding(session) == {"available": 10}


def test_a_compensation_comes_with_a_reason_and_a_serial_under_the_cap(session: Session) -> None:
    earning = make_earning(session, terms=make_terms(cap=10))

    post(session, Compensation(earning.holder, earning.series, 8, key_of("c"), because("航班取消")))
    more = refused(
        session, lambda: post(session, Compensation(earning.holder, earning.series, 3, key_of("d"), because()))
    )

    assert lines(session) == [Line(1, 1, Verb.COMPENSATE, earning.series, earning.holder, None, 8, None, 1)]
    assert [row[:-1] for row in everything(session)["ledger_note"]] == [
        (1, "acc_operator", "航班取消", "a" * 64, None, None)
    ]
    assert more == ("ledger.cap_reached", {"series_id": earning.series, "wanted": 3, "left": 2})


@pytest.mark.proves("LED-1")
def test_an_enterprise_is_funded_awards_a_person_and_another_enterprise(session: Session) -> None:
    series = series_of(session)
    mill, shop, li = (holder_of(session, name) for name in ("ent_mill", "ent_shop", "con_li"))

    fund(session)
    post(session, Allotment(mill, li, 12, key_of("a"), because("员工绿色出行")))
    post(session, Passing(mill, shop, 8, key_of("p"), because("供应链方案")))

    assert lines(session) == [
        Line(1, 1, Verb.FUND, series, mill, None, 50, None, 1),
        Line(2, 2, Verb.ALLOT, series, li, mill, 12, None, None),
        Line(3, 3, Verb.PASS, series, shop, mill, 8, None, None),
    ]
    assert on_leaves(session) == {
        ("issued", series, 0): -50,
        ("wallet", series, mill): 30,
        ("wallet", series, shop): 8,
        ("available", series, li): 12,
    }


def test_a_wallet_gives_what_ends_soonest_first_and_nothing_that_has_ended(
    session: Session, clock: StandingClock
) -> None:
    life, soon = series_of(session), make_earning(session, terms=SOON).series
    mill, li = holder_of(session, "ent_mill"), holder_of(session, "con_li")
    fund(session, 10, series=life, key="life")
    fund(session, 10, series=soon, key="soon")

    post(session, Allotment(mill, li, 4, key_of("a"), because()))
    clock.move(timedelta(days=11))
    late = refused(session, lambda: post(session, Allotment(mill, li, 11, key_of("b"), because())))

    assert [(line.series, line.credits) for line in lines(session, 3)] == [(soon, 4)]
    assert late == ("ledger.not_enough_credits", {"wanted": 11, "found": 10})


def test_what_a_wallet_has_left_of_a_funding_is_withdrawn(session: Session) -> None:
    series = series_of(session)
    mill, li = holder_of(session, "ent_mill"), holder_of(session, "con_li")
    funding = fund(session).event_id
    post(session, Allotment(mill, li, 30, key_of("a"), because()))

    too_much = refused(session, lambda: post(session, Withdrawal(funding, 21, key_of("w"), because())))
    post(session, Withdrawal(funding, 15, key_of("w"), because()))
    more = refused(session, lambda: post(session, Withdrawal(funding, 6, key_of("x"), because())))

    assert too_much == ("ledger.nothing_left", {"event_id": funding, "wanted": 21, "left": 20})
    assert lines(session, 3) == [Line(3, 3, Verb.REVERSE_FUND, series, mill, None, 15, 1, None)]
    assert more == ("ledger.nothing_left", {"event_id": funding, "wanted": 6, "left": 5})


@pytest.mark.parametrize("number", [2, 99])
def test_only_a_funding_is_withdrawn(session: Session, number: int) -> None:
    fund(session)
    earn(session, make_earning(session))

    refusal = refused(session, lambda: post(session, Withdrawal(number, 1, key_of("w"), because())))

    verb = {2: "earn", 99: "unknown"}[number]
    assert refusal == ("ledger.not_an_award", {"event_id": number, "verb": verb})


@pytest.mark.proves("LED-1")
def test_no_person_has_a_wallet_gives_from_one_or_receives_into_one(session: Session) -> None:
    series = series_of(session)
    mill, shop, li, wu = (holder_of(session, name) for name in ("ent_mill", "ent_shop", "con_li", "con_wu"))
    fund(session)
    earn(session, make_earning(session, credits_=30))

    def wrong(command: Command) -> tuple[str, dict[str, int]]:
        return refused(session, lambda: post(session, command))

    no_enterprise = ("ledger.not_an_enterprise", {"holder": li})
    assert wrong(Funding(li, series, 5, key_of("a"), because())) == no_enterprise
    assert wrong(Allotment(li, wu, 5, key_of("b"), because())) == no_enterprise
    assert wrong(Passing(mill, li, 5, key_of("c"), because())) == no_enterprise
    assert wrong(Passing(li, shop, 5, key_of("d"), because())) == no_enterprise
    assert wrong(Allotment(mill, shop, 5, key_of("s"), because())) == ("ledger.not_a_person", {"holder": shop})
    assert wrong(Allotment(mill, mill, 5, key_of("f"), because())) == ("ledger.not_a_person", {"holder": mill})
    assert wrong(Passing(mill, mill, 5, key_of("g"), because())) == ("ledger.same_enterprise", {"holder": mill})


def test_funding_is_under_the_filed_cap_and_more_than_a_wallet_has_is_refused(session: Session) -> None:
    series = series_of(session, cap=50)
    mill, shop, li = (holder_of(session, name) for name in ("ent_mill", "ent_shop", "con_li"))
    fund(session, 50, series=series)

    more = refused(session, lambda: fund(session, 1, series=series, key="more"))
    allotted = refused(session, lambda: post(session, Allotment(mill, li, 51, key_of("a"), because())))
    passed = refused(session, lambda: post(session, Passing(shop, mill, 1, key_of("p"), because())))

    assert more == ("ledger.cap_reached", {"series_id": series, "wanted": 1, "left": 0})
    assert allotted == ("ledger.not_enough_credits", {"wanted": 51, "found": 50})
    assert passed == ("ledger.not_enough_credits", {"wanted": 1, "found": 0})


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("verb", ["accrue", "activate", "compensate", "fund", "allot", "pass", "withdraw"])
def test_every_way_to_issue_answers_the_same_key_the_same_and_refuses_another_payload(
    session: Session, verb: str
) -> None:
    series = series_of(session)
    mill, shop, li, wu = (holder_of(session, name) for name in ("ent_mill", "ent_shop", "con_li", "con_wu"))
    holder_of(session, "mer_tea")
    funding = fund(session).event_id
    one, two = (post(session, Accrual(li, series, 20, key_of(f"waiting {n}"))).event_id for n in range(2))
    key, why = key_of("k"), because()
    requests: dict[str, tuple[Command, Command]] = {
        "accrue": (Accrual(li, series, 2, key), Accrual(wu, series, 2, key)),
        "activate": (Activation(one, key), Activation(two, key)),
        "compensate": (Compensation(li, series, 2, key, why), Compensation(wu, series, 2, key, why)),
        "fund": (Funding(mill, series, 2, key, why), Funding(shop, series, 2, key, why)),
        "allot": (Allotment(mill, li, 2, key, why), Allotment(mill, wu, 2, key, why)),
        "pass": (Passing(mill, shop, 2, key, why), Passing(mill, shop, 3, key, why)),
        "withdraw": (Withdrawal(funding, 2, key, why), Withdrawal(funding, 3, key, why)),
    }
    first, other = requests[verb]
    answer = post(session, first)
    before = everything(session)

    again = post(session, first)
    reused = refused(session, lambda: post(session, other))
    other_verb = refused(session, lambda: earn(session, make_earning(session, credits_=2, key="k")))

    assert again == Posted(answer.event_id, repeated=True)
    assert everything(session) == before
    assert reused == other_verb == ("ledger.key_reused", {"event_id": answer.event_id, "key": key.hex()})


@pytest.mark.parametrize("found", [0, -1, 1.5, True, 2**63])
def test_amounts_that_no_event_moves_are_refused(session: Session, found: int) -> None:
    series = series_of(session)
    mill, shop, li = (holder_of(session, name) for name in ("ent_mill", "ent_shop", "con_li"))
    funding = fund(session).event_id
    commands = (
        Accrual(li, series, found, key_of("a")),
        Funding(mill, series, found, key_of("b"), because()),
        Allotment(mill, li, found, key_of("c"), because()),
        Passing(mill, shop, found, key_of("d"), because()),
        Withdrawal(funding, found, key_of("e"), because()),
    )

    refusals = [refused(session, lambda command=command: post(session, command)) for command in commands]  # type: ignore[misc]

    code = "ledger.too_many" if found == 2**63 else "ledger.not_positive"
    assert [refusal[0] for refusal in refusals] == [code] * 5
