"""An award that should not have been is taken back, once, and its caps are free again."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.awards import queries, service
from greencredit.awards.errors import NoSuchAward
from greencredit.awards.service.replay import explain_evidence
from greencredit.evidence import queries as evidence_queries
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries as ledger_queries
from greencredit.schemas.awards import Caps, Count, FirstTime, Streak
from greencredit.schemas.values import Period
from tests.factories.awards import awarded, credits_of, purchase_rule, require_sound, state, take_in
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv

CAPPED = purchase_rule(caps=Caps(per_day=40, per_month=40, per_year=40, per_person=40), budget_credits=40)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """Give a shop with one award of 36 credits to the first card, under caps of 40."""
    with database.writing() as session:
        made = make_shop(session, CAPPED)
    take_in(database, made.receipts, receipt_csv(tmp_path / "first.csv", [bought()]))
    return made


def take_back(database: Database, award_id: int, credits_: int, key: str = "") -> bool:
    """Take credits of an award back, and tell whether it had been done before."""
    with database.writing() as session:
        posted = service.take_back(
            session, award_id, credits_=credits_, actor_id="acc_example", reason="退货（示例）", key=key
        )
    require_sound(database)
    return posted.repeated


def award_of(database: Database, shop: Shop) -> int:
    """Give the number of the only award."""
    with database.reading() as session:
        (line,) = queries.awards_of(session, shop.consumers["CARD-0001"])
    return line.award_id


def used(database: Database) -> set[int]:
    """Give how much is used of all caps."""
    with database.reading() as session:
        return set(session.scalars(text("SELECT credits FROM awards_usage")))


def test_an_award_taken_back_is_reversed_and_its_caps_are_free(database: Database, shop: Shop, tmp_path: Path) -> None:
    before = used(database)

    take_back(database, award_of(database, shop), 36)

    assert (before, used(database), credits_of(database, shop.consumers["CARD-0001"])) == ({36}, {0}, 0)
    with database.reading() as session:
        (line,) = queries.awards_of(session, shop.consumers["CARD-0001"])
    assert (line.credits, line.reversed_credits) == (36, 36)

    take_in(database, shop.receipts, receipt_csv(tmp_path / "second.csv", [bought(receipt_no="R2")]))
    assert awarded(database, shop.consumers["CARD-0001"]) == [36, 36]
    assert credits_of(database, shop.consumers["CARD-0001"]) == 36


def test_asked_twice_it_is_taken_back_once(database: Database, shop: Shop) -> None:
    award_id = award_of(database, shop)

    repeated = [take_back(database, award_id, 10) for _ in range(2)]

    assert repeated == [False, True]
    assert (used(database), credits_of(database, shop.consumers["CARD-0001"])) == ({26}, 26)


def test_with_another_key_the_same_part_is_taken_again(database: Database, shop: Shop) -> None:
    award_id = award_of(database, shop)

    repeated = [take_back(database, award_id, 10, key) for key in ("first return", "second return")]

    assert repeated == [False, False]
    assert (used(database), credits_of(database, shop.consumers["CARD-0001"])) == ({16}, 16)


def test_no_more_is_taken_back_than_was_given(database: Database, shop: Shop) -> None:
    award_id = award_of(database, shop)
    take_back(database, award_id, 30)
    before = state(database)

    with pytest.raises(Refusal) as refusal:
        take_back(database, award_id, 7)

    assert refusal.value.code == "ledger.already_reversed"
    assert refusal.value.facts == {"event_id": award_id, "wanted": 7, "left": 6}
    assert state(database) == before


@pytest.mark.usefixtures("shop")
def test_an_award_that_is_not_there_is_refused(database: Database) -> None:
    before = state(database)

    with pytest.raises(NoSuchAward) as refusal:
        take_back(database, 4711, 1)

    assert (refusal.value.code, refusal.value.facts) == ("awards.no_such_award", {"award_id": 4711})
    assert state(database) == before


def test_an_award_without_caps_is_taken_back_as_well(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule())
    take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    take_back(database, award_of(database, shop), 36)

    assert credits_of(database, shop.consumers["CARD-0001"]) == 0


@pytest.mark.proves("AWD-1", "LED-1")
@pytest.mark.parametrize(
    ("condition", "purchases", "given"),
    [
        (FirstTime(span="ever"), 1, [36, 36]),
        (Count(span="month", first=2), 2, [36, 36]),
        (Streak(days=2), 2, [36]),
    ],
)
def test_an_occasion_whose_award_is_taken_back_in_full_is_none(
    database: Database, tmp_path: Path, condition: FirstTime | Count | Streak, purchases: int, given: list[int]
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(conditions=(condition,)))
    days = ("2026-01-05", "2026-01-06", "2026-01-07")
    consumer = shop.consumers["CARD-0001"]
    for number, day in enumerate(days[:purchases]):
        path = receipt_csv(tmp_path / f"{day}.csv", [bought(receipt_no=f"R{number}", sold_at=f"{day}T10:00:00")])
        take_in(database, shop.receipts, path)
    with database.reading() as session:
        (first,) = queries.awards_of(session, consumer)

    with database.writing() as session:
        service.take_back(
            session,
            first.award_id,
            credits_=first.credits,
            actor_id="acc_1",
            reason="示例：退货",
            document=None,
            key="",
        )
    path = receipt_csv(tmp_path / "3.csv", [bought(receipt_no="R9", sold_at=f"{days[2]}T10:00:00")])
    take_in(database, shop.receipts, path)

    assert awarded(database, consumer) == given
    with database.reading() as session:
        number = ledger_queries.holder_number(session, consumer)
        period = Period(since=date(2026, 1, 7), until=date(2026, 1, 8))
        (last,) = evidence_queries.latest_of(session, number, period, limit=1)
        told = explain_evidence(session, last.item.evidence_id)
    assert told.verdict == ("awarded" if len(given) > 1 else "nothing")
