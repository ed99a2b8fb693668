"""A factor file is read whole and checked whole; the first fault is named by line, found and wanted."""

import csv
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from greencredit.actions.errors import (
    DividedByZero,
    FactorColumnMissing,
    FactorCycle,
    FactorDerivationBad,
    FactorFieldBad,
    FactorFileRefused,
    FactorFileUnreadable,
    FactorNumberBad,
    FactorOverlap,
    FactorSeriesMixed,
    FactorTwice,
    FactorUnitUnknown,
    FactorVersionChanged,
    FormulaRefused,
)
from greencredit.actions.rules.expression import exact_text, parse
from greencredit.schemas.actions import Factor, Gas, Selection, Tier

COLUMNS: Final = (
    *("factor_id", "version", "series", "selection", "category", "name_zh", "name_en"),
    *("value", "unit", "gas", "region", "valid_from", "valid_to", "tier", "verification"),
    *("publisher", "document", "source_url", "derivation", "notes"),
)
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
_VERSION: Final = re.compile(r"[1-9][0-9]{0,5}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,63}")
_REGION: Final = re.compile(r"[A-Z]{2,6}(-[A-Z]{2,5}(-[A-Z]{2,9})?)?")
_FORMS: Final = (
    *((column, _NAME, "a name of a-z, 0-9 and _", FactorFieldBad) for column in ("factor_id", "series", "category")),
    ("version", _VERSION, "a whole number from 1", FactorNumberBad),
    ("value", _NUMBER, "a plain decimal number", FactorNumberBad),
)
_OTHERS_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A factor and the line of the file on which it begins."""

    line: int
    factor: Factor


def read_factor_file(content: bytes, units: Collection[str]) -> tuple[Row, ...]:
    """Read every line of a factor file; a file with any fault is refused, further faults are told as `others`."""
    lines = _lines(content)
    _, header = next(lines, (1, []))
    _require_columns(header)
    rows: list[Row] = []
    faults: list[FactorFileRefused] = []
    for line, cells in lines:
        try:
            rows.append(Row(line, _factor(line, cells, header, units)))
        except FactorFileRefused as fault:
            faults.append(fault)
    if faults:
        faults[0].facts["others"] = [fault.message for fault in faults[1 : _OTHERS_TOLD + 1]]
        raise faults[0]
    if not rows:
        raise FactorFileUnreadable(1, found="no factor", wanted="one factor a line")
    return tuple(rows)


def require_publishable(rows: Iterable[Row], stored: Iterable[Factor]) -> tuple[Factor, ...]:
    """Check a file against itself and against what is published; give the versions that are new."""
    published = {(factor.id, factor.version): factor for factor in stored}
    current = _newest(published.values())
    lines: dict[tuple[str, int], int] = {}
    new: list[Row] = []
    for row in rows:
        key = (row.factor.id, row.factor.version)
        if key in lines:
            found = f"{row.factor.id} version {row.factor.version} as on line {lines[key]}"
            raise FactorTwice(row.line, found=found, wanted="every id and version once")
        lines[key] = row.line
        _require_version(row, published.get(key), current.get(row.factor.id))
        if key not in published:
            new.append(row)
    newest = _newest((*published.values(), *(row.factor for row in new)))
    together = [Row(lines.get((factor.id, factor.version), 0), factor) for factor in newest.values()]
    _require_series(together)
    _require_derivations({row.factor.id: row for row in together})
    return tuple(row.factor for row in new)


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each record and the line on which it begins."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        found = f"byte 0x{content[fault.start]:02x}"
        raise FactorFileUnreadable(line, found=found, wanted="a file in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as fault:
        raise FactorFileUnreadable(begins, found=str(fault), wanted="comma-separated values") from None


def _require_columns(header: list[str]) -> None:
    wanted = "the columns " + ", ".join(COLUMNS)
    if not header:
        raise FactorFileUnreadable(1, found="an empty file", wanted=wanted)
    for column in COLUMNS:
        if header.count(column) != 1:
            found = f"column {column} {header.count(column)} times"
            raise FactorColumnMissing(1, found=found, wanted=wanted, column=column)
    for column in header:
        if column not in COLUMNS:
            raise FactorColumnMissing(1, found=f"column {column!r}", wanted=wanted, column=column)


def _factor(line: int, cells: list[str], header: list[str], units: Collection[str]) -> Factor:
    if len(cells) != len(header):
        raise FactorColumnMissing(line, found=f"{len(cells)} cells", wanted=f"{len(header)} cells")
    cell = {column: text.strip() for column, text in zip(header, cells, strict=True)}
    for column, pattern, wanted, refusal in _FORMS:
        if not pattern.fullmatch(cell[column]):
            raise refusal(line, found=repr(cell[column]), wanted=f"{column} as {wanted}", column=column)
    if cell["unit"] not in units:
        raise FactorUnitUnknown(line, found=repr(cell["unit"]), wanted="a unit of the list of units", column="unit")
    for column, kind in (("selection", Selection), ("gas", Gas), ("tier", Tier)):
        if cell[column] not in set(kind):
            wanted = f"{column} {' or '.join(kind)}"
            raise FactorFieldBad(line, found=repr(cell[column]), wanted=wanted, column=column)
    _require_agreement(line, cell)
    return Factor.model_validate(
        {
            "id": cell["factor_id"],
            "title": {"zh": cell["name_zh"], "en": cell["name_en"]},
            "value": Decimal(cell["value"]),
            "valid_from": _day(line, cell, "valid_from"),
            "valid_to": _day(line, cell, "valid_to"),
            "derivation": cell["derivation"] or None,
            **{name: cell[name] for name in ("version", "series", "selection", "category", "unit", "gas", "region")},
            **{name: cell[name] for name in ("tier", "verification", "publisher", "document", "source_url", "notes")},
        }
    )


def _require_agreement(line: int, cell: dict[str, str]) -> None:
    """Refuse a row whose own cells contradict each other, or which does not say where it comes from."""

    def refuse(column: str, wanted: str) -> None:
        raise FactorFieldBad(line, found=repr(cell[column]), wanted=wanted, column=column)

    numerator = cell["unit"].partition("/")[0]
    gas = {"kgCO2": Gas.CO2, "kgCO2e": Gas.CO2E}.get(numerator, Gas.NONE)
    if cell["gas"] != gas:
        refuse("gas", f"{gas} for the unit {cell['unit']}")
    if not all(_REGION.fullmatch(region) for region in cell["region"].split(";")):
        refuse("region", "codes such as CN, CN-SH or GLOBAL, parted by ;")
    recalled = "recalled" if cell["tier"] == Tier.D else "verified"
    if cell["verification"] != recalled:
        refuse("verification", f"{recalled} for tier {cell['tier']}")
    for column in ("name_zh", "name_en", "document", *(() if cell["tier"] == Tier.D else ("publisher", "source_url"))):
        if not cell[column]:
            refuse(column, f"a {column}")
    first, last = _day(line, cell, "valid_from"), _day(line, cell, "valid_to")
    if first is None and (last is not None or cell["selection"] == Selection.WINDOW):
        refuse("valid_from", "the first day of the window")
    if first is not None and last is not None and last < first:
        refuse("valid_to", f"a day not before {first}")


def _day(line: int, cell: dict[str, str], column: str) -> date | None:
    if not cell[column]:
        return None
    try:
        day = date.fromisoformat(cell[column])
    except ValueError:
        day = None
    if day is None or day.isoformat() != cell[column]:
        raise FactorFieldBad(line, found=repr(cell[column]), wanted="a date as 2025-12-31, or nothing", column=column)
    return day


def _newest(factors: Iterable[Factor]) -> dict[str, Factor]:
    """Give the newest version of each factor."""
    newest: dict[str, Factor] = {}
    for factor in factors:
        if factor.id not in newest or newest[factor.id].version < factor.version:
            newest[factor.id] = factor
    return newest


def _require_version(row: Row, same: Factor | None, current: Factor | None) -> None:
    """A published version never changes, and a new one has a higher number."""
    if same is not None:
        # Compared as written: 0.55 and 0.5500 are equal numbers but not the same record.
        before, after = same.model_dump(mode="json"), row.factor.model_dump(mode="json")
        changed = [name for name in before if before[name] != after[name]]
        if changed:
            found = f"{row.factor.id} version {same.version} with another {', '.join(changed)}"
            wanted = f"version {same.version + 1} for a correction"
            raise FactorVersionChanged(row.line, found=found, wanted=wanted, changed=changed)
    elif current is not None and row.factor.version < current.version:
        found = f"{row.factor.id} version {row.factor.version}"
        raise FactorVersionChanged(row.line, found=found, wanted=f"a version above {current.version}")


def _require_series(rows: Iterable[Row]) -> None:
    """Within a series and region, rows are alike in unit, gas and selection, and their windows do not overlap."""
    series: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        for region in row.factor.regions:
            series[row.factor.series, region].append(row)
    for (name, region), found in sorted(series.items()):
        found.sort(key=lambda row: row.factor.valid_from or date.min)
        for before, after in itertools.pairwise(found):
            _require_alike(before, after, name, region)
            _require_apart(before, after, name, region)


def _require_alike(before: Row, after: Row, series: str, region: str) -> None:
    later, earlier = (
        max(before, after, key=lambda row: row.line).factor,
        min(before, after, key=lambda row: row.line).factor,
    )
    for field in ("unit", "gas", "selection"):
        if getattr(later, field) != getattr(earlier, field):
            found = f"{later.id} with {field} {getattr(later, field)}"
            wanted = f"{getattr(earlier, field)} as in {earlier.id} (series {series}, {region})"
            raise FactorSeriesMixed(max(before.line, after.line), found=found, wanted=wanted)


def _require_apart(before: Row, after: Row, series: str, region: str) -> None:
    last, begins = before.factor.valid_to, after.factor.valid_from or date.min
    if last is None or begins <= last:
        found = f"{before.factor.id} to {last or 'open'} and {after.factor.id} from {after.factor.valid_from or 'ever'}"
        wanted = f"windows of series {series} in {region} that do not overlap"
        if begins > (before.factor.valid_from or date.min):
            wanted += f": {before.factor.id} to {begins - timedelta(days=1)} at the latest"
        factors = [before.factor.id, after.factor.id]
        raise FactorOverlap(max(before.line, after.line), found=found, wanted=wanted, factors=factors, series=series)


def _require_derivations(rows: dict[str, Row]) -> None:
    """Each derived value is what its derivation gives, of a tier no better than its sources', and never of itself."""
    needs: dict[str, frozenset[str]] = {}
    for factor_id, row in rows.items():
        if row.factor.derivation is not None:
            try:
                needs[factor_id] = parse(row.factor.derivation).names
            except FormulaRefused as fault:
                raise FactorDerivationBad(
                    row.line, found=fault.facts["found"], wanted="numbers, names, + - * /"
                ) from None
    for factor_id in needs:
        _require_no_cycle(factor_id, needs, rows)
    for factor_id, sources in needs.items():
        _require_derived(rows[factor_id], sources, rows)


def _require_no_cycle(start: str, needs: dict[str, frozenset[str]], rows: dict[str, Row]) -> None:
    """Walk from a factor to its sources; meeting a factor of the walk again is a cycle."""
    walks: list[tuple[str, ...]] = [(start,)]
    done: set[str] = set()
    while walks:
        walk = walks.pop()
        for source in sorted(needs.get(walk[-1], ())):
            if source in walk:
                cycle = [*walk[walk.index(source) :], source]
                line = max(rows[factor_id].line for factor_id in cycle)
                raise FactorCycle(line, found=" → ".join(cycle), wanted="derivations without a cycle", cycle=cycle)
            if source not in done:
                done.add(source)
                walks.append((*walk, source))


def _require_derived(row: Row, sources: frozenset[str], rows: dict[str, Row]) -> None:
    assert row.factor.derivation is not None, "only derived factors come here"
    unknown = sorted(sources - rows.keys())
    if unknown:
        raise FactorDerivationBad(
            row.line, found=f"the source {unknown[0]}", wanted="a factor of the file or published"
        )
    values = {source: Fraction(rows[source].factor.value) for source in sources}
    try:
        result = parse(row.factor.derivation).value(values)
    except DividedByZero as fault:
        found = fault.facts["expression"]
        raise FactorDerivationBad(row.line, found=found, wanted="a divisor other than zero") from None
    if abs(result - Fraction(row.factor.value)) > _half_of_last_place(row.factor.value):
        found, wanted = f"value {row.factor.value}", f"{exact_text(result)} = {row.factor.derivation}, rounded"
        raise FactorDerivationBad(row.line, found=found, wanted=wanted)
    worst = max((rows[source].factor.tier for source in sources), default=Tier.A)
    if row.factor.tier < worst:
        raise FactorDerivationBad(row.line, found=f"tier {row.factor.tier}", wanted=f"tier {worst} as its worst source")


def _half_of_last_place(value: Decimal) -> Fraction:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "values are finite"
    return Fraction(1, 2 * 10**-exponent)
