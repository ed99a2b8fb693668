"""Sums leave out what was taken back."""

from pathlib import Path

from sqlalchemy import text

from greencredit.awards import queries, service
from greencredit.kernel.database import Database
from tests.factories.awards import credits_of, purchase_rule, require_sound, take_in
from tests.factories.evidence import bought, make_shop, receipt_csv


def test_an_award_taken_back_whole_leaves_every_sum_and_one_in_part_leaves_its_rest(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule())
    lines = [bought(line_no=n, amount_yuan=f"{n * 10}.00") for n in (1, 2, 3)]
    take_in(database, shop.receipts, receipt_csv(tmp_path / "r.csv", lines))
    consumer = shop.consumers["CARD-0001"]
    with database.writing() as session:
        first, second = session.execute(text("SELECT event_id FROM awards_award ORDER BY event_id")).scalars().all()[:2]
        service.take_back(session, first, credits_=10, actor_id="acc_example", reason="退货")
        service.take_back(session, second, credits_=5, actor_id="acc_example", reason="部分退货")

    with database.reading() as session:
        totals = queries.totals_of(session, consumer)
        months = queries.issuer_months(session, shop.issuer_id)
        by_rule = queries.rule_totals(session, shop.issuer_id)

    require_sound(database)
    assert (totals.count, totals.credits, totals.spent_fen) == (2, 45, 5000)
    assert [(one.count, one.credits) for one in totals.by_month] == [(2, 45)]
    assert [(one.month, one.count, one.credits) for one in months] == [("2026-01", 2, 45)]
    assert [(one.count, one.credits) for one in by_rule] == [(2, 45)]
    assert credits_of(database, consumer) == 45
