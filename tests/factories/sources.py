"""Records of every kind of source, as its catalogue gives an example of them, and the files they come in."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from greencredit.evidence.catalogue import form_of


def example_of(kind: str, /, **changes: object) -> dict[str, object]:
    """Give the example of a kind of source, changed."""
    return {**form_of(kind).example, **changes}


def write_csv(path: Path, kind: str, rows: Iterable[Mapping[str, object]], *, encoding: str = "utf-8") -> Path:
    """Write records as a text file with every column of the kind; what else stands in a row is left out."""
    columns = [column.name for column in form_of(kind).columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path
