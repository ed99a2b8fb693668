"""What the data inside a report say: their shape, their sums, the table beside them, the figures on the pages."""

import csv
import importlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple, get_args

from pydantic import ValidationError

from greencredit.kernel.clock import civil_date
from greencredit.reports.errors import DigestDiffers, FactsInconsistent, PrintedDiffers, TableDiffers
from greencredit.reports.rules.figures import digest_of, facts_json, number_of
from greencredit.reports.rules.written import kilograms, mass, whole
from greencredit.schemas.reports import Lang, ReportFacts

_KIND: Final = re.compile(r"[a-z][a-z_]{0,39}")
_SHAPES: Final = "greencredit.schemas.reports"
_GRAMS: Final = "_g_co2e"
_THOUSANDTHS: Final = "_milli"
_LETTERS_TOLD: Final = 40


class Facts(NamedTuple):
    """The data of a report, read and found to add up."""

    kind: str
    lang: Lang
    record: ReportFacts
    plain: Mapping[str, Any]

    @property
    def issuer_ids(self) -> tuple[str, ...]:
        """Name the issuers whose credits are in the report, each once."""
        return tuple(dict.fromkeys(self.record.issuers_of_credits))

    @property
    def first_day(self) -> date:
        """Give the first day of the period."""
        return self.record.period.since


def require_digest(data: bytes, *, number: str, facts_sha256: str) -> tuple[Lang, Mapping[str, Any]]:
    """Give the language and the plain data; refuses them unless metadata and number follow from their digest."""
    found = digest_of(data)
    if found != facts_sha256:
        raise DigestDiffers(found=f"data of the digest {found}", wanted=facts_sha256)
    try:
        read = json.loads(data)
        year = civil_date(datetime.fromisoformat(read["facts"]["as_of"])).year
    except (ValueError, KeyError, TypeError, RecursionError, AssertionError) as fault:
        raise DigestDiffers(found="data that are not those of a report", wanted="report.json") from fault
    numbers: dict[str, Lang] = {number_of(found, lang, year): lang for lang in get_args(Lang)}
    if number not in numbers:
        raise DigestDiffers(found=f"the number {number}", wanted=" or ".join(numbers))
    return numbers[number], read


def require_sums(data: bytes, lang: Lang, read: Mapping[str, Any]) -> Facts:
    """Read the data into their published shape, which adds their sums up anew; refuses another spelling of them."""
    kind = read.get("kind")
    shape = _shape_of(kind) if isinstance(kind, str) and _KIND.fullmatch(kind) else None
    if shape is None or not isinstance(kind, str):
        raise FactsInconsistent(found=f"a report of the kind {str(kind)[:_LETTERS_TOLD]}", wanted="one known here")
    try:
        record = shape.model_validate(read["facts"])
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise FactsInconsistent(found=f"{where}: {first['msg']}", wanted=f"the shape {shape.__name__}") from fault
    if facts_json(kind, record) != data:
        raise FactsInconsistent(found="another spelling of the data", wanted="the canonical one, without additions")
    return Facts(kind, lang, record, read["facts"])


def require_table(name: str, table: bytes, facts: Facts) -> str:
    """Compare the table with the list of the data that it was written from, cell by cell; tells what was compared."""
    try:
        columns, *rows = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""), strict=True)
    except (ValueError, csv.Error) as fault:
        raise TableDiffers(found=f"{name} that cannot be read", wanted="a table in UTF-8") from fault
    listed = _list_like(columns, len(rows), facts.plain)
    if listed is None:
        return f"{name}: {len(rows)} rows; not a list of the data, so only its digest in the log counts"
    shared = [place for place, column in enumerate(columns) if any(_has(one, column) for one in listed)]
    for number, (row, one) in enumerate(zip(rows, listed, strict=True), 1):
        for place in shared:
            found, wanted = row[place] if place < len(row) else "", _cell(one, columns[place])
            if wanted not in {found, f"{found.removesuffix('+00:00')}Z"}:  # the two spellings of an instant in UTC
                where = f"{name}, row {number}, {columns[place]}"
                raise TableDiffers(found=f"{found[:_LETTERS_TOLD]} in {where}", wanted=wanted[:_LETTERS_TOLD])
    return f"{name}: {len(rows)} rows, {len(shared)} of {len(columns)} columns compared"


def require_printed(words: Sequence[str], number: str, facts_sha256: str, facts: Facts) -> list[str]:
    """Refuse unless number, digest and the headline figures of the data stand on the pages; tells which do."""
    closed = "".join("".join(words).split())
    for what, wanted in (("number", number), ("digest", facts_sha256)):
        if wanted not in closed:
            raise PrintedDiffers(found=f"pages without the {what}", wanted=wanted)
    told = []
    for name, value in facts.record.headlines:
        if not value:  # nought may be left out
            continue
        ways = _ways(name, value)
        # By itself, as a cell or a headline, with at most a unit behind it; a number inside a sentence does not count.
        alone = re.compile(rf"(?:{'|'.join(map(re.escape, ways))})(?:\s?[^\d\s.,][^\d]{{0,15}})?")
        if not any(alone.fullmatch(run) for run in words):
            raise PrintedDiffers(found=f"pages without {' or '.join(ways)} ({name})", wanted=f"{name} {value}")
        told.append(f"{name} {value}")
    return told or ["number and digest; all its headline figures are nought"]


def _shape_of(kind: str) -> type[ReportFacts] | None:
    """Find the published shape of a kind: the module of its name, without the database that its gatherer needs."""
    try:
        module = importlib.import_module(f"{_SHAPES}.{kind}")
    except ModuleNotFoundError:
        return None
    every = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    shapes = [one for one in every if issubclass(one, ReportFacts)]
    # What several kinds share may stand in the module of one of them: the kind itself is what nothing builds upon.
    return next((one for one in shapes if not any(one in other.__mro__[1:] for other in shapes)), None)


def _ways(name: str, value: int) -> tuple[str, ...]:
    if name.endswith(_THOUSANDTHS):
        return (kilograms(value),)
    return (kilograms(value), mass(value).number) if name.endswith(_GRAMS) else (whole(value),)


def _list_like(columns: Sequence[str], count: int, plain: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Find the list of the data that has so many lines and most of these columns."""
    lists = [one for one in _lists(plain) if len(one) == count and count]
    ranked = [(sum(_has(one[0], column) for column in columns), one) for one in lists if isinstance(one[0], dict)]
    most, found = max(ranked, key=lambda pair: pair[0], default=(0, None))
    return found if most else None


def _lists(plain: Mapping[str, Any]) -> Iterable[list[Any]]:
    """Give the lists of the data, and those that the lines of a list hold each a part of, put together."""
    for one in plain.values():
        if isinstance(one, list):
            yield one
            names = {
                name for line in one if isinstance(line, dict) for name, part in line.items() if isinstance(part, list)
            }
            for name in sorted(names):
                yield [part for line in one for part in line.get(name, ())]


def _has(line: Any, column: str) -> bool:  # noqa: ANN401 - JSON values
    if not isinstance(line, dict):
        return False
    name, _, lang = column.rpartition("_")
    return column in line or (lang in get_args(Lang) and isinstance(line.get(name), dict) and lang in line[name])


def _cell(line: Mapping[str, Any], column: str) -> str:
    value = line.get(column)
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        value = value["zh"]
    if column not in line:
        name, _, lang = column.rpartition("_")
        words = line.get(name)
        value = words.get(lang) if isinstance(words, dict) else None
    return "" if value is None else str(value)
