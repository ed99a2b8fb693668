"""Every kind of source earns what the filed rules say; money that comes back takes the award with it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import jobs, service
from greencredit.evidence import queries as evidence_queries
from greencredit.evidence import service as evidence
from greencredit.evidence.catalogue import Ground, form_of, forms
from greencredit.issuers import service as issuing
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.schemas.evidence import Batch
from tests.factories.awards import action_rule, credits_of, publish_factors, purchase_rule, take_in
from tests.factories.certificates import label, new_signer, signed_list
from tests.factories.evidence import Shop, make_shop, open_feed
from tests.factories.issuers import WHY, regulator
from tests.factories.sources import example_of, write_csv

ACTIONS = (
    "metro_trip_km",
    "recycle_pet",
    "recycle_textile",
    "household_electricity_saving",
    "bike_shared_trip",
    "green_power_purchase",
)
EARNING = tuple(kind for kind, form in forms().items() if form.ground is not Ground.REFUND)
CARD = "card_transactions"


def opened(session: Session) -> Shop:
    """Open a shop that rewards organic produce and six actions, with a feed of every kind, named for it."""
    publish_factors(session)
    shop = make_shop(session, purchase_rule(), action_rule(actions=ACTIONS), region="CN-GD")
    evidence.trust_signer(session, new_signer())
    evidence.import_list(session, signed_list())
    evidence.import_list(session, signed_list(label(), kind="energy_label"))
    for kind, form in forms().items():
        if kind not in {"receipts", "activities"}:
            merchant = shop.merchant_id if form.names_merchant else None
            open_feed(session, kind, kind, shop.issuer_id, merchant_id=merchant, region="CN-GD")
    return shop


def feed_of(shop: Shop, kind: str) -> str:
    """Give the name of the feed of a kind."""
    return {"receipts": shop.receipts, "activities": shop.activities}.get(kind, kind)


def paid(shop: Shop, number: int, yuan: str, **changes: object) -> dict[str, object]:
    """Give a settled card transaction at the shop."""
    facts = {"merchant": shop.merchant_id, "transaction_no": f"TX-{number}", "amount_yuan": yuan}
    return example_of(CARD, **(facts | changes))


def back(shop: Shop, number: int, original: int, yuan: str, **changes: object) -> dict[str, object]:
    """Give a refund of such a transaction."""
    return paid(shop, number, yuan, kind="refund", original_no=f"TX-{original}", green_kind="") | changes


def has(database: Database, shop: Shop) -> int:
    """Give the credits of the first card's consumer."""
    return credits_of(database, shop.consumers["CARD-0001"])


@pytest.mark.proves("ACT-5", "AWD-3")
@pytest.mark.parametrize("kind", EARNING)
def test_every_kind_of_source_earns(database: Database, tmp_path: Path, kind: str) -> None:
    with database.writing() as session:
        shop = opened(session)
    row = example_of(kind, **({"merchant": shop.merchant_id} if kind == CARD else {}))

    outcome = take_in(database, feed_of(shop, kind), write_csv(tmp_path / "source.csv", kind, [row]))

    assert (outcome.awarded, outcome.rejected) == (1, 0)
    assert has(database, shop) == outcome.credits > 0
    assert outcome.grams == 0 or form_of(kind).ground is Ground.ACTION


# ---- Money that comes back -----------------------------------------------------------------------------------------


@pytest.mark.proves("AWD-3")
def test_refunds_and_chargebacks_take_an_award_back_in_parts_and_whole(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = opened(session)
    take_in(database, CARD, write_csv(tmp_path / "a.csv", CARD, [paid(shop, 1, "100.00"), paid(shop, 2, "50")]))
    left = [has(database, shop)]

    for name, row in (
        ("b", back(shop, 11, 1, "33.40")),
        ("c", back(shop, 12, 1, "33.30")),
        ("d", back(shop, 13, 2, "50", kind="chargeback")),
        ("e", back(shop, 14, 1, "33.30")),
    ):
        take_in(database, CARD, write_csv(tmp_path / f"{name}.csv", CARD, [row]))
        left.append(has(database, shop))

    # 33.4 of 100 rounds to 33, 66.7 to 66: in the holder's favour until the last fen is back.
    assert left == [150, 117, 84, 34, 0]


@pytest.mark.proves("AWD-3")
def test_a_refund_in_the_file_of_its_purchase_is_taken_and_one_that_comes_first_is_sent_back(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = opened(session)
    rows = [back(shop, 10, 1, "5"), paid(shop, 1, "100"), back(shop, 11, 1, "40"), back(shop, 12, 1, "60.01")]

    outcome = take_in(database, CARD, write_csv(tmp_path / "a.csv", CARD, rows))

    assert (outcome.awarded, outcome.rejected, has(database, shop)) == (1, 2, 60)
    with database.reading() as session:
        sent = [(one.line, one.code, one.found) for one in evidence_queries.rejects(session, outcome.batch_id)]
    assert sent == [(2, "evidence.unknown_transaction", ""), (5, "evidence.refund_exceeds", "60.01")]


@pytest.mark.proves("AWD-3")
def test_a_refund_that_is_told_twice_is_taken_once(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = opened(session)
    rows = [paid(shop, 1, "100"), back(shop, 11, 1, "60")]
    take_in(database, CARD, write_csv(tmp_path / "a.csv", CARD, rows))

    again = take_in(database, CARD, write_csv(tmp_path / "b.csv", CARD, [*rows, rows[1]]))

    assert (again.duplicates, again.rejected, has(database, shop)) == (3, 0, 40)


@pytest.mark.proves("AWD-3")
def test_what_another_issuer_was_told_of_a_transaction_is_unknown_here(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = opened(session)
        other = make_shop(session, number=2, merchant_id=shop.merchant_id, consumers=shop.consumers)
        open_feed(session, "card_two", CARD, other.issuer_id)
    take_in(database, CARD, write_csv(tmp_path / "a.csv", CARD, [paid(shop, 1, "100")]))

    outcome = take_in(database, "card_two", write_csv(tmp_path / "b.csv", CARD, [back(shop, 11, 1, "100")]))

    assert (outcome.rejected, has(database, shop)) == (1, 100)


@pytest.mark.proves("AWD-3")
def test_a_refund_of_a_receipt_line_takes_its_award_back(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = opened(session)
    lines = [example_of("receipts"), example_of("receipts", line_no="2"), example_of("receipts", product_code="bread")]
    lines[2] |= {"line_no": "3"}
    take_in(database, shop.receipts, write_csv(tmp_path / "r.csv", "receipts", lines))
    refunds = [
        example_of("receipt_refunds"),
        example_of("receipt_refunds", refund_no="F2", line_no="3"),
        example_of("receipt_refunds", refund_no="F3", line_no="9"),
        example_of("receipt_refunds", refund_no="F4", sold_at="2026-01-06T10:00:00"),
    ]

    outcome = take_in(database, "receipt_refunds", write_csv(tmp_path / "f.csv", "receipt_refunds", refunds))

    # Of bread nothing was awarded: its refund is in order. Of lines 4 and 5 nobody knows the sale.
    assert (outcome.rejected, has(database, shop)) == (2, 36)


@pytest.mark.proves("AWD-3")
def test_an_issuer_that_may_award_nothing_more_still_takes_back(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = opened(session)
    take_in(database, shop.receipts, write_csv(tmp_path / "r.csv", "receipts", [example_of("receipts")]))
    with database.writing() as session:
        issuing.suspend(session, regulator(), shop.issuer_id, reason=WHY)

    refunds = write_csv(tmp_path / "f.csv", "receipt_refunds", [example_of("receipt_refunds")])
    jobs.import_file(database, "receipt_refunds", refunds)
    with pytest.raises(Refusal) as no:
        jobs.import_file(database, "trips", write_csv(tmp_path / "t.csv", "trips", [example_of("trips")]))

    assert (has(database, shop), no.value.code) == (0, "issuers.not_active")


@pytest.mark.slow
@pytest.mark.proves("AWD-3")
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_transactions_in_any_pieces_and_told_again_leave_the_same_credits(
    session: Session, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 60)), min_size=1, max_size=8))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))

    def left(pieces: list[list[dict[str, object]]]) -> Any:  # noqa: ANN401 - rows
        with session.begin_nested() as attempt:
            shop = opened(session)
            for piece in pieces:
                told = [row | {"merchant": shop.merchant_id} for row in piece]
                taken_in_as_one_chunk(session, CARD, told)
            found = session.execute(
                text(
                    "SELECT a.subject, a.credits, COALESCE((SELECT SUM(r.credits) FROM awards_reversal r "
                    "WHERE r.award_id = a.event_id), 0) FROM awards_award a ORDER BY a.event_id"
                )
            ).all()
            attempt.rollback()
        return [tuple(row) for row in found]

    told = [one_of(number, original, yuan) for number, (original, yuan) in enumerate(rows)]
    pieces = [told[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(told)], strict=True) if begin < end]

    assert left([*pieces, *pieces]) == left([told])


def one_of(number: int, original: int, yuan: int) -> dict[str, object]:
    """Give a purchase where nothing is refunded, else a refund of one of the first purchases."""
    if yuan == 0 or number < original:
        return example_of(CARD, transaction_no=f"TX-{number}", amount_yuan="100")
    refund = {"kind": "refund", "original_no": f"TX-{number - original}", "green_kind": ""}
    return example_of(CARD, transaction_no=f"TX-{number}", amount_yuan=str(yuan), **refund)


def taken_in_as_one_chunk(session: Session, feed_name: str, rows: list[dict[str, object]]) -> Batch:
    """Take records in as one chunk in the present transaction."""
    feed = evidence_queries.feed(session, feed_name)
    service.bring_in_rules(session, feed.issuer_id)
    batch = evidence.stream_batch(session, feed)
    source = evidence.Source(session, feed)
    chunk = evidence.chunk_of(
        source.form, [{name: str(value) for name, value in row.items()} for row in rows], after=batch.lines
    )
    service.take_chunk(session, source, batch.batch_id, chunk, after=batch.lines, book=None)
    return evidence_queries.batch(session, batch.batch_id)
