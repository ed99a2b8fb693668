"""A file of which nothing can be taken in is refused before anything is, with what was found."""

import codecs
import csv
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from greencredit.evidence.catalogue import form_of
from greencredit.evidence.errors import (
    EmptyFile,
    MissingColumn,
    UnknownEncoding,
    Unreadable,
    WrongColumnType,
    WrongEncoding,
)
from greencredit.evidence.service import files
from greencredit.kernel.errors import Refusal
from tests.factories.evidence import RECEIPT_COLUMNS, bought, receipt_csv, receipt_parquet

RECEIPTS, ACTIVITIES = form_of("receipts"), form_of("activities")
HEADER = ",".join(RECEIPT_COLUMNS)


def look_at(path: Path, encoding: str = "utf-8") -> None:
    """Look at a file of receipts as the import does before it takes anything in."""
    files.digest_of(path, encoding)
    files.require_readable(path, RECEIPTS, encoding)


def refused(path: Path, encoding: str = "utf-8") -> tuple[str, dict[str, object]]:
    """Give the code and facts of the refusal of a file of receipts."""
    with pytest.raises(Refusal) as refusal:
        look_at(path, encoding)
    return refusal.value.code, refusal.value.facts


def lines_of(path: Path, *, skip: int = 0, encoding: str = "utf-8") -> list[list[int]]:
    """Give the lines of each chunk of a file of receipts."""
    return [chunk.lines for chunk in files.chunks(path, RECEIPTS, encoding, skip=skip)]


def test_a_missing_column_is_named_with_the_columns_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text("receipt_no,line_no,card_no,store_code,sold_at,product_code,qty\nR1,1,C,406,2026-01-05T10:00,p,1\n")

    assert refused(path) == (
        MissingColumn.code,
        {
            "missing": ["quantity", "amount_yuan"],
            "found": ["receipt_no", "line_no", "card_no", "store_code", "sold_at", "product_code", "qty"],
        },
    )


def test_a_column_that_may_be_absent_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "activities.csv"
    path.write_text("record_no,card_no,action,done_at,quantity\nT1,C,walk_trip,2026-01-05T10:00,1\n")

    files.require_readable(path, ACTIVITIES, "utf-8")

    (chunk,) = files.chunks(path, ACTIVITIES, "utf-8", skip=0)
    assert sorted(chunk.columns) == ["action", "card_no", "done_at", "quantity", "record_no"]


def test_columns_may_stand_in_any_order_beside_others(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])
    rows = list(csv.reader(path.read_text().splitlines()))
    path.write_text("\n".join(",".join(["x", *reversed(row)]) for row in rows))

    look_at(path)

    (chunk,) = files.chunks(path, RECEIPTS, "utf-8", skip=0)
    assert {name: column.to_pylist() for name, column in chunk.columns.items()} == {
        name: [str(value)] for name, value in bought().items()
    }


@pytest.mark.parametrize("write", [receipt_csv, receipt_parquet])
def test_a_column_that_stands_twice_is_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(tmp_path / ("r.csv" if write is receipt_csv else "r.parquet"), [bought()])
    if write is receipt_csv:
        path.write_text(path.read_text().replace("store_code", "line_no"))
        path.write_text(path.read_text().replace("receipt_no", "store_code,receipt_no").replace("R1", "406,R1"))
    else:
        table = parquet.read_table(path)
        parquet.write_table(table.append_column("line_no", table["line_no"]), path)

    assert refused(path) == (Unreadable.code, {"file_name": path.name, "reason": "column line_no stands twice"})


def test_gbk_without_saying_so_is_refused_with_line_byte_and_hint(tmp_path: Path) -> None:
    rows = [bought(), bought(line_no=2, receipt_no="小票二")]
    path = receipt_csv(tmp_path / "receipts.csv", rows, encoding="gb18030")
    content = path.read_bytes()

    # The first two signs happen to be pairs of bytes that UTF-8 knows, too; the third is not.
    assert refused(path) == (
        WrongEncoding.code,
        {
            "wanted": "utf-8",
            "line": 3,
            "byte": content.index("二".encode("gb18030")) + 1,
            "hint": "if the file is GBK, say encoding gb18030",
        },
    )


def test_the_same_file_is_read_once_its_encoding_is_said(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought(receipt_no="小票𠮷")], encoding="gb18030")

    look_at(path, "gb18030")

    (chunk,) = files.chunks(path, RECEIPTS, "gb18030", skip=0)
    assert chunk.columns["receipt_no"].to_pylist() == ["小票𠮷"]


def test_utf_8_said_to_be_gb18030_is_refused(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought(receipt_no="价")])

    code, facts = refused(path, "gb18030")

    assert (code, facts["wanted"], facts["hint"]) == (
        WrongEncoding.code,
        "gb18030",
        "if the file is UTF-8, say encoding utf-8",
    )


def test_utf_16_is_recognised(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought()], encoding="utf-16")

    assert refused(path) == (
        WrongEncoding.code,
        {"wanted": "utf-8", "line": 1, "byte": 1, "hint": "the file begins as UTF-16 does: save it as UTF-8"},
    )


def test_the_byte_is_right_also_where_a_character_is_cut_by_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BLOCK_BYTES", 64)
    path = tmp_path / "receipts.csv"
    path.write_bytes(b"x" * 20 + b"\n" + b"y" * 42 + "积".encode()[:2] + b"\n" + b"z" * 100 + b"\n")

    assert refused(path) == (
        WrongEncoding.code,
        {"wanted": "utf-8", "line": 2, "byte": 64, "hint": "if the file is GBK, say encoding gb18030"},
    )


def test_a_last_character_that_was_cut_off_is_found(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])
    content = path.read_bytes()
    path.write_bytes(content + "积".encode()[:2])

    assert refused(path) == (
        WrongEncoding.code,
        {"wanted": "utf-8", "line": 3, "byte": len(content) + 1, "hint": "if the file is GBK, say encoding gb18030"},
    )


@pytest.mark.parametrize("encoding", ["klingon", "zlib", "rot13", ""])
def test_an_encoding_nobody_knows_is_refused(encoding: str, tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])

    assert refused(path, encoding) == (UnknownEncoding.code, {"encoding": encoding})


@pytest.mark.parametrize("name", ["empty.csv", "empty.parquet"])
def test_an_empty_file_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.touch()

    assert refused(path) == (EmptyFile.code, {"file_name": name})


def test_a_header_without_a_line_is_an_empty_file(tmp_path: Path) -> None:
    text, table = receipt_csv(tmp_path / "r.csv", []), tmp_path / "r.parquet"
    parquet.write_table(parquet.read_table(receipt_parquet(table, [bought()])).slice(0, 0), table)

    assert [refused(path) for path in (text, table)] == [
        (EmptyFile.code, {"file_name": "r.csv"}),
        (EmptyFile.code, {"file_name": "r.parquet"}),
    ]


@pytest.mark.parametrize("content", [b"\n", codecs.BOM_UTF8, b"\n\n\n"])
def test_a_file_without_a_header_misses_every_column(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "receipts.csv"
    path.write_bytes(content)

    assert refused(path) == (MissingColumn.code, {"missing": list(RECEIPT_COLUMNS), "found": []})


def test_a_text_that_is_named_parquet_is_refused(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.parquet", [bought()])

    assert refused(path) == (
        Unreadable.code,
        {"file_name": "receipts.parquet", "reason": "its name says Parquet, its first bytes do not"},
    )


def test_a_parquet_file_is_one_whatever_its_name(tmp_path: Path) -> None:
    path = receipt_parquet(tmp_path / "receipts.csv", [bought()])

    look_at(path)

    assert lines_of(path) == [[1]]


def test_a_parquet_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = receipt_parquet(tmp_path / "receipts.parquet", [bought()])
    path.write_bytes(path.read_bytes()[:-20])

    code, facts = refused(path)

    assert (code, facts["file_name"]) == (Unreadable.code, "receipts.parquet")


def test_a_parquet_file_broken_inside_is_refused_where_it_breaks(tmp_path: Path) -> None:
    path = receipt_parquet(tmp_path / "receipts.parquet", [bought()] * 50)
    content = bytearray(path.read_bytes())
    content[4:40] = bytes(36)
    path.write_bytes(content)

    with pytest.raises(Unreadable) as refusal:
        lines_of(path)

    assert refusal.value.facts["file_name"] == "receipts.parquet"


def test_a_parquet_text_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    wrong = pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())
    table = parquet.read_table(receipt_parquet(tmp_path / "r.parquet", [bought()]))
    path = tmp_path / "receipts.parquet"
    parquet.write_table(table.set_column(0, "receipt_no", wrong), path)

    with pytest.raises(Unreadable) as refusal:
        lines_of(path)

    assert refusal.value.code == "evidence.unreadable"


def test_a_parquet_column_of_the_wrong_type_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = receipt_parquet(tmp_path / "r.parquet", [bought(amount_yuan=36.5)], amount_yuan=pa.float32())

    assert refused(path) == (
        WrongColumnType.code,
        {"column": "amount_yuan", "found": "float", "wanted": "yuan with up to two decimals, such as 12.80"},
    )


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BLOCK_BYTES", 256)
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])
    path.write_bytes(path.read_bytes() + b"x" * 10_000)

    assert refused(path) == (
        Unreadable.code,
        {"file_name": "receipts.csv", "reason": "line 3 is longer than 256 bytes"},
    )
