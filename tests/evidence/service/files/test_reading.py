"""Records are read with the line they begin on, in chunks that never cut a receipt."""

from collections.abc import Callable
from pathlib import Path

import pytest

from greencredit.evidence.catalogue import form_of
from greencredit.evidence.service import files
from tests.factories.evidence import RECEIPT_COLUMNS, activities_csv, bought, did, receipt_csv, receipt_parquet

RECEIPTS, ACTIVITIES = form_of("receipts"), form_of("activities")
HEADER = ",".join(RECEIPT_COLUMNS)


def lines_of(path: Path, *, skip: int = 0, encoding: str = "utf-8") -> list[list[int]]:
    """Give the lines of each chunk of a file of receipts."""
    return [chunk.lines for chunk in files.chunks(path, RECEIPTS, encoding, skip=skip)]


def test_a_mark_at_the_beginning_of_utf_8_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = receipt_csv(tmp_path / "receipts.csv", [bought()], encoding="utf-8-sig")
    path.write_bytes(path.read_bytes().replace(b"receipt_no", b'"receipt_no"'))

    files.require_readable(path, RECEIPTS, "utf-8")

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

    chunks = list(files.together(files.chunks(path, RECEIPTS, "utf-8", skip=0), RECEIPTS))

    receipts = [set(chunk.columns["receipt_no"].to_pylist()) for chunk in chunks]
    assert sum(map(len, receipts)) == len(set.union(*receipts)) == len(sizes)
    assert [line for chunk in chunks for line in chunk.lines] == list(range(2, sum(sizes) + 2))
    assert all(len(column) == len(chunk.lines) for chunk in chunks for column in chunk.columns.values())


def test_a_receipt_without_end_is_cut_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 3)
    path = _receipts(tmp_path, 40)

    chunks = list(files.together(files.chunks(path, RECEIPTS, "utf-8", skip=0), RECEIPTS))

    assert [len(chunk.lines) for chunk in chunks] == [12, 12, 12, 4]


def test_broken_lines_without_end_do_not_pile_up_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 3)
    path = tmp_path / "receipts.csv"
    path.write_text(HEADER + "\n" + "broken\n" * 40)

    chunks = list(files.together(files.chunks(path, RECEIPTS, "utf-8", skip=0), RECEIPTS))

    assert [chunk.records for chunk in chunks] == [12, 12, 12, 4]


def test_lines_sent_back_stay_between_the_lines_they_stood_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 4)
    path = _receipts(tmp_path, 2, 2, 1)
    path.write_text(path.read_text().replace("R2,1", "broken\nR2,1"))

    chunks = list(files.together(files.chunks(path, RECEIPTS, "utf-8", skip=0), RECEIPTS))

    assert [(chunk.lines, [one.line for one in chunk.rejects]) for chunk in chunks] == [
        ([2, 3], [4]),
        ([5, 6], []),
        ([7], []),
    ]


def test_activities_are_read_in_the_same_way(tmp_path: Path) -> None:
    path = activities_csv(tmp_path / "activities.csv", [did(inputs={"hours_per_day": "4"})])

    files.require_readable(path, ACTIVITIES, "utf-8")

    (chunk,) = files.chunks(path, ACTIVITIES, "utf-8", skip=0)
    assert {name: column.to_pylist() for name, column in chunk.columns.items()} == {
        name: [value] for name, value in did(inputs='{"hours_per_day": "4"}').items()
    }
