"""Memory does not grow with the file that is read."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.factories.evidence import RECEIPT_COLUMNS
from tests.house.sources import ROOT

HEADER = ",".join(RECEIPT_COLUMNS)


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
for chunk in files.together(files.chunks(path, form_of("receipts"), "utf-8", skip=0), form_of("receipts")):
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
