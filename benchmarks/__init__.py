"""Measurements of speed: each also measures the raw limit for the same work in the same run and prints the ratio."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any, Final, NamedTuple

_WIDTHS: Final = (62, 14, 14, 8, 10, 10)


class Row(NamedTuple):
    """One measured thing: ours, the raw limit, their ratio, what must hold and what is aimed at."""

    what: str
    ours: float
    limit: float | None
    ratio: float | None
    must: str
    aim: str
    ok: bool


def run(measure: Callable[[], list[Row]], about: str) -> int:
    """Measure, print as a table or with `--json` for machines, and give 1 if a must is missed."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    asked = parser.parse_args()
    rows = measure()
    if asked.json:
        sys.stdout.write(json.dumps([row._asdict() for row in rows], ensure_ascii=False, indent=2) + "\n")
    else:
        _table(rows)
    return 0 if all(row.ok for row in rows) else 1


def _table(rows: list[Row]) -> None:
    heads = ("what", "ours", "limit", "ratio", "must", "aim")
    sys.stdout.write("  ".join(head.ljust(width) for head, width in zip(heads, _WIDTHS, strict=True)) + "\n")
    for row in rows:
        cells: list[Any] = [row.what, f"{row.ours:,.2f}"]
        cells += ["–" if number is None else f"{number:,.2f}" for number in (row.limit, row.ratio)]
        cells += [row.must, row.aim]
        line = "  ".join(str(cell).ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
        sys.stdout.write(f"{line}  {'ok' if row.ok else 'MISSED'}\n")
