"""Measurements of speed: each also measures the raw limit for the same work in the same run and prints the ratio."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

_WIDTHS: Final = (72, 14, 14, 8, 28, 28)


class Row(NamedTuple):
    """One measured thing: ours, the raw limit, their ratio, what must hold and what is aimed at."""

    what: str
    ours: float
    limit: float | None
    ratio: float | None
    must: str
    aim: str
    ok: bool


class Asked(NamedTuple):
    """How much is measured: `quick` proves only that all is right, `growth` fills ten million events."""

    quick: bool = False
    growth: bool = False


Family = Callable[[Asked], list[Row]]
"""Measures some things that belong together; an answer that is wrong is an `AssertionError`, in every mode."""


def run(families: Mapping[str, Family], about: str) -> int:
    """Measure, print as a table or with `--json` for machines, and give 1 if a must is missed.

    With `--quick` a must that is missed is printed and no failure: sizes are tiny, and the machine may be shared.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    parser.add_argument("--quick", action="store_true", help="tiny sizes; only a wrong result fails")
    parser.add_argument("--growth", action="store_true", help="grow a ledger to ten million events (takes long)")
    parser.add_argument("--only", choices=sorted(families), action="append", help="measure this alone")
    asked = parser.parse_args()
    rows: list[Row] = []
    for name, family in families.items():
        if asked.only is None or name in asked.only:
            found = family(Asked(quick=asked.quick, growth=asked.growth))
            rows += found
            if not asked.json:
                _print(found, heads=len(rows) == len(found))
    if asked.json:
        sys.stdout.write(json.dumps([row._asdict() for row in rows], ensure_ascii=False, indent=2) + "\n")
    return 0 if asked.quick or all(row.ok for row in rows) else 1


def _print(rows: list[Row], *, heads: bool) -> None:
    if heads:
        names = ("what", "ours", "limit", "ratio", "must", "aim")
        sys.stdout.write("  ".join(name.ljust(width) for name, width in zip(names, _WIDTHS, strict=True)) + "\n")
    for row in rows:
        cells: list[Any] = [row.what, _shown(row.ours), _shown(row.limit), _shown(row.ratio), row.must, row.aim]
        line = "  ".join(str(cell).ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
        sys.stdout.write(f"{line}  {_verdict(row)}\n")
    sys.stdout.flush()


def _verdict(row: Row) -> str:
    if row.must == "–":
        return ""
    return "ok" if row.ok else "MISSED"


def _shown(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:,.0f}" if number >= 1_000 else f"{number:,.2f}"
