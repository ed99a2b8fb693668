"""A file is looked at before anything is taken in, and read in parts of bounded size."""

import codecs
import csv
import os
import subprocess
import sys
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
from tests.factories.evidence import RECEIPT_COLUMNS, activities_csv, bought, did, receipt_csv, receipt_parquet
from tests.house.sources import ROOT

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


# ---- What is refused as a whole ------------------------------------------------------------------------------------


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


# ---- What is sent back by line -------------------------------------------------------------------------------------


def test_a_mark_at_the_beginning_of_utf_8_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought()], encoding="utf-8-sig")
    path.write_bytes(path.read_bytes().replace(b"receipt_no", b'"receipt_no"'))

    look_at(path)

    (chunk,) = files.chunks(path, RECEIPTS, "utf-8", skip=0)
    assert chunk.columns["receipt_no"].to_pylist() == ["R1"]


def test_lines_that_cannot_be_split_are_sent_back_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "receipts.csv"
    good = "R1,1,C,406,2026-01-05T10:00,p,1,1.00"
    long = "R1,1,C," + "x" * 10_001 + ",2026-01-05T10:00,p,1,1.00"
    path.write_text("\n".join([HEADER, good, "R2,1,C", "", good + ",more", long, good]))

    (chunk,) = files.chunks(path, RECEIPTS, "utf-8", skip=0)

    assert chunk.lines == [2, 7]
    assert [(one.line, one.code, one.found, one.wanted) for one in chunk.rejects] == [
        (3, "evidence.wrong_field_count", "3 fields", "8 fields"),
        (4, "evidence.missing_value", "an empty line", "a record"),
        (5, "evidence.wrong_field_count", "9 fields", "8 fields"),
        (
            6,
            "evidence.wrong_field_count",
            "a field of more than 10000 characters, or a quotation mark that is never closed",
            "8 fields",
        ),
    ]


def test_a_record_of_several_lines_stands_where_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text(f'{HEADER}\n"R\n1",1,C,406,2026-01-05T10:00,p,1,1.00\nR2,1,C,406,2026-01-05T10:00,p,1,1.00\n')

    assert lines_of(path) == [[2, 4]]


# ---- Chunks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [receipt_csv, receipt_parquet])
@pytest.mark.parametrize("skip", range(8))
def test_what_was_read_is_skipped_whatever_the_chunks_were(
    write: Callable[..., Path], skip: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 3)
    path = write(tmp_path / "receipts", [bought(line_no=number) for number in range(1, 8)])
    first = 2 if write is receipt_csv else 1

    chunks = lines_of(path, skip=skip)

    assert [line for lines in chunks for line in lines] == list(range(first + skip, first + 7))
    assert max(map(len, chunks), default=0) <= 3


def test_a_line_that_was_sent_back_counts_among_those_that_are_skipped(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought(line_no=number) for number in (1, 2)])
    path.write_text(path.read_text().replace("R1,1,", 'R0\n\n"' + "x" * 10_001 + "\nR1,1,"))

    assert lines_of(path, skip=3) == [[5, 6]]


def _receipts(tmp_path: Path, *sizes: int) -> Path:
    rows = [
        bought(receipt_no=f"R{number}", line_no=line)
        for number, size in enumerate(sizes, start=1)
        for line in range(1, size + 1)
    ]
    return receipt_csv(tmp_path / "receipts.csv", rows)


@pytest.mark.parametrize("sizes", [(1,), (2, 2, 2), (1, 4, 1, 3), (5, 5), (1, 1, 1, 1, 1, 1, 1), (2, 6, 2)])
def test_a_receipt_is_never_cut_and_no_line_is_lost(
    sizes: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 3)
    path = _receipts(tmp_path, *sizes)

    chunks = list(files.whole_receipts(files.chunks(path, RECEIPTS, "utf-8", skip=0)))

    receipts = [set(chunk.columns["receipt_no"].to_pylist()) for chunk in chunks]
    assert sum(map(len, receipts)) == len(set.union(*receipts)) == len(sizes)
    assert [line for chunk in chunks for line in chunk.lines] == list(range(2, sum(sizes) + 2))
    assert all(len(column) == len(chunk.lines) for chunk in chunks for column in chunk.columns.values())


def test_a_receipt_without_end_is_cut_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 3)
    path = _receipts(tmp_path, 40)

    chunks = list(files.whole_receipts(files.chunks(path, RECEIPTS, "utf-8", skip=0)))

    assert [len(chunk.lines) for chunk in chunks] == [12, 12, 12, 4]


def test_broken_lines_without_end_do_not_pile_up_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 3)
    path = tmp_path / "receipts.csv"
    path.write_text(HEADER + "\n" + "broken\n" * 40)

    chunks = list(files.whole_receipts(files.chunks(path, RECEIPTS, "utf-8", skip=0)))

    assert [chunk.records for chunk in chunks] == [12, 12, 12, 4]


def test_lines_sent_back_stay_between_the_lines_they_stood_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 4)
    path = _receipts(tmp_path, 2, 2, 1)
    path.write_text(path.read_text().replace("R2,1", "broken\nR2,1"))

    chunks = list(files.whole_receipts(files.chunks(path, RECEIPTS, "utf-8", skip=0)))

    assert [(chunk.lines, [one.line for one in chunk.rejects]) for chunk in chunks] == [
        ([2, 3], [4]),
        ([5, 6], []),
        ([7], []),
    ]


# ---- Memory --------------------------------------------------------------------------------------------------------

_READ = """
import resource, sys
from pathlib import Path
from greencredit.evidence.catalogue import form_of
from greencredit.evidence.service import files
import pyarrow.parquet
path = Path(sys.argv[1])
files.digest_of(path, "utf-8")
files.require_readable(path, form_of("receipts"), "utf-8")
total, before = 0, 0
for chunk in files.whole_receipts(files.chunks(path, form_of("receipts"), "utf-8", skip=0)):
    total += chunk.records
    if not before and total > 100_000:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def _read_in_a_process_of_its_own(path: Path) -> tuple[int, int]:
    """Give the records of a file, and by how many KiB the process grew after its first hundred thousand."""
    done = subprocess.run([sys.executable, "-c", _READ, path], cwd=ROOT, capture_output=True, check=True, text=True)
    records, grown = done.stdout.split()
    return int(records), int(grown)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_memory_does_not_grow_with_a_text_of_300_megabytes(tmp_path: Path) -> None:
    size = int(os.environ.get("GREENCREDIT_TEST_MEGABYTES", "300")) * 1_000_000
    path = tmp_path / "receipts.csv"
    block = "".join(
        f"R{number // 7},{number % 7 + 1},CARD-0001,406,2026-01-05T10:00:00,p1,1,36.50\n" for number in range(70_000)
    )
    written = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        while file.tell() < size:
            file.write(block)
            written += 70_000

    records, grown_kib = _read_in_a_process_of_its_own(path)

    assert records == written
    assert grown_kib < 60_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_memory_does_not_grow_with_one_row_group_of_many_lines(tmp_path: Path) -> None:
    lines = 6_000_000
    path = tmp_path / "receipts.parquet"
    number = pa.array(range(lines), pa.int64())
    same = {"card_no": "CARD-0001", "store_code": "406", "product_code": "p1", "amount_yuan": "36.50"}
    columns = {name: pa.array([value], pa.string()).dictionary_encode() for name, value in same.items()}
    table = pa.table(
        {
            "receipt_no": number,
            "line_no": number,
            "sold_at": pa.array(range(lines), pa.timestamp("us")),
            "quantity": number,
            **{
                name: pa.DictionaryArray.from_arrays(pa.array([0] * lines, pa.int8()), one.dictionary)
                for name, one in columns.items()
            },
        }
    )
    parquet.write_table(table, path, row_group_size=lines, compression="none", use_dictionary=False)

    records, grown_kib = _read_in_a_process_of_its_own(path)

    assert (records, parquet.ParquetFile(path).metadata.num_row_groups) == (lines, 1)
    assert grown_kib < 60_000


def test_activities_are_read_in_the_same_way(tmp_path: Path) -> None:
    path = activities_csv(tmp_path / "activities.csv", [did(inputs={"hours_per_day": "4"})])

    files.require_readable(path, ACTIVITIES, "utf-8")

    (chunk,) = files.chunks(path, ACTIVITIES, "utf-8", skip=0)
    assert {name: column.to_pylist() for name, column in chunk.columns.items()} == {
        name: [value] for name, value in did(inputs='{"hours_per_day": "4"}').items()
    }
