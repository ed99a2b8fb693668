"""Receipt lines: what is in order is kept, what is not is sent back with line, reason, what was found and wanted."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.evidence import queries
from tests.factories.evidence import bought, keep_file, make_shop, receipt_csv, receipt_parquet, sent_back

TIME = "a time such as 2025-03-14T09:26:53+08:00"
YUAN = "yuan with up to two decimals, such as 12.80"
ABOVE_ZERO = "a whole number above zero"
FAULTY: list[tuple[dict[str, object], tuple[str, str, str, str]]] = [
    ({"receipt_no": ""}, ("missing_value", "receipt_no", "", "a text")),
    ({"receipt_no": "  "}, ("missing_value", "receipt_no", "  ", "a text")),
    ({"receipt_no": "R\0"}, ("not_a_text", "receipt_no", "R␀", "a text")),
    ({"store_code": ""}, ("missing_value", "store_code", "", "a text")),
    ({"line_no": "1.5"}, ("not_a_number", "line_no", "1.5", "a whole number")),
    ({"line_no": "9" * 5_000}, ("not_a_number", "line_no", "9" * 100, "a whole number")),
    ({"card_no": "6222000012345678"}, ("unknown_card", "card_no", "…5678", "a card linked to a consumer")),
    ({"card_no": ""}, ("unknown_card", "card_no", "", "a card linked to a consumer")),
    ({"sold_at": "5 January"}, ("not_a_time", "sold_at", "5 January", TIME)),
    ({"sold_at": "2026-01-05"}, ("not_a_time", "sold_at", "2026-01-05", TIME)),
    ({"sold_at": "1999-12-31T23:59:59"}, ("too_early", "sold_at", "1999-12-31T23:59:59", "not before 2000-01-01")),
    ({"sold_at": "0001-01-01T00:00"}, ("too_early", "sold_at", "0001-01-01T00:00", "not before 2000-01-01")),
    ({"sold_at": "2099-01-05T10:00"}, ("in_the_future", "sold_at", "2099-01-05T10:00", "not after 2026-03-02")),
    ({"sold_at": "2026-03-02T12:00:01"}, ("in_the_future", "sold_at", "2026-03-02T12:00:01", "not after 2026-03-02")),
    ({"product_code": "x9"}, ("unknown_product", "product_code", "x9", "a product of the merchant's register")),
    ({"product_code": "mystery"}, ("unknown_product_type", "product_code", "mystery", "a product with a type")),
    ({"quantity": "one"}, ("not_a_number", "quantity", "one", "a whole number")),
    ({"quantity": "0"}, ("quantity_not_positive", "quantity", "0", ABOVE_ZERO)),
    ({"quantity": "-1"}, ("quantity_not_positive", "quantity", "-1", ABOVE_ZERO)),
    ({"amount_yuan": "1e999999"}, ("not_a_number", "amount_yuan", "1e999999", YUAN)),
    ({"amount_yuan": "\uff13\uff16"}, ("not_a_number", "amount_yuan", "\uff13\uff16", YUAN)),
    ({"amount_yuan": "36.505"}, ("not_a_number", "amount_yuan", "36.505", YUAN)),
    (
        {"amount_yuan": "-36.50"},
        ("negative_amount", "amount_yuan", "-36.50", "zero or more; refunds come in a feed of their own"),
    ),
    # More than one thing is wrong: the first column in the order of the feed is named.
    ({"amount_yuan": "x", "card_no": "nobody"}, ("unknown_card", "card_no", "…ody", "a card linked to a consumer")),
]


def items(session: Session) -> list[dict[str, Any]]:
    """Give every item on file, by number."""
    return [row._asdict() for row in session.execute(text("SELECT * FROM evidence_item ORDER BY id"))]


@pytest.mark.proves("AWD-3")
def test_every_bad_line_is_sent_back_with_its_reason_and_the_good_ones_are_kept(
    session: Session, tmp_path: Path
) -> None:
    shop = make_shop(session)
    rows = [bought()]
    for number, (change, _) in enumerate(FAULTY, start=2):
        rows += [bought(line_no=number) | change]
    rows += [bought(line_no=99)]

    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    assert sent_back(session, batch.batch_id) == [(number, *told) for number, (_, told) in enumerate(FAULTY, start=3)]
    assert (batch.lines, batch.qualifying, batch.duplicates, batch.rejected) == (len(rows), 2, 0, len(FAULTY))
    assert [one["id"] & 0xFFFFFFFF for one in items(session)] == [2, len(rows) + 1]


def test_a_green_line_is_kept_with_all_that_an_award_needs(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    row = bought(sold_at="2026-01-04T16:30:00Z", quantity=3, receipt_no=" R1 ")

    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [row]))

    (kept,) = items(session)
    holder = session.execute(
        text("SELECT id FROM ledger_holder WHERE subject_id = :subject"), {"subject": shop.consumers["CARD-0001"]}
    ).scalar_one()
    assert kept == {
        "id": (batch.batch_id << 32) + 2,
        "holder": holder,
        "happened_on": "2026-01-05",
        "subject": "organic_produce",
        "quantity": "3",
        "unit": "件",
        "spent_fen": 3650,
        "receipt": "406/R1",
        "inputs": "",
        "hour": 0,
        "attributes": f'{{"brand":"National","merchant":"{shop.merchant_id}","product":"carrots","store":"406"}}',
        "tier": "platform_record",
    }


def test_a_line_that_is_not_green_leaves_its_mark_but_no_item(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    row = bought(product_code="bread")

    first = keep_file(session, shop.receipts, receipt_csv(tmp_path / "one.csv", [row]))
    again = keep_file(session, shop.receipts, receipt_csv(tmp_path / "two.csv", [row, bought(line_no=2)]))

    assert (first.lines, first.qualifying, first.rejected) == (1, 0, 0)
    assert (again.lines, again.qualifying, again.duplicates) == (2, 1, 1)


def test_the_present_moment_is_not_the_future(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)

    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "r.csv", [bought(sold_at="2026-03-02T12:00:00")]))

    assert batch.qualifying == 1


def test_an_amount_of_nothing_is_no_fault(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)

    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "r.csv", [bought(amount_yuan="0")]))

    assert (batch.qualifying, batch.rejected) == (1, 0)


def test_floating_amounts_that_are_not_whole_fen_are_sent_back(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    amounts = [36.5, 36.505, 0.1 + 0.2, float("inf"), None]
    rows = [bought(line_no=number, amount_yuan=yuan) for number, yuan in enumerate(amounts, start=1)]
    path = receipt_parquet(tmp_path / "receipts.parquet", rows, amount_yuan=pa.float64())

    batch = keep_file(session, shop.receipts, path)

    assert sent_back(session, batch.batch_id) == [
        (2, "not_a_number", "amount_yuan", "36.505", YUAN),
        (4, "not_a_number", "amount_yuan", "inf", YUAN),
        (5, "not_a_number", "amount_yuan", "", YUAN),
    ]
    assert [one["spent_fen"] for one in items(session)] == [3650, 30]


def test_a_parquet_file_may_hold_anything_in_its_texts(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    rows = [bought(receipt_no="R\0"), bought(receipt_no="小票𠮷"), bought(receipt_no=None), bought(card_no="\0")]

    batch = keep_file(session, shop.receipts, receipt_parquet(tmp_path / "receipts.parquet", rows))

    assert sent_back(session, batch.batch_id) == [
        (1, "not_a_text", "receipt_no", "R␀", "a text"),
        (3, "missing_value", "receipt_no", "", "a text"),
        (4, "unknown_card", "card_no", "…", "a card linked to a consumer"),
    ]
    assert [one["receipt"] for one in items(session)] == ["406/小票𠮷"]


def test_a_card_of_another_merchant_is_unknown_here(session: Session, tmp_path: Path) -> None:
    make_shop(session)
    other = make_shop(session, number=2, consumers={"ELSEWHERE": make_shop(session, number=3).consumers["CARD-0001"]})

    batch = keep_file(session, other.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    assert sent_back(session, batch.batch_id) == [
        (2, "unknown_card", "card_no", "…0001", "a card linked to a consumer")
    ]


def test_proof_of_evidence_names_file_and_line_and_no_person(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    proof = queries.proof(session, (batch.batch_id << 32) + 2)

    assert proof.model_dump(mode="json") == {
        "evidence_id": (batch.batch_id << 32) + 2,
        "feed": shop.receipts,
        "merchant_id": shop.merchant_id,
        "region": "CN-SH",
        "synthetic": False,
        "file_digest": batch.file_digest,
        "line": 2,
        "subject": "organic_produce",
        "quantity": "1",
        "unit": "件",
        "spent_fen": 3650,
        "happened_on": "2026-01-05",
        "tier": "platform_record",
        "attributes": {
            "merchant": shop.merchant_id,
            "store": "406",
            "region": "",
            "channel": "",
            "product": "carrots",
            "brand": "National",
            "certificates": [],
            "energy_grade": 0,
            "more": [],
        },
    }
