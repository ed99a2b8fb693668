"""Gifts are fixed, capped, given once for an occasion, and hang on nobody's spending and on no rating."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.errors import GiftInTheFuture
from greencredit.awards.queries.explained import award_explained
from greencredit.awards.queries.gifts import gifts_of
from greencredit.issuers import rules as issuing
from greencredit.issuers.errors import PromotionNotAllowed
from greencredit.kernel.database import Database
from greencredit.people import service as people
from greencredit.people.errors import UnknownConsumer
from greencredit.schemas.awards import Caps, EarningRule, Ground, NewGift, PerAction, PerYuan, Spent
from greencredit.schemas.issuers import IssuerKind
from greencredit.schemas.people import NewConsumer
from greencredit.schemas.values import Credits, Words
from tests.factories.awards import credits_of, purchase_rule, require_sound
from tests.factories.evidence import Shop, make_shop
from tests.factories.issuers import new_scheme

ON = date(2026, 1, 5)


def gift_rule(ground: Ground, **changes: Any) -> EarningRule:  # noqa: ANN401 - any field of a rule
    """Describe ten credits for an occasion, thirty at most."""
    facts: dict[str, Any] = {
        "name": f"gift_{ground.value}",
        "version": 1,
        "title": Words(zh="示例奖励", en="Example gift"),
        "ground": ground,
        "rate": PerAction(credits=Credits(10)),
        "caps": Caps(per_person=Credits(30)),
        "since": date(2024, 1, 1),
    }
    return EarningRule(**(facts | changes))


def opened(database: Database, *rules: EarningRule) -> tuple[Shop, str, list[str]]:
    """Open a shop with these rules; give it, a member, and five newcomers."""
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(), *rules)
        newcomers = people.register_consumers(
            session, [NewConsumer(display_name=f"示例新成员 {number}") for number in range(5)]
        )
    return shop, shop.consumers["CARD-0001"], list(newcomers)


def given(database: Database, shop: Shop, ground: Ground, consumer: str, **more: Any) -> tuple[int, bool]:  # noqa: ANN401
    """Give a gift; what it came to, and whether it had been given before."""
    facts = {"happened_on": ON, "reference": "R-1"} | more
    with database.writing() as session:
        outcome = service.give(session, shop.issuer_id, NewGift(ground=ground, consumer=consumer, **facts))
    return outcome.credits, outcome.repeated


@pytest.mark.proves("AWD-4")
def test_a_referral_is_fixed_and_capped_and_each_newcomer_is_brought_once(database: Database) -> None:
    shop, member, newcomers = opened(database, gift_rule(Ground.REFERRAL))

    found = [given(database, shop, Ground.REFERRAL, member, newcomer=one, reference=one) for one in newcomers]
    again = given(database, shop, Ground.REFERRAL, newcomers[1], newcomer=newcomers[0], reference="another")

    assert found == [(10, False), (10, False), (10, False), (0, False), (0, False)]
    # Brought by one, nobody else is paid for him: neither a second referrer, nor whoever brought the first.
    assert again == (10, True)
    assert [credits_of(database, one) for one in (member, newcomers[1])] == [30, 0]
    require_sound(database)


@pytest.mark.proves("AWD-4")
@pytest.mark.parametrize("ground", [Ground.REGISTRATION, Ground.FIRST_PURCHASE])
def test_what_comes_once_comes_once_whatever_it_is_called(database: Database, ground: Ground) -> None:
    shop, member, _ = opened(database, gift_rule(ground))

    found = [given(database, shop, ground, member, reference=name) for name in ("one", "two")]

    assert found == [(10, False), (10, True)]
    assert credits_of(database, member) == 10


@pytest.mark.proves("AWD-4")
def test_a_gift_is_explained_and_never_counts_as_green(database: Database) -> None:
    shop, member, _ = opened(database, gift_rule(Ground.REVIEW))

    given(database, shop, Ground.REVIEW, member)

    with database.reading() as session:
        (line,) = queries.awards_of(session, member)
        why = award_explained(session, line.award_id)
        totals = queries.totals_of(session, member)
    # Nothing calls it a product without a method, and nobody counts it as a green purchase.
    assert (why.sentences[-1].zh, totals.count, totals.unquantified_count) == (
        "评价奖励：固定分数，与评分高低无关。",
        1,
        0,
    )
    assert (line.ground, line.title.zh, line.grams, line.spent_fen, line.merchant_id) == (
        Ground.REVIEW,
        "评价",
        None,
        None,
        None,
    )
    assert [(step.step, step.credits) for step in line.trace] == [("rate", 10)]


@pytest.mark.proves("AWD-4")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rate": PerYuan(credits=Credits(1))}, "is a fixed number of credits"),
        ({"conditions": (Spent(least=100),)}, "never hangs on what is spent, bought or rated, found spent"),
        ({"caps": Caps()}, "is capped for one person"),
        ({"multiplier_percent": 200}, "names no goods, actions, thresholds or multipliers"),
        ({"products": ("organic_produce",)}, "names no goods, actions, thresholds or multipliers"),
    ],
)
def test_a_gift_that_hangs_on_spending_or_has_no_cap_cannot_be_written(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        gift_rule(Ground.REFERRAL, **changes)


@pytest.mark.proves("AWD-4")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"newcomer": None}, "names whom it brought"),
        ({"newcomer": "con_1"}, "nobody brings himself"),
        ({"ground": Ground.PURCHASE}, "one of the grounds of gifts"),
        ({"ground": Ground.REVIEW}, "names whom it brought, and no other gift does"),
        ({"stars": 5}, "Extra inputs are not permitted"),
    ],
)
def test_an_occasion_that_makes_no_sense_cannot_be_written(changes: dict[str, Any], message: str) -> None:
    facts = {"ground": "referral", "consumer": "con_1", "happened_on": ON, "reference": "R", "newcomer": "con_2"}

    with pytest.raises(ValidationError, match=message):
        NewGift.model_validate(facts | changes)


@pytest.mark.proves("AWD-4")
@pytest.mark.parametrize("kind", [IssuerKind.BANK, IssuerKind.PAYMENT_INSTITUTION])
def test_a_card_issuer_files_no_gifts(kind: IssuerKind) -> None:
    scheme = new_scheme(purchase_rule(), gift_rule(Ground.REGISTRATION))

    with pytest.raises(PromotionNotAllowed) as no:
        issuing.require_spending_only(kind, scheme)

    assert no.value.facts["found"] == ["gift_registration"]


def test_what_has_not_happened_or_was_done_by_nobody_is_refused_and_leaves_nothing(session: Session) -> None:
    shop = make_shop(session, purchase_rule(), gift_rule(Ground.REVIEW))
    member = shop.consumers["CARD-0001"]
    tomorrow = NewGift(ground=Ground.REVIEW, consumer=member, happened_on=date(2099, 1, 1), reference="R")
    nobody = NewGift(ground=Ground.REVIEW, consumer="con_nobody", happened_on=ON - timedelta(days=1), reference="R")

    with pytest.raises(GiftInTheFuture):
        service.give(session, shop.issuer_id, tomorrow)
    with pytest.raises(UnknownConsumer):
        service.give(session, shop.issuer_id, nobody)

    assert queries.awards_of(session, member) == []


@pytest.mark.proves("AWD-4")
def test_many_gifts_are_given_each_for_itself_and_never_twice(database: Database) -> None:
    shop, member, newcomers = opened(database, gift_rule(Ground.REFERRAL))
    asked = [
        NewGift(ground=Ground.REFERRAL, consumer=who, happened_on=ON, reference=f"R-{place}", newcomer=newcomer)
        for place, (who, newcomer) in enumerate(
            [(member, newcomers[0]), ("con_nobody", newcomers[1]), (member, newcomers[2])]
        )
    ]

    with database.writing() as session:
        first = service.give_each(session, shop.issuer_id, asked)
        again = service.give_each(session, shop.issuer_id, asked)

    assert (first.given, first.repeated, first.refused, first.credits) == (2, 0, 1, 20)
    assert (again.given, again.repeated, again.refused, again.credits) == (0, 2, 1, 0)
    assert [one.code for one in first.outcomes] == [None, "people.unknown_consumer", None]
    assert credits_of(database, member) == 20
    with database.reading() as session:
        assert [(one.ground, one.credits) for one in gifts_of(session, shop.issuer_id)] == [(Ground.REFERRAL, 10)] * 2
    require_sound(database)
