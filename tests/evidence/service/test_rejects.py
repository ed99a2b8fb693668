"""The rejects file: exact, the same every time, and harmless in a spreadsheet program."""

import csv
from pathlib import Path

from sqlalchemy.orm import Session

from greencredit.evidence import service
from tests.factories.evidence import bought, keep_file, make_shop, receipt_csv, receipt_parquet

HEADER = "line,code,原因,reason,field,found,wanted"


def test_the_rejects_file_says_line_reason_what_was_found_and_what_was_wanted(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    rows = [
        bought(),
        bought(line_no=2, amount_yuan="-1.00"),
        bought(line_no=3, product_code='=HYPERLINK("http://example.org")'),
        bought(line_no=4, sold_at="2099-01-05T10:00"),
        bought(),
    ]
    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))
    into = tmp_path / "new folder" / "rejects.csv"

    count = service.write_rejects(session, batch.batch_id, into)

    assert count == 4
    assert into.read_bytes().startswith(b"\xef\xbb\xbf")
    with into.open(encoding="utf-8-sig", newline="") as file:
        assert file.readline().rstrip() == HEADER
        found = list(csv.reader(file))
    negative = ("金额为负；退款须走退款数据", "a negative amount; refunds come in a feed of their own")
    unknown = ("商品不在商户的商品目录中", "the product is not in the merchant's register")
    future = ("发生时间晚于当前时间", "it lies in the future")
    duplicate = ("同一凭证已经提交过", "the same evidence was handed in before")
    no_refund = "zero or more; refunds come in a feed of their own"
    formula = """'=HYPERLINK("http://example.org")"""
    assert [tuple(row) for row in found] == [
        ("3", "evidence.negative_amount", *negative, "amount_yuan", "'-1.00", no_refund),
        ("4", "evidence.unknown_product", *unknown, "product_code", formula, "a product of the merchant's register"),
        ("5", "evidence.in_the_future", *future, "sold_at", "2099-01-05T10:00", "not after 2026-03-02"),
        ("6", "evidence.duplicate", *duplicate, "", f"file {batch.batch_id}, line 2", "a new line"),
    ]


def test_no_cell_can_be_run_as_a_formula(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    starts = ("=1", "+1", "-1", "@x", "\t=1", "\r=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x")
    rows = [bought(line_no=number, product_code=start) for number, start in enumerate(starts, start=1)]
    batch = keep_file(session, shop.receipts, receipt_parquet(tmp_path / "receipts.parquet", rows))

    service.write_rejects(session, batch.batch_id, tmp_path / "rejects.csv")

    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        found = [row["found"] for row in csv.DictReader(file)]
    assert found == [f"'{start}" for start in starts]


def test_writing_again_gives_the_same_file(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought(), bought()]))

    counts = [service.write_rejects(session, batch.batch_id, tmp_path / name) for name in ("one.csv", "two.csv")]

    assert counts == [1, 1]
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_file_without_rejects_has_a_header_only(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    assert service.write_rejects(session, batch.batch_id, tmp_path / "rejects.csv") == 0
    assert (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").splitlines() == [HEADER]
