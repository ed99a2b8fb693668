"""Awards one by one: every line once, whatever the pages, and nothing of what is not there."""

from datetime import date
from pathlib import Path

import pytest

from greencredit.awards import queries
from greencredit.awards.errors import NoSuchAward
from greencredit.kernel.database import Database
from greencredit.schemas.values import Period
from tests.factories.awards import purchase_rule, take_in
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """Give a shop with 25 awards to the first card, several on one day, not in the order of their days."""
    with database.writing() as session:
        made = make_shop(session, purchase_rule())
    rows = [
        bought(receipt_no=f"R{number}", sold_at=f"2026-01-{number * 7 % 10 + 1:02d}T10:00", amount_yuan=f"{number + 1}")
        for number in range(25)
    ]
    take_in(database, made.receipts, receipt_csv(tmp_path / "receipts.csv", rows))
    return made


@pytest.mark.proves("AWD-2")
@pytest.mark.parametrize("size", [1, 4, 25, 50])
def test_pages_give_every_award_once_newest_first(database: Database, shop: Shop, size: int) -> None:
    consumer = shop.consumers["CARD-0001"]
    found = []
    with database.reading() as session:
        before = None
        while page := queries.awards_of(session, consumer, before=before, limit=size):
            assert len(page) <= size
            found += page
            before = page[-1].award_id
        whole = queries.awards_of(session, consumer, limit=100)

    assert found == whole
    assert sorted(line.credits for line in found) == list(range(1, 26))
    order = [(line.occurred_on, line.award_id) for line in found]
    assert order == sorted(order, reverse=True)


def test_a_period_begins_on_its_first_day_and_ends_before_its_last(database: Database, shop: Shop) -> None:
    period = Period(since=date(2026, 1, 3), until=date(2026, 1, 5))

    with database.reading() as session:
        lines = queries.awards_of(session, shop.consumers["CARD-0001"], period)

    assert {line.occurred_on for line in lines} == {date(2026, 1, 3), date(2026, 1, 4)}


def test_one_award_is_given_by_its_number_with_its_holder(database: Database, shop: Shop) -> None:
    consumer = shop.consumers["CARD-0001"]
    with database.reading() as session:
        line = queries.awards_of(session, consumer, limit=1)[0]

        assert queries.award(session, line.award_id) == line
        assert queries.holder_of(session, line.award_id) == consumer
        assert queries.quantification(session, line.evidence_id) is None


def test_nobody_else_sees_these_awards(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        assert queries.awards_of(session, shop.consumers["CARD-0002"]) == []
        assert queries.awards_of(session, "con_nobody") == []


@pytest.mark.usefixtures("shop")
def test_an_award_that_is_not_there_is_refused_by_number(database: Database) -> None:
    with database.reading() as session:
        for read in (queries.award, queries.holder_of):
            with pytest.raises(NoSuchAward) as refusal:
                read(session, 4711)
            assert (refusal.value.code, refusal.value.facts) == ("awards.no_such_award", {"award_id": 4711})


def test_a_page_after_an_award_that_is_not_there_is_refused(database: Database, shop: Shop) -> None:
    with database.reading() as session, pytest.raises(NoSuchAward):
        queries.awards_of(session, shop.consumers["CARD-0001"], before=4711)
