"""A purchase that a receipt and a card payment both tell of counts once; where that is unclear, it counts."""

from pathlib import Path
from typing import Any

import pytest

from greencredit.awards.service.replay import explain_evidence
from greencredit.evidence import queries as evidence
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.schemas.values import Period
from tests.awards.test_sources import CARD, opened, paid
from tests.factories.awards import awarded, require_sound, take_in
from tests.factories.evidence import Shop, bought, receipt_csv
from tests.factories.sources import write_csv


class Both:
    """A shop that hands receipts in, and a bank that hands card payments in."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._folder, self._number = database, folder, 0
        with database.writing() as session:
            self.shop: Shop = opened(session)

    def receipt(self, *yuan: str, day: str = "2026-01-05", number: int = 1, **changes: Any) -> None:  # noqa: ANN401
        """Hand one receipt in, a line for each sum."""
        self._number += 1
        rows = [
            bought(receipt_no=f"R{number}", line_no=line, amount_yuan=one, sold_at=f"{day}T10:00:00", **changes)
            for line, one in enumerate(yuan, start=1)
        ]
        take_in(self.database, self.shop.receipts, receipt_csv(self._folder / f"r{self._number}.csv", rows))

    def card(self, yuan: str, day: str = "2026-01-05", number: int = 1, **changes: Any) -> None:  # noqa: ANN401
        """Hand one settled card payment in."""
        self._number += 1
        row = paid(self.shop, number, yuan, settled_at=f"{day}T23:00:00", **changes)
        take_in(self.database, CARD, write_csv(self._folder / f"c{self._number}.csv", CARD, [row]))

    def earned(self, card: str = "CARD-0001") -> list[int]:
        """Give what somebody earned, award by award."""
        return awarded(self.database, self.shop.consumers[card])


@pytest.fixture
def both(database: Database, tmp_path: Path) -> Both:
    """Give the two."""
    return Both(database, tmp_path)


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize("settled", ["2026-01-05", "2026-01-08"])
@pytest.mark.parametrize("card_first", [False, True])
def test_the_receipt_and_the_payment_of_one_purchase_count_once_whichever_comes_first(
    both: Both, settled: str, card_first: bool
) -> None:
    if card_first:
        both.card("36.50", settled)
        both.receipt("30.00", "6.50")
    else:
        both.receipt("30.00", "6.50")
        both.card("36.50", settled)

    assert sum(both.earned()) == 36
    require_sound(both.database)


@pytest.mark.proves("ACT-5")
def test_what_was_left_out_does_not_count_when_it_is_sent_again(both: Both) -> None:
    both.receipt("36.50")
    both.card("36.50")
    both.card("36.50", last_four="0002")  # the same transaction in another file

    assert both.earned() == [36]


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize(
    ("yuan", "day", "changes"),
    [
        ("36.51", "2026-01-05", {}),
        ("36.50", "2026-01-09", {}),
        ("36.50", "2026-01-04", {}),
        ("36.50", "2026-01-05", {"card_token": "CARD-0002"}),
    ],
)
def test_another_sum_person_or_time_is_another_purchase(
    both: Both, yuan: str, day: str, changes: dict[str, Any]
) -> None:
    both.receipt("36.50")
    both.card(yuan, day, **changes)

    assert len(both.earned()) + len(both.earned("CARD-0002")) == 2


@pytest.mark.proves("ACT-5")
def test_a_second_payment_of_the_same_sum_is_a_second_purchase(both: Both) -> None:
    both.receipt("36.50")
    both.card("36.50", number=1)
    both.card("36.50", number=2)

    assert both.earned() == [36, 36]


@pytest.mark.proves("ACT-5", "AWD-2")
def test_where_two_receipts_fit_the_payment_counts_and_says_so(both: Both) -> None:
    both.receipt("36.50", number=1)
    both.receipt("36.50", number=2, day="2026-01-06")
    both.card("36.50", "2026-01-07")

    with both.database.reading() as session:
        holder = ledger.holder_number(session, both.shop.consumers["CARD-0001"])
        (last,) = evidence.latest_of(session, holder, Period.model_validate(_SEVENTH), limit=1)
        told = explain_evidence(session, last.item.evidence_id)
    assert both.earned() == [36, 36, 36]
    assert any("按有利于您的方式" in one.zh for one in told.summary)


@pytest.mark.proves("ACT-5")
def test_money_that_comes_back_to_the_card_takes_the_receipts_award_back(both: Both) -> None:
    both.receipt("36.50")
    both.card("36.50", number=1)

    both.card("36.50", "2026-01-09", number=9, kind="chargeback", original_no="TX-1")

    with both.database.reading() as session:
        assert sum(one.outstanding for one in ledger.balances_of(session, both.shop.consumers["CARD-0001"])) == 0


@pytest.mark.proves("ACT-5")
def test_what_is_not_green_is_no_second_purchase(both: Both) -> None:
    both.receipt("36.50", product_code="bread")
    both.card("36.50")

    assert both.earned() == [36]


_SEVENTH = {"since": "2026-01-07", "until": "2026-01-08"}
