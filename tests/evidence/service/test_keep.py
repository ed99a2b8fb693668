"""The same line is kept once, whoever sends it, and the rest is reported with where the first one stands."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.evidence import queries, service
from greencredit.evidence.catalogue import form_of
from greencredit.evidence.errors import BatchMovedOn
from tests.factories.evidence import bought, keep_file, make_shop, receipt_csv, sent_back

TABLES = ("evidence_key", "evidence_item", "evidence_reject", "evidence_batch")


def counts(session: Session) -> dict[str, int]:
    """Count the rows that taking in writes."""
    return {table: session.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one() for table in TABLES}


@pytest.mark.proves("ACT-5")
def test_of_ten_thousand_copies_of_one_line_one_is_kept(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)

    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()] * 10_000))

    assert (batch.lines, batch.qualifying, batch.duplicates, batch.rejected) == (10_000, 1, 9_999, 0)
    assert sent_back(session, batch.batch_id) == [
        (line, "duplicate", "", f"file {batch.batch_id}, line 2", "a new line") for line in range(3, 10_002)
    ]
    assert counts(session) == {
        "evidence_key": 1,
        "evidence_item": 1,
        "evidence_reject": 9_999,
        "evidence_batch": 1,
    }


@pytest.mark.proves("ACT-5")
def test_a_line_of_an_earlier_file_is_a_duplicate_that_names_the_file(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    rows = [bought(line_no=number) for number in range(1, 4)]
    first = keep_file(session, shop.receipts, receipt_csv(tmp_path / "one.csv", rows))

    changed = [bought(line_no=2, amount_yuan="999.99", product_code="soy"), bought(line_no=4)]
    again = keep_file(session, shop.receipts, receipt_csv(tmp_path / "two.csv", changed))

    assert sent_back(session, again.batch_id) == [(2, "duplicate", "", f"file {first.batch_id}, line 3", "a new line")]
    assert (again.qualifying, again.duplicates, again.rejected) == (1, 1, 0)


@pytest.mark.proves("ACT-5")
def test_one_line_of_a_merchant_is_kept_once_though_two_issuers_send_it(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    other = make_shop(session, number=2, merchant_id=shop.merchant_id, consumers=shop.consumers)
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])

    first = keep_file(session, shop.receipts, path)
    second = keep_file(session, other.receipts, path)

    assert first.feed_id != second.feed_id
    assert (first.qualifying, first.duplicates) == (1, 0)
    assert (second.qualifying, second.duplicates) == (0, 1)


def test_the_same_receipt_number_of_another_merchant_is_another_line(session: Session, tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])

    batches = [keep_file(session, make_shop(session, number=number).receipts, path) for number in (1, 2)]

    assert [batch.qualifying for batch in batches] == [1, 1]


def test_a_line_that_was_sent_back_may_come_again_corrected(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    wrong, right = bought(amount_yuan="-36.50"), bought()

    first = keep_file(session, shop.receipts, receipt_csv(tmp_path / "one.csv", [wrong]))
    second = keep_file(session, shop.receipts, receipt_csv(tmp_path / "two.csv", [right]))

    assert (first.rejected, second.qualifying, second.duplicates) == (1, 1, 0)


def test_days_may_come_in_any_order(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    days = ["2026-02-01", "2025-12-31", "2026-02-15", "2025-12-31", "2026-01-01"]
    rows = [bought(receipt_no=f"R{number}", sold_at=f"{day}T10:00") for number, day in enumerate(days)]
    keep_file(session, shop.receipts, receipt_csv(tmp_path / "one.csv", rows[::2]))

    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "two.csv", rows))

    assert (batch.qualifying, batch.duplicates) == (2, 3)


@pytest.mark.parametrize("closed", [False, True])
def test_a_chunk_that_another_import_took_in_is_refused(session: Session, tmp_path: Path, closed: bool) -> None:
    shop = make_shop(session)
    feed = queries.feed(session, shop.receipts)
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])
    batch = service.open_batch(session, feed, file_name="r.csv", file_digest="0" * 64)
    (chunk,) = service.chunks(path, form_of("receipts"), "utf-8", skip=0)
    register, cards = service.register_of(session, shop.merchant_id), service.Cards(shop.merchant_id)
    reading = service.read_receipts(session, batch.batch_id, feed, chunk, register, cards)
    service.keep(session, batch.batch_id, reading, after=0)
    if closed:
        service.close_batch(session, batch.batch_id)
    before = counts(session)

    with pytest.raises(BatchMovedOn) as refusal:
        service.keep(session, batch.batch_id, reading, after=1 if closed else 0)

    assert refusal.value.code == "evidence.batch_moved_on"
    assert refusal.value.facts == {"batch_id": batch.batch_id, "found": 1, "wanted": 1 if closed else 0}
    assert counts(session) == before
