"""The public register, page by page: found by one statement, and each line worked out again only when it changed."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.queries.coverage import newest_coverages_of
from greencredit.issuers.queries.published import public_issuers
from greencredit.issuers.tables import CoverageRow, FilingRow, IssuerRow, StepRow
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import Coverage, LifeState, PublicIssuer

_REMEMBERED: Final = "issuers.listed"
_ANSWERS: Final = "issuers.answers"
_MOST_ANSWERS: Final = 256
_FORMULA_STARTS: Final = frozenset("=+-@\t\r")
_MOST_REMEMBERED: Final = 20_000
_COLUMNS: Final = (
    "issuer_id",
    "name",
    "english_name",
    "code",
    "kind",
    "region",
    "state",
    "since",
    "may_issue",
    "filing_number",
    "filing_version",
    "effective_on",
    "face_value_fen_per_100_credits",
    "validity",
    "coverage_basis_points",
    "coverage_kept",
    "coverage_at",
    "complaints",
    "standards",
)


class Listed(NamedTuple):
    """Some lines of the register, and how many match in all."""

    issuers: tuple[PublicIssuer, ...]
    text: bytes
    """The same lines as one JSON document."""
    total: int


class _Line(NamedTuple):
    """A line of the register as it was worked out, and what it was worked out from."""

    edition: int
    on: date
    measured: int | None
    """The number of the newest measurement of coverage."""
    issuer: PublicIssuer
    text: str


class _Answer(NamedTuple):
    """A whole answer as it went out, and what it was worked out from."""

    rows: list[tuple[Any, ...]]
    on: date
    issuers: tuple[PublicIssuer, ...]
    text: bytes


def listed(session: Session, query: str = "", *, offset: int = 0, limit: int = 100) -> Listed:
    """Give the lines of the register whose name, code or filing number contain what was looked for.

    Everything about an issuer comes about by steps, so a line holds while the newest step and the day are the same;
    a new measurement of coverage only takes the place of the one before, unless it turned from kept to short or back.
    """
    found = _matching(query)
    count = select(func.count()).select_from(found.subquery())
    edition = select(func.max(StepRow.number)).where(StepRow.issuer_id == IssuerRow.id).scalar_subquery()
    measured = select(func.max(CoverageRow.number)).where(CoverageRow.issuer_id == IssuerRow.id).scalar_subquery()
    columns = found.add_columns(edition, measured, count.scalar_subquery())
    page = columns.order_by(IssuerRow.registered_at, IssuerRow.id).offset(offset).limit(limit)
    rows, totals = [], set()
    for *row, matching in session.execute(page):
        rows.append(tuple(row))
        totals.add(int(matching))
    total = totals.pop() if totals else session.scalars(count).one()  # a page beyond the end has no row to say it
    today = civil_date(now(session))
    answers: dict[tuple[str, int, int], _Answer] = session.info.get("memory", {}).setdefault(_ANSWERS, {})
    asked = (query.strip(), offset, limit)
    answer = answers.get(asked)
    if answer is None or (answer.rows, answer.on) != (rows, today):
        lines = _lines(session, rows, today)
        text = f"[{','.join(line.text for line in lines)}]".encode()
        answer = _Answer(rows, today, tuple(line.issuer for line in lines), text)
        if len(answers) >= _MOST_ANSWERS:
            answers.clear()
        answers[asked] = answer
    return Listed(answer.issuers, answer.text, total)


def _lines(session: Session, rows: Sequence[tuple[Any, ...]], today: date) -> list[_Line]:
    """Give what is remembered where it still holds, and work the rest out, all of it together."""
    remembered: dict[str, _Line] = session.info.get("memory", {}).setdefault(_REMEMBERED, {})
    if len(remembered) > _MOST_REMEMBERED:
        remembered.clear()
    held = {
        issuer_id: line
        for issuer_id, edition, _ in rows
        if (line := remembered.get(issuer_id)) is not None and (line.edition, line.on) == (edition, today)
    }
    moved = [issuer_id for issuer_id, _, number in rows if issuer_id in held and held[issuer_id].measured != number]
    coverage = newest_coverages_of(session, moved)
    same = {one: held[one].issuer for one in moved if not _turned(held[one].issuer.coverage, coverage.get(one))}
    still = set(held).difference(moved) | set(same)
    missing = [row[0] for row in rows if row[0] not in still]
    afresh = public_issuers(session, missing) if missing else {}
    lines = []
    for issuer_id, edition, number in rows:
        line = held.get(issuer_id)
        if line is None or line.measured != number:
            issuer = afresh.get(issuer_id) or same[issuer_id].model_copy(update={"coverage": coverage[issuer_id]})
            line = remembered[issuer_id] = _Line(edition, today, number, issuer, issuer.model_dump_json())
        lines.append(line)
    return lines


def _turned(before: Coverage | None, after: Coverage | None) -> bool:
    """Tell whether a new measurement changes more of a line than the measurement itself."""
    return before is None or after is None or before.kept != after.kept


def tally(session: Session) -> tuple[int, int]:
    """Count who stands in the register, and who of them is active."""
    states = session.execute(
        select(IssuerRow.state, func.count()).where(IssuerRow.state.in_(_public())).group_by(IssuerRow.state)
    )
    counted = {state: int(count) for state, count in states}
    return sum(counted.values()), counted.get(LifeState.ACTIVE.value, 0)


def register_csv(session: Session) -> str:
    """Write the whole register as CSV, which spreadsheets open as UTF-8 and carry nothing out of."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(one) for one in _every(session))
    return out.getvalue()


def _every(session: Session) -> Iterator[PublicIssuer]:
    yield from listed(session, limit=_MOST_REMEMBERED).issuers


def _cells(one: PublicIssuer) -> list[str]:
    values = {
        **one.model_dump(mode="json", include=set(_COLUMNS) - {"validity", "complaints", "standards"}),
        "validity": one.validity.zh if one.validity else None,
        "coverage_basis_points": one.coverage.basis_points if one.coverage else None,
        "coverage_kept": one.coverage.kept if one.coverage else None,
        "coverage_at": one.coverage.at.isoformat() if one.coverage else None,
        "complaints": one.complaints.phone if one.complaints else None,
        "standards": "；".join(f"{each.title}（{each.number_title.zh}）" for each in one.standards),
    }
    return [_cell(values[name]) for name in _COLUMNS]


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in _FORMULA_STARTS else text


def _public() -> list[str]:
    return [state.value for state in rules.PUBLIC]


def _matching(query: str) -> Select[Any]:
    found = select(IssuerRow.id).where(IssuerRow.state.in_(_public()))
    wanted = query.strip()
    if not wanted:
        return found
    numbered = select(FilingRow.issuer_id).where(FilingRow.number.icontains(wanted, autoescape=True))
    return found.where(
        or_(
            IssuerRow.name.icontains(wanted, autoescape=True),
            IssuerRow.english_name.icontains(wanted, autoescape=True),
            IssuerRow.code.icontains(wanted, autoescape=True),
            IssuerRow.id.in_(numbered),
        )
    )
