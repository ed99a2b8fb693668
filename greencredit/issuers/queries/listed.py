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
from greencredit.issuers.queries.published import public_issuer
from greencredit.issuers.tables import CoverageRow, FilingRow, IssuerRow, StepRow
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import Coverage, LifeState, PublicIssuer

_REMEMBERED: Final = "issuers.listed"
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
    texts: tuple[str, ...]
    """The same lines as JSON."""
    total: int


class _Line(NamedTuple):
    """A line of the register as it was worked out, and what it was worked out from."""

    edition: int
    on: date
    measured: int | None
    """The number of the newest measurement of coverage."""
    issuer: PublicIssuer
    text: str


def listed(session: Session, query: str = "", *, offset: int = 0, limit: int = 100) -> Listed:
    """Give the lines of the register whose name, code or filing number contain what was looked for.

    Everything about an issuer comes about by steps, so a line holds while the newest step and the day are the same;
    a new measurement of coverage only takes the place of the one before, unless it turned from kept to short or back.
    """
    found = _matching(query)
    total = session.scalars(select(func.count()).select_from(found.subquery())).one()
    edition = select(func.max(StepRow.number)).where(StepRow.issuer_id == IssuerRow.id).scalar_subquery()
    measured = select(func.max(CoverageRow.number)).where(CoverageRow.issuer_id == IssuerRow.id).scalar_subquery()
    columns = found.add_columns(edition, measured).order_by(IssuerRow.registered_at, IssuerRow.id)
    rows = [tuple(row) for row in session.execute(columns.offset(offset).limit(limit))]
    lines = _lines(session, rows)
    return Listed(tuple(line.issuer for line in lines), tuple(line.text for line in lines), total)


def _lines(session: Session, rows: Sequence[tuple[Any, ...]]) -> list[_Line]:
    """Give what is remembered where it still holds, and work the rest out."""
    remembered: dict[str, _Line] = session.info.get("memory", {}).setdefault(_REMEMBERED, {})
    if len(remembered) > _MOST_REMEMBERED:
        remembered.clear()
    today = civil_date(now(session))
    held = {
        issuer_id: line
        for issuer_id, edition, _ in rows
        if (line := remembered.get(issuer_id)) is not None and (line.edition, line.on) == (edition, today)
    }
    moved = [issuer_id for issuer_id, _, number in rows if issuer_id in held and held[issuer_id].measured != number]
    coverage = newest_coverages_of(session, moved)
    lines = []
    for issuer_id, edition, number in rows:
        line = held.get(issuer_id)
        if line is None or line.measured != number:
            issuer = _issuer_of(session, issuer_id, line, coverage.get(issuer_id))
            line = remembered[issuer_id] = _Line(edition, today, number, issuer, issuer.model_dump_json())
        lines.append(line)
    return lines


def _issuer_of(session: Session, issuer_id: str, line: _Line | None, coverage: Coverage | None) -> PublicIssuer:
    before = line.issuer.coverage if line else None
    if line is None or before is None or coverage is None or before.kept != coverage.kept:
        return public_issuer(session, issuer_id)
    return line.issuer.model_copy(update={"coverage": coverage})


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
